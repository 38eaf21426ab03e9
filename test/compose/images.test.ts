/** Images of a profile: all that the table decides follows for them as well, and what it doesn't say is not guessed. */
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { failing } from "../../src/assess/assess.ts";
import { composeFix } from "../../src/features/compose/fix.ts";
import { leftText } from "../../src/features/compose/fix-text.ts";
import { composeCheck } from "../../src/features/compose/work.ts";
import type { Profile } from "../../src/profile/profile.ts";
import { profileOf } from "../profile/memory.ts";
import { apiImage, changed, hardened } from "./hardened.ts";
import { keep, today } from "./world.ts";

const imagesIn = async (yaml: string) => (await profileOf({ "p.yaml": `images:\n${yaml}` })).images;
const image = (more: string, name = "registry.example/shop/api") =>
  imagesIn(`  ${name}: {why: it says so${more === "" ? "" : `, ${more}`}}\n`);

type Files = Readonly<Record<string, string>>;

async function checksOf(images: Profile["images"], text: string, more: Files = {}) {
  const read = async (path: string) => ({ "compose.yaml": text, ...more })[path];
  const { report } = await composeCheck(["compose.yaml"], { read, keep, today, images });
  const [first] = report;
  if (!first?.ok) throw first?.error ?? new Error("no report");
  return first.value.checks;
}

const failuresOf = async (images: Profile["images"], text: string, more: Files = {}) =>
  failing(await checksOf(images, text, more)).map(({ id, object }) => `${id} ${object}`);

const fixOf = (images: Profile["images"], text: string, more: Files = {}) =>
  composeFix("compose.yaml", {
    read: async (path: string) => ({ "compose.yaml": text, ...more })[path],
    keep,
    today,
    images,
  });

/** One service of that image, and nothing else. */
const alone = (lines = "", name = "registry.example/shop/api:v1.2.3") =>
  `services:\n  a:\n    image: ${name}\n${lines}`;

