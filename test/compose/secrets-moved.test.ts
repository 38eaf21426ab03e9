/** Secrets that `compose fix` moves out of a compose file: what is in the files, what stays, and that no value is shown. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { composeFix, type Fixing } from "../../src/features/compose/fix.ts";
import { fixDiffText, leftText } from "../../src/features/compose/fix-text.ts";
import type { Fixed } from "../../src/results/compose.ts";
import { anySecret, doubled, yamlStyles } from "./any-secret.ts";
import { keep, today } from "./world.ts";

fc.configureGlobal({ seed: 831610384 });

const fix = (text: string, more: Readonly<Record<string, string>> = {}, options: Partial<Fixing> = {}) =>
  composeFix("compose.yaml", {
    read: async (path) => (path === "compose.yaml" ? text : more[path]),
    keep,
    today,
    ...options,
  });

/** With a database whose environment it is. */
const withDb = (environment: string, more = "") =>
  `services:\n  db:\n    image: postgres:17 # ours\n    environment:\n${environment}${more}`;

const rows = ({ secrets }: Fixed) =>
  secrets.map(({ path, owner, content }) => [path, owner, content.kind === "kept" ? content.text : "?"]);

const shown = (fixed: Fixed) => `${fixDiffText(fixed)}\n${leftText(fixed)}`;

const byHand = async (text: string, more = {}) =>
  (await fix(text, more)).byHand.map(({ key, why }) => `${key}: ${why}`);

