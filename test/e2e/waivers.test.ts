/** What verify makes of a waiver on a real host, and a section that is only measured. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { difference, state } from "./state.ts";
import { apply, must } from "./trouble.ts";
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
  const failingOf = async (profile: string): Promise<readonly Told[]> => {
    const { stdout } = await verify(profile, "--format", "json");
    const checks: readonly Told[] = JSON.parse(stdout)[0].value.checks;
    return checks.filter(
      ({ verdict, waiver }) => !/pass|not applicable/.test(verdict) && waiver?.state !== "waived",
    );
  };

  const rules = "firewall: {rules: [{port: 80, protocol: tcp}]}\n";
  const filled = (waive: string, until: string) =>
    waive
      .replace('reason: ""', 'reason: "the agent of the monitoring"')
      .replace('owner: ""', "owner: web team")
      .replace("0000-00-00", until);
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

    waived = profileFile(`${rules}${filled(opened!.waive!, "2999-12-31")}\n`);
    expired = profileFile(`${rules}${filled(opened!.waive!, "2020-12-31")}\n`);
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

  it("a waiver that nothing needs any more is told", async () => {
    await must(host, "ufw delete allow 8080/tcp");
    const told = await verify(waived);
    expect(told, told.stdout).toMatchObject({ code: 0 });
    expect(told.stdout).toMatch(
      /warning The waiver of firewall\.other-rules by web team waives nothing here/,
    );
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