describe("an image of the profile", () => {
  it("is written as it says, by fix", async () => {
    const images = await image(
      'user: "1001:1002", capAdd: [NET_RAW], pids: 77, writable: [/cache, /data/tmp], data: [/data]',
    );
    const { text, before } = await fixOf(images, alone());
    for (const wanted of [
      "    cap_add:\n      - NET_RAW\n",
      "    user: 1001:1002\n",
      "          pids: 77\n",
      "      - /cache:size=64M,mode=1777\n",
      "    volumes:\n      - a-data:/data\n",
      "\nvolumes:\n  a-data: {}\n",
    ])
      expect(text).toContain(wanted);
    expect(text).not.toContain("/data/tmp");
    expect(before).toContain("  a is 1001:1002: a-data:/data");
    expect((await fixOf(images, text)).diff).toBe("");
    expect(await failuresOf(images, text)).toEqual(["containers.health a", "networks.default a"]);
  });

  it("is what checks ask of it, with why", async () => {
    const images = await image('user: "1001:1002", capAdd: [NET_RAW], data: [/data], writable: [/cache]');
    const checks = await checksOf(images, alone("    read_only: true\n"));
    const of = (id: string) => checks.filter((each) => each.id === id && each.verdict === "fail");
    expect(of("containers.user")[0]).toMatchObject({
      found: "user is missing, and what user the image has is not known",
      remedy: expect.stringMatching(/^Write user: "1001:1002"\. By the profile: it says so\. A volume/),
    });
    expect(of("containers.capabilities")[0]?.remedy).toBe(
      "Write cap_drop: [ALL] and cap_add: [NET_RAW], which registry.example/shop/api:v1.2.3 needs (it says so).",
    );
    expect(of("containers.data").map(({ object }) => object)).toEqual(["a /data"]);
    expect(of("containers.tmpfs").map(({ object }) => object)).toEqual(["a /cache"]);
  });

  it("may have the capabilities that it needs, and no other", async () => {
    const drop = "    cap_drop:\n      - ALL\n";
    const added = changed(
      `image: ${apiImage}\n    user: "1000:1000"`,
      `image: ${apiImage}\n    cap_add: [NET_RAW, SYS_ADMIN]\n    user: "1000:1000"`,
    );
    expect(added).toContain(drop);
    expect(await failuresOf({}, added)).toEqual([
      "containers.capabilities api cap_add NET_RAW",
      "containers.capabilities api cap_add SYS_ADMIN",
    ]);
    const images = await image("capAdd: [NET_RAW]");
    const checks = failing(await checksOf(images, added));
    expect(checks.map(({ object, found }) => `${object}: ${found}`)).toEqual([
      "api cap_add SYS_ADMIN: cap_add SYS_ADMIN; it doesn't need it, as far as the profile knows",
    ]);
  });

  it.each([
    ["ownUser: true", "pass", ""],
    ["ownUser: false", "fail", "user is missing, and registry.example/shop/api:v1.2.3 starts as root"],
    ["pids: 64", "fail", "user is missing, and what user the image has is not known"],
  ])("with %s: without user it is %s", async (more, verdict, found) => {
    const checks = await checksOf(await image(more), alone());
    expect(checks.find(({ id }) => id === "containers.user")).toMatchObject({ verdict, found });
  });

  it.each([
    ["database", 256],
    ["queue", 256],
    ["cache", 64],
    ["proxy", 128],
    ["app", 64],
  ])("as %s has %i processes where it doesn't say", async (role, pids) => {
    expect((await fixOf(await image(`role: ${role}`), alone())).text).toContain(`pids: ${pids}\n`);
  });

  it("is known where it is built under that name, and as what others are built from", async () => {
    const built = alone("    build: .\n");
    const dockerfile = (base: string) => ({ Dockerfile: `FROM ${base}\nWORKDIR /a\n` });
    const images = await image('user: "1001:1002", ownUser: true');
    expect(
      (
        await fixOf(images, alone("    build: .\n    user: root\n"), dockerfile("debian:13-slim"))
      ).left.checks.find(({ id }) => id === "containers.user")?.remedy,
    ).toContain('"1001:1002"');
    const own = (name: string) => failuresOf(images, built, dockerfile(name));
    expect(await own("debian:13-slim")).toContain("containers.user Dockerfile");
    expect(await own("registry.example/shop/api:1")).not.toContain("containers.user Dockerfile");
    // One that is built isn't the table's, whatever it is called.
    const redis = "services:\n  a:\n    image: redis:8\n    build: .\n";
    expect(await failuresOf({}, redis, dockerfile("debian:13-slim"))).not.toContain(
      "containers.data a /data",
    );
  });

  it("changes what it says of a row of the table, and nothing else of it", async () => {
    const images = await image("pids: 99", "redis");
    const { text } = await fixOf(images, alone("", "docker.io/library/redis:8-alpine"));
    for (const wanted of ["pids: 99\n", "user: 999:1000\n", "a-data:/data\n"]) expect(text).toContain(wanted);
    const other = await fixOf(
      await image('user: "555:555", data: [/srv]', "redis"),
      alone("", "redis:8-alpine"),
    );
    for (const wanted of ["pids: 64\n", "user: 555:555\n", "a-data:/srv\n"])
      expect(other.text).toContain(wanted);
    const postgres = await fixOf(await image("pids: 99", "postgres"), alone("", "postgres:17"));
    expect(postgres.text).toContain("a-data:/var/lib/postgresql/data\n");
    const checks = await checksOf(images, alone("", "redis:8"));
    expect(checks.find(({ id }) => id === "containers.user")?.found).toContain("redis:8 starts as root");
  });

  it("of another name says nothing of this one", async () => {
    const images = await image('role: database, user: "555:555", egress: true', "shop/api2");
    expect(await failuresOf(images, hardened)).toEqual(await failuresOf({}, hardened));
    expect((await fixOf(images, alone())).text).toBe((await fixOf({}, alone())).text);
  });
});

/** A service behind a proxy, on the proxy's outer network, with a port. */
const beside = (name: string, more = "") => `services:
  web:
    image: nginx:1.28
    networks: [frontend]
  a:
    image: ${name}
    networks: [frontend]
${more}networks:
  frontend: {}
`;

