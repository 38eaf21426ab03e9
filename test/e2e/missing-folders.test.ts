/** Folders of drop-ins that an administrator has removed: the plan says that they are made, and that is what happens. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { reload } from "./logins.ts";
import { difference, state } from "./state.ts";

const folders = ["/etc/ssh/sshd_config.d", "/etc/sysctl.d", "/etc/apt/apt.conf.d"];
const profile = profileFile("ssh: {}\nsysctl: {}\nupdates: {}\n");

describe.skipIf(!hasDocker())("folders of drop-ins that are missing", () => {
  let host: TestHost;
  let before: readonly string[];
  const run = (...args: readonly string[]) =>
    harden(host, [args[0]!, host.target("root"), "--profile", profile, ...args.slice(1)]);
  beforeAll(async () => {
    host = await startHost("debian13", "full");
    const { code, stderr } = await host.exec(`rm -rf ${folders.join(" ")}; ${reload}`);
    expect(code, stderr).toBe(0);
    before = await state(host.exec);
  });
  afterAll(() => host?.remove());

  test("are made as planned, and go with the files", async () => {
    const plan = await run("plan");
    expect(plan.code, plan.stderr).toBe(0);
    const named = [...plan.stdout.matchAll(/\+ (\S+)\/ \(new folder, 0755 root:root\)/g)].map(
      ([, path]) => path,
    );
    expect(new Set(named)).toEqual(new Set(folders));
    const applied = await run("apply", "--yes");
    expect(applied.code, applied.stdout + applied.stderr).toBe(0);
    expect((await host.exec(`stat -c '%a %U' ${folders.join(" ")} | sort -u`)).stdout).toBe("755 root\n");
    const verified = await run("verify");
    expect(verified.code, verified.stdout).toBe(0);
    const back = await harden(host, ["rollback", host.target("root"), "--yes"]);
    expect(back.code, back.stdout + back.stderr).toBe(0);
    expect((await host.exec(`ls -d ${folders.join(" ")} 2>/dev/null`)).stdout).toBe("");
    expect(difference(before, await state(host.exec))).toEqual([]);
  });

  test("need not be made where nobody would read them, and can't where something else has the name", async () => {
    await host.exec(`sed -i /^Include/d /etc/ssh/sshd_config; touch /etc/sysctl.d; ${reload}`);
    const { stdout, code } = await run("plan", "--detailed-exitcode");
    expect(stdout).not.toContain("/etc/ssh/sshd_config.d");
    expect(stdout).toMatch(/BLOCKED .*what stands where its folder would is no folder/);
    expect(code).toBe(3);
  });
});
