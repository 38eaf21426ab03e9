/** Odd things that happen to a run, or while one waits for its confirm: it ends all or nothing, and the host is as it was. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleRows } from "../setup/sample.ts";
import { expectPristine, outcome, untilHost, untilSettled, untilUnwatched } from "./faults.ts";
import { profileFile } from "./harden.ts";
import { lockAll } from "./hostile.ts";
import { bothDistros, type Distro, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { reload } from "./logins.ts";
import { state } from "./state.ts";
import { apply, during, must, type Trouble, thereAndBack } from "./trouble.ts";

const profile = profileFile("ssh: {}\nsysctl: {}\n");
const deadman = "$(systemctl show -p MainPID --value 'harden-deadman-*' | grep -v '^0*$')";
const overlay = "-o lowerdir=/etc,upperdir=/srv/ov/upper,workdir=/srv/ov/work";

interface Scenario {
  readonly name: string;
  /** Script, while the run waits for its confirm. */
  readonly make: string;
  /** Script, when the run's time is over. */
  readonly end?: string;
}

/** The run is rolled back by its time. */
const pending: Readonly<Record<Distro, readonly Scenario[]>> = {
  debian12: [
    {
      name: "the dead-man is stopped, as by a debugger: systemd starts another one",
      make: `kill -STOP ${deadman}`,
    },
    {
      name: "the dead-man is killed over and over",
      make: `for n in 1 2 3 4 5; do n=; until n=${deadman} && [ -n "$n" ]; do sleep 0.1; done; kill -9 $n; done`,
    },
    {
      name: "systemd loads its units and itself anew, again and again",
      make: "for n in 1 2 3; do systemctl daemon-reexec; systemctl daemon-reload; done",
    },
  ],
  debian13: [
    {
      name: "a soft reboot, which /run outlives",
      // It unmounts what the container engine has mounted on these, and ends this very script, too.
      make: `for name in hosts hostname resolv.conf; do
          cp -p /etc/$name /run/$name; umount /etc/$name; cp -p /run/$name /etc/$name; rm /run/$name
        done
        systemctl soft-reboot
        n=0; until [ "$(systemctl show -p SoftRebootsCount --value)" = 1 ] || [ $n = 200 ]; do n=$((n + 1)); sleep 0.2; done`,
    },
    {
      name: "single-user mode",
      make: "systemctl isolate rescue.target",
      end: "systemctl isolate multi-user.target",
    },
    {
      name: "a file system becomes read-only: the rollback waits until it is not",
      make: "mount --bind /etc/ssh /etc/ssh; mount -o remount,bind,ro /etc/ssh",
      end: `until grep -q rollback-waits /var/lib/harden/runs/*/events; do sleep 0.2; done
        mount -o remount,bind,rw /etc/ssh; umount /etc/ssh`,
    },
  ],
};

/** Few callers at a time, those that fail are punished, and nobody but this controller may come. */
const narrow: Trouble = {
  name: "sshd takes few callers at once, and libwrap this one only",
  make: `printf 'MaxStartups 2\nMaxSessions 1\nPerSourceMaxStartups 1\nLoginGraceTime 5\n' >/etc/ssh/sshd_config.d/20-narrow.conf
    echo 'PerSourcePenalties authfail:600s noauth:600s grace-exceeded:600s min:1s' >>/etc/ssh/sshd_config.d/20-narrow.conf
    echo 'sshd: ALL' >>/etc/hosts.deny; ip -4 route show default | awk '{ print "sshd: " $3 }' >>/etc/hosts.allow
    ${reload}`,
  there: "sshd -T | grep -qx 'maxsessions 1' && grep -q '^sshd: [0-9]' /etc/hosts.allow",
  end: `sed -i '/^sshd:/d' /etc/hosts.deny /etc/hosts.allow; rm /etc/ssh/sshd_config.d/20-narrow.conf; ${reload}`,
};