describe("its role", () => {
  const shop = "registry.example/shop/api:v1.2.3";

  it("of a proxy lets it be on frontend, and publish 80 and 443 alone", async () => {
    const text = beside(shop, '    ports: ["80:80", "443:443", "8080:8080"]\n');
    const found = await failuresOf(await image("role: proxy"), text);
    expect(found.filter((each) => /^(networks|exposure)/.test(each))).toEqual([
      "exposure.entry-points a 8080:8080",
    ]);
    expect(await failuresOf({}, text)).toEqual(
      expect.arrayContaining(["networks.frontend a frontend", "exposure.internal-only a 80:80"]),
    );
  });

  it("of a proxy makes fix put it on frontend, and what is behind it on internal", async () => {
    const bare = `services:\n  edge:\n    image: ${shop}\n    ports: ["443:443"]\n  b:\n    image: b:1\n`;
    const { text } = await fixOf(await image("role: proxy"), bare);
    expect(text).toMatch(/ {2}edge:[\s\S]*networks:\n {6}- frontend\n {6}- internal\n/);
    expect(text).toMatch(/ {2}b:[\s\S]*networks:\n {6}- internal\n/);
    expect((await fixOf({}, bare)).text).not.toContain("frontend");
  });

  it.each(["database", "cache", "queue"])(
    "of a %s lets it publish nothing, and fix takes that out",
    async (role) => {
      const text = beside(shop, '    ports: ["127.0.0.1:7000:7000"]\n');
      const images = await image(`role: ${role}`);
      expect(await failuresOf(images, text)).toEqual(
        expect.arrayContaining(["networks.database a 127.0.0.1:7000:7000", "networks.database a frontend"]),
      );
      expect((await fixOf(images, text)).text).not.toContain("ports:");
      expect((await fixOf({}, text)).text).toContain("ports:");
    },
  );

  it("of an app is one, whatever its name and its ports", async () => {
    const text = 'services:\n  a:\n    image: own/redis:8\n    ports: ["127.0.0.1:9200:9200"]\n';
    const databases = async (images: Profile["images"]) =>
      (await failuresOf(images, text)).filter((each) => each.startsWith("networks.database"));
    expect(await databases({})).toEqual(["networks.database a 127.0.0.1:9200:9200"]);
    expect(await databases(await image("role: app", "own/redis"))).toEqual([]);
    expect(await databases(await image("pids: 5", "own/redis"))).toHaveLength(1);
  });
});

const project = `# shop
services:
  web:
    image: nginx:1.28
    ports: ["80:80"]
  api:
    image: registry.example/shop/api:v1.2.3
  worker:
    image: registry.example/shop/api:v1.2.3
  db:
    image: postgres:17.6
`;

/** By service: the networks that it is on. */
async function networksIn(text: string) {
  const { services, networks } = parse(text) as {
    services: Record<string, { networks?: string[] | object }>;
    networks?: Record<string, { internal?: boolean } | null>;
  };
  const rows = Object.entries(services).map(([name, { networks: joined = [] }]) => [
    name,
    Array.isArray(joined) ? joined : Object.keys(joined),
  ]);
  const inner = Object.entries(networks ?? {}).map(([name, each]) => [name, each?.internal === true]);
  return { ...Object.fromEntries(rows), networks: Object.fromEntries(inner) };
}

