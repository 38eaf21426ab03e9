/** What `compose fix` makes of a file: comments and order stay, a second time changes nothing, and only a person's part is left. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failing } from "../../src/assess/assess.ts";
import type { Peaks } from "../../src/compose/fix/limits.ts";
import { composeFix } from "../../src/features/compose/fix.ts";
import { leftText } from "../../src/features/compose/fix-text.ts";
import { changed, hardened } from "./hardened.ts";
import { keep, today } from "./world.ts";

fc.configureGlobal({ seed: 831610384 });

const folder = join(import.meta.dirname, "../fixtures/compose");
const styles = readdirSync(folder).sort();

const fix = (text: string, more: Readonly<Record<string, string>> = {}, peaks?: Peaks) =>
  composeFix("compose.yaml", {
    read: async (path) => (path === "compose.yaml" ? text : more[path]),
    keep,
    today,
    ...(peaks === undefined ? {} : { peaks }),
  });

const left = async (text: string) =>
  failing((await fix(text)).left.checks).map(({ id, object }) => `${id} ${object}`);

/** What fix never decides: tags, health, who may call out, what is published, what somebody has given on purpose. */
const persons =
  /^(containers\.(image-tag|user|health|capabilities|docker-socket|sensitive-mounts|namespaces|confinement|privileged|devices|restart|certificates|data|tmpfs)|networks\.\w+|exposure\.[\w-]+|secrets\.found|auth\.\w+)$/;

