/** What two things differ in, on real hosts: nothing where nothing is otherwise, and what was made so by hand and by runs. */
import { appendFileSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { must } from "./trouble.ts";

interface Difference {
  readonly of: string;
  readonly name: string;
  readonly a?: string;
  readonly b?: string;
}

const profile = profileFile("access: {from: [0.0.0.0/0]}\nssh: {}\nsysctl: {}\npermissions: {}\n");
const stricter = profileFile(
  "access: {from: [0.0.0.0/0]}\nssh: {maxAuthTries: 2}\nsysctl: {}\npermissions: {}\n",
);

// Each test begins with what the one before has left.
describe.skipIf(!hasDocker())("harden diff", { retry: 0 }, () => {
  let one: TestHost;
  let other: TestHost;
  const saved = join(mkdtempSync(join(tmpdir(), "harden-diff-")), "last.json");
  beforeAll(async () => {
    [one, other] = await Promise.all([startHost("debian13", "full"), startHost("debian13", "full")]);
    appendFileSync(one.knownHosts, readFileSync(other.knownHosts));
  });
  afterAll(() => Promise.all([one, other].map((host) => host?.remove())));

  const diff = async (code: number, ...words: readonly string[]) => {
    const done = await harden(one, ["diff", ...words, "--format", "json"]);
    expect(done, done.stdout + done.stderr).toMatchObject({ code });
    const report = JSON.parse(done.stdout) as readonly { value: { differences: readonly Difference[] } }[];
    return report.flatMap(({ value }) =>
      value.differences.map(({ of, name, a = "-", b = "-" }) => `${of} ${name}: ${a} → ${b}`),
    );
  };
  const root = () => one.target("root");

  test("of two hosts that are alike has nothing, and of one that isn't what it is", async () => {
    const both = [root(), other.target("root"), "--profile", profile];
    expect(await diff(0, ...both)).toEqual([]);
    const value = (await must(other, "sysctl -n net.ipv4.tcp_syncookies")).trim();
    await must(other, `sysctl -w net.ipv4.tcp_syncookies=${1 - Number(value)}; chmod 666 /etc/passwd`);
    const told = await diff(2, ...both);
    expect(told).toContainEqual(expect.stringMatching(/^check sysctl\.tcp-syncookies/));
    expect(told).toContainEqual(expect.stringMatching(/^check permissions\.\S+.*passwd/));
    const { stdout } = await harden(one, ["diff", ...both]);
    expect(stdout).toMatch(/^root@\S+ → root@\S+: \d+ differences$/m);
  });

  test("of two runs has what was changed between them, and nothing once that is undone", async () => {
    const run = async (...words: readonly string[]) => {
      const done = await harden(one, [words[0]!, root(), ...words.slice(1), "--yes"], { alone: true });
      expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
      const { stdout } = await harden(one, ["runs", root(), "--format", "json"]);
      return JSON.parse(stdout)[0].value.at(-1).id as string;
    };
    const first = await run("apply", "--profile", profile);
    const second = await run("apply", "--profile", stricter);
    const things = (rows: readonly string[]) => rows.filter((row) => row.startsWith("thing "));
    const changed = things(await diff(2, root(), first, second));
    expect(changed).toContainEqual(
      expect.stringMatching(/^thing file \/etc\/ssh\/sshd_config\.d\/\S+: file \S+ .* → file /),
    );
    expect(things(await diff(2, root(), second, first))).toHaveLength(changed.length);
    expect(await diff(0, root(), second, second)).toEqual([]);
    const third = await run("rollback", second);
    expect(things(await diff(2, root(), first, third)).filter((row) => row.includes(" file "))).toEqual([]);
    const unknown = await harden(one, ["diff", root(), first, "20200101-000000-deadbeef"]);
    expect(unknown).toMatchObject({ code: 1, stdout: "" });
    expect(unknown.stderr).toContain(`There is no run 20200101-000000-deadbeef on ${root()}`);
  });

  test("of a saved audit and today has what has changed since", async () => {
    const audit = ["audit", root(), "--profile", profile, "--out", saved];
    expect((await harden(one, audit)).stderr).toContain(`${saved}: 1 result`);
    const today = [saved, "--profile", profile];
    expect(await diff(0, ...today)).toEqual([]);
    await must(one, "chmod 666 /etc/group");
    const told = await diff(2, ...today);
    expect(told).toEqual(
      expect.arrayContaining([expect.stringMatching(/^check permissions\.\S+ of \/etc\/group: - → fail$/)]),
    );
    expect(await diff(2, saved, root(), "--profile", profile)).toEqual(told);
    expect(await diff(0, saved, saved)).toEqual([]);
    const stranger = await harden(one, ["diff", saved, "web9"]);
    expect(stranger).toMatchObject({ code: 64, stdout: "" });
    expect(stranger.stderr).toContain(`is an audit of ${root()}, not of web9.`);
  });
});
