/** What compose allows to be written in several ways is one thing to every check. */
import { describe, expect, it } from "vitest";
import { failing } from "../../src/assess/assess.ts";
import { knownImage, roleOf, userFor } from "../../src/compose/images.ts";
import { interpolated, parseEnv } from "../../src/compose/interpolate.ts";
import { parseMount, tmpfsOf } from "../../src/compose/mounts.ts";
import { parsePort, reachOf } from "../../src/compose/ports.ts";
import { readYaml } from "../../src/compose/read.ts";
import { get, textOf, valuesOf } from "../../src/compose/tree.ts";
import { composeCheck } from "../../src/features/compose/work.ts";
import { parseImage } from "../../src/profile/image-name.ts";
import { isHiddenKey, isSecretKey } from "../../src/secrets/index.ts";
import { keptInText, keptOf } from "../../src/secrets/kept.ts";
import { apiImage, changed, hardened } from "./hardened.ts";
import { check, composed, failures, keep, problems, today } from "./world.ts";

const node = (yaml: string) => get(readYaml(`a: ${yaml}\n`, "f").tree, "a")!;

describe("ports", () => {
  it.each([
    ["3000", "", "", "3000"],
    ['"80:8080"', "", "80", "8080"],
    ['"127.0.0.1:80:8080/udp"', "127.0.0.1", "80", "8080"],
    ['"127.0.0.1::8080"', "127.0.0.1", "", "8080"],
    ['"[::1]:80:8080"', "::1", "80", "8080"],
    ['"9000-9010:9000-9010"', "", "9000-9010", "9000-9010"],
    ['{target: 80, published: "8080", host_ip: 10.0.0.1}', "10.0.0.1", "8080", "80"],
  ])("%s", (yaml, address, published, target) => {
    expect(parsePort(node(yaml))).toMatchObject({ address, published, target });
  });

  it.each([
    ["", "anywhere"],
    ["0.0.0.0", "anywhere"],
    ["::", "anywhere"],
    ["203.0.113.7", "anywhere"],
    ["127.0.0.1", "this host"],
    ["::1", "this host"],
    ["10.8.0.1", "these networks"],
    ["172.32.0.1", "anywhere"],
    ["100.64.0.1", "these networks"],
    ["fd00::1", "these networks"],
    ["${ADDRESS}", "not known"],
  ] as const)("of the address %j are reachable from %s", (address, reach) => {
    expect(reachOf({ address })).toBe(reach);
  });
});

describe("mounts", () => {
  it.each([
    ["/data", { kind: "anonymous", target: "/data" }],
    ["db:/data", { kind: "volume", source: "db", target: "/data", readOnly: false }],
    ["./conf/:/etc/x/:ro,z", { kind: "bind", source: "./conf/", target: "/etc/x", readOnly: true }],
    ["~/x:/y", { kind: "bind", source: "~/x" }],
    ["${HOME:-/root}/x:/y:ro", { kind: "bind", source: "${HOME:-/root}/x", target: "/y", readOnly: true }],
    ["{type: bind, source: /a, target: /b, read_only: true}", { kind: "bind", readOnly: true }],
    ["{type: volume, target: /b}", { kind: "anonymous", target: "/b" }],
    ["{type: tmpfs, target: /b, tmpfs: {size: 64000000}}", { kind: "tmpfs", size: "64000000" }],
  ])("%s", (yaml, wanted) => {
    expect(parseMount(node(yaml))).toMatchObject(wanted);
  });

  it("tmpfs in one text and in a list, with and without a size", () => {
    expect(tmpfsOf(node("/tmp"))).toMatchObject([{ target: "/tmp" }]);
    expect(tmpfsOf(node("['/tmp:mode=1777,size=64M', /run]")).map(({ size }) => size)).toEqual([
      "64M",
      undefined,
    ]);
  });
});

describe("images", () => {
  it.each([
    ["nginx", "nginx", undefined, undefined],
    ["docker.io/library/redis:8", "redis", "8", undefined],
    ["registry.example:5000/a/b", "a/b", undefined, undefined],
    ["localhost/app:1", "app", "1", undefined],
    ["ghcr.io/a/b:1.2@sha256:00", "a/b", "1.2", "sha256:00"],
  ])("%s", (text, repository, tag, digest) => {
    expect(parseImage(text)).toEqual({ repository, tag, digest });
  });

  it("are known by name, their users by their variant", () => {
    expect(userFor(knownImage("redis:8-alpine", [])!, "redis:8-alpine")).toBe("999:1000");
    expect(userFor(knownImage("redis:8", [])!, "redis:8")).toBe("999:999");
    expect(knownImage("example/redis:8", [])).toBeUndefined();
    expect(roleOf("ghcr.io/cloudnative-pg/postgresql:17", [])).toBe("data");
    expect(roleOf("registry.example/shop/server:1", [])).toBe("other");
  });
});

