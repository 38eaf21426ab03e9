/** The undo of a run that brought packages purges them after its confirm, and takes nothing of somebody else's. */
import { afterEach, beforeEach, describe, expect } from "vitest";
import { drawTests, sample } from "../setup/sample.ts";
import { expectPristine, outcome, start, untilHost, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { state } from "./state.ts";
import { apply, dpkgLocked, must } from "./trouble.ts";

const profile = profileFile(
  "fail2ban: {}\nupdates: {}\nfirewall: {rules: [{port: 80, protocol: tcp}]}\nsysctl: {}\n",
);
const packages = "fail2ban ufw unattended-upgrades";
const areThere = `dpkg-query -W -f '\${db:Status-Abbrev}\\n' ${packages} | grep -c '^ii' | grep -q 3`;
const areGone = `! dpkg-query -s ${packages} >/dev/null 2>&1 && [ -z "$(dpkg --audit)" ]`;
const dontRun = `! systemctl is-active -q ${packages} && ! pgrep -f [u]nattended-upgrade-shutdown`;

/** Nothing can be installed any more. */
const mirrorOff = "mv /srv/apt /srv/off; cd /root; ! apt-get -qq download ufw >/dev/null 2>&1";
const mirrorOn = "mv /srv/off /srv/apt";

/** What `state` leaves out: marks, enablement by its links, what runs, and what its daemon has in force. */
const more = `apt-mark showauto | sort; apt-mark showmanual | sort; ls -l --time-style=+ /etc/systemd/system/*.wants
  find /var/lib/systemd/deb-systemd-helper-enabled | sort; fail2ban-client get sshd maxretry; ufw status verbose
  systemctl is-active fail2ban ufw unattended-upgrades; getent passwd`;

describe.skipIf(!hasDocker()).each(sample("purge", bothDistros, 1))(
  "packages that a rollback purges on %s",
  { timeout: 600_000 },
  (distro) => {
    let host: TestHost;
    let pristine: readonly string[];
    beforeEach(async () => {
      host = await startHost(distro, "bare");
      pristine = await state(host.exec);
      const applied = await apply(host, profile);
      expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
    }, 300_000);
    afterEach(() => host?.remove());

    const rollback = () => ["rollback", host.target("root"), "--yes"];
    /** The controller dies before it confirms. */
    const unconfirmed = async (seconds: string) => {
      const running = start(host, [...rollback(), "--confirm-timeout", seconds]);
      await running.until(/: undone;/);
      running.child.kill("SIGKILL");
      await running.ended;
    };
    const all = async () => [...(await state(host.exec)), await must(host, `{ ${more}; } 2>&1 || :`)];

    drawTests("moments of a purge", 1, {
      "stay until the confirm, and all is as before without a mirror when there is none": async () => {
        const hardened = await all();
        await must(host, mirrorOff);
        await unconfirmed("15");
        await must(host, `${areThere} && ! systemctl is-active -q fail2ban unattended-upgrades`);
        await untilSettled(host);
        expect(await outcome(host)).toBe("rolled-back clean timeout");
        await must(host, mirrorOn);
        expect(await all()).toEqual(hardened);
      },

      "stay when power is lost before the confirm, and run as before": async () => {
        await host.restart();
        await untilHost(host, "fail2ban-client status sshd >/dev/null 2>&1");
        const hardened = await all();
        await must(host, mirrorOff);
        await unconfirmed("600");
        await must(host, "sync");
        await host.restart({ hard: true });
        await untilSettled(host);
        expect(await outcome(host)).toBe("rolled-back clean boot");
        await must(host, mirrorOn);
        await untilHost(host, "fail2ban-client status sshd >/dev/null 2>&1");
        expect(await all()).toEqual(hardened);
      },

      "are purged when power is lost before the purge and in its middle, and don't run after it":
        async () => {
          // The first time that its script is to purge what is left of the package, it waits.
          await must(
            host,
            `sed -i '2i [ "$1" != purge ] || [ -e /root/cut ] || { touch /root/cut; sync; sleep 600; }' /var/lib/dpkg/info/fail2ban.postrm
      mkdir /etc/systemd/system/fail2ban.service.d
      printf '[Service]\\nExecStartPre=/bin/touch /root/started\\n' >/etc/systemd/system/fail2ban.service.d/witness.conf
      systemctl daemon-reload; rm -f /root/started`,
          );
          const running = start(host, rollback(), { forgets: true });
          await running.until(/: undone;/);
          running.child.kill("SIGSTOP");
          await must(host, dpkgLocked.make);
          running.child.kill("SIGCONT");
          await running.until(/waiting for another package manager/);
          await must(host, "sync");
          await host.restart({ hard: true });
          await untilHost(host, "[ -e /root/cut ]");
          await must(host, dontRun);
          await host.restart({ hard: true });
          const { code, said } = await running.ended;
          expect(code, said).toBe(0);
          await untilSettled(host);
          expect(await outcome(host)).toBe("confirmed");
          await must(host, `${areGone} && ${dontRun} && [ ! -e /root/started ]`);
          expect(await must(host, "systemctl --failed --plain --no-legend")).toBe("");
          await must(
            host,
            "rm -r /root/cut /root/hold.pl /etc/systemd/system/fail2ban.service.d; systemctl daemon-reload",
          );
          await expectPristine(host, pristine);
          expect(
            await must(host, `cut -f 4,5 /var/lib/harden/runs/*/journal | grep -c '^purge.fail2ban$'`),
          ).toBe("1\n");
        },

      "block with the paths when somebody has changed or made what would go, until that is gone":
        async () => {
          await must(
            host,
            `echo '# own' >>/etc/fail2ban/jail.conf; echo '[own]' >/etc/fail2ban/jail.d/own.local
      echo '# own' >>/etc/apt/apt.conf.d/50unattended-upgrades; echo '# own' >>/etc/ufw/before.rules
      echo '# own' >>/etc/ufw/sysctl.conf`,
          );
          const before = await state(host.exec);
          const off = profileFile("fail2ban: {enabled: false}\n");
          for (const args of [rollback(), ["apply", host.target("root"), "--profile", off, "--yes"]]) {
            const { code, stdout, stderr } = await harden(host, args);
            expect(code, stdout + stderr).toBe(3);
            expect(stderr).toContain("/etc/fail2ban/jail.conf, /etc/fail2ban/jail.d/own.local.");
            expect(stderr).toContain("delete it here");
          }
          const { stderr } = await harden(host, rollback());
          for (const path of ["apt/apt.conf.d/50unattended-upgrades", "ufw/before.rules", "ufw/sysctl.conf"])
            expect(stderr).toContain(`/etc/${path}`);
          await expectPristine(host, before);
          await must(
            host,
            `cd /etc; rm fail2ban/jail.conf fail2ban/jail.d/own.local apt/apt.conf.d/50unattended-upgrades ufw/before.rules
      sed -i '/^# own$/d' ufw/sysctl.conf`,
          );
          const undone = await harden(host, rollback());
          expect(undone, undone.stdout + undone.stderr).toMatchObject({ code: 0 });
          await must(host, areGone);
          await expectPristine(host, pristine);
        },
    });
  },
);
