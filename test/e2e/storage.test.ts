/** What a reset does not leave is not relied on: neither the journal and its units, nor what a control has written. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestContainer } from "./hosts.ts";

const sysctl = profileFile("sysctl: {}");
const updates = profileFile("updates: {}");

describe.skipIf(!hasDocker()).each(bothDistros)("%s", (distro) => {
  let host: TestContainer;
  beforeEach(async () => {
    host = await startHost(distro);
  }, 120_000);
  afterEach(async () => host.remove());

  const run = (...words: string[]) => harden(host, words);
  const root = () => host.target("root");
  const units = async () =>
    (await host.exec("find /etc/systemd/system /run/systemd/system -name 'harden-*' | sort")).stdout;

  test("a run is refused when a reset would lose its journal, and nothing is changed", async () => {
    const plan = ["plan", root(), "--profile", sysctl];
    expect((await run(...plan)).code).toBe(0);
    for (const make of [
      "mkdir -m 700 /var/lib/harden; mount -t tmpfs none /var/lib/harden",
      "umount /var/lib/harden; rmdir /var/lib/harden; mkdir /run/h; ln -s /run/h /var/lib/harden",
      "rm /var/lib/harden; mkdir /run/up /run/w; mount -t overlay o -o lowerdir=/var/lib,upperdir=/run/up,workdir=/run/w /var/lib",
      "umount /var/lib; cp -a /etc/systemd/system /run/units; mount --bind /run/units /etc/systemd/system",
    ]) {
      const { code, stderr } = await host.exec(make);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const planned = await run(...plan, "--format", "json");
      expect(JSON.parse(planned.stdout).hosts[0].findings).toContainEqual(
        expect.objectContaining({ id: "host.way-back", level: "block" }),
      );
      const applied = await run("apply", root(), "--profile", sysctl, "--yes");
      expect(applied.code, applied.stdout).toBe(3);
      expect((await host.exec("ls /etc/sysctl.d")).stdout).not.toContain("harden");
      expect(await units()).toBe("");
    }
  }, 200_000);

  test("units without a journal are named, do nothing at a boot, and go with uninstall", async () => {
    const pending = await run("apply", root(), "--profile", sysctl, "--yes", "--no-confirm");
    expect(pending.code, pending.stderr).toBe(0);
    const [, id = ""] = /run (\d{8}-\d{6}-[0-9a-f]{8})/.exec(pending.stdout) ?? [];
    // The disk with the journal does not come back.
    await host.exec("systemctl stop 'harden-deadman-*'; rm -rf /var/lib/harden");
    await host.restart({ hard: true });
    const left = await units();
    expect(left.trim().split("\n")).toHaveLength(4);
    const { stdout: states } = await host.exec(
      `systemctl show -p Result,ConditionResult,ActiveState harden-early-${id} harden-deadman-${id}`,
    );
    expect(states).not.toMatch(/ConditionResult=yes|ActiveState=(active|failed|activating)/);
    for (const words of [["plan"], ["verify"], ["audit"]]) {
      const said = await run(words[0]!, root(), "--profile", sysctl);
      expect(said.stdout + said.stderr, words[0]).toContain(id);
    }
    const runs = await run("runs", root());
    expect(runs.stdout).toContain(id);
    // A new run works beside them, and at its reboot they do nothing either.
    const again = await run("apply", root(), "--profile", updates, "--yes", "--no-confirm");
    expect(again.code, again.stderr).toBe(0);
    await host.restart({ hard: true });
    await host.exec(
      "until ! ls /var/lib/harden/pending/* /var/lib/harden/rolling/* 2>/dev/null; do sleep 0.2; done",
    );
    expect((await host.exec("systemctl list-units --failed --no-legend 'harden-*'")).stdout).toBe("");
    expect((await host.exec("ls /etc/sysctl.d /etc/apt/apt.conf.d")).stdout.match(/\S*harden\S*/g)).toEqual([
      "99-zz-harden.conf",
    ]);
    await host.exec("rm -rf /var/lib/harden");
    const gone = await run("uninstall", root(), "--yes");
    expect(gone.code, gone.stderr).toBe(0);
    expect(await units()).toBe("");
    expect((await run("plan", root(), "--profile", sysctl)).stdout).not.toContain(id);
  }, 240_000);
});