describe("variables", () => {
  const variables = new Map(Object.entries({ A: "a", EMPTY: "" }));
  const filled = (text: string) => {
    const { tree, problems } = interpolated(readYaml(`a: ${JSON.stringify(text)}\n`, "f").tree, variables);
    return problems.length > 0 ? problems.map(({ message }) => message) : textOf(get(tree, "a"));
  };

  it.each([
    ["$A-${A}", "a-a"],
    ["$$A $${A}", "$A ${A}"],
    ["${B:-b}${B-c}${EMPTY:-d}${EMPTY-e}", "bcd"],
    ["${A:+x}${EMPTY:+x}${EMPTY+y}${B+z}", "xy"],
    ["${B:-${A}/${C:-c}}", "a/c"],
    ["${A:?why}", "a"],
    ["${B:?why} $C", "${B:?why} $C"],
    ["cost: 5$", "cost: 5$"],
  ])("%s", (text, wanted) => {
    expect(filled(text)).toBe(wanted);
  });

  it.each(["${A", "${}", "${A!b}"])("that make no sense are told: %s", (text) => {
    expect(filled(text)).toHaveLength(1);
  });

  it("come from .env beside the file", async () => {
    expect([...parseEnv("# x\nexport A=1\nB='2 # 3'\nC=4 # 5\nD: \"6\"\n\nnonsense")]).toEqual([
      ["A", "1"],
      ["B", "2 # 3"],
      ["C", "4"],
      ["D", "6"],
    ]);
    const text = changed(apiImage, "registry.example/shop/api:${TAG}");
    expect(await failures({ "x/compose.yaml": text, "x/.env": "TAG=v1.2.3\n" })).toEqual([]);
    expect(await failures({ "x/compose.yaml": text, ".env": "TAG=v1.2.3\n" })).toHaveLength(1);
    expect(await failures({ "x/compose.yaml": text, "x/.env": "TAG=latest\n" })).toHaveLength(1);
  });
});

it("whose value .env has is shown as it is written", async () => {
  const lines =
    "user: ${WHO}\n    image: shop/api:${TAG}\n    ports: ['${PORT}:80']\n    volumes: ['${DIR}:/x']\n    command: x --password ${PW:-hunter2}";
  const env = "WHO=hunter2\nTAG=latest\nPORT=hunter2\nDIR=/etc/hunter2\nPW=hunter2\n";
  const { report } = await check({ "compose.yaml": `services:\n  a:\n    ${lines}\n`, ".env": env });
  expect(JSON.stringify(report)).not.toContain("hunter2");
  expect(JSON.stringify(report)).toContain("${WHO}");
});

describe("secrets", () => {
  it.each([
    "POSTGRES_PASSWORD",
    "JWT_SECRET",
    "apiKey",
    "AWS_SECRET_ACCESS_KEY",
    "token",
    "db-pass",
    "GITHUB_TOKEN_2",
    "PGPASSWORD",
    "DBPASSWORD",
    "MAILPASSWORD",
    "PGPASSWORD_2",
    "GPGPASSPHRASE",
    "CLIENTSECRET",
    "CSRFTOKEN",
    "MYAPIKEY",
    "DBPASS",
    "SSHPASS",
    "REDISCLI_AUTH",
    "BINDPW",
    "WIFI_PSK",
  ])("%s names one", (key) => expect([isSecretKey(key), isHiddenKey(key)]).toEqual([true, true]));
  it.each([
    "POSTGRES_PASSWORD_FILE",
    "TOKEN_TTL",
    "PASSWORD_MIN_LENGTH",
    "COMPASS",
    "SECRETARY",
    "PASSENGERS",
    "AUTHOR",
    "PUBLIC_KEY",
    "PGPASSFILE",
    "DBPASSWORD_FILE",
    "OAUTHTOKEN_URL",
    "NOPASSWD",
    "BYPASS",
    "MAX_TOKENS",
    "TOKENIZER",
    "XKBKEYBOARD",
    "SMTP_AUTH",
    "SESSION_COOKIE",
    "tokenExpiresIn",
  ])("%s names none", (key) => expect(isSecretKey(key)).toBe(false));
  it.each([
    ["hunter2", "written"],
    ["${X}", "variable"],
    ["$X", "variable"],
    ["${X:?set it}", "variable"],
    ["${X:-}", "variable"],
    ["${X:-hunter2}", "default"],
    ["${X:-${Y}}", "variable"],
    ["pa$$word", "written"],
    ["", "none"],
    ["true", "none"],
  ])("%j is %s", (written, kept) => expect(keptOf(written)).toBe(kept));
  it.each([
    ["redis://:pw@redis:6379", "written"],
    ["redis://:${PW}@redis:6379", "variable"],
    ["postgres://app@db/app", "none"],
    ["https://example.org:8443/a@b", "none"],
    ["redis-server --requirepass pw", "written"],
    ["redis-server --requirepass ${PW}", "variable"],
    ["app --password-file /run/secrets/x", "none"],
  ])("%j has one: %s", (text, kept) => expect(keptInText(text)).toBe(kept));
});

