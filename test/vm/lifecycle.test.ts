import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectPristine } from "../e2e/faults.ts";
import { harden } from "../e2e/harden.ts";
import type { Distro } from "../e2e/hosts.ts";
import { difference, state } from "../e2e/state.ts";
import { hasVm, startVm, type TestVm } from "../e2e/vm.ts";

const distros: readonly Distro[] = ["debian12", "debian13"];
const rules = "/etc/audit/rules.d/50-harden.rules";

// A second try would find what the first has left.
describe.skipIf(!hasVm()).each(distros)("all six controls on a whole %s", { retry: 0 }, (distro) => {
  let vm: TestVm;
  beforeAll(async () => {
    vm = await startVm(distro);
    await vm.exec(
      "mkdir -p /etc/docker; echo '-w /etc/hosts -p wa -k theirs' >/etc/audit/rules.d/90-theirs.rules; augenrules --load",
    );
  });
  afterAll(() => vm?.remove());

  const run = (...args: string[]) => harden(vm, args, { timeoutMs: 900_000 });
  const production = (command: string, ...more: string[]) =>
    run(command, vm.target("root"), "--profile", "production", ...more);
  const addresses = async () => {
    const plan = await production("plan", "--detailed-exitcode", "--format", "json");
    const { changes } = JSON.parse(plan.stdout)[0].value as { changes: { address: string }[] };
    expect(plan.code, plan.stdout).toBe(changes.length === 0 ? 0 : 2);
    return changes.map(({ address }) => address);
  };

  test("plan, apply, empty plan, all checks pass, drift is shown and mended, and a rollback gives all back", async () => {
    const pristine = await state(vm.exec);
    expect(pristine).toContain("audit -w /etc/hosts -p wa -k theirs");
    const planned = await addresses();
    const controls = new Set(planned.map((address) => address.split("/")[0]));
    expect([...controls].sort()).toEqual(["auditd", "fail2ban", "firewall", "ssh", "sysctl", "updates"]);
    expect(difference(pristine, await state(vm.exec)), "a plan changes nothing").toEqual([]);

    const first = await production("apply", "--yes", "--format", "json");
    expect(first, first.stderr).toMatchObject({ code: 0 });
    const { run: id } = JSON.parse(first.stdout)[0].value as { run: string };
    expect(await addresses()).toEqual([]);
    const verified = await production("verify");
    expect(verified, verified.stdout).toMatchObject({ code: 0 });
    const left = [...verified.stdout.matchAll(/not applicable +((?!ssh)\S+)/g)].map(([, check]) => check);
    expect(left, "what the profile doesn't ask for").toEqual(["updates.mail", "auditd.immutable"]);

    const applied = await state(vm.exec);
    const byHand = await vm.exec(`auditctl -D -k harden-identity; sed -i 's/harden-sudoers/mine/' ${rules}`);
    expect(byHand, byHand.stderr).toMatchObject({ code: 0 });
    expect((await addresses()).sort()).toEqual(["auditd/audit-rules:kernel", `auditd/file:${rules}`]);
    const mended = await production("apply", "--yes");
    expect(mended, mended.stderr).toMatchObject({ code: 0 });
    expect(difference(applied, await state(vm.exec))).toEqual([]);

    const undone = await run("rollback", vm.target("root"), id, "--yes");
    expect(undone, undone.stderr).toMatchObject({ code: 0 });
    await expectPristine(vm, pristine);
  }, 1_800_000);
});
