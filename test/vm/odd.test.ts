/** What only a whole machine can show: modules of its own kernel, a clock that jumps while a run is pending, and a folder of audit rules that is gone. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { outcome, untilSettled } from "../e2e/faults.ts";
import { harden, profileFile } from "../e2e/harden.ts";
import { difference, state } from "../e2e/state.ts";
import { hasVm, startVm, type TestVm, unhurried } from "../e2e/vm.ts";
import { drawTests } from "../setup/sample.ts";

describe.skipIf(!hasVm())("an odd machine", () => {
  let vm: TestVm;
  beforeAll(async () => {
    vm = await startVm("debian12");
    // What sets the clock right again would undo the jumps.
    await vm.exec("systemctl stop systemd-timesyncd 2>/dev/null");
  });
  afterAll(() => vm?.remove());

  const run = (command: string, ...more: string[]) =>
    harden(vm, [command, vm.target("root"), ...more], { timeoutMs: 280_000, alone: true });
  const must = async (script: string) => {
    const { code, stdout, stderr } = await vm.exec(script);
    expect(code, stderr).toBe(0);
    return stdout;
  };

  test("without /etc/audit/rules.d: the plan says that it is made, and that is what happens", async () => {
    const profile = profileFile("auditd: {}\n");
    await must("rm -r /etc/audit/rules.d");
    const before = await state(vm.exec);
    const plan = await run("plan", "--profile", profile);
    expect(plan.stdout).toMatch(/\+ \/etc\/audit\/rules\.d\/ \(new folder, 0755 root:root\)/);
    const applied = await run("apply", "--profile", profile, ...unhurried);
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
    expect(await must("auditctl -l")).toContain("harden-identity");
    const back = await run("rollback", ...unhurried);
    expect(back, back.stdout + back.stderr).toMatchObject({ code: 0 });
    // What augenrules made of the folder's rules stays the outcome of the last load.
    const changed = difference(before, await state(vm.exec)).filter(
      (line) => !line.includes(" /etc/audit/audit.rules "),
    );
    expect(changed).toEqual([]);
  });

  test("with a kernel module that is no package's: the inventory names it until it is unloaded", async () => {
    // An emulated processor needs more than the 15 s that a real one has.
    const profile = profileFile("extends: production\nprivileges: {seconds: 40}\n");
    const named = async () => {
      const words = ["--profile", profile, "--only", "privileges", "--format", "json"];
      const { stdout, stderr } = await run("verify", ...words);
      const [{ value }] = JSON.parse(stdout) as [
        { value: { checks: { id: string; object: string; verdict: string }[] } },
      ];
      expect(value?.checks, stderr).toBeDefined();
      return value.checks.flatMap(({ id, object, verdict }) =>
        id === "privileges.kernel-modules" ? [{ object, verdict }] : [],
      );
    };
    const [none] = await named();
    expect(none).toMatchObject({ verdict: "pass" });
    await must(`cd /lib/modules/$(uname -r); mkdir -p updates/dkms
      cp $(modinfo -n dummy) updates/dkms/; depmod; modprobe dummy`);
    expect(await named()).toEqual([{ object: "dummy", verdict: "fail" }]);
    await must("rmmod dummy; rm -r /lib/modules/$(uname -r)/updates; depmod");
    expect(await named()).toEqual([none]);
  });

  describe("whose clock jumps", () => {
    const profile = profileFile("sysctl: {}\n");
    const pend = async (seconds: number) => {
      const arguments_ = ["--profile", profile, "--yes", "--no-confirm", "--confirm-timeout", `${seconds}`];
      const done = await run("apply", ...arguments_);
      expect(done, done.stderr).toMatchObject({ code: 0 });
    };

    drawTests("clocks that jump", 1, {
      "two days ahead: the run still waits for its confirm, and is confirmed": async () => {
        await pend(600);
        await must("date -s '+2 days 1 hour'");
        expect(await must("ls /var/lib/harden/pending")).not.toBe("");
        const confirmed = await run("confirm");
        expect(confirmed, confirmed.stderr).toMatchObject({ code: 0 });
        const verified = await run("verify", "--profile", profile);
        expect(verified, verified.stdout).toMatchObject({ code: 2 });
        expect(verified.stdout).toMatch(/^ *fail +host\.clock .*\n(.*\n)*? *found: +2d\S* ahead/m);
        const back = await run("rollback", ...unhurried);
        expect(back, back.stdout + back.stderr).toMatchObject({ code: 0 });
      },
      "ten days back: the host still rolls itself back in its time, and an apply after the jump is the newest run in force":
        async () => {
          const before = await state(vm.exec);
          await pend(40);
          await must("date -s '-10 days'");
          const waited = process.hrtime.bigint();
          await untilSettled(vm, 240);
          expect(Number(process.hrtime.bigint() - waited) / 1e9).toBeLessThan(120);
          expect(await outcome(vm)).toMatch(/^rolled-back clean/);
          expect(difference(before, await state(vm.exec))).toEqual([]);

          const applied = await run("apply", "--profile", profile, ...unhurried, "--format", "json");
          expect(applied, applied.stderr).toMatchObject({ code: 2 });
          const { run: id } = JSON.parse(applied.stdout)[0].value as { run: string };
          const back = await run("rollback", ...unhurried);
          expect(back, back.stdout + back.stderr).toMatchObject({ code: 0 });
          expect(back.stdout + back.stderr).toContain(id);
        },
    });
  });
});