describe("a file", () => {
  it("with anchors, merge keys and aliases is what they stand for, at the place where it is written", () => {
    const { tree, problems } = readYaml(
      "x-a: &a {cap_drop: [ALL], user: '1'}\nx-b: &b\n  user: '2'\ns:\n  <<: [*a, *b]\n  read_only: true\n",
      "f",
    );
    expect(problems).toEqual([]);
    expect(textOf(get(tree, "s", "user"))).toBe("1");
    expect(valuesOf(get(tree, "s", "cap_drop"))[0]).toMatchObject({
      value: "ALL",
      at: { line: 1, column: 21 },
    });
    expect(textOf(get(tree, "s", "read_only"))).toBe("true");
  });

  it("with tabs, CRLF, a byte order mark and no last line end is read", async () => {
    expect(await failures(`\uFEFF${hardened.trimEnd().replaceAll("\n", "\r\n")}`)).toEqual([]);
  });

  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      "broken YAML",
      { "c.yaml": "services:\n  a:\n   b: [\n" },
      [
        "c.yaml:4:1: bad YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
      ],
    ],
    [
      "a key twice",
      { "c.yaml": "services:\n  a: {image: b:1}\n  a: {image: c:1}\n" },
      ["c.yaml:3:3: the same key stands here twice"],
    ],
    [
      "an alias of itself",
      { "c.yaml": "services: &s\n  a: *s\n" },
      ["c.yaml:2:6: an alias that contains itself"],
    ],
    [
      "an alias of nothing",
      { "c.yaml": "services:\n  a: *s\n" },
      ["c.yaml:2:6: an alias without an anchor before it"],
    ],
    [
      "two documents",
      { "c.yaml": "services: {a: {image: b:1}}\n---\nx: 1\n" },
      ["c.yaml:2:1: a compose file is one document: no second `---`"],
    ],
    ["a list", { "c.yaml": "- a\n" }, ["c.yaml:1:1: a compose file is a map with `services`"]],
    ["no service", { "c.yaml": "services:\n" }, ["c.yaml:1:1: there is no service in it"]],
    [
      "what compose can't read",
      { "c.yaml": "services:\n  a:\n    image: [b]\n    ports: 80\n    cap_drop: {a: b}\n" },
      [
        "c.yaml:3:12: services.a.image is a value, not a list",
        "c.yaml:4:12: services.a.ports is a list, not a value",
        "c.yaml:5:15: services.a.cap_drop is a list, not a map",
      ],
    ],
    [
      "a variable without its end",
      { "c.yaml": "services:\n  a:\n    image: b:${C\n" },
      ["c.yaml:3:12: a `${` without its `}`"],
    ],
    [
      "extends in a circle",
      { "c.yaml": "services:\n  a: {extends: b}\n  b:\n    extends: {service: a}\n" },
      ["c.yaml:4:5: b extends itself: a → b → a", "c.yaml:2:7: a extends itself: b → a → b"],
    ],
    [
      "extends in a circle of files",
      {
        "c.yaml": "services:\n  a: {extends: {file: d/e.yaml, service: b}}\n",
        "d/e.yaml": "services:\n  b: {extends: {file: ../c.yaml, service: a}}\n",
      },
      ["d/e.yaml:2:7: b extends itself: c.yaml: a → d/e.yaml: b → c.yaml: a"],
    ],
    [
      "extends of nothing",
      { "c.yaml": "services:\n  web: {extends: wep}\n  a: {extends: {service: b, file: d.yaml}}\n" },
      [
        "c.yaml:2:9: web extends wep, which c.yaml doesn't have (did you mean `web`?)",
        "c.yaml:3:7: a extends b of d.yaml, which isn't there",
      ],
    ],
    [
      "an option that what it extends has already",
      {
        "c.yaml":
          "services:\n  a: {extends: b, security_opt: [x:y, z:z], group_add: [7, 8]}\n  b: {image: b:1, security_opt: [x:y], group_add: [7, '8']}\n",
      },
      [
        "c.yaml:2:34: security_opt has x:y a second time, after c.yaml:3:34: compose adds the lists up and refuses that",
        "c.yaml:2:57: group_add has 7 a second time, after c.yaml:3:52: compose adds the lists up and refuses that",
      ],
    ],
    [
      "broken YAML in what it extends",
      { "c.yaml": "services:\n  a: {extends: {service: b, file: d.yaml}}\n", "d.yaml": "a: [\n" },
      [
        "d.yaml:2:1: bad YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
      ],
    ],
    [
      "includes in a circle",
      { "c.yaml": "include: [c.yaml]\nservices: {a: {image: b:1}}\n" },
      ["c.yaml:1:11: c.yaml includes itself: c.yaml → c.yaml"],
    ],
    [
      "an env_file that is missing",
      { "c.yaml": "services:\n  a:\n    image: b:1\n    env_file: [.env, {path: x.env, required: false}]\n" },
      ["c.yaml:4:16: env_file .env isn't there; `required: false` says that it need not be"],
    ],
  ])("with %s: the place of each error", async (_what, files, wanted) => {
    expect(await problems(files)).toEqual(expect.arrayContaining([...wanted]));
  });

  it("whose aliases multiply, or that is too deep, is told so at once", async () => {
    const bomb = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"];
    for (let level = 1; level < 9; level++)
      bomb.push(
        `a${level}: &a${level} [${Array(9)
          .fill(`*a${level - 1}`)
          .join(",")}]`,
      );
    expect((await problems({ "c.yaml": bomb.join("\n") }))[0]).toContain("too many values");
    expect((await problems({ "c.yaml": "[".repeat(5000) }))[0]).toContain("nested too deeply");
  });

  it("that extends another is judged as the whole of both, each at its own place", async () => {
    const files = {
      "deploy/compose.yaml": changed(
        '    user: "1000:1000"\n    read_only: true\n    cap_drop:\n      - ALL\n',
        "    extends: {file: ../common/base.yaml, service: app}\n",
      ),
      "common/base.yaml":
        'services:\n  app:\n    user: "1000:1000"\n    read_only: true\n    cap_drop: [ALL]\n    cap_add:\n      - SYS_TIME\n',
    };
    expect(await failures(files)).toEqual(["containers.capabilities api cap_add SYS_TIME @7"]);
  });

  it("that others are laid over is judged as the whole of them", async () => {
    const files = {
      "compose.yaml": changed('    user: "1000:1000"\n    read_only: true\n', ""),
      "deploy/prod.yaml":
        'services:\n  api:\n    user: "1000:1000"\n    read_only: true\n    cap_add: [SYS_TIME]\n',
    };
    const read = async (path: string) => (files as Record<string, string>)[path];
    const both = await composeCheck(Object.keys(files), { read, keep, today, together: true });
    expect(both).toMatchObject({ status: 2, report: [{ target: "compose.yaml + deploy/prod.yaml" }] });
    const [one] = both.report;
    const found = one?.ok
      ? failing(one.value.checks).map(({ id, place }) => [id, place?.file, place?.line])
      : [];
    expect(found).toEqual([["containers.capabilities", "deploy/prod.yaml", 5]]);
    expect((await composeCheck(Object.keys(files), { read, keep, today })).report).toHaveLength(2);
    const again = {
      ...files,
      "deploy/prod.yaml": "services: {api: {security_opt: ['no-new-privileges:true']}}\n",
    };
    const twice = await composeCheck(Object.keys(again), {
      read: async (path) => (again as Record<string, string>)[path],
      keep,
      today,
      together: true,
    });
    expect(twice).toMatchObject({ status: 78 });
    const absent = await composeCheck(["compose.yaml", "x.yaml"], { read, keep, today, together: true });
    expect(absent).toMatchObject({ status: 78 });
  });

  it("that includes another has its services", async () => {
    const files = {
      "compose.yaml": `include:\n  - more/a.yaml\n${hardened}`,
      "more/a.yaml": "services:\n  extra:\n    image: x\n",
    };
    expect(await failures(files)).toContain("containers.image-tag extra @3");
  });
});