const comments = (text: string) => text.match(/(?<=^|\s)#.*$/gm) ?? [];

/** Whether all lines stand in the other text, in their order. */
function isWithin(lines: readonly string[], others: readonly string[]): boolean {
  let at = 0;
  for (const line of others) if (line === lines[at]) at += 1;
  return at === lines.length;
}

describe.each(styles)("%s", (name) => {
  const text = readFileSync(join(folder, name), "utf8");

  it("keeps each comment, and each line that it need not widen", async () => {
    const fixed = await fix(text);
    expect(comments(fixed.text)).toEqual(comments(text));
    const block = text
      .split("\n")
      .filter((line) => !/PASSWORD/.test(line))
      .filter((line) => !/[{[\]}]|^\s*(- )?(ports|tmpfs: \/|")|^\s*-?\s*"?[\d:]+"?\s*$/.test(line));
    expect(isWithin(block, fixed.text.split("\n"))).toBe(true);
    expect(fixed.byHand.filter(({ why }) => !/merge key|anchor|comment/.test(why))).toEqual([]);
  });

  it("a second time changes nothing, and leaves to a person only what is theirs", async () => {
    const once = await fix(text);
    const twice = await fix(once.text);
    expect(twice.diff).toBe("");
    expect(twice.text).toBe(once.text);
    const ids = failing(once.left.checks).map(({ id }) => id);
    const byHand = once.byHand.map(({ key }) => key.split(".").slice(2).join("."));
    expect(ids.filter((id) => !persons.test(id) && byHand.length === 0)).toEqual([]);
  });
});

const weak = `# Our shop.
services:
  nginx:
    image: nginx:1.28 # the proxy
    ports:
      - "80:80"
    volumes:
      - ./nginx.conf:/etc/nginx/nginx.conf:ro

  api:
    image: shop/api:1.2.3
    environment: {NODE_ENV: production}

  # data
  db:
    image: postgres:17
    ports: ["5432:5432"]
    environment:
      POSTGRES_PASSWORD_FILE: /run/secrets/db
    secrets: [db]

secrets:
  db: {file: ./db}
`;

describe("a weak file", () => {
  it("has what it lacks, where its neighbours stand", async () => {
    expect((await fix(weak)).text).toMatchSnapshot();
  });

  it("is followed by what must be done before it is started, and not a second time", async () => {
    const fixed = await fix(weak);
    expect(fixed.before.map((each) => each.split(" ")[0])).toEqual(["Volumes,", "", "What", "Services"]);
    expect(fixed.before[1]).toBe("  db is 999:999: db-data:/var/lib/postgresql/data");
    expect((await fix(fixed.text)).before).toEqual([]);
    expect(leftText(fixed)).toContain("Before it is started:\n  Volumes, folders");
  });

  it("has limits of memory by what was seen, and says of which", async () => {
    const services = new Map([["api", { peak: "150M", limit: "256M" }]]);
    const fixed = await fix(weak, {}, { from: "web1", services });
    const limits = [...fixed.text.matchAll(/^ {10}memory: (\S+)$/gm)].map(([, size]) => size);
    expect(limits).toEqual(expect.arrayContaining(["256M", "512M"]));
    expect(fixed.before.slice(-4)).toEqual([
      "Limits of memory are by what was seen on web1: look again where it was not busy.",
      "  nginx: the usual 512M; no container of it was seen",
      "  api: 256M, half as much again as its peak with cache of 150M",
      "  db: the usual 512M; no container of it was seen",
    ]);
    const own = "services:\n  api:\n    image: a:1\n    mem_limit: 1G\n";
    expect((await fix(own, {}, { from: "web1", services })).text).not.toContain("256M");
  });

  it("leaves health alone", async () => {
    expect(await left(weak)).toEqual(["nginx", "api", "db"].map((name) => `containers.health ${name}`));
  });

  it("has its secrets in no difference that is shown, and where they were in the text", async () => {
    const key = "-----BEGIN\n          hunter2\n\n          hunter2-----";
    const secret = weak
      .replace(
        "environment: {NODE_ENV: production}",
        `environment:\n      - API_KEY=hunter2\n    command: ["x", "--token", "hunter2"]`,
      )
      .replace(
        "POSTGRES_PASSWORD_FILE: /run/secrets/db",
        `POSTGRES_PASSWORD: 'hunter2'\n      TLS_PRIVATE_KEY: |\n          ${key}\n      X: 1`,
      );
    const { diff, text } = await fix(secret);
    expect(diff).not.toContain("hunter2");
    expect(diff).toMatch(/ {6}- API_KEY=…\n[\s\S]*POSTGRES_PASSWORD: …\n[\s\S]* {10}…/);
    // What the image of the database reads from a file is in the text no more.
    expect(text.match(/hunter2/g)).toHaveLength(4);
  });

  it("that is hardened is as it was", async () => {
    const { diff, text } = await fix(hardened);
    expect([diff, text]).toEqual(["", hardened]);
  });

  it("leaves the user of what has so much of the host", async () => {
    for (const line of [
      "privileged: true",
      "pid: host",
      "volumes: [/var/run/docker.sock:/var/run/docker.sock]",
    ])
      expect((await fix(`services:\n  a:\n    image: a:1\n    ${line}\n`)).text).not.toContain("user:");
  });

  it("keeps what is waived", async () => {
    const waived = weak.replace(
      "  api:\n",
      `  # harden waive containers.user until ${today}: it must\n  api:\n`,
    );
    expect((await fix(waived)).text).not.toContain("user: 1000:1000");
    expect((await fix(weak)).text).toContain("user: 1000:1000");
  });
});

describe("what is not safe", () => {
  it("is left: a merge key's map would be hidden by one of the service's own", async () => {
    const shared =
      "x-d: &d {deploy: {replicas: 2, resources: {limits: {memory: 1G}}}}\nservices:\n  a:\n    <<: *d\n    image: a:1\n";
    const { text, byHand } = await fix(shared);
    expect(byHand.map(({ key }) => key)).toContain("services.a.deploy.resources.limits.cpus");
    expect(text).not.toContain("pids");
    const alias = shared.replace("<<: *d", "deploy: *e").replace("&d {deploy: {", "&d {deploy: &e {");
    expect((await fix(alias)).byHand[0]?.why).toMatch(/anchor/);
  });

  it("is left: ports of a database with a comment that would go", async () => {
    const commented = weak.replace(
      'ports: ["5432:5432"]',
      'ports:\n      # for the old client\n      - "5432:5432"',
    );
    const { text, byHand } = await fix(commented);
    expect(text).toContain("# for the old client");
    expect(byHand).toEqual([
      { key: "services.db.ports", why: "There is a comment in it, which would go, too." },
    ]);
  });

  it("is left: a port that looks like a database's, of an image that is none", async () => {
    const page = 'services:\n  page:\n    image: shop/page:1.2.3\n    ports: ["9200:9200"]\n';
    const fixed = await fix(page);
    expect(fixed.text).toContain('ports: ["9200:9200"]');
    expect(failing(fixed.left.checks).map(({ id }) => id)).toContain("networks.database");
  });

  it("is left: what a service that is extended has by another file", async () => {
    const files = { "base.yaml": "services:\n  b:\n    image: b:1\n    security_opt: [label:type:x]\n" };
    const text = "services:\n  a:\n    extends: {file: base.yaml, service: b}\n";
    const fixed = await fix(text, files);
    expect(fixed.text).toContain("    security_opt:\n      - no-new-privileges:true\n");
    expect((await fix(fixed.text, files)).diff).toBe("");
  });

  it.each(["c.yaml", "Dockerfile"])("a file that can't be used is refused: %s", async (file) => {
    const read = async () => "services: [";
    await expect(composeFix(file, { read, keep, today })).rejects.toMatchObject({ code: "compose" });
  });
});

describe("what is added", () => {
  it("is not written again where it comes from a service that is extended", async () => {
    const { text } = await fix(
      "services:\n  b:\n    image: a:1\n  c:\n    extends: b\n  d:\n    extends: {service: c}\n    image: nginx:1.28\n",
    );
    expect(text.match(/no-new-privileges/g)).toHaveLength(1);
    expect(text).toMatch(/ {2}c:\n {4}extends: b\n {4}networks:/);
    expect(text).toMatch(/ {2}d:[\s\S]*user: 101:101[\s\S]*- \/var\/cache\/nginx:size=64M/);
    expect((await fix(text)).diff).toBe("");
  });

  it("is told where the file that compose lays over this one has it, too", async () => {
    const over = "services:\n  api:\n    security_opt:\n      - no-new-privileges:true\n";
    const { before } = await fix(weak, { "compose.override.yaml": over });
    expect(before[0]).toMatch(
      /^Compose lays compose\.override\.yaml over it\. compose\.override\.yaml:4:9: security_opt has no-new-privileges:true a second time, after compose\.yaml:\d+:9: /,
    );
    expect((await fix(weak, { "compose.override.yaml": "services: {api: {init: true}}" })).before[0]).toMatch(
      /^Volumes/,
    );
  });

  it("is all that a check wants, or nothing of it", async () => {
    const shared = "x-c: &c [SYS_TIME]\nservices:\n  a:\n    image: caddy:2.10\n    cap_add: *c\n";
    const { text, byHand } = await fix(shared);
    expect(text).not.toContain("cap_drop");
    expect(byHand.map(({ key }) => key)).toEqual(["services.a.cap_drop", "services.a.cap_add"]);
  });

  it.each([
    ["tmpfs: /a # one", 'tmpfs: [/a, "/tmp:size=64M,mode=1777", "/run:size=64M,mode=1777"] # one\n'],
    ["tmpfs: '/a:size=1M,mode=700'", `tmpfs: ['/a:size=1M,mode=700', "/tmp:size=64M,mode=1777", `],
  ])("makes a list of one text: %s", async (line, wanted) => {
    expect((await fix(`services:\n  a:\n    image: a:1\n    ${line}\n`)).text).toContain(wanted);
  });

  it("is left to a person where one text can't become a list as it is written", async () => {
    const { text, byHand } = await fix("services:\n  a:\n    image: a:1\n    tmpfs: /a:size=1M,mode=700\n");
    expect(text).not.toContain("read_only");
    expect(byHand).toContainEqual({ key: "services.a.tmpfs", why: "It is one text: write a list." });
  });

  it("stands between braces behind a key without a value", async () => {
    const { text } = await fix("services:\n  r: {image: 'redis:8'}\nvolumes: {a:, b: }\n");
    expect(text).toContain("volumes: {a:, b: , r-data: {}");
  });

  it("stands behind the comments of what is before it", async () => {
    const { text } = await fix(
      "services:\n  a:\n    image: a:1\n    expose:\n      - 81\n\n      # no more\n\n  # b: none\n",
    );
    expect(text).toContain("      - 81\n\n      # no more\n    cap_drop:\n");
    const braces = "services:\n  a: {\n    image: a:1, # one\n    init: true # two\n  }\n";
    expect((await fix(braces)).text).toContain("    init: true, # two\n    cap_drop:");
    expect((await fix(braces.replace("true #", "true, #"))).text).toMatch(
      /true, # two\n {4}cap_drop[\s\S]*",\n {2}}/,
    );
  });

  it("has its lists indented as those that are there", async () => {
    const flush = "services:\n  a:\n    image: a:1\n    expose:\n    - 81\n";
    expect((await fix(flush)).text).toContain("    cap_drop:\n    - ALL\n");
    expect((await fix(flush.replace("    - 81", "      - 81"))).text).toContain(
      "    cap_drop:\n      - ALL\n",
    );
  });
});

describe("limits", () => {
  it.each([
    ["mem_limit: 64m", ["mem_reservation: 64m", 'cpus: "1.0"', "pids_limit: 64"], ["deploy"]],
    ["pids_limit: 10", ["mem_limit: 512M", "mem_reservation: 128M"], ["deploy"]],
    ["mem_reservation: 1g", ["mem_limit: 1g"], ["deploy"]],
    [
      "pids_limit: 99\n    deploy: {resources: {limits: {memory: 96M}}}",
      ["pids: 99", '{cpus: "0.25", memory: "96M"}'],
      ["mem_limit"],
    ],
    [
      "mem_limit: 96m\n    deploy: {resources: {reservations: {memory: 16M}}}",
      ['memory: "96m"', "pids: 64"],
      ["128M"],
    ],
    ["cpus: 0.5\n    deploy: {resources: {limits: {memory: 96M}}}", ["cpus: 0.5, pids: 64"], ['cpus: "1.0"']],
    [
      "mem_reservation: ${R:-32m}\n    deploy: {resources: {reservations: {cpus: '1'}}}",
      ['memory: "${R:-32m}"'],
      ["128M"],
    ],
    ["deploy: {replicas: 2}", ["replicas: 2", 'memory: "512M"'], ["mem_limit"]],
  ])("go on as the file has begun: %j", async (line, wanted, unwanted) => {
    const { text } = await fix(`services:\n  a:\n    image: a:1\n    ${line}\n`);
    for (const each of wanted) expect(text).toContain(each);
    for (const each of unwanted) expect(text).not.toContain(each);
  });
});

it("fixing what is fixed changes nothing, whatever the file lacked", async () => {
  const lines = hardened.split("\n");
  const removable = lines.flatMap((line, index) =>
    /^ {4}(user|read_only|cap_drop|security_opt|group_add|restart|logging|mem_limit|cpus|pids_limit|mem_reservation|networks|tmpfs: \[)[:\w]*.*[^:]$/.test(
      line,
    )
      ? [index]
      : [],
  );
  expect(removable.length).toBeGreaterThan(20);
  await fc.assert(
    fc.asyncProperty(fc.subarray(removable), async (gone) => {
      const once = await fix(lines.filter((_, index) => !gone.includes(index)).join("\n"));
      const twice = await fix(once.text);
      expect(twice.text).toBe(once.text);
      expect(comments(once.text)).toEqual(comments(hardened));
    }),
    { numRuns: 60 },
  );
});

it("a changed weakness that is a person's stays word for word", async () => {
  const text = changed("restart: on-failure:5", 'restart: "no" # by hand', hardened);
  expect((await fix(text)).text).toBe(text);
});