describe("a secret of an image that reads it from a file", () => {
  it.each([
    [
      "      POSTGRES_PASSWORD: hunter2 # mine\n",
      "POSTGRES_PASSWORD_FILE: /run/secrets/db-postgres_password # mine\n",
      "hunter2",
    ],
    [
      "      'POSTGRES_PASSWORD': \"a#b\\n\\\"c$$d'\"\n",
      "'POSTGRES_PASSWORD_FILE': \"/run/secrets/db-postgres_password\"\n",
      "a#b\n\"c$d'",
    ],
    [
      "      - POSTGRES_PASSWORD=hunter=2 # mine\n",
      "- POSTGRES_PASSWORD_FILE=/run/secrets/db-postgres_password # mine\n",
      "hunter=2",
    ],
    [
      "      - 'POSTGRES_PASSWORD=it''s'\n",
      '- "POSTGRES_PASSWORD_FILE=/run/secrets/db-postgres_password"\n',
      "it's",
    ],
    [
      "      POSTGRES_PASSWORD: |-\n        one\n        # two\n      A: 1\n",
      "POSTGRES_PASSWORD_FILE: /run/secrets/db-postgres_password\n      A: 1\n",
      "one\n# two",
    ],
    [
      "      POSTGRES_PASSWORD: 123456\n",
      "POSTGRES_PASSWORD_FILE: /run/secrets/db-postgres_password\n",
      "123456",
    ],
    [
      "      {A: b, POSTGRES_PASSWORD: hunter2, C: d}\n",
      '{A: b, POSTGRES_PASSWORD_FILE: "/run/secrets/db-postgres_password", C: d}',
      "hunter2",
    ],
  ])("goes there, as compose takes it: %j", async (environment, wanted, value) => {
    const fixed = await fix(withDb(environment));
    expect(fixed.text).toContain(wanted);
    expect(rows(fixed)).toEqual([["secrets/db-postgres_password", "999:999", value]]);
    expect(parse(fixed.text)).toMatchObject({
      services: { db: { secrets: ["db-postgres_password"] } },
      secrets: { "db-postgres_password": { file: "./secrets/db-postgres_password" } },
    });
    expect(
      fixed.left.checks.filter(({ id, verdict }) => id === "secrets.found" && verdict === "fail"),
    ).toEqual([]);
    const again = await fix(fixed.text);
    expect([again.text, again.secrets, again.byHand]).toEqual([fixed.text, [], []]);
  });

  it("leaves JSON as JSON, and line ends as they are", async () => {
    const db = { image: "postgres:17", environment: { POSTGRES_PASSWORD: "hunter2" } };
    const cache = { image: "redis:8", command: "redis-server --requirepass hunter2" };
    const fixed = await fix(JSON.stringify({ services: { db, cache } }, undefined, 2));
    const { services } = JSON.parse(fixed.text);
    expect(services.db.environment).toEqual({ POSTGRES_PASSWORD_FILE: "/run/secrets/db-postgres_password" });
    expect(services.cache.command).toBe("redis-server /run/secrets/cache-redis.conf");
    const windows = withDb("      POSTGRES_PASSWORD: |-\n        hunter2\n").replaceAll("\n", "\r\n");
    const { text, secrets } = await fix(windows);
    expect(text).toContain("POSTGRES_PASSWORD_FILE: /run/secrets/db-postgres_password\r\n");
    expect([secrets.length, /(?<!\r)\n/.test(text)]).toEqual([1, false]);
  });

  it("is one file for the same value of one user, and one each for two, which are told", async () => {
    const text = `services:
  db:
    image: mariadb:11.4
    environment: {MARIADB_PASSWORD: hunter22, MARIADB_ROOT_PASSWORD: hunter22}
  page:
    image: wordpress:6.8
    user: "33:33"
    environment: {WORDPRESS_DB_PASSWORD: hunter22}
  graphs:
    image: grafana/grafana:12.0.0
    environment: {GF_SECURITY_ADMIN_PASSWORD: other}
    secrets: [db-mariadb_password]
secrets: {db-mariadb_password: {file: ./mine}}
`;
    const fixed = await fix(text);
    expect(rows(fixed)).toEqual([
      ["secrets/db-mariadb_password-2", "999:999", "hunter22"],
      ["secrets/page-wordpress_db_password", "33:33", "hunter22"],
      ["secrets/graphs-gf_security_admin_password", "472:0", "other"],
    ]);
    const { services, secrets } = parse(fixed.text);
    expect(services.db.environment).toEqual({
      MARIADB_PASSWORD_FILE: "/run/secrets/db-mariadb_password-2",
      MARIADB_ROOT_PASSWORD_FILE: "/run/secrets/db-mariadb_password-2",
    });
    expect(services.graphs.environment).toEqual({
      GF_SECURITY_ADMIN_PASSWORD__FILE: "/run/secrets/graphs-gf_security_admin_password",
    });
    expect(services.graphs.secrets).toEqual(["db-mariadb_password", "graphs-gf_security_admin_password"]);
    expect(secrets["db-mariadb_password"]).toEqual({ file: "./mine" });
    expect(leftText(fixed)).toContain(
      "  page: secrets/page-wordpress_db_password, the same as secrets/db-mariadb_password-2\n",
    );
  });

  it.each([
    ["a variable", "      POSTGRES_PASSWORD: ${P}\n", ""],
    ["a default", "      POSTGRES_PASSWORD: ${P:-hunter2}\n", ""],
    ["a variable within", "      POSTGRES_PASSWORD: hunter2${P}\n", ""],
    ["another key", "      API_TOKEN: hunter2\n", ""],
    ["a file", "      POSTGRES_PASSWORD_FILE: /run/secrets/db\n", ""],
    [
      "what is waived",
      `      # harden waive secrets.found until ${today}: a test\n      POSTGRES_PASSWORD: hunter2\n`,
      "",
    ],
    ["what is built", "      POSTGRES_PASSWORD: hunter2\n", "    build: .\n"],
  ])("stays without a word where it is %s", async (_, environment, more) => {
    const fixed = await fix(withDb(environment, more));
    expect([fixed.secrets, fixed.byHand]).toEqual([[], []]);
    expect(fixed.text).toContain(environment);
  });

  it.each([
    [
      "a line end that would go",
      "      POSTGRES_PASSWORD: |\n        hunter2\n",
      "",
      /^services\.db\.environment\.POSTGRES_PASSWORD: It ends with a line end/,
    ],
    [
      "its file, too",
      "      POSTGRES_PASSWORD: hunter2\n      POSTGRES_PASSWORD_FILE: /x\n",
      "",
      /POSTGRES_PASSWORD_FILE is there/,
    ],
    ["who extends it", "      POSTGRES_PASSWORD: hunter2\n", "  other: {extends: db}\n", /extended/],
    [
      "a file of variables",
      "      POSTGRES_PASSWORD: hunter2\n",
      "    env_file: [{path: x.env, required: false}]\n",
      /env_file/,
    ],
    ["an entrypoint", "      POSTGRES_PASSWORD: hunter2\n", "    entrypoint: [/own]\n", /entrypoint/],
    [
      "another use of it",
      "      POSTGRES_PASSWORD: hunter2\n",
      '    healthcheck: {test: "PGPASSWORD=$$POSTGRES_PASSWORD psql"}\n',
      /used elsewhere/,
    ],
    ["a user by name", "      POSTGRES_PASSWORD: hunter2\n", "    user: postgres\n", /in numbers/],
    ["root as its user", "      POSTGRES_PASSWORD: hunter2\n", '    user: "0"\n', /in numbers/],
    ["a number for some readers", "      POSTGRES_PASSWORD: 0123456\n", "", /quotes/],
    ["an anchor", "      POSTGRES_PASSWORD: &p hunter2\n", "", /anchor/],
    ["a tag", "      POSTGRES_PASSWORD: !!str hunter2\n", "", /tag/],
    ["an alias", "      <<: {POSTGRES_PASSWORD: hunter2}\n", "", /merge key/],
    ["a comment in it", "      POSTGRES_PASSWORD: |- # mine\n        hunter2\n", "", /comment/],
  ])("stays where it is not sure, which is told: %s", async (_, environment, more, why) => {
    const fixed = await fix(withDb(environment, more));
    expect(fixed.secrets).toEqual([]);
    expect(fixed.byHand.map(({ key, why }) => `${key}: ${why}`).join("\n")).toMatch(why);
    expect(fixed.text).toContain(environment);
    expect((await fix(fixed.text)).byHand).toEqual(fixed.byHand);
  });

  it("stays where the file that compose lays over this one has it, too", async () => {
    const over = { "compose.override.yaml": "services: {db: {environment: [POSTGRES_PASSWORD=other1]}}" };
    const [told] = await byHand(withDb("      POSTGRES_PASSWORD: hunter2\n"), over);
    expect(told).toMatch(/lays over this one has POSTGRES_PASSWORD, too/);
  });

  it("is told to be kept out of an image that is built of the whole folder", async () => {
    const text = withDb("      POSTGRES_PASSWORD: hunter2\n", "  api: {build: .}\n");
    expect(leftText(await fix(text))).toContain("secrets must stand in .dockerignore");
    expect(leftText(await fix(text.replace("build: .", "build: ./api")))).not.toContain(".dockerignore");
  });
});

