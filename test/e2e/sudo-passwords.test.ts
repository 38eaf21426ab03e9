/** Two hosts on which sudo wants different passwords, on real hosts: by a file, by a question for each, and never shown. */
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, opPassword, startHost, type TestHost } from "./hosts.ts";
import { startOnTerminal } from "./terminal.ts";
import { must } from "./trouble.ts";

/** What YAML would take for a number, a tag and a comment. */
const other = "0042: !x #y";

describe.skipIf(!hasDocker())("hosts with different passwords of sudo", () => {
  let hosts: readonly TestHost[];
  let folder: string;
  const profile = profileFile("sysctl: {}\n");
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "harden-sudo-"));
    hosts = await Promise.all(bothDistros.map((distro) => startHost(distro, "bare")));
    const [first, second] = hosts;
    await must(second!, `printf '%s\\n' 'op:${other}' | chpasswd`);
    appendFileSync(first!.knownHosts, readFileSync(second!.knownHosts));
  });
  afterAll(async () => {
    await Promise.all(hosts?.map((host) => host.remove()) ?? []);
    rmSync(folder, { recursive: true, force: true });
  });

  const targets = () => hosts.map((host) => host.target("op"));
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    chmodSync(path, 0o600);
    return path;
  };
  const plan = (...words: readonly string[]) =>
    harden(hosts[0]!, ["plan", ...targets(), "--profile", profile, ...words]);
  const isSilent = (text: string) => {
    expect(text).not.toContain(opPassword);
    expect(text).not.toContain(other);
  };

  test("by a file: each host gets its own, and neither report, -v nor log has one", async () => {
    const [first, second] = targets();
    const file = write(
      "sudo.yaml",
      `${first}: ${JSON.stringify(opPassword)}\n${second}: ${JSON.stringify(other)}\n`,
    );
    const log = join(folder, "log");
    const { code, stdout, stderr } = await plan("--sudo-passwords", file, "-v", "--log", log);
    expect(code, stderr).toBe(0);
    expect(stdout).not.toContain("BLOCKED");
    for (const target of targets())
      expect(stderr).toMatch(
        new RegExp(`^${target}: connected to .* as op by key .*, as root by sudo; .*, in \\d`, "m"),
      );
    expect(stderr).toMatch(/: round trip 1: a script of \d+ bytes, \d+ received, exit 0, in /);
    expect(stderr).not.toContain("warning");
    isSilent(`${stdout}${stderr}${readFileSync(log, "utf8")}`);
  });

  test("a host that the file leaves out has the one of all, and a wrong one is that host's alone", async () => {
    const [first, second] = targets();
    const all = write("all", `${opPassword}\n`);
    const own = write("own.yaml", `${second}: ${JSON.stringify(other)}\n`);
    expect(await plan("--sudo-passwords", own, "--sudo-password-file", all)).toMatchObject({ code: 0 });
    const one = await plan("--sudo-password-file", all);
    expect(one.code).toBe(1);
    expect(one.stderr).toContain(`harden: ${second}: sudo refused the password.`);
    expect(one.stderr).toContain("--sudo-passwords FILE");
    expect(one.stdout).toContain(first);
    isSilent(one.stdout + one.stderr);
  });

  test("a file that others can read is told, and one for other hosts is refused", async () => {
    const file = write("open.yaml", `${targets()[0]}: ${JSON.stringify(opPassword)}\n`);
    chmodSync(file, 0o644);
    expect((await plan("--sudo-passwords", file)).stderr).toContain(
      `others on this machine can read the password file ${file}`,
    );
    const elsewhere = await plan("--sudo-passwords", write("else.yaml", "web9: x\n"));
    expect(elsewhere).toMatchObject({ code: 64, stdout: "" });
    expect(elsewhere.stderr).toContain("has none for");
  });

  test("by a question for each host that wants one", async () => {
    const run = startOnTerminal(hosts[0]!, [
      "plan",
      ...targets(),
      "--profile",
      profile,
      "--ask-sudo-passwords",
    ]);
    const answers = new Map([
      [targets()[0]!, opPassword],
      [targets()[1]!, other],
    ]);
    const question = /sudo password of (\S+): $/;
    for (const place of ["first", "second"] as const) {
      await run.until(place === "first" ? question : /sudo password of [\s\S]*sudo password of \S+: $/);
      run.type(`${answers.get(question.exec(run.said())![1]!)}\n`);
    }
    const { code, said } = await run.ended;
    expect(code, said).toBe(0);
    expect(said.match(/sudo password of /g)).toHaveLength(2);
    expect(said).not.toContain("BLOCKED");
    isSilent(said);
  });
});