describe("egress", () => {
  it("is a network beside the internal one, for those services alone, and is told", async () => {
    const images = await image("egress: true");
    const fixed = await fixOf(images, project);
    expect(await networksIn(fixed.text)).toEqual({
      web: ["frontend", "internal"],
      db: ["internal"],
      api: ["internal", "egress"],
      worker: ["internal", "egress"],
      networks: { frontend: false, internal: true, egress: false },
    });
    expect(fixed.before.slice(-3)).toEqual([
      "By the profile these are on egress as well: from there they reach the world outside, and each other.",
      "  api: it says so",
      "  worker: it says so",
    ]);
    expect(leftText(fixed)).toContain("    api: it says so\n");
    const networks = (found: readonly string[]) => found.filter((each) => each.startsWith("networks."));
    expect(networks(await failuresOf(images, fixed.text))).toEqual([]);
    expect(networks(await failuresOf({}, fixed.text))).toEqual(["networks.internal egress"]);
    const again = await fixOf(images, fixed.text);
    expect([again.diff, again.before]).toEqual(["", []]);
  });

  it("is of the services that are named alone", async () => {
    const fixed = await fixOf(await image("egress: [worker]"), project);
    expect(await networksIn(fixed.text)).toMatchObject({ api: ["internal"], worker: ["internal", "egress"] });
    expect(fixed.before.filter((each) => each.includes("it says so"))).toEqual(["  worker: it says so"]);
  });

  it("goes with the network that becomes internal", async () => {
    const own =
      "services:\n  api:\n    image: shop/api:1\n    networks: [back]\n  db:\n    image: postgres:17\n    networks: [back]\nnetworks:\n  back:\n";
    const { text } = await fixOf(await image("egress: true", "shop/api"), own);
    expect(await networksIn(text)).toEqual({
      api: ["back", "egress"],
      db: ["back"],
      networks: { back: true, egress: false },
    });
  });

  it.each([
    ["networks: [back]", ["back", "egress"]],
    ["networks:\n      back: {aliases: [x]}", ["back", "egress"]],
    ["networks: {back: {aliases: [x]}}", ["back", "egress"]],
    ["", ["default", "egress"]],
  ])("is added where all are internal already: %j", async (lines, wanted) => {
    const own = `services:\n  api:\n    image: shop/api:1\n    ${lines}\nnetworks:\n  back: {internal: true}\n  default: {internal: true}\n`;
    const images = await image("egress: true", "shop/api");
    expect(await failuresOf(images, own)).toContain("networks.egress api");
    expect(await failuresOf({}, own)).not.toContain("networks.egress api");
    const { text } = await fixOf(images, own);
    expect(await networksIn(text)).toMatchObject({ api: wanted });
    expect((await failuresOf(images, text)).filter((each) => each.startsWith("networks."))).toEqual([]);
  });

  it("comes before the network is shut: where it has no safe place, the network stays open", async () => {
    const own = (way: string) =>
      `x-d: &d\n  networks: {back: {aliases: [x]}}\nservices:\n  api:\n    image: shop/api:1\n    ${way}\n  db:\n    image: postgres:17\n    networks: [back]\nnetworks: {back: }\n`;
    const images = await image("egress: true", "shop/api");
    expect((await fixOf(images, own("networks: [back]"))).text).toContain("back: {internal: true}");
    const { text, byHand } = await fixOf(images, own("<<: *d"));
    expect(text).toContain("networks: {back: }");
    expect(byHand.map(({ key }) => key)).toContain("networks.back.internal");
    expect((await fixOf({}, own("<<: *d"))).text).toContain("back: {internal: true}");
  });

  it("is a person's where egress is internal, or has somebody else on it", async () => {
    const images = await image("egress: true", "shop/api");
    const own = (more: string, inner: string) =>
      `services:\n  api:\n    image: shop/api:1\n    networks: [${more}]\n  b:\n    image: b:1\n    networks: [egress]\nnetworks:\n  back: {internal: true}\n  egress: {${inner}}\n`;
    const shut = await fixOf(images, own("back", "internal: true"));
    expect(shut.text).toContain("networks: [back]");
    expect(failing(shut.left.checks).map(({ id, object }) => `${id} ${object}`)).toContain(
      "networks.egress api",
    );
    const open = await fixOf(images, own("egress", ""));
    expect(open.text).not.toMatch(/egress: \{.*internal/);
    const left = failing(open.left.checks).find(({ id }) => id === "networks.internal");
    expect(left?.found).toBe("it isn't internal, and of its services b must not call out by the profile");
  });

  it("is not known of an external network, and nothing where the network is another's", async () => {
    const images = await image("egress: true", "shop/api");
    const of = async (lines: string) =>
      (
        await checksOf(
          images,
          `services:\n  api:\n    image: shop/api:1\n    ${lines}\nnetworks:\n  out: {external: true}\n`,
        )
      )
        .filter(({ id }) => id === "networks.egress")
        .map(({ verdict }) => verdict);
    expect(await of("networks: [out]")).toEqual(["error"]);
    expect(await of("network_mode: host")).toEqual(["not applicable"]);
    expect(await of("network_mode: none")).toEqual(["fail"]);
    expect((await fixOf(images, alone("    network_mode: none\n", "shop/api:1"))).text).not.toContain(
      "egress",
    );
  });

  it("lets nobody onto frontend", async () => {
    const found = await failuresOf(await image("egress: true"), beside("registry.example/shop/api:v1.2.3"));
    expect(found).toContain("networks.frontend a frontend");
  });
});