/** As redis reads a line of its configuration: between double quotes, with escapes. */
const read = (conf: string) => {
  const [, inside = ""] = /^requirepass "(.*)"\n$/.exec(conf) ?? [];
  return Buffer.from(
    inside.replace(/\\x(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  ).toString();
};

describe("a value of any characters", () => {
  it("is in its file as compose resolves it, and nowhere else", async () => {
    await fc.assert(
      fc.asyncProperty(
        anySecret,
        fc.constantFrom(...yamlStyles),
        fc.boolean(),
        async (value, style, inList) => {
          const environment = inList
            ? [`POSTGRES_PASSWORD=${doubled(value)}`]
            : { POSTGRES_PASSWORD: doubled(value) };
          const services = { db: { image: "postgres:17", environment } };
          const text = stringify({ services }, { defaultStringType: style });
          // The library folds some lines of blanks as other text than it reads.
          fc.pre(JSON.stringify(parse(text)) === JSON.stringify({ services }));
          const fixed = await fix(text);
          expect(rows(fixed).map(([, , content]) => content)).toEqual([value]);
          const out = `${shown(fixed)}${fixed.text}`;
          for (const part of value.split("\n").filter((each) => each.length > 6)) {
            expect(out).not.toContain(part);
            expect(out).not.toContain(doubled(part));
          }
        },
      ),
      { numRuns: 80 },
    );
  });

  it("is in redis's configuration as it was on its command line", async () => {
    await fc.assert(
      fc.asyncProperty(anySecret, async (value) => {
        const command = ["redis-server", "--requirepass", doubled(value), "--appendonly", "yes"];
        const fixed = await fix(stringify({ services: { r: { image: "redis:8", command } } }));
        expect(rows(fixed).map(([, , content]) => read(content!))).toEqual([value]);
        expect(parse(fixed.text).services.r.command).toEqual([
          "redis-server",
          "/run/secrets/r-redis.conf",
          "--appendonly",
          "yes",
        ]);
        expect(shown(fixed)).not.toContain(value.split("\n")[0]);
      }),
      { numRuns: 60 },
    );
  });

  it("is not shown where it goes on below its key as flat as that", async () => {
    const text = 'services:\n  a:\n    image: a:1\n    environment: {\n      API_TOKEN: "hun\n      ter2"}\n';
    expect(shown(await fix(text))).not.toMatch(/hun|ter2/);
  });

  it("is not shown where a comment has it", async () => {
    const text = withDb("      POSTGRES_PASSWORD: hunter2 # was hunter2!\n      # hunter2\n");
    expect(shown(await fix(text))).not.toContain("hunter2");
  });
});

const cache = (more: string) => `services:\n  cache:\n    image: redis:8.0\n${more}`;

describe("redis and valkey", () => {
  it.each([
    [
      "    command: redis-server --requirepass hunter2 --save 60 1\n",
      "command: redis-server /run/secrets/cache-redis.conf --save 60 1\n",
      'requirepass "hunter2"\n',
    ],
    ["    command: --save '' --requirepass hunter2\n", undefined, ""],
    [
      "    command: --appendonly yes --requirepass hunter2 # x\n",
      "command: redis-server /run/secrets/cache-redis.conf --appendonly yes # x\n",
      'requirepass "hunter2"\n',
    ],
    [
      "    command:\n      - redis-server\n      - --requirepass\n      - hunter2\n    init: true\n",
      'command: ["redis-server", "/run/secrets/cache-redis.conf"]\n    init: true\n',
      'requirepass "hunter2"\n',
    ],
    [
      "    command: redis-server --maxmemory ${M:-1 mb} --masterauth hunter1 --requirepass hunter2\n",
      "command: redis-server /run/secrets/cache-redis.conf --maxmemory ${M:-1 mb}\n",
      'masterauth "hunter1"\nrequirepass "hunter2"\n',
    ],
    ["    command: redis-server --requirepass $P\n", undefined, ""],
    ['    command: sh -c "redis-server --requirepass hunter2"\n', undefined, ""],
  ])("read a password that stood in the command from a file: %j", async (command, wanted, content) => {
    const fixed = await fix(cache(command));
    if (wanted === undefined) expect([fixed.secrets, fixed.text.includes(command)]).toEqual([[], true]);
    else {
      expect(fixed.text).toContain(wanted);
      expect(rows(fixed)).toEqual([["secrets/cache-redis.conf", "999:999", content]]);
    }
    expect((await fix(fixed.text)).text).toBe(fixed.text);
  });

  it("get none by themselves: who would be shut out by one is told, and how to get it", async () => {
    const text = cache(
      "  api:\n    image: a:1\n    environment: [URL=redis://cache:6379/0, CACHED=yes]\n    depends_on: [cache]\n  job:\n    image: b:1\n    depends_on: [cache]\n",
    );
    const fixed = await fix(text);
    expect(fixed.secrets).toEqual([]);
    const api = fixed.text.split("\n").findIndex((line) => line.includes("URL=")) + 1;
    expect(fixed.told[0]).toMatch(/^compose\.yaml:2:3: cache has no password: .* --set-passwords /);
    expect(fixed.told[1]).toBe(`  compose.yaml:${api}:19: api URL`);
    expect(fixed.told[2]).toMatch(/: job depends_on$/);
  });

  it("get one that is generated where it is asked for, and nothing of their clients is rewritten", async () => {
    const text = cache("  api:\n    image: a:1\n    environment: [URL=redis://cache:6379/0]\n");
    const fixed = await fix(text, {}, { setPasswords: true });
    expect(rows(fixed)).toEqual([["secrets/cache-redis.conf", "999:999", "?"]]);
    expect(parse(fixed.text).services.cache.command).toEqual([
      "redis-server",
      "/run/secrets/cache-redis.conf",
    ]);
    expect(fixed.text).toContain("environment: [URL=redis://cache:6379/0]");
    expect(fixed.told.join("\n")).toMatch(
      /cache has a password now[^\n]*\n {2}compose\.yaml:\d+:19: api URL\n/,
    );
    const again = await fix(fixed.text, {}, { setPasswords: true });
    expect([again.text, again.secrets]).toEqual([fixed.text, []]);
  });

  it.each([
    ['    healthcheck: {test: "redis-cli ping | grep -q PONG"}\n', "redis-cli ping | grep -q PONG"],
    ['    healthcheck: {test: ["CMD-SHELL", "redis-cli ping || exit 1"]}\n', "redis-cli ping || exit 1"],
    ["    healthcheck:\n      test: [CMD, redis-cli, incr, x]\n", "redis-cli incr x"],
  ])("are asked for their health with the password that is generated: %j", async (health, asked) => {
    const { text } = await fix(cache(health), {}, { setPasswords: true });
    expect(parse(text).services.cache.healthcheck.test).toEqual([
      "CMD-SHELL",
      `REDISCLI_AUTH=$$(sed -n 's/^requirepass //p' /run/secrets/cache-redis.conf) && export REDISCLI_AUTH && ${asked}`,
    ]);
  });

  it.each([
    ["a file of their own", "    command: redis-server /etc/redis.conf\n"],
    ["a password", "    command: redis-server --requirepass ${P}\n"],
    ["others that need it, too", "    command: redis-server --replicaof other 6379\n"],
    ["users", "    command: redis-server --aclfile /etc/users\n"],
    ["a shell", "    command: sh -c 'redis-server'\n"],
    ["an entrypoint", "    entrypoint: [/own]\n"],
    ["a health check that asks otherwise", "    healthcheck: {test: 'redis-cli -a x ping'}\n"],
    ["root as user", "    user: root\n"],
    ["who extends it", "  b: {extends: cache}\n"],
  ])("get none where they have %s", async (_, more) => {
    const fixed = await fix(cache(more), {}, { setPasswords: true });
    expect([fixed.secrets, fixed.text.includes("redis.conf\n")]).toEqual([[], more.includes("redis.conf\n")]);
  });

  it("tell that a variable on the command line shows, and leave it", async () => {
    const fixed = await fix(cache("    command: redis-server --requirepass ${P}\n"));
    expect(fixed.text).toContain("command: redis-server --requirepass ${P}\n");
    expect(fixed.told.join("\n")).toMatch(/compose\.yaml:4:14: .*docker inspect shows it/);
  });
});

it("a URL with a password stays, with its line and the wrapper that would take it from a file", async () => {
  for (const password of ["${P}", "hunter2"]) {
    const text = `services:\n  api:\n    image: a:1\n    environment:\n      REDIS_URL: redis://:${password}@redis:6379\n`;
    const fixed = await fix(text);
    expect(fixed.text).toContain(`REDIS_URL: redis://:${password}@redis:6379`);
    expect(fixed.told.join("\n")).toMatch(
      /\n {2}compose\.yaml:5:7: api REDIS_URL\n[\s\S]*export REDIS_URL="…\$\$\(cat \/run\/secrets\/NAME\)…"/,
    );
    expect(shown(fixed)).not.toContain("hunter2");
  }
});
