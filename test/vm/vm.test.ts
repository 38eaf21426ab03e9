import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runProgram } from "../e2e/process.ts";
import { hasVm, startVm, type TestVm } from "../e2e/vm.ts";

function ssh(vm: TestVm, user: string, command: string) {
  const args = ["-F", `${vm.home}/.ssh/config`, "-o", "BatchMode=yes", "-l", user, vm.name, command];
  return runProgram("ssh", args, { timeoutMs: 60_000 });
}

// What both releases have in common is seen in the suites of what runs on them.
describe.skipIf(!hasVm())("a whole machine", () => {
  let vm: TestVm;
  beforeAll(async () => {
    vm = await startVm("debian13");
  });
  afterAll(() => vm?.remove());

  test("is up, with the right time, and lets two users in", async () => {
    expect((await vm.exec("systemctl is-system-running; systemctl --failed --quiet")).stdout).toBe(
      "running\n",
    );
    const clock = Number((await vm.exec("date +%s")).stdout);
    expect(Math.abs(clock - Date.now() / 1000)).toBeLessThan(5);
    expect(await ssh(vm, "root", "id -un")).toMatchObject({ code: 0, stdout: "root\n" });
    expect(await ssh(vm, "admin", "sudo -n id -un")).toMatchObject({ code: 0, stdout: "root\n" });
  });

  test("the side door gives status, both outputs and takes input", async () => {
    const result = await vm.exec("cat; echo beside >&2; exit 7", { stdin: "in\n" });
    expect(result).toEqual({ code: 7, stdout: "in\n", stderr: "beside\n" });
    expect((await vm.exec("sleep 30", { timeoutMs: 1000 })).code).toBe(124);
  });

  test("the kernel audits", async () => {
    expect((await vm.exec("auditctl -s")).stdout).toMatch(/^enabled 1$/m);
    await vm.exec("auditctl -w /etc/hostname -p wa -k harden-seen && touch /etc/hostname");
    const found = await vm.exec("ausearch --input-logs -k harden-seen");
    expect(found.stdout).toContain("/etc/hostname");
  });

  test("kernel and vm settings are its own", async () => {
    expect((await vm.exec("sysctl -w vm.swappiness=7 kernel.panic=9")).code).toBe(0);
  });

  test("a hard reset loses what was only in memory, and keeps what was synced", async () => {
    await vm.exec("echo kept >/root/kept && sync /root/kept /root; echo 1 >/run/lost");
    await vm.reset();
    const left = await vm.exec(
      "cat /root/kept; test -e /run/lost || echo gone; auditctl -l; sysctl -n kernel.panic",
    );
    expect(left.stdout).toBe("kept\ngone\nNo rules\n-1\n");
    expect((await ssh(vm, "root", "true")).code).toBe(0);
  });

  test("the next start knows nothing of it", async () => {
    const other = await startVm("debian13");
    try {
      expect((await other.exec("test -e /root/kept")).code).toBe(1);
    } finally {
      await other.remove();
    }
  });
});
