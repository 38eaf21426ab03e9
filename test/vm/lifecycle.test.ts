import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { explanations } from "../../src/features/explain/work.ts";
import { expectPristine } from "../e2e/faults.ts";
import { cli, harden, profileFile } from "../e2e/harden.ts";
import { bothDistros } from "../e2e/hosts.ts";
import { lineages } from "../e2e/lineage.ts";
import { mustRun } from "../e2e/process.ts";
import { state } from "../e2e/state.ts";
import { hasVm, startVm, type TestVm, unhurried } from "../e2e/vm.ts";
import { sample } from "../setup/sample.ts";

/** A certificate, and the folder that an audit rule watches. No power is lost here: dpkg needs no fsync. */
const prepare = `set -e
echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/unsafe
mkdir -p /etc/docker
${lineages}
authority && lineage example.com example.com 90`;

const live = `iptables -S INPUT; auditctl -l; sysctl net.ipv4.conf.eth0.rp_filter
fail2ban-client get sshd maxretry; systemctl is-system-running`;

interface Check {
  readonly id: string;
  readonly control: string;
  readonly role: string;
  readonly verdict: string;
}

/** Tells of a check whether all parameters that decide it are false in the production profile. */
async function whetherSwitchedOff() {
  const shown = await mustRun(process.execPath, [cli, "profile", "show", "production", "--format", "json"]);
  const { values } = JSON.parse(shown) as { values: readonly { path: string; value: unknown }[] };
  const off = new Set(values.filter(({ value }) => value === false).map(({ path }) => path));
  return (id: string) => {
    const { control, parameters = [] } = explanations().get(id)?.() ?? {};
    return parameters.length > 0 && parameters.every(({ name }) => off.has(`${control}.${name}`));
  };
}

/** An emulated processor takes longer for the sums of all programs. */
const patient = profileFile("extends: production\nprivileges: {seconds: 40}\n");

const unique = (names: readonly string[]) => [...new Set(names)].sort();

const distros = sample("vm/lifecycle", bothDistros, 1);

describe.skipIf(!hasVm()).each(distros)("all controls on a whole, bare %s", (distro) => {
  let vm: TestVm;
  beforeAll(async () => {
    vm = await startVm(distro, "bare");
    const prepared = await vm.exec(prepare);
    expect(prepared, prepared.stderr).toMatchObject({ code: 0 });
  });
  afterAll(() => vm?.remove());

  const run = (...args: string[]) => harden(vm, args, { timeoutMs: 1_500_000, alone: true });
  const production = (command: string, ...more: string[]) =>
    run(command, vm.target("root"), "--profile", patient, ...more);
  const plannedControls = async () => {
    const plan = await production("plan", "--format", "json");
    expect(plan, plan.stdout + plan.stderr).toMatchObject({ code: 0 });
    const { changes } = JSON.parse(plan.stdout)[0].value as { changes: { address: string }[] };
    return unique(changes.map(({ address }) => address.split("/")[0] ?? ""));
  };
  const verify = async () => {
    // The apply reads the inventory once; an emulated machine takes as long for that as for all the rest.
    const { code, stdout, stderr } = await production("verify", "--format", "json", "--skip", "privileges");
    if (!stdout) throw new Error(`verify: ${code}: ${stderr}`);
    const { checks } = JSON.parse(stdout)[0].value as { checks: readonly Check[] };
    const having = (verdict: string) => checks.filter((check) => check.verdict === verdict);
    const failing = having("fail").filter(({ role }) => role !== "advice");
    const passing = unique(having("pass").map(({ control }) => control));
    return { code, failing, passing, inapplicable: unique(having("not applicable").map(({ id }) => id)) };
  };

  test("one run brings the whole production profile; after a reboot the plan is empty and all checks pass; a rollback restores all", async () => {
    const pristine = await state(vm.exec);
    for (const unit of ["ufw", "fail2ban", "auditd", "unattended-upgrades"])
      expect(pristine).toContain(`unit ${unit}.service absent`);
    const before = await verify();
    const proofs = before.failing.filter(({ role }) => role === "proof");
    expect(proofs.length).toBeGreaterThan(0);
    expect(await plannedControls()).toEqual(unique(proofs.map(({ control }) => control)));

    const applied = await production("apply", ...unhurried);
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
    await vm.restart();

    expect(await plannedControls()).toEqual([]);
    const after = await verify();
    expect(after, JSON.stringify(after.failing)).toMatchObject({ code: 0, failing: [] });
    // What could be measured is measured, but of what was not there at all what the profile switches off.
    const isOff = await whetherSwitchedOff();
    const left = after.inapplicable.filter((id) => !before.inapplicable.includes(id));
    const wasThere = (id: string) => before.passing.includes(id.split(".")[0] ?? "");
    expect(left.filter((id) => wasThere(id) || !isOff(id))).toEqual([]);
    const { stdout } = await vm.exec(live);
    expect(stdout).toContain("-P INPUT DROP");
    expect(stdout).toContain("harden-identity");
    expect(stdout).toContain("rp_filter = 1");
    expect(stdout).toMatch(/^3$/m);
    expect(stdout).toMatch(/^running$/m);

    const undone = await run("rollback", vm.target("root"), ...unhurried);
    expect(undone, undone.stderr).toMatchObject({ code: 0 });
    await expectPristine(vm, pristine);
  });
});
