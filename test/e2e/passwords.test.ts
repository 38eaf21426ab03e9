/** Passwords that `compose fix` moves or generates, on a real engine: they open what they opened, and nothing shows them. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { harden } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { must } from "./trouble.ts";
import { waitUntil } from "./wait.ts";

const weak = `services:
  db:
    image: postgres:17.6
    environment:
      POSTGRES_PASSWORD: 'it''s $$9 #1 \\ "x"' # as it always was
    volumes: [db:/var/lib/postgresql/data]
    healthcheck: {test: pg_isready, interval: 1s, retries: 99}
  kept:
    image: redis:8.0
    command: redis-server --requirepass k3pt.one --appendonly yes
    volumes: [kept:/data]
  cache:
    image: redis:8.0
    volumes: [cache:/data]
    healthcheck: {test: "redis-cli ping | grep -q PONG", interval: 1s, retries: 99}
volumes: {db: , kept: , cache: }
`;
const ofDatabase = 'it\'s $9 #1 \\ "x"';

const word = (text: string) => `"$(echo ${Buffer.from(text).toString("base64")} | base64 -d)"`;

describe.skipIf(!hasDocker())("passwords of a compose file", () => {
  let host: TestHost;
  let folder: string;
  const exec = (script: string) => must(host, script);
  const compose = (words: string) => exec(`cd /opt/vault && docker compose --progress quiet ${words} 2>&1`);
  /** The folder as it is, with the numbers of its owners. */
  const install = async () => {
    const tar = execFileSync("tar", ["-C", folder, "-cz", "--numeric-owner", "."]).toString("base64");
    await exec(`mkdir -p /opt/vault && cd /opt/vault && echo ${tar} | base64 -d | tar -xzp --numeric-owner`);
  };
  const ping = (service: string, password?: string) =>
    compose(
      `exec -T ${password === undefined ? "" : `-e REDISCLI_AUTH=${password}`} ${service} redis-cli ping`,
    );
  const asks = (password: string) =>
    host.exec(
      `cd /opt/vault && docker compose exec -T -e PGPASSWORD=${word(password)} db psql -h db -U postgres -Atc 'select 6 * 7'`,
    );
  /** Not all of them have a test of their health; the client ends well as soon as anything answers. */
  const start = async () => {
    await compose("up -d --wait");
    for (const service of ["cache", "kept"])
      await waitUntil(`${service} answers`, async () => {
        const { code } = await host.exec(`cd /opt/vault && docker compose exec -T ${service} redis-cli ping`);
        return code === 0;
      });
    await waitUntil("db answers", async () => (await asks(ofDatabase)).code === 0);
  };
  /** Where the engine, or the list of processes, shows one of these. */
  const shownBy = async (...values: readonly string[]) => {
    await exec(`echo ${Buffer.from(values.join("\n")).toString("base64")} | base64 -d >/run/values`);
    const engine = "docker inspect $(docker ps -aq) | grep -cFf /run/values";
    const processes = "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -cFf /run/values";
    return (await exec(`${engine}; ${processes}; true`))
      .trim()
      .split("\n")
      .map((count) => Number(count) > 0);
  };

  beforeAll(async () => {
    host = await startHost("debian13", "services");
    folder = mkdtempSync(join(tmpdir(), "harden-passwords-"));
    writeFileSync(join(folder, "compose.yaml"), weak);
    await exec("sh /srv/images.sh");
    await install();
  });
  afterAll(async () => {
    await host?.remove();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  test("in the file are shown by the engine, and one redis has none", async () => {
    await start();
    // Once it has started, redis hides its own words from the list of processes.
    expect(await shownBy("k3pt.one")).toEqual([true, false]);
    expect(await shownBy("$9 #1")).toEqual([true, false]);
    const pid = await exec("sh -c 'sleep 600; true' k3pt.one >/dev/null 2>&1 & echo $!");
    expect(await shownBy("k3pt.one")).toEqual([true, true]);
    await exec(`kill ${pid}`);
    expect([await ping("cache"), await ping("kept", "k3pt.one")]).toEqual(["PONG\n", "PONG\n"]);
    expect(await asks(ofDatabase)).toMatchObject({ code: 0, stdout: "42\n" });
  });

  test("moved, or generated, open what they opened, refuse who has none, and nothing shows them", async () => {
    const file = join(folder, "compose.yaml");
    const fixed = await harden(host, ["compose", "fix", file, "--write", "--set-passwords"]);
    // What is left to a person fails.
    expect(fixed, fixed.stderr).toMatchObject({ code: 2 });
    const before = await exec("cd /opt/vault && docker compose config --format json");
    // Written so that compose can read it again.
    const resolved = JSON.parse(before).services.db.environment.POSTGRES_PASSWORD as string;
    expect(resolved.replaceAll("$$", "$")).toBe(ofDatabase);
    await install();
    for (const [, line = ""] of fixed.stdout.matchAll(/^ +sudo (chown .*)$/gm))
      await exec(line.replace(folder, "/opt/vault"));
    const read = (name: string) => exec(`cat /opt/vault/secrets/${name}`);
    expect(await read("db-postgres_password")).toBe(ofDatabase);
    const [, generated = ""] = /^requirepass (\w{64})\n$/.exec(await read("cache-redis.conf"))!;
    expect(`${fixed.stdout}${fixed.stderr}${readFileSync(file, "utf8")}`).not.toMatch(
      new RegExp(`k3pt\\.one|\\$9 #1|${generated}`),
    );
    const works = async () => {
      await start();
      expect(await ping("cache")).toMatch(/^NOAUTH /);
      expect(await ping("kept")).toMatch(/^NOAUTH /);
      expect([await ping("cache", generated), await ping("kept", "k3pt.one")]).toEqual(["PONG\n", "PONG\n"]);
      expect(await asks(ofDatabase)).toMatchObject({ code: 0, stdout: "42\n" });
      expect((await asks("another")).stderr).toContain("password authentication failed");
      expect(await shownBy("k3pt.one", "$9 #1", generated)).toEqual([false, false]);
    };
    await works();
    const options = await compose("exec -T -e REDISCLI_AUTH=k3pt.one kept redis-cli config get appendonly");
    expect(options).toBe("appendonly\nyes\n");
    expect(await exec("stat -c '%a %u' /opt/vault/secrets/*")).toBe("400 999\n400 999\n400 999\n");
    // Without its data the database takes the password from the file.
    await compose("down --volumes");
    await works();
  });
});
