/** Power is lost in every phase of a run; each test leaves the machine as it found it, for the next one. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { expectPristine, outcome, start, untilSettled } from "../e2e/faults.ts";
import { harden } from "../e2e/harden.ts";
import { state } from "../e2e/state.ts";
import { hasVm, startVm, type TestVm, unhurried } from "../e2e/vm.ts";
import { drawTests } from "../setup/sample.ts";

const first = "/etc/sysctl.d/99-zz-harden.conf";
const middle = "/etc/audit/rules.d/50-harden.rules";
const last = "/etc/ssh/sshd_config.d/00-harden.conf";
const written = `ls ${first} ${middle} ${last}`;

/** What each of these services would read at its start, as one digest a service. */
const services = ["systemd-sysctl", "audit-rules", "auditd", "ufw", "fail2ban", "ssh"];
const witness = `#!/bin/sh
cd /etc && echo "$1 $(cat ssh/sshd_config ssh/sshd_config.d/* sysctl.d/* ufw/*.rules ufw/*.conf audit/rules.d/* fail2ban/jail.local \\
  apt/apt.conf.d/* 2>/dev/null | sha256sum | cut -c 1-64)" >>/run/witness
`;
const place = [
  "cat >/usr/local/sbin/witness; chmod 755 /usr/local/sbin/witness",
  `for unit in ${services.join(" ")}; do mkdir -p /etc/systemd/system/$unit.service.d`,
  "printf '[Service]\\nExecStartPre=-/usr/local/sbin/witness %%p\\n' >/etc/systemd/system/$unit.service.d/witness.conf; done",
  "mkdir -p /etc/docker; systemctl daemon-reload; sync",
].join("\n");

/** A drop-in of somebody's says that the next start isn't known, so a run that is to be green has none. */
const removeWitnesses = `rm -r ${services.map((unit) => `/etc/systemd/system/${unit}.service.d`).join(" ")}
  systemctl daemon-reload; sync`;

const timeoutMs = 900_000;

describe.skipIf(!hasVm())("a machine that loses power", () => {
  let vm: TestVm;
  let pristine: readonly string[];
  let digest: string;
  let mark: number;
  beforeAll(async () => {
    vm = await startVm("debian13");
    await vm.exec(place, { stdin: witness });
    // A live value that no file sets, and that the plan changes.
    await vm.exec("sysctl -w net.ipv4.tcp_syncookies=2");
  });
  afterAll(() => vm?.remove());
  beforeEach(async () => {
    pristine = await state(vm.exec);
    digest = await seen("now");
    mark = vm.console().length;
  }, 300_000);

  const seen = async (unit: string) =>
    (await vm.exec(`/usr/local/sbin/witness ${unit}; tail -n 1 /run/witness`)).stdout.trim().split(" ")[1]!;
  /** What the console has said in this test. */
  const console = () => vm.console().slice(mark);
  const production = () => [
    vm.target("root"),
    "--profile",
    "production",
    "--skip",
    "fail2ban",
    "--skip",
    "privileges",
  ];
  const apply = (...more: string[]) =>
    start(vm, ["apply", ...production(), ...unhurried, ...more], { forgets: true });
  const run = (...args: string[]) => harden(vm, args, { timeoutMs });
  const ended = async (running: ReturnType<typeof start>, code: number) => {
    const end = await running.ended;
    expect(end.code, end.said).toBe(code);
    return end.said;
  };
  const pending = async () => {
    await ended(apply("--no-confirm"), 0);
    expect((await vm.exec("ls /var/lib/harden/pending")).stdout).not.toBe("");
    expect(await seen("pending")).not.toBe(digest);
  };

  /** Settled by itself as it was before the run, and no service had started with the run's files. With what `runs` says of why. */
  const expectRolledBack = async (why: Readonly<Record<string, RegExp>> = { boot: /boot/ }) => {
    await untilSettled(vm);
    const settled = await outcome(vm);
    expect(Object.keys(why).map((word) => `rolled-back clean ${word}`)).toContain(settled);
    const { stdout } = await vm.exec("sort -u /run/witness");
    expect(stdout.trim().split("\n").sort()).toEqual(services.map((unit) => `${unit} ${digest}`).sort());
    await expectPristine(vm, pristine);
    const reached = await run("runs", vm.target("root"));
    expect(reached, reached.stderr).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(`rolled back \\(${why[settled.replace(/.* /, "")]?.source}\\)`),
    });
  };

  /** One promise at several moments. */
  drawTests("vm/reset", 1, {
    "while a run waits for its confirm: rolled back before services start, and the confirm is told":
      async () => {
        await pending();
        await vm.reset();
        await expectRolledBack();
        const { stdout } = await vm.exec("ls /var/lib/harden/rolled-back | tail -n 1");
        const confirmed = await run("confirm", vm.target("root"), stdout.trim());
        expect(confirmed.code).toBe(4);
        expect(confirmed.stderr).toContain("came too late: the host has rolled back");
      },

    "while files are written: rolled back before services start, and the apply says so": async () => {
      const cut = await vm.resetWhen(`[ -e ${middle} ]`, written);
      const running = apply();
      await cut.up();
      expect(console()).toContain(`cut: ${middle}`);
      expect(console()).not.toContain(`cut: ${last}`);
      await expectRolledBack();
      expect(await ended(running, 4)).toMatch(/rolled back/);
    },

    "while services change: rolled back before services start, and the apply says so": async () => {
      const started = "grep -qs ' start .* firewall$' /var/lib/harden/runs/*/events";
      const cut = await vm.resetWhen(
        `${started} && iptables-save | grep -q ufw-user-input`,
        `${written}; iptables -S INPUT`,
      );
      const running = apply();
      await cut.up();
      expect(console()).toContain(`cut: ${last}`);
      expect(console()).toMatch(/cut: -A INPUT -j ufw-/);
      await expectRolledBack();
      expect(await ended(running, 4)).toMatch(/rolled back/);
    },

    "while it is rolled back: the boot goes on with that before services start": async () => {
      await pending();
      const cut = await vm.resetWhen(`[ ! -e ${middle} ]`, written);
      const running = start(vm, ["rollback", vm.target("root"), ...unhurried], { forgets: true });
      await cut.up();
      expect(console()).toContain(`cut: ${first}`);
      // The boot takes up what began for a reason; that this had begun may have been in memory only.
      await expectRolledBack({ asked: /asked for by \S+@\S+/, boot: /boot/ });
      await running.ended;
    },
  });

  test("in the confirm: confirmed whole, and in force after the boot", async () => {
    await vm.exec(removeWitnesses);
    // Before the rename is on the disk, a reset would be before the confirm.
    const folders = "/var/lib/harden/pending /var/lib/harden/confirmed";
    const cut = await vm.resetWhen(`[ -n "$(ls /var/lib/harden/confirmed 2>/dev/null)" ] && sync ${folders}`);
    // An apply that fails has more to say than a reset that never comes.
    const [, said] = await Promise.all([cut.up(), ended(apply(), 0)]);
    expect(said).toContain("the host has booted since");
    await untilSettled(vm);
    expect(await outcome(vm)).toBe("confirmed");
    const plan = await run("plan", ...production(), "--detailed-exitcode");
    expect(plan, plan.stdout).toMatchObject({ code: 0 });
  });
});
