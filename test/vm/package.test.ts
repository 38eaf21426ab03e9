/** Power is lost while a run's package is being installed, and after: its early service must not start at the boot. */
import { afterAll, beforeAll, beforeEach, describe, expect } from "vitest";
import { expectPristine, outcome, start, untilSettled } from "../e2e/faults.ts";
import { harden, profileFile } from "../e2e/harden.ts";
import { state } from "../e2e/state.ts";
import { hasVm, startVm, type TestVm, unhurried } from "../e2e/vm.ts";
import { drawTests } from "../setup/sample.ts";

/** Tells that the service has started, also before anything else could. */
const witness = `mkdir -p /etc/systemd/system/auditd.service.d
printf '[Service]\\nExecStartPre=/bin/sh -c "echo started >>/run/witness"\\n' >/etc/systemd/system/auditd.service.d/witness.conf
: >/var/log/dpkg.log; systemctl daemon-reload; sync`;

describe.skipIf(!hasVm())("a machine that loses power with a new package", () => {
  let vm: TestVm;
  let pristine: readonly string[];
  beforeAll(async () => {
    vm = await startVm("debian13", "bare");
    const placed = await vm.exec(witness);
    expect(placed, placed.stderr).toMatchObject({ code: 0 });
  });
  afterAll(() => vm?.remove());
  beforeEach(async () => {
    pristine = await state(vm.exec);
    expect(pristine.join("\n")).toContain("unit auditd.service absent");
  }, 300_000);

  const profile = profileFile("auditd: {}\n");
  const arguments_ = () => [vm.target("root"), "--profile", profile];
  const started = async () => (await vm.exec("cat /run/witness")).stdout;

  const expectRolledBack = async () => {
    await untilSettled(vm, 600);
    const events = await vm.exec('cd /var/lib/harden/runs && cat "$(ls | tail -n 1)/events"');
    expect(await outcome(vm), events.stdout).toBe("rolled-back clean boot");
    expect(await started()).toBe("");
    expect((await vm.exec("dpkg --audit; systemctl is-system-running")).stdout).toBe("running\n");
    await expectPristine(vm, pristine);
    const plan = await harden(vm, ["plan", ...arguments_(), "--detailed-exitcode"], { timeoutMs: 600_000 });
    expect(plan, plan.stderr).toMatchObject({ code: 2 });
  };

  drawTests("vm/package", 1, {
    "while dpkg is at it: purged at the boot, and the apply says so": async () => {
      const unpacked = "grep ' status unpacked auditd:' /var/log/dpkg.log";
      const cut = await vm.resetWhen(
        `${unpacked} >/dev/null`,
        "grep ' auditd:' /var/log/dpkg.log | tail -n 1",
      );
      const running = start(vm, ["apply", ...arguments_(), ...unhurried]);
      await cut.up();
      expect(vm.console()).toMatch(/cut: .* status (unpacked|half-configured) auditd:/);
      await expectRolledBack();
      const end = await running.ended;
      expect(end.code, end.said).toBe(4);
    },

    "while the run waits for its confirm: its service doesn't start, and the package is purged": async () => {
      const words = ["--no-confirm", ...unhurried];
      const running = start(vm, ["apply", ...arguments_(), ...words]);
      const end = await running.ended;
      expect(end.code, end.said).toBe(0);
      expect(await started()).toMatch(/started/);
      // The links stay without the notes by which a purge finds them, as where power is lost between the two writes.
      await vm.exec(
        `find /var/lib/systemd/deb-systemd-helper-enabled -name '*.dsh-also' -exec truncate -s 0 {} +; sync`,
      );
      await vm.reset();
      await expectRolledBack();
    },
  });
});