/** There and back again, while it lasts. */
const lasting: Readonly<Record<Distro, readonly Trouble[]>> = {
  debian12: [
    {
      name: "/etc is an overlay",
      make: `truncate -s 64M /var/cache/ov.img; mkfs.ext4 -q /var/cache/ov.img
        mkdir /srv/ov; mount -o loop /var/cache/ov.img /srv/ov
        mkdir /srv/ov/upper /srv/ov/work; mount -t overlay overlay ${overlay} /etc`,
      there: "findmnt -t overlay /etc",
      end: "umount /etc /srv/ov; rm -r /srv/ov /var/cache/ov.img",
    },
    {
      name: "/var/log is a file system of its own, and full",
      make: `mount -t tmpfs -o size=1m tmpfs /var/log; systemctl restart systemd-journald
        dd if=/dev/zero of=/var/log/fill bs=4k 2>/dev/null || :`,
      there: "! head -c 8192 /dev/zero 2>/dev/null >/var/log/more",
      end: "umount -l /var/log; systemctl restart systemd-journald",
    },
  ],
  debian13: [
    narrow,
    {
      name: "the host has no machine-id, and another name",
      make: "cp -p /etc/machine-id /run/id; rm /etc/machine-id; hostname >/run/name; hostname other",
      there: "[ ! -e /etc/machine-id ]",
      end: `cp -p /run/id /etc/machine-id; hostname "$(cat /run/name)"; rm /run/id /run/name`,
    },
    {
      name: "a user has locked all that users can open",
      make: `cat >/run/hold.pl <<'END'
${lockAll}open($ready, ">", "/tmp/held"); sleep 3600;
END
        systemd-run -q --unit hold -p User=op perl /run/hold.pl; until [ -e /tmp/held ]; do sleep 0.1; done`,
      there: "! flock -n /var/lib true && ! flock -n /etc true && ! flock -n /run true",
      end: "systemctl stop hold; rm /tmp/held /run/hold.pl",
    },
  ],
};

const ownJournal = `truncate -s 64M /var/cache/journal.img
  mkfs.ext4 -q -N 4096 /var/cache/journal.img
  cat >/etc/systemd/system/var-lib-harden.mount <<'END'
[Mount]
What=/var/cache/journal.img
Where=/var/lib/harden
Options=loop
[Install]
WantedBy=multi-user.target
END
  systemctl daemon-reload
  rm -rf /var/lib/harden
  systemctl enable --now -q var-lib-harden.mount`;

describe.skipIf(!hasDocker()).each(bothDistros)("%s", { timeout: 240_000 }, (distro) => {
  let host: TestHost;
  let pristine: readonly string[];
  beforeAll(async () => {
    host = await startHost(distro, "full");
    pristine = await state(host.exec);
  });
  afterAll(() => host?.remove());

  const begin = async (seconds: number) => {
    const more = ["--no-confirm", "--confirm-timeout", String(seconds)];
    const begun = await apply(host, profile, { more });
    expect(begun, begun.stderr).toMatchObject({ code: 0 });
  };

  it.each(sampleRows("scenarios of a pending run", pending[distro], 1, ({ name }) => name))(
    "$name",
    async ({ make, end }) => {
      await begin(10);
      // A soft reboot may take the end of the script with it.
      await host.exec(make, { timeoutMs: 20_000 });
      if (end !== undefined) {
        await untilHost(host, `[ -z "$(ls /var/lib/harden/pending)" ]`);
        await must(host, `set -e\n${end}`);
      }
      await untilSettled(host);
      expect(await outcome(host)).toBe("rolled-back clean timeout");
      await untilHost(host, "systemctl is-system-running | grep -q -e running -e degraded");
      await expectPristine(host, pristine);
    },
  );

  // One release will do.
  it.each(distro === "debian12" ? [ownJournal] : [])(
    "the journal has a file system of its own, mounted late in the boot",
    async (make) => {
      await must(host, `set -e\n${make}`);
      await begin(600);
      await host.restart();
      await untilSettled(host);
      expect(await outcome(host)).toBe("rolled-back clean boot");
      await untilUnwatched(host);
      await must(host, "findmnt /var/lib/harden && systemctl disable --now -q var-lib-harden.mount");
      await must(
        host,
        "rm -r /etc/systemd/system/var-lib-harden.mount /var/lib/harden; systemctl daemon-reload",
      );
      await expectPristine(host, pristine);
    },
  );

  it.each(sampleRows("scenarios that last", lasting[distro], 1, ({ name }) => name))(
    "$name",
    async (trouble) => {
      await during(host, trouble, () => thereAndBack(host, profile));
      await expectPristine(host, pristine);
    },
  );
});
