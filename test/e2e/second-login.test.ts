import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outcome, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { difference, state } from "./state.ts";
import { apply, named } from "./trouble.ts";

const profile = profileFile("ssh: {}\nsysctl: {}\n");
const git = (...words: string[]) =>
  execFileSync("git", [
    "-C",
    dirname(profile),
    "-c",
    "user.name=t",
    "-c",
    "user.email=t@example.org",
    ...words,
  ]);
git("init", "--quiet");
git("add", ".");
git("commit", "--quiet", "--message", "x");
appendFileSync(profile, "# Not in that commit.\n");

const other = profileFile("fail2ban: {}\n");

/** The whole life of runs, by a login that is not root, each command a process of its own. */
describe.skipIf(!hasDocker())("admin, who may use sudo", { timeout: 300_000 }, () => {
  let host: TestHost;
  let target: string;
  let pristine: readonly string[];
  let unnamed: readonly string[];
  let kept = "";
  beforeAll(async () => {
    host = await startHost("debian13", "full");
    target = host.target("admin");
    pristine = await state(host.exec);
    unnamed = await named(host);
  });
  afterAll(() => host?.remove());

  const leave = (what: string, more: readonly string[] = []) =>
    apply(host, what, { user: "admin", more: ["--no-confirm", "--format", "json", ...more] });
  const runOf = (stdout: string): string => JSON.parse(stdout)[0].value.run;

  it("leaves a run pending; plan and apply say so, and another process confirms it", async () => {
    const left = await leave(profile);
    expect(left, left.stderr).toMatchObject({ code: 0 });
    kept = runOf(left.stdout);

    const planned = await harden(host, ["plan", target, "--profile", profile]);
    expect(planned, planned.stderr).toMatchObject({ code: 0 });
    expect(planned.stdout).toContain("Nothing to change.");
    expect(planned.stdout).toMatch(new RegExp(`warning Run ${kept} of \\S+@\\S+, since \\S+, is pending`));
    expect(planned.stdout).toContain(`harden confirm ${target} ${kept}`);

    const before = await state(host.exec);
    const whose = new RegExp(`run ${kept} of \\S+@\\S+, since \\S+`, "i");
    for (const wanted of [profile, other]) {
      const again = await harden(host, ["apply", target, "--profile", wanted]);
      expect(again, again.stderr).toMatchObject({ code: 3 });
      expect(again.stdout).toMatch(whose);
      expect(again.stdout).toContain("locked by run");
      expect(again.stdout).toContain(`Nothing was changed. Keep it: harden confirm ${target} ${kept}`);
    }
    const verified = await harden(host, ["verify", target, "--profile", profile]);
    expect(verified, verified.stderr).toMatchObject({ code: 3 });
    expect(verified.stdout).toMatch(whose);
    expect(verified.stdout).toContain(`harden rollback ${target} ${kept}`);
    expect(verified.stdout).toMatch(/\d+ checks: \d+ pass/);
    const detailed = await harden(host, ["plan", target, "--profile", profile, "--detailed-exitcode"]);
    expect(detailed, detailed.stderr).toMatchObject({ code: 3 });
    for (const words of [
      ["uninstall", target, "--yes"],
      ["runs", "prune", target, "--keep", "0"],
    ]) {
      const refused = await harden(host, words);
      expect(refused, refused.stderr).toMatchObject({ code: 3 });
      expect(refused.stderr).toMatch(whose);
      expect(refused.stderr).toContain(`next: Keep it: harden confirm ${target} ${kept}`);
    }
    expect(difference(before, await state(host.exec))).toEqual([]);

    const confirmed = await harden(host, ["confirm", target]);
    expect(confirmed, confirmed.stderr).toMatchObject({ code: 0 });
    expect(confirmed.stdout).toContain(`confirmed (run ${kept})`);
    await untilSettled(host);
    expect(await outcome(host)).toBe("confirmed");
    const after = await harden(host, ["plan", target, "--profile", profile, "--detailed-exitcode"]);
    expect(after, after.stdout).toMatchObject({ code: 0 });
    expect(after.stdout).not.toContain("is pending");
    const sees = await harden(host, ["verify", target, "--profile", profile]);
    expect(sees, sees.stdout).toMatchObject({ code: 0 });
  });

  it("comes too late with a confirm: exit 4, and what the host did", async () => {
    const before = await state(host.exec);
    const left = await leave(other, ["--confirm-timeout", "10"]);
    expect(left, left.stderr).toMatchObject({ code: 0 });
    const run = runOf(left.stdout);
    await untilSettled(host);
    const late = await harden(host, ["confirm", target, run]);
    expect(late, late.stderr).toMatchObject({ code: 4 });
    expect(late.stderr).toMatch(
      new RegExp(`The confirm of ${run} .* came too late: the host has rolled back`),
    );
    expect(late.stderr).toContain("host: as it was before the run");
    const none = await harden(host, ["confirm", target]);
    expect(none, none.stderr).toMatchObject({ code: 1 });
    expect(none.stderr).toContain(`No run is pending on ${target}`);
    expect(difference(before, await state(host.exec))).toEqual([]);
  });

  it("lists the runs, and what one changed", async () => {
    const list = await harden(host, ["runs", target]);
    expect(list, list.stderr).toMatchObject({ code: 0 });
    expect(list.stdout).toMatch(
      new RegExp(
        `${kept} .* confirmed  by \\S+@\\S+  profile test at [0-9a-f]{12} with uncommitted changes  \\d+ changes`,
      ),
    );
    const data = JSON.parse((await harden(host, ["runs", target, kept, "--format", "json"])).stdout);
    expect(data).toMatchObject([
      { value: [{ id: kept, commit: expect.stringMatching(/^[0-9a-f]{40}$/), dirty: true }] },
    ]);
    expect(list.stdout).toMatch(/rolled back \(timeout\)/);
    const one = await harden(host, ["runs", target, kept]);
    expect(one.stdout).toMatch(/^ {6}\+ \/etc\/ssh\/sshd_config\.d\/00-harden\.conf 0600 root:root$/m);
    expect(one.stdout).toMatch(/^ {6}~ net\.ipv4\.conf\.\{.*\}\.\w+ \d → \d$/m);
    expect(one.stdout).toMatch(/^ {6}~ reload ssh\.service/m);
    expect(one.stdout).not.toMatch(/[0-9a-f]{64}|ssh\/file:/);
    const hosts = await harden(host, ["runs", target, "opd"]);
    expect(hosts).toMatchObject({ code: 64, stdout: "" });
    expect(hosts.stderr).toContain("opd is no run's id: the command takes one host, and a run of it.");
    const wrong = await harden(host, ["runs", target, "20200101-000000-00000000"]);
    expect(wrong, wrong.stderr).toMatchObject({ code: 1 });
    expect(wrong.stderr).toContain(`It has ${kept}`);
  });

  it("prunes what nothing needs; undoes the run; uninstalls without a trace", async () => {
    const pruned = await harden(host, ["runs", "prune", target, "--keep", "0", "--yes"]);
    expect(pruned, pruned.stderr).toMatchObject({ code: 0 });
    const left = JSON.parse((await harden(host, ["runs", target, "--format", "json"])).stdout)[0].value;
    expect(left.map(({ id }: { id: string }) => id)).toEqual([kept]);

    const undone = await harden(host, ["rollback", target, kept, "--yes"]);
    expect(undone, undone.stderr).toMatchObject({ code: 0 });
    expect(difference(pristine, await state(host.exec))).toEqual([]);

    const gone = await harden(host, ["uninstall", target, "--yes"]);
    expect(gone, gone.stderr).toMatchObject({ code: 0 });
    expect(await named(host)).toEqual(unnamed);
    expect(difference(pristine, await state(host.exec))).toEqual([]);
    const again = await harden(host, ["uninstall", target, "--yes"]);
    expect(again, again.stderr).toMatchObject({ code: 0 });

    const unknown = "it was never applied (to this host|here), or was uninstalled";
    for (const [code, ...words] of [
      [0, "runs", target],
      [1, "runs", target, kept],
      [1, "rollback", target, "--yes"],
      [1, "rollback", target, "--to", kept, "--yes"],
      [1, "confirm", target],
    ] as const) {
      const after = await harden(host, words);
      expect(after, words.join(" ")).toMatchObject({ code });
      expect(after.stdout + after.stderr, words.join(" ")).toMatch(new RegExp(unknown));
    }
  });

  it("under three words one host is applied once; what an uninstall leaves behind is told, by its headers", async () => {
    const words = ["apply", target, target, `admin@${host.name}`, "--profile", profile, "--yes"];
    const once = await harden(host, words);
    expect(once, once.stderr).toMatchObject({ code: 0 });
    expect(once.stdout.match(/applied, verified and confirmed/g)).toHaveLength(1);
    expect(once.stdout).toContain(`admin@${host.name}: the same host as ${target}; done once.`);
    expect((await host.exec("ls /var/lib/harden/runs | wc -l")).stdout).toBe("1\n");

    const gone = await harden(host, ["uninstall", target, "--yes"]);
    expect(gone, gone.stderr).toMatchObject({ code: 0 });
    const off = profileFile("ssh: {enabled: false}\nsysctl: {enabled: false}\n");
    for (const command of ["apply", "verify"]) {
      const told = await harden(host, [command, target, "--profile", off]);
      expect(told, told.stderr).toMatchObject({ code: 2 });
      expect(told.stdout).toMatch(
        /host\.leftovers .*found: +\S+99-zz-harden\.conf: written by harden.*host\.leftovers .*found: +\S+00-harden\.conf: written by harden/s,
      );
    }
    const planned = await harden(host, ["plan", target, "--profile", off]);
    expect(planned.stdout).toMatch(/warning Left behind: .*00-harden\.conf.*\[host\.leftovers\]/);
    await host.exec("rm /etc/sysctl.d/99-zz-harden.conf /etc/ssh/sshd_config.d/00-harden.conf");
    const clean = await harden(host, ["verify", target, "--profile", off]);
    expect(clean, clean.stdout).toMatchObject({ code: 0 });
  });
});
