/** What was there before a package, in the places that its purge takes, is there after the run has been undone. */
import { afterEach, beforeEach, describe, expect } from "vitest";
import { drawTests, sample } from "../setup/sample.ts";
import { outcome, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { apply, must } from "./trouble.ts";

const profile = profileFile("fail2ban: {}\nupdates: {}\n");
const old = `mkdir -p -m 711 /etc/fail2ban/filter.d /var/lib/fail2ban
  mkdir -m 700 /var/lib/unattended-upgrades /var/log/unattended-upgrades
  for file in /var/log/fail2ban.log /var/log/fail2ban.log.1 /var/log/unattended-upgrades/old.log /var/lib/fail2ban/own
  do echo "old $file" >$file; done
  echo old >'/var/log/fail2ban old.log'; ln -s /etc/hostname /var/log/fail2ban.link`;
const places = `cd / && find etc/fail2ban var/log/fail2ban* var/lib/fail2ban var/l*/unattended-upgrades \\
  ! -name '*.sqlite3' ! -name '*-shutdown.log' -printf '%p %y %m %U:%G %l\\n' | sort; cat var/log/fail2ban.log.1 var/log/unattended-upgrades/old.log; head -n 1 var/log/fail2ban.log
  find /var/log /var/lib -maxdepth 1 -name '.harden*'`;

describe.skipIf(!hasDocker()).each(sample("purge-earlier", bothDistros, 1))(
  "old files in the places of packages on %s",
  { timeout: 600_000 },
  (distro) => {
    let host: TestHost;
    beforeEach(async () => {
      host = await startHost(distro, "bare");
      await must(host, old);
    }, 300_000);
    afterEach(() => host?.remove());

    const undo = () => harden(host, ["rollback", host.target("root"), "--yes"]);

    drawTests("what was there before a purge", 1, {
      "are there after a rollback, and after a run that rolls back by itself": async () => {
        const before = await must(host, places);
        const left = await apply(host, profile, { more: ["--no-confirm", "--confirm-timeout", "10"] });
        expect(left, left.stdout + left.stderr).toMatchObject({ code: 0 });
        await untilSettled(host);
        expect(await outcome(host)).toBe("rolled-back clean timeout");
        expect(await must(host, places)).toBe(before);

        const applied = await apply(host, profile);
        expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
        const undone = await undo();
        expect(undone, undone.stdout + undone.stderr).toMatchObject({ code: 0 });
        expect(await must(host, places)).toBe(before);
      },

      "keep their package, and the rollback says so, where something is mounted there": async () => {
        await must(host, "mount --bind /var/log/unattended-upgrades /var/log/unattended-upgrades");
        const applied = await apply(host, profile);
        expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
        const undone = await undo();
        expect(undone, undone.stdout + undone.stderr).toMatchObject({ code: 4 });
        expect(undone.stdout).toMatch(
          /unattended-upgrades: installed by the run, and left: .*\/var\/log\/unattended-upgrades/,
        );
        await must(
          host,
          "grep -q old /var/log/unattended-upgrades/old.log && grep -q old /var/log/fail2ban.log.1",
        );
      },
    });
  },
);
