import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sample, sampleRows } from "../setup/sample.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { difference, state } from "./state.ts";

/** Each control alone: the section of a profile, how somebody changes it by hand, and which address shows the drift. */
const controls = [
  {
    id: "ssh",
    yaml: "ssh: {}",
    drift: "printf 'PasswordAuthentication yes\\n' > /etc/ssh/sshd_config.d/00-harden.conf",
    address: "ssh/file:/etc/ssh/sshd_config.d/00-harden.conf",
  },
  {
    id: "firewall",
    yaml: "firewall: {rules: [{port: 80, protocol: tcp}, {port: 5432, protocol: tcp, from: 10.0.0.0/8}]}",
    drift: "iptables -D ufw-user-input -p tcp --dport 80 -j ACCEPT",
    address: "firewall/firewall:ufw",
  },
  {
    id: "fail2ban",
    yaml: "fail2ban: {}",
    drift: "fail2ban-client set sshd maxretry 50",
    address: "fail2ban/service:fail2ban.service",
  },
  {
    id: "sysctl",
    yaml: "sysctl: {}",
    drift: "sysctl -w net.ipv4.tcp_syncookies=0",
    address: "sysctl/sysctl:net.ipv4.tcp_syncookies",
  },
  {
    id: "updates",
    yaml: "updates: {}",
    drift: "echo 'APT::Periodic::Unattended-Upgrade \"0\";' > /etc/apt/apt.conf.d/zzz-mine",
    address: undefined,
  },
] as const;

const distros = sample("lifecycle", bothDistros, 1);

describe.skipIf(!hasDocker()).each(distros)("%s", (distro) => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost(distro, "full");
  });
  afterAll(() => host.remove());

  describe.each(sampleRows("a control's life", controls, 3, ({ id }) => id))(
    "$id",
    ({ yaml, drift, address }) => {
      const profile = profileFile(yaml);
      const run = (command: string, ...more: string[]) =>
        harden(host, [command, host.target("root"), "--profile", profile, ...more]);

      it("plans, applies, stays, shows drift, mends it, and is rolled back to how it was", async () => {
        const pristine = await state(host.exec);
        const planned = await run("plan", "--format", "json");
        expect(planned.stderr).toBe("");
        expect(JSON.parse(planned.stdout)[0].value.changes).not.toEqual([]);
        expect(difference(pristine, await state(host.exec))).toEqual([]);

        const first = await run("apply", "--yes", "--format", "json");
        expect(first, first.stderr).toMatchObject({ code: 0 });
        const { run: id } = JSON.parse(first.stdout)[0].value;
        const applied = await state(host.exec);
        const again = await run("plan", "--detailed-exitcode");
        expect(again, again.stdout).toMatchObject({ code: 0 });

        const exec = await host.exec(drift);
        expect(exec, exec.stderr).toMatchObject({ code: 0 });
        const drifted = await run("plan", "--detailed-exitcode", "--format", "json");
        if (address !== undefined) {
          expect(drifted, drifted.stdout).toMatchObject({ code: 2 });
          expect(drifted.stdout).toContain(JSON.stringify(address));
          const mended = await run("apply", "--yes");
          expect(mended, mended.stderr).toMatchObject({ code: 0 });
          expect(difference(applied, await state(host.exec))).toEqual([]);
        } else {
          expect(drifted.code).toBe(0);
          expect(drifted.stdout).toContain("updates.overridden");
          await host.exec("rm /etc/apt/apt.conf.d/zzz-mine");
        }
        const undone = await harden(host, ["rollback", host.target("root"), id, "--yes"]);
        expect(undone, undone.stderr).toMatchObject({ code: 0 });
        expect(difference(pristine, await state(host.exec))).toEqual([]);
      });
    },
  );
});
