import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sampleRows } from "../setup/sample.ts";
import { expectPristine, moments, outcome, start, untilHost, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { state } from "./state.ts";

const profile = profileFile(
  "ssh: {}\nfail2ban: {}\nsysctl: {}\nfirewall: {rules: [{port: 80, protocol: tcp}]}\n",
);

describe.skipIf(!hasDocker())("a controller that is killed", () => {
  describe("on a host where the packages are there", () => {
    let host: TestHost;
    let pristine: readonly string[];
    beforeAll(async () => {
      host = await startHost("debian13", "full");
    });
    afterAll(() => host?.remove());
    beforeEach(async () => {
      pristine = await state(host.exec);
    });

    const apply = (seconds = 10) =>
      start(host, [
        ...["apply", host.target("root"), "--profile", profile],
        ...["--yes", "--confirm-timeout", `${seconds}`],
      ]);

    it.each(sampleRows("moments of a killed controller", moments, 2, ([when]) => when))(
      "%s: the host rolls back by itself",
      async (_when, point) => {
        const run = apply();
        await run.until(point);
        run.child.kill("SIGKILL");
        const { code, said } = await run.ended;
        expect(code).toBe(null);
        expect(said).not.toContain("verified and confirmed");
        await untilSettled(host);
        expect(await outcome(host)).toMatch(/^rolled-back clean /);
        await expectPristine(host, pristine);
        const plan = await harden(host, ["plan", host.target("root"), "--profile", profile]);
        expect(plan, plan.stderr).toMatchObject({ code: 0 });
      },
    );

    it("stopped until the host has rolled back: the reason is its time, not what it finds then", async () => {
      const run = apply();
      await run.until(/: armed/);
      run.child.kill("SIGSTOP");
      await untilSettled(host);
      expect(await outcome(host)).toBe("rolled-back clean timeout");
      run.child.kill("SIGCONT");
      const { code, said } = await run.ended;
      expect(code, said).toBe(4);
      expect(said.replace(/\s+/g, " ")).toContain("the time for the confirm was over");
      expect(said).not.toContain("the plan is not empty");
      await expectPristine(host, pristine);
    });

    it("in the confirm: the run is confirmed whole", async () => {
      const run = apply(180);
      await run.until(/: armed/);
      await untilHost(host, '[ -n "$(ls /var/lib/harden/confirmed)" ]');
      run.child.kill("SIGKILL");
      await run.ended;
      await untilSettled(host);
      expect(await outcome(host)).toBe("confirmed");
      const plan = await harden(host, [
        "plan",
        host.target("root"),
        "--profile",
        profile,
        "--detailed-exitcode",
      ]);
      expect(plan, plan.stdout).toMatchObject({ code: 0 });
      const undone = await harden(host, ["rollback", host.target("root"), "--yes"]);
      expect(undone, undone.stderr).toMatchObject({ code: 0 });
      await expectPristine(host, pristine);
    });
  });

  it("while a package is installed: dpkg ends in peace, and the host rolls back by itself", {
    timeout: 600_000,
  }, async () => {
    const host = await startHost("debian13", "bare");
    try {
      const pristine = await state(host.exec);
      const run = start(host, [
        "apply",
        host.target("root"),
        "--profile",
        profile,
        "--yes",
        "--confirm-timeout",
        "10",
      ]);
      await run.until(/\] install /);
      await untilHost(host, "pgrep -x dpkg >/dev/null || [ -e /usr/sbin/ufw ]");
      run.child.kill("SIGKILL");
      await run.ended;
      await untilSettled(host, 400);
      expect(await outcome(host)).toMatch(/^rolled-back clean /);
      expect((await host.exec("dpkg --audit")).stdout).toBe("");
      await expectPristine(host, pristine);
    } finally {
      await host.remove();
    }
  });
});
