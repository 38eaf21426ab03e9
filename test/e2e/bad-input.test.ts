import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { harden, inShell, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { difference, state } from "./state.ts";
import { startOnTerminal } from "./terminal.ts";

/** No stack trace, and no more than a sentence and its hints. */
const isOneSentence = (text: string) => {
  expect(text).not.toMatch(/\n\s+at /);
  expect(text.trim().split("\n").length).toBeLessThanOrEqual(4);
};

describe.skipIf(!hasDocker())("bad input", () => {
  let host: TestHost;
  const good = profileFile("sysctl: {}\n");
  beforeAll(async () => {
    host = await startHost("debian12", "full");
  });
  afterAll(() => host?.remove());

  it.each([
    [
      "an unknown key",
      "ssh: {passwordAuthentcation: false}\n",
      /:1:7: .*did you mean `passwordAuthentication`/i,
    ],
    ["a wrong type", "fail2ban:\n  maxRetry: many\n", /:2:13: /],
    ["bad YAML", "ssh: {\n", /:\d+:\d+: /],
    ["a missing file", "extends: nowhere\n", /:1:10: .*nowhere/],
    ["a newline in a value", 'firewall: {rules: [{port: 1, protocol: tcp, comment: "a\\nb"}]}\n', /:1:/],
  ])("%s in a profile: exit 78, with its place, and no host is contacted", async (_what, yaml, place) => {
    const { code, stderr } = await harden(host, ["plan", "nobody@192.0.2.1", "--profile", profileFile(yaml)]);
    expect(code, stderr).toBe(78);
    expect(stderr).toMatch(place);
  });

  it("shows all errors of a profile at once", async () => {
    const profile = profileFile("ssh: {nonsense: 1}\nfail2ban: {maxRetry: many}\nfirewal: {}\n");
    const { code, stderr } = await harden(host, ["plan", host.target("root"), "--profile", profile]);
    expect(code).toBe(78);
    for (const line of [":1:", ":2:", ":3:"]) expect(stderr).toContain(line);
  });

  it("what only the host can tell of a profile is in its plan, all at once; a name of the profile that nobody has is told", async () => {
    const profile = profileFile(`access: {user: nobody-here}
permissions: {}
certificates: {domains: [example.org]}
ssh: {allowUsers: [root, daemon, nobody-there], allowGroups: [sudo, no-group]}
`);
    const words = ["plan", host.target("root"), "--profile", profile, "--detailed-exitcode"];
    const { code, stdout } = await harden(host, words);
    expect(code, stdout).toBe(3);
    for (const says of [
      "The planned login nobody-here has no account on this host.",
      "Name a login that works in the profile: access.user.",
      "example.org has no certificate in /etc/letsencrypt/live.",
      "ssh.allowUsers names nobody-there: no such account is here.",
      "ssh.allowGroups names no-group: no login is in that group.",
    ])
      expect(stdout).toContain(says);
  });

  it.each([
    ["a port that nobody listens on", (h: TestHost) => `root@${h.address}:1`],
    ["a name that doesn't resolve", () => "root@nosuch.invalid"],
    ["a login that the host doesn't know", (h: TestHost) => `nobody-here@${h.address}`],
  ])("%s: exit 1 within seconds, one sentence and a hint", async (_what, target) => {
    const started = Date.now();
    const { code, stderr } = await harden(host, ["plan", target(host), "--profile", good]);
    expect(code, stderr).toBe(1);
    expect(Date.now() - started).toBeLessThan(30_000);
    isOneSentence(stderr);
    expect(stderr).toContain("next: ");
  });

  it("an unknown host key is shown and refused, and a changed one even more so", async () => {
    const known = join(host.home, ".ssh/known_hosts");
    const before = readFileSync(known, "utf8");
    try {
      writeFileSync(known, "");
      const unknown = await harden(host, ["plan", host.target("root"), "--profile", good]);
      expect(unknown.code, unknown.stderr).toBe(1);
      expect(unknown.stderr).toMatch(/SHA256:/);
      const other = "AAAAC3NzaC1lZDI1NTE5AAAAIJ0000000000000000000000000000000000000000000";
      writeFileSync(known, `${host.address} ssh-ed25519 ${other.slice(0, 68)}\n`);
      const changed = await harden(host, ["plan", host.target("root"), "--profile", good]);
      expect(changed.code, changed.stderr).toBe(1);
      isOneSentence(changed.stderr);
      writeFileSync(known, "");
      const accepted = await harden(host, [
        "plan",
        host.target("root"),
        "--profile",
        good,
        "--accept-new-host-key",
      ]);
      expect(accepted.code, accepted.stderr).toBe(0);
      expect(readFileSync(known, "utf8")).toContain(host.address);
    } finally {
      writeFileSync(known, before);
    }
  });

  it.each([
    ["no such command", ["plam"]],
    ["no such control", ["plan", "--only", "telnet"]],
    ["controls of which none is left", ["verify", "--only", "ssh", "--skip", "ssh"]],
    ["a plan file that isn't there", ["apply", "./nowhere.json"]],
    ["a confirm time-out of nothing", ["apply", "--confirm-timeout", "0"]],
  ])("%s: exit 64", async (_what, args) => {
    const { code, stderr } = await harden(host, args);
    expect(code, stderr).toBe(64);
  });

  it("a saved plan and another profile: the saved one is not applied in its place", async () => {
    const { code, stderr } = await harden(host, ["apply", "/dev/null", "--profile", "staging"]);
    expect(code, stderr).toBe(64);
    expect(stderr).toContain("--profile can't change it");
  });

  it.each<[string, string, number, RegExp, NodeJS.ProcessEnv?]>([
    ["its reader goes", 'PLAN | head -n 1; exit "${PIPESTATUS[0]}"', 0, /./],
    ["a full disk for the plan", "PLAN >/dev/full", 1, /report could not be written .*no space left/],
    ["no descriptors at all", "PLAN <&- >&- 2>&-", 0, /^$/],
    [
      "a full disk for the log",
      "PLAN --log /dev/full",
      64,
      /log \/dev\/full can't be written: .*no space left/,
    ],
    ["no folder for the log", "PLAN --log /nowhere/log", 64, /log \/nowhere\/log can't be written/],
    [
      "no folder to save in",
      "PLAN --out /nowhere/plan",
      64,
      /^harden: \/nowhere\/plan: The plan could not be saved: no such file or directory\.\n {2}host: no host was contacted$/m,
    ],
    [
      "a plan of a host, and of one that isn't there",
      `T=$(mktemp -d); trap 'rm -r "$T"' EXIT; PLAN root@nosuch.invalid --out "$T/plan"; HARDEN show "$T/plan"`,
      0,
      /^\S+\/plan: 1 host; not in it: root@nosuch\.invalid$/m,
    ],
    ["no such recorded host", "PLAN --recorded /nowhere/host", 64, /\/nowhere\/host can't be read/],
    ["no such password file", "PLAN --sudo-password-file /nowhere/p", 64, /\/nowhere\/p can't be read/],
    [
      "a broken ssh configuration",
      "bad=$(mktemp); trap 'rm $bad' EXIT; echo Hots web1 >$bad; PLAN --ssh-config $bad",
      64,
      /ssh cannot read its configuration: .*bad configuration option/,
    ],
    ["a password in a target", "PLAN root:s3cret@web1", 64, /^harden: A target has no password: root:…@/],
    ["an option with a slip", "PLAN --profil x", 64, /Did you mean --profile\?/],
    [
      "a folder that is gone",
      'cd "$(mktemp -d)" && rmdir "$PWD" && PLAN',
      64,
      /^harden: The folder that harden was started in is gone\./,
    ],
    ["no HOME", "PLAN", 0, /./, { HOME: undefined }],
    ["a HOME that is no folder", "PLAN", 0, /./, { HOME: "/proc/version" }],
  ])("%s: said in one sentence, and the status is right", async (_what, script, wanted, says, env) => {
    const plan = `HARDEN plan HOST --profile '${good}'`;
    const { code, stdout, stderr } = await inShell(host, script.replace("PLAN", plan), env);
    expect(code, stdout + stderr).toBe(wanted);
    expect(stdout + stderr).toMatch(says);
    expect(stderr).not.toMatch(/\n\s+at |Warning:|defect of harden/);
  });

  it("in JSON only the data is on standard output, though there is a plan to be shown and a question", async () => {
    const apply = `HARDEN apply HOST --profile '${good}' --format json`;
    const refused = await inShell(host, `${apply} <&-`);
    expect(refused, refused.stderr).toMatchObject({ code: 64, stdout: "" });
    const planned = await inShell(host, `HARDEN plan HOST --profile '${good}' --format json`);
    const [{ value }] = JSON.parse(planned.stdout);
    expect(value.profile).toMatchObject({ name: "test", file: good });
  });

  it("without a terminal and without --yes nothing changes: exit 64", async () => {
    const before = await state(host.exec);
    const { code, stderr } = await harden(host, ["apply", host.target("root"), "--profile", good]);
    expect(code, stderr).toBe(64);
    expect(stderr).toContain("--yes");
    expect(difference(before, await state(host.exec))).toEqual([]);
    expect((await host.exec("ls /var/lib/harden")).code).not.toBe(0);
  });

  it("a host that isn't Debian or Ubuntu: exit 1, and says what it is", async () => {
    await host.exec(
      "cat /etc/os-release > /root/os-release.saved; printf 'ID=plan9\\n' > /usr/lib/os-release",
    );
    const { code, stderr } = await harden(host, ["plan", host.target("root"), "--profile", good]);
    await host.exec("cat /root/os-release.saved > /usr/lib/os-release; rm /root/os-release.saved");
    expect(code, stderr).toBe(1);
    expect(stderr).toContain("plan9");
  });

  it("a plan file of a host that has become another one: refused, and nothing is changed", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "harden-plan-")), "plan.json");
    const saved = await harden(host, ["plan", host.target("root"), "--profile", good, "--out", file]);
    expect(saved, saved.stderr).toMatchObject({ code: 0 });
    const before = await state(host.exec);
    await host.exec("cp -a /etc/machine-id /root/; echo 0123456789abcdef0123456789abcdef >/etc/machine-id");
    const { code, stderr } = await harden(host, ["apply", file, "--yes"]);
    await host.exec("cp -a /root/machine-id /etc/machine-id; rm /root/machine-id");
    expect(code, stderr).toBe(3);
    expect(stderr).toContain("is not the host that the plan was made of");
    expect(stderr).toContain("nothing was changed");
    expect(difference(before, await state(host.exec))).toEqual([]);
  });

  describe("several targets", () => {
    interface Ended {
      readonly target: string;
      readonly verdict: string;
      readonly status: number;
    }
    const endings = (all: readonly Ended[]) =>
      all.map(({ target, verdict, status }) => [target, verdict, status]);
    const targets = () => [host.target("root"), "root@nosuch.invalid"];

    async function ended(command: readonly string[], profile: string) {
      const log = join(mkdtempSync(join(tmpdir(), "harden-log-")), "log");
      const more = ["--profile", profile, "--format", "json", "--log", log];
      const { code, stdout, stderr } = await harden(host, [...command, ...targets(), ...more]);
      const lines = readFileSync(log, "utf8").trim().split("\n");
      const logged = lines.map((line) => JSON.parse(line)).slice(-3);
      const results = JSON.parse(stdout || "[]");
      expect(endings(results), stderr).toEqual(endings(logged.slice(0, 2)));
      expect(logged.map(({ msg }) => msg)).toEqual(["verdict", "verdict", "ended"]);
      expect(logged[2].status).toBe(code);
      return { code, results };
    }

    it("one that can't be planned is told of before the question, once", async () => {
      const run = startOnTerminal(host, ["apply", ...targets(), "--profile", good]);
      await run.until(/\[y\/N\]/);
      const failed = /harden: [^\n]*nosuch\.invalid/g;
      expect(run.said().split("[y/N]")[0]).toMatch(failed);
      run.type("\n");
      const { code, said } = await run.ended;
      expect(code, said).toBe(1);
      expect(said.match(failed), said).toHaveLength(1);
    });

    it("one that fails doesn't stop the other, and the worst status counts", async () => {
      const { code, results } = await ended(["apply", "--yes"], good);
      expect(code).toBe(1);
      expect(endings(results)).toEqual([
        [targets()[0], "pass", 0],
        [targets()[1], "unreachable", 1],
      ]);
      expect(results[0].value.outcome).toBe("confirmed");
    });

    it("an unreachable one doesn't hide that another fails its checks: the status says both", async () => {
      const { code, results } = await ended(["verify"], profileFile("ssh: {port: 2222}\n"));
      expect(code).toBe(6);
      expect(endings(results)).toEqual([
        [targets()[0], "fail", 2],
        [targets()[1], "unreachable", 1],
      ]);
    });
  });

  it("hostile text of a host is shown without its control characters", async () => {
    await host.exec("printf 'x\\033]0;owned\\007\\033[2J' > /etc/fail2ban/jail.local");
    const { stdout } = await harden(host, [
      "plan",
      host.target("root"),
      "--profile",
      profileFile("fail2ban: {}\n"),
    ]);
    await host.exec("rm /etc/fail2ban/jail.local");
    expect([...stdout].some((char) => char < " " && char !== "\n")).toBe(false);
  });
});
