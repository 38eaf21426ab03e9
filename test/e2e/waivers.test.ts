/** What verify makes of a waiver on a real host, and a section that is only measured. */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { difference, state } from "./state.ts";
import { apply, during, must, type Trouble } from "./trouble.ts";
import { waitForBanner } from "./wait.ts";

interface Told {
  readonly id: string;
  readonly object: string;
  readonly found: string;
  readonly verdict: string;
  readonly role: string;
  readonly waive?: string;
  readonly waiver?: { readonly state: string };
}

describe.skipIf(!hasDocker())("waivers, and sections that are only measured", { timeout: 400_000 }, () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost("debian13", "full");
    const known = join(host.home, ".ssh/known_hosts");
    const lines = readFileSync(known, "utf8").trim().split("\n");
    const moved = lines.map((line) => line.replace(host.address, `[${host.address}]:2222`));
    writeFileSync(known, `${[...lines, ...moved].join("\n")}\n`);
  });
  afterAll(() => host?.remove());

  const verify = (profile: string, ...more: readonly string[]) =>
    harden(host, ["verify", host.target("root"), "--profile", profile, ...more]);
  /** But for advice of how these profiles let the whole world come to ssh. */
  const failingOf = async (profile: string): Promise<readonly Told[]> => {
    const { stdout } = await verify(profile, "--format", "json");
    const checks: readonly Told[] = JSON.parse(stdout)[0].value.checks;
    return checks.filter(
      ({ id, verdict, waiver }) =>
        id !== "firewall.ssh-from-anywhere" &&
        !/pass|not applicable/.test(verdict) &&
        waiver?.state !== "waived",
    );
  };

  const rules = "firewall: {rules: [{port: 80, protocol: tcp}]}\n";
  const filled = (waive: string, until: string) =>
    waive
      .replace('reason: ""', 'reason: "the agent of the monitoring"')
      .replace('owner: ""', "owner: web team")
      .replace("0000-00-00", until);
  let waivedUntil: (day: string) => string;
  let waived: string;
  let expired: string;

  it("a rule of somebody's fails, and its own lines waive it: verify is 0, and doesn't call it passed", async () => {
    const profile = profileFile(rules);
    const applied = await apply(host, profile);
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
    await must(host, "ufw allow 8080/tcp comment agent");
    const [opened, ...more] = await failingOf(profile);
    expect(more).toEqual([]);
    expect(opened).toMatchObject({ id: "firewall.other-rules", object: "8080/tcp from anywhere" });
    expect(await verify(profile)).toMatchObject({ code: 2 });

    waivedUntil = (day) => filled(opened!.waive!, day);
    waived = profileFile(`${rules}${waivedUntil("2999-12-31")}\n`);
    expired = profileFile(`${rules}${waivedUntil("2020-12-31")}\n`);
    const told = await verify(waived);
    expect(told, told.stdout).toMatchObject({ code: 0 });
    expect(told.stdout).toMatch(/waived +firewall\.other-rules/);
    expect(told.stdout).toMatch(/ passed, .*1 waived until 2999-12-31\.$/m);
    const inSync = await apply(host, waived);
    expect(inSync, inSync.stdout).toMatchObject({ code: 0 });
    expect(inSync.stdout).toContain("in sync");
  });

  it("another open port is not waived by it", async () => {
    await must(host, "ufw allow 9090/tcp");
    const told = await verify(waived);
    expect(told, told.stdout).toMatchObject({ code: 2 });
    expect((await failingOf(waived)).map(({ object }) => object)).toEqual(["9090/tcp from anywhere"]);
    await must(host, "ufw delete allow 9090/tcp");
  });

  it("a waiver whose day is over fails, with whose it was; junit has it as a failure", async () => {
    const told = await verify(expired);
    expect(told, told.stdout).toMatchObject({ code: 2 });
    expect(told.stdout).toContain(
      "web team waived this until 2020-12-31 (the agent of the monitoring), and that is over.",
    );
    const junit = await verify(expired, "--format", "junit");
    expect(junit).toMatchObject({ code: 2 });
    expect(junit.stdout).toMatch(
      /<testcase [^>]*name="firewall.other-rules 8080[^>]*>\s*<failure type="fail"/,
    );
    const applied = await apply(host, expired);
    expect(applied, applied.stdout).toMatchObject({ code: 2 });
  });

  it("a waiver ends by the host's clock when that is ahead, and goes on by the controller's when the host's is behind", async () => {
    const profile = profileFile(`${rules}${waivedUntil("2150-12-31")}\n`);
    const setTo = (day: string): Trouble => ({
      name: `the clock says ${day}`,
      make: `cat >/root/date <<'END'\n#!/bin/sh\nexec /usr/bin/date.real -d ${day} "$@"\nEND
        chmod 755 /root/date; cp -a /usr/bin/date /usr/bin/date.real; mv -f /root/date /usr/bin/date`,
      there: `[ "$(date -u +%Y-%m-%d)" = ${day} ]`,
      end: "mv -f /usr/bin/date.real /usr/bin/date",
    });
    await during(host, setTo("2151-01-02"), async () => {
      const told = await verify(profile);
      expect(told, told.stdout).toMatchObject({ code: 2 });
      expect(told.stdout).toMatch(
        /and that is over by the host's clock \(2151-01-02; the controller's clock says \d{4}-\d\d-\d\d\)\./,
      );
    });
    await during(host, setTo("2001-01-02"), async () => {
      expect((await failingOf(profile)).map(({ id }) => id)).toEqual(["host.clock"]);
      const over = await verify(expired);
      expect(over, over.stdout).toMatchObject({ code: 2 });
      expect(over.stdout).toMatch(
        /and that is over by the controller's clock \(\d{4}-\d\d-\d\d; the host's clock says 2001-01-02\)\./,
      );
    });
  });

  it("a waiver that nothing needs any more is told", async () => {
    await must(host, "ufw delete allow 8080/tcp");
    const told = await verify(waived);
    expect(told, told.stdout).toMatchObject({ code: 0 });
    expect(told.stdout).toMatch(
      /warning The waiver of firewall\.other-rules by web team waives nothing here/,
    );
  });

  describe("a database that a colleague opens beside the profile", () => {
    const profileWith = (otherRules: string) =>
      profileFile(`firewall: {${otherRules} rules: [{port: 5432, from: 10.0.0.0/8}]}\n`);
    const files = "/etc/ufw/user.rules /etc/ufw/user6.rules";
    const rulesNow = () =>
      must(host, `cat ${files}; iptables -S ufw-user-input; ip6tables -S ufw6-user-input`);
    let before: string;

    it("fails verify, whatever is left unsaid", async () => {
      const applied = await apply(host, profileWith(""));
      expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
      await must(host, "ufw allow 5432/tcp; ufw allow 20:30/tcp comment 'and ssh'; ufw deny 7");
      before = await rulesNow();
      expect(await verify(profileWith(""))).toMatchObject({ code: 2 });
      const objects = (await failingOf(profileWith(""))).map(({ id, object }) => `${id} ${object}`);
      expect(objects).toContain("firewall.other-rules 5432/tcp from anywhere but 10.0.0.0/8 (IPv4)");
    });

    it("is told with otherRules: warn, and is nobody's business with keep", async () => {
      const warned = await verify(profileWith("otherRules: warn,"), "--format", "json");
      expect(warned, warned.stdout).toMatchObject({ code: 0 });
      const [told] = await failingOf(profileWith("otherRules: warn,"));
      expect(told).toMatchObject({ id: "firewall.other-rules", role: "advice" });
      const kept = await verify(profileWith("otherRules: keep,"));
      expect(kept, kept.stdout).toMatchObject({ code: 0 });
      expect(kept.stdout).toMatch(/not applicable +firewall\.other-rules/);
    });

    it("goes with otherRules: remove, but for what the login comes in by; and a rollback has it to the byte", async () => {
      const profile = profileWith("otherRules: remove,");
      const planned = await harden(host, [
        "plan",
        host.target("root"),
        "--profile",
        profile,
        "--format",
        "json",
      ]);
      const { changes, findings } = JSON.parse(planned.stdout)[0].value;
      const lines = changes.flatMap(({ details = [] }: { details?: readonly string[] }) => details);
      expect(lines).toEqual(["- allow 5432/tcp (the host's own)"]);
      expect(
        findings.find(({ id }: { id: string }) => id === "firewall.other-rules-spared")?.message,
      ).toContain("comes in by them: allow 20:30/tcp (and ssh)");
      const applied = await apply(host, profile);
      expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 2 });
      expect(applied.stdout).toContain("applied, verified and confirmed");
      const now = await rulesNow();
      expect(now).not.toMatch(/input -p tcp (-m tcp )?--dport 5432 -j/);
      expect(now).toMatch(/-s 10\.0\.0\.0\/8 .*--dport 5432 -j ACCEPT/);
      expect(now).toMatch(/--dports 20:30 -j ACCEPT/);
      expect(now).toMatch(/--dport 7 -j DROP/);
      const off = profileFile("firewall: {enabled: false}\n");
      const back = await harden(host, ["plan", host.target("root"), "--profile", off, "--format", "json"]);
      const told = JSON.parse(back.stdout)[0].value.changes.flatMap(
        ({ details = [] }: { details?: readonly string[] }) => details,
      );
      expect(told).toContain("+ allow 5432/tcp (the host's own)");
      const undoing = await harden(host, ["rollback", host.target("root"), "--yes"]);
      expect(undoing, undoing.stderr).toMatchObject({ code: 0 });
      expect(undoing.stdout + undoing.stderr).toContain("+ allow 5432/tcp (the host's own)");
      expect(await rulesNow()).toBe(before);
      await must(host, "ufw delete allow 5432/tcp; ufw delete allow 20:30/tcp; ufw delete deny 7");
    });

    it("stays with otherRules: remove where a login that is forwarded on the host itself comes by it", async () => {
      const config = join(host.home, ".ssh/config");
      const known = join(host.home, ".ssh/known_hosts");
      const keys = readFileSync(known, "utf8").replaceAll(`${host.address} `, "127.0.0.1 ");
      appendFileSync(known, keys);
      appendFileSync(
        config,
        `\nHost inner\n  HostName 127.0.0.1\n  User root\n  ProxyJump root@${host.address}\n`,
      );
      const gateway = (await must(host, "ip -4 route show default | cut -d ' ' -f 3")).trim();
      await must(host, `ufw allow from ${gateway} to any port 22 proto tcp; ufw allow 5432/tcp`);
      const profile = profileFile(
        "access: {from: [127.0.0.1]}\nfirewall: {otherRules: remove, rules: [{port: 80, protocol: tcp}]}\n",
      );
      const applied = await harden(host, ["apply", "inner", "--profile", profile, "--yes"]);
      expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 2 });
      expect(applied.stderr).toContain("they may let in the tunnel");
      expect(applied.stderr).toContain("- allow 5432/tcp (the host's own)");
      expect(applied.stdout).toContain("applied, verified and confirmed");
      expect(await rulesNow()).toContain(`-s ${gateway}`);
      const undone = await harden(host, ["rollback", "inner", "--yes"]);
      expect(undone, undone.stdout + undone.stderr).toMatchObject({ code: 0 });
      await must(
        host,
        `ufw delete allow from ${gateway} to any port 22 proto tcp; ufw delete allow 5432/tcp`,
      );
    });
  });

  it("ssh with apply: false is measured where it is, and the firewall follows where it really listens", async () => {
    const folder = "/etc/ssh/sshd_config.d";
    await must(host, `printf 'Port 2222\\nMaxAuthTries 6\\n' >${folder}/10-mine.conf; ufw allow 2222/tcp`);
    const files = await must(host, `systemctl restart ssh; cat ${folder}/*`);
    await waitForBanner(host.address, 2222);
    const before = await state(host.exec);
    const target = `root@${host.address}:2222`;
    const profile = profileFile(`ssh: {apply: false, port: 22, maxAuthTries: 3}\n${rules}`);
    const planned = await harden(host, ["plan", target, "--profile", profile, "--format", "json"]);
    const { changes, findings } = JSON.parse(planned.stdout)[0].value;
    const controls = new Set(changes.map(({ control }: { control: string }) => control));
    expect(controls).toEqual(new Set(["firewall"]));
    expect(findings.map(({ id }: { id: string }) => id)).toContain("profile.measured");

    const words = ["apply", target, "--profile", profile, "--yes"];
    const applied = await harden(host, words, { timeoutMs: 300_000 });
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 2 });
    expect(applied.stdout).toContain("applied, verified and confirmed");
    expect(applied.stdout).toMatch(/fail +ssh\.port/);
    expect(applied.stdout).toMatch(/fail +ssh\.max-auth-tries/);
    expect(await must(host, `cat ${folder}/*`)).toBe(files);
    const lines = difference(before, await state(host.exec));
    expect(lines.filter((line) => /ssh/.test(line))).toEqual([]);
    const open = await must(host, "iptables -S ufw-user-input");
    expect(open).toMatch(/--dport 2222 -j ACCEPT/);
    expect(open).not.toMatch(/--dport 22 -j ACCEPT/);
  });
});