it("a number of group_add is not known to be harmless beside the engine's socket", async () => {
  const of = async (more: string) => {
    const text = `services:\n  a:\n    image: x:1\n    user: "1000:1000"\n    group_add: ["999"]\n${more}`;
    const { checks } = await composed(text);
    return checks.filter(({ id }) => id === "containers.user").map(({ verdict }) => verdict);
  };
  expect(await of("")).toEqual(["pass"]);
  expect(await of("    volumes: [/run/docker.sock:/sock:ro]\n")).toEqual(["error"]);
});

describe("a file that compose takes with others", () => {
  const weak = "services: {api: {privileged: true}}\n";
  const targets = async (files: Record<string, string>, ...named: string[]) => {
    const { report, status } = await check(files, ...named);
    return { status, targets: report.map(({ target }) => target) };
  };

  it.each([
    ["compose.yaml", "compose.override.yaml"],
    ["compose.yml", "compose.override.yml"],
    ["docker-compose.yml", "docker-compose.override.yml"],
    ["deploy/docker-compose.yaml", "deploy/docker-compose.override.yaml"],
    ["compose.yaml", "docker-compose.override.yml"],
  ])("is judged with it, which is said: %s with %s", async (file, over) => {
    expect(await targets({ [file]: hardened })).toEqual({ status: 0, targets: [file] });
    const files = { [file]: hardened, [over]: weak };
    expect(await targets(files)).toEqual({ status: 2, targets: [`${file} + ${over}`] });
    expect((await failures(files)).map((each) => each.replace(/ @\d+$/, ""))).toEqual([
      "containers.privileged api",
    ]);
  });

  it("is judged with the first override alone", async () => {
    const files = {
      "compose.yaml": hardened,
      "compose.override.yml": "services: {api: {init: true}}\n",
      "compose.override.yaml": weak,
    };
    expect(await targets(files)).toEqual({ status: 0, targets: ["compose.yaml + compose.override.yml"] });
  });

  it("is judged alone when compose takes another of the folder, or has it by -f", async () => {
    const files = { "compose.prod.yaml": hardened, "docker-compose.yml": hardened, "compose.yaml": hardened };
    const all = { ...files, "compose.override.yaml": weak };
    expect(await targets(all, "compose.prod.yaml")).toEqual({ status: 0, targets: ["compose.prod.yaml"] });
    expect(await targets(all, "docker-compose.yml")).toEqual({ status: 0, targets: ["docker-compose.yml"] });
    const read = async (path: string) => (all as Record<string, string>)[path];
    const exact = await composeCheck(["compose.yaml"], { read, keep, today, together: true });
    expect(exact).toMatchObject({ status: 0, report: [{ target: "compose.yaml" }] });
  });

  it("is judged with those of COMPOSE_FILE in .env, and with no override then", async () => {
    const files = {
      "a/base.yaml": hardened,
      "a/x/evil.yaml": weak,
      "a/compose.yaml": hardened,
      "a/compose.override.yaml": weak,
    };
    const listed = { ...files, "a/.env": "COMPOSE_FILE=base.yaml:x/evil.yaml\n" };
    const both = { status: 2, targets: ["a/base.yaml + a/x/evil.yaml"] };
    expect(await targets(listed, "a/base.yaml")).toEqual(both);
    expect(await targets(listed, "a/compose.yaml")).toEqual({ status: 0, targets: ["a/compose.yaml"] });
    const separated = {
      ...files,
      "a/.env": "COMPOSE_PATH_SEPARATOR=,\nCOMPOSE_FILE=base.yaml,x/evil.yaml\n",
    };
    expect(await targets(separated, "a/base.yaml")).toEqual(both);
    const alone = { ...files, "a/.env": "COMPOSE_FILE=compose.yaml\n" };
    expect(await targets(alone, "a/compose.yaml")).toEqual({ status: 0, targets: ["a/compose.yaml"] });
    const absent = { ...files, "a/.env": "COMPOSE_FILE=base.yaml:gone.yaml\n" };
    expect(await targets(absent, "a/base.yaml")).toMatchObject({ status: 78 });
  });
});
