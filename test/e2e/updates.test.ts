import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drawTests, sample } from "../setup/sample.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { unsigned } from "./unsigned.ts";

const repository = readFileSync(join(import.meta.dirname, "../../docker/repository.sh"), "utf8");
const distros = sample("updates", bothDistros, 1);

describe.skipIf(!hasDocker()).each(distros)("updates on %s", (distro) => {
  const profile = profileFile("updates:\n  mail: root\n");
  const codename = distro === "debian12" ? "bookworm" : "trixie";
  let host: TestHost;

  beforeAll(async () => {
    host = await startHost(distro, "full");
    // What the guides say, with the distribution's own list switched off.
    await host.exec(
      `${unsigned}
      sed -i '/origin=Debian/d' /etc/apt/apt.conf.d/50unattended-upgrades
      echo 'Unattended-Upgrade::Allowed-Origins { "\${distro_id}:\${distro_codename}-security"; };' >/etc/apt/apt.conf.d/51guide
      sed -i s/1/0/ /etc/apt/apt.conf.d/20auto-upgrades
      systemctl disable --now apt-daily.timer; systemctl stop apt-daily-upgrade.timer`,
    );
  });
  afterAll(() => host?.remove());

  const run = (command: string, ...args: string[]) =>
    harden(host, [command, host.target("root"), "--profile", profile, ...args], { timeoutMs: 110_000 });
  const dryRun = async () => (await host.exec("unattended-upgrade --dry-run --debug 2>&1")).stdout;

  test("the guides' origins match nothing on Debian, and verify says so", async () => {
    expect(await dryRun()).toContain("No packages found that can be upgraded unattended");
    const { code, stdout } = await run("verify");
    expect(code).toBe(2);
    expect(stdout).toMatch(/fail +updates\.origins-match/);
    expect(stdout).toContain(`n=${codename}-security,l=Debian-Security`);
    for (const id of ["package-lists", "daily", "timers", "mail"])
      expect(stdout, id).toMatch(new RegExp(`fail +updates\\.${id}`));
  });

  test("after an apply a dry run takes the security update, and only that", async () => {
    const { code, stdout, stderr } = await run("apply", "--yes");
    expect(code, stdout + stderr).toBe(0);
    expect(stdout + stderr).toContain("updates.no-mailer");
    const dry = await dryRun();
    expect(dry).toMatch(/Packages that will be upgraded: harden-probe\n/);
    expect(dry).toContain(
      `Allowed origins are: origin=Debian,codename=${codename}-security,label=Debian-Security\n`,
    );
    expect((await run("verify")).code).toBe(0);
    expect((await run("plan", "--detailed-exitcode")).code).toBe(0);
    const timers = await host.exec(
      "systemctl is-enabled apt-daily.timer; systemctl is-active apt-daily-upgrade.timer",
    );
    expect(timers.stdout).toBe("enabled\nactive\n");
  });

  test("a program that lets apt do nothing is not known to be harmless; one that apt has worked with is", async () => {
    const hook = "/etc/apt/apt.conf.d/99x";
    await host.exec(`echo 'DPkg::Pre-Invoke {"/bin/false";};' >${hook}`);
    const { code, stdout } = await run("verify");
    expect(code, stdout).toBe(2);
    expect(stdout).toMatch(/error +updates\.kept-back[\s\S]*DPkg::Pre-Invoke of \S+99x runs \/bin\/false/);
    await host.exec(
      `echo 'DPkg::Pre-Invoke {"/bin/true";};' >${hook}; sleep 1.1; touch /var/lib/dpkg/info/harden-probe.list`,
    );
    expect((await run("verify")).code).toBe(0);
    await host.exec(`rm ${hook}`);
  });

  /** The real job, as its timer starts it. */
  const job = (name: string, stamp: string) =>
    host.exec(
      `touch /run/apt-daily-allowed; rm -f /var/lib/apt/periodic/update-stamp
      systemctl start ${name}.service; stat -c %Y /var/lib/apt/periodic/${stamp}`,
    );

  drawTests("what keeps updates back", 4, {
    "verify fails when apt's priorities or a setting keep unattended-upgrade from installing": async () => {
      const stanza = (list: string, names = "*") =>
        `printf 'Package: ${names}\\nPin: release n=${list}\\nPin-Priority: 900\\n' >/etc/apt/preferences.d/x`;
      const setting = (text: string) => `echo 'Unattended-Upgrade::${text};' >/etc/apt/apt.conf.d/zzz`;
      for (const [make, said] of [
        [
          `echo 'APT::Default-Release "${codename}";' >/etc/apt/apt.conf.d/zzz`,
          /fail +updates\.kept-back[\s\S]* has 990/,
        ],
        [stanza(codename), /fail +updates\.kept-back[\s\S]* has 900/],
        [stanza(codename, "/./"), /error +updates\.kept-back[\s\S]*x: \/\.\//],
        [setting('InstallOnShutdown "true"'), /fail +updates\.daily[\s\S]*InstallOnShutdown/],
        [setting('Package-Blacklist {"";}'), /fail +updates\.kept-back[\s\S]*keeps everything back: ""/],
        [
          setting('Package-Whitelist-Strict "true"'),
          /fail +updates\.kept-back[\s\S]*there is no Package-Whitelist/,
        ],
        [setting('Update-Days {"";}'), /fail +updates\.daily[\s\S]*Update-Days/],
      ] as const) {
        await host.exec(make);
        expect(await dryRun(), make).not.toContain("Packages that will be upgraded: harden-probe");
        const { code, stdout } = await run("verify");
        expect(code, stdout).toBe(2);
        expect(stdout).toMatch(said);
        await host.exec("rm -f /etc/apt/apt.conf.d/zzz /etc/apt/preferences.d/x");
      }
      // What the remedy says, and what Debian's release notes say.
      for (const make of [
        `{ ${stanza(codename)}; ${stanza(`${codename}-security`).replace("preferences.d/x", "preferences")}; }`,
        `echo 'APT::Default-Release "/^${codename}(|-security|-updates)$/";' >/etc/apt/apt.conf.d/zzz`,
        "echo 'Unattended-Upgrade::InstallOnShutdown \"true\";' >/etc/apt/apt.conf.d/52shutdown",
      ]) {
        await host.exec(make);
        expect(await dryRun(), make).toMatch(/Packages that will be upgraded: harden-probe\n/);
        expect((await run("verify")).code, make).toBe(0);
        await host.exec(
          "rm -f /etc/apt/apt.conf.d/zzz /etc/apt/apt.conf.d/52shutdown /etc/apt/preferences*/x /etc/apt/preferences",
        );
      }
    },

    "what waits is told: a security update, a restart, a package that is half installed, old lists":
      async () => {
        await host.exec("apt-mark hold harden-probe");
        const advised = await run("verify");
        expect(advised.code, advised.stdout).toBe(2);
        expect(advised.stdout).toMatch(/advice +updates\.pending[\s\S]*harden-probe 1\.0 → 1\.1 \(on hold\)/);
        expect(advised.stdout).toMatch(/fail +updates\.left-out[\s\S]*harden-probe 1\.0 → 1\.1: on hold/);
        await host.exec(
          `echo linux-image-test >/run/reboot-required.pkgs; touch /run/reboot-required
      mkdir -p /var/lib/apt/periodic; touch -d '5 days ago' /var/lib/apt/periodic/update-stamp
      sed -i '/^Package: harden-probe$/,/^$/s/^Status: .*/Status: install ok half-configured/' /var/lib/dpkg/status`,
        );
        const { code, stdout } = await run("verify");
        expect(code, stdout).toBe(2);
        expect(stdout).toMatch(/advice +updates\.restart[\s\S]*for linux-image-test/);
        expect(stdout).toMatch(/fail +updates\.dpkg[\s\S]*iF harden-probe/);
        expect(stdout).toMatch(/fail +updates\.fetched[\s\S]*5d ago/);
        await host.exec(
          `rm /run/reboot-required* /var/lib/apt/periodic/update-stamp
      sed -i '/^Package: harden-probe$/,/^$/s/^Status: .*/Status: install ok installed/' /var/lib/dpkg/status`,
        );
        expect((await run("verify")).code).toBe(0);
      },

    "a pin of one package is told where it keeps a security update away": async () => {
      const pin = (text: string) => `printf 'Package: harden-probe\\n${text}\\n' >/etc/apt/preferences.d/x`;
      for (const make of [
        pin("Pin: version 1.0\\nPin-Priority: 1001"),
        pin("Pin: release l=Debian-Security\\nPin-Priority: -1"),
        pin("Pin: version 1.0\\nPin-Priority: 1001").replace("probe", "p*"),
      ]) {
        await host.exec(make);
        expect(await dryRun(), make).not.toContain("Packages that will be upgraded: harden-probe");
        const { code, stdout } = await run("verify");
        expect(code, make + stdout).toBe(2);
        expect(stdout).toMatch(/advice +updates\.pending[\s\S]*harden-probe 1\.0 → 1\.1 \(pinned\)/);
        expect(stdout).toMatch(/fail +updates\.left-out[\s\S]*harden-probe 1\.0 → 1\.1: pinned/);
      }
      await host.exec(pin("Pin: version 1.1\\nPin-Priority: 1001"));
      expect((await run("verify")).stdout).toMatch(/harden-probe 1\.0 → 1\.1$/m);
      await host.exec("rm /etc/apt/preferences.d/x");
    },

    "a security update that the daily job leaves out for a changed file of configuration fails verify":
      async () => {
        const pool = "/srv/apt/security/pool";
        const index = (then: string) =>
          `${then}; sh /root/repository.sh /srv/apt/security ${codename}-security x-security Debian-Security; apt-get -qq update`;
        const made = await host.exec(
          `cat >/root/repository.sh <<'END'\n${repository}\nEND
      make() {
        mkdir -p /root/tree/DEBIAN /root/tree/etc
        echo "value = $1" >/root/tree/etc/harden-conf; echo /etc/harden-conf >/root/tree/DEBIAN/conffiles
        printf '%s\n' 'Package: harden-conf' "Version: $1" 'Architecture: all' 'Maintainer: nobody <nobody@localhost>' \
          'Description: has a file of configuration' >/root/tree/DEBIAN/control
        dpkg-deb --root-owner-group --build /root/tree "$2" >/dev/null
      }
      make 1.0 /root/old.deb && dpkg --install /root/old.deb && echo 'mine = 1' >>/etc/harden-conf
      ${index(`make 1.1 ${pool}/harden-conf_1.1_all.deb`)}; apt-mark hold harden-probe`,
        );
        expect(made.code, made.stderr).toBe(0);
        const onlyHeld = (await run("verify")).stdout;
        expect(onlyHeld).toMatch(/harden-conf 1\.0 → 1\.1$/m);
        expect(onlyHeld).not.toMatch(/harden-conf 1\.0 → 1\.1: /);

        expect((await job("apt-daily-upgrade", "upgrade-stamp")).code).toBe(0);
        const told = await run("verify");
        expect(told.code, told.stdout).toBe(2);
        expect(told.stdout).toMatch(
          /fail +updates\.left-out[\s\S]*harden-conf 1\.0 → 1\.1: .* conffile prompt/,
        );
        // Its words may be of another language, and its log begins anew each month.
        await host.exec(": >/var/log/unattended-upgrades/unattended-upgrades.log");
        expect((await run("verify")).stdout).toMatch(/harden-conf 1\.0 → 1\.1: .*has run to its end/);

        await host.exec("apt-get -qq -o Dpkg::Options::=--force-confold install --only-upgrade harden-conf");
        expect((await run("verify")).stdout).not.toContain("harden-conf");
        await host.exec(
          `dpkg --purge harden-conf; ${index(`rm ${pool}/harden-conf*`)}; apt-mark unhold harden-probe
      rm /var/lib/apt/periodic/upgrade-stamp`,
        );
        expect((await run("verify")).code).toBe(0);
      },

    "package lists are judged by what they are, when the job that asks for them ends well and gets none":
      async () => {
        const days = (text: string) => `LC_ALL=C date -u -d '${text} days ago' '+%a, %d %b %Y %H:%M:%S UTC'`;
        const address = "s#file:/srv/apt/security#http://127.0.0.1:8999/security#";
        const served = `/srv/apt/security/dists/${codename}-security/Release`;
        await host.exec(
          `cp -a /etc/apt /root/apt; cp -a ${served} /root/Release
      for each in /etc/apt/sources.list /etc/apt/sources.list.d/*.sources; do [ ! -f "$each" ] || sed -i '${address}' "$each"; done
      systemd-run --unit=mirror --quiet python3 -m http.server 8999 --bind 127.0.0.1 --directory /srv/apt
      until python3 -c 'import socket; socket.create_connection(("127.0.0.1", 8999))' 2>/dev/null; do sleep 0.1; done`,
        );
        expect((await job("apt-daily", "update-stamp")).code).toBe(0);
        const good = await run("verify");
        expect(good.code, good.stdout).toBe(0);
        expect(good.stdout).toMatch(/pass +updates\.fetched/);

        // A mirror that stands still. apt takes no older list than the one that it has.
        await host.exec(`sed -i "s/^Date:.*/Date: $(${days("400")})/" ${served}; rm -r /var/lib/apt/lists/*`);
        expect((await job("apt-daily", "update-stamp")).code).toBe(0);
        const still = await run("verify");
        expect(still.code, still.stdout).toBe(2);
        expect(still.stdout).toMatch(
          /fail +updates\.fetched[\s\S]*l=Debian-Security was published 57w1d ago/,
        );

        // One that can't be reached, since the list was last good.
        await host.exec(
          `systemctl stop mirror; cd /var/lib/apt/lists
      sed -i "s/^Date:.*/Date: $(${days("5")})\\nValid-Until: $(${days("-2")})/" *security_Release`,
        );
        expect((await job("apt-daily", "update-stamp")).code).toBe(0);
        expect((await run("verify")).code).toBe(0);
        await host.exec(
          `sed -i "s/^Valid-Until:.*/Valid-Until: $(${days("1")})/" /var/lib/apt/lists/*security_Release`,
        );
        expect((await job("apt-daily", "update-stamp")).code).toBe(0);
        const cut = await run("verify");
        expect(cut.code, cut.stdout).toBe(2);
        expect(cut.stdout).toMatch(/fail +updates\.fetched[\s\S]*published 5d ago, good until/);

        await host.exec(
          `rm -r /etc/apt; mv /root/apt /etc/apt; mv /root/Release ${served}; rm -r /var/lib/apt/lists; apt-get -qq update
      rm /var/lib/apt/periodic/update-stamp`,
        );
        expect((await run("verify")).code).toBe(0);
      },

    "runs of unattended-upgrade that fail fail verify, at once where it doesn't start": async () => {
      const python = (await host.exec("readlink -f /usr/bin/python3")).stdout.trim();
      await host.exec(
        `mv /usr/bin/python3 /usr/bin/python3.off; printf '#!/bin/sh\\nexec ${python} -I -S "$@"\\n' >/usr/bin/python3; chmod 755 /usr/bin/python3`,
      );
      const broken = await run("verify");
      await host.exec("mv /usr/bin/python3.off /usr/bin/python3");
      expect(broken.code, broken.stdout).toBe(2);
      expect(broken.stdout).toMatch(/fail +updates\.daily[\s\S]*doesn't start: ModuleNotFoundError/);

      for (const path of ["/usr/bin/unattended-upgrade", "/usr/lib/apt/apt.systemd.daily"]) {
        await host.exec(`chmod a-x ${path}`);
        const shut = await run("verify");
        await host.exec(`chmod a+x ${path}`);
        expect(shut.code, shut.stdout).toBe(2);
        expect(shut.stdout.replace(/\s+/g, " ")).toContain(`doesn't start: ${path} is no program`);
      }

      for (const [cause, mended, found] of [
        ["mount --bind /usr /usr; mount -o remount,bind,ro /usr", "umount -l /usr", "/usr is read-only"],
        ["mount --bind /etc /etc; mount -o remount,bind,ro /etc", "umount -l /etc", "/etc is read-only"],
        [
          "mount --bind /var/lib/dpkg /var/lib/dpkg; mount -o remount,bind,noexec /var/lib/dpkg",
          "umount -l /var/lib/dpkg",
          "/var/lib/dpkg is mounted noexec",
        ],
        [
          `echo 'DPkg::Options {"--no-act";};' >/etc/apt/apt.conf.d/zzy`,
          "rm /etc/apt/apt.conf.d/zzy",
          "dpkg only tries",
        ],
        ["echo no-act >/etc/dpkg/dpkg.cfg.d/x", "rm /etc/dpkg/dpkg.cfg.d/x", "dpkg only tries"],
      ] as const) {
        await host.exec(cause);
        const shut = await run("verify");
        await host.exec(mended);
        expect(shut.code, shut.stdout).toBe(2);
        expect(shut.stdout.replace(/\s+/g, " ")).toContain(`no package can be installed: ${found}`);
      }

      const stamp = "/var/lib/apt/periodic/upgrade-stamp";
      await host.exec(
        `mkdir -p /var/lib/apt/periodic; touch -d '4 days ago' ${stamp}
      echo 'Dir::Cache::archives "/data/apt/";' >/etc/apt/apt.conf.d/zzz`,
      );
      await job("apt-daily-upgrade", "upgrade-stamp");
      const failing = await run("verify");
      expect(failing.code, failing.stdout).toBe(2);
      expect(failing.stdout).toMatch(/fail +updates\.daily[\s\S]*ended well is 4d ago/);
      await host.exec("rm /etc/apt/apt.conf.d/zzz");
      await job("apt-daily-upgrade", "upgrade-stamp");
      // The upgrade renews folders of units.
      await host.exec("systemctl daemon-reload");
      const mended = await run("verify");
      expect(mended.code, mended.stdout).toBe(0);
      expect((await host.exec("dpkg-query -W -f '${Version}' harden-probe")).stdout).toBe("1.1");
      await host.exec("apt-get -qq install --allow-downgrades harden-probe=1.0 >/dev/null 2>&1");
    },

    "sources that are gone, or off, fail verify though their package lists are still there": async () => {
      const off = (file: string) =>
        `[ ! -f /root/apt/sources.list ] || sed 's/^deb.*security/#&/' /root/apt/sources.list >${file}.list
      [ ! -d /root/apt/sources.list.d ] || for each in /root/apt/sources.list.d/*.sources; do
        [ ! -f "$each" ] || sed '/security$/s/^URIs/Enabled: no\\n&/' "$each" >${file}.sources
      done`;
      expect((await run("apply", "--yes")).code).toBe(0);
      await host.exec("mkdir /root/apt; mv /etc/apt/sources.list* /root/apt; mkdir /etc/apt/sources.list.d");
      for (const [make, said] of [
        ["true", "apt has no source of packages"],
        [off("/etc/apt/sources.list.d/x"), "nothing accepts security"],
        ["echo nonsense >/etc/apt/sources.list.d/x.list", "which sources apt uses is not known"],
      ] as const) {
        await host.exec(make);
        const { code, stdout } = await run("verify");
        expect(code, stdout).toBe(2);
        expect(stdout).toMatch(new RegExp(`updates\\.origins-match[\\s\\S]*${said}`));
        expect(stdout).not.toMatch(/pass +updates\.pending/);
      }
      await host.exec("rm -r /etc/apt/sources.list.d; mv /root/apt/* /etc/apt");
      expect((await run("verify")).code).toBe(0);
    },
  });

  test("what somebody else made of it fails as an audit, by name, and nothing is rolled back for it", async () => {
    const timer = "/etc/systemd/system/apt-daily-upgrade.timer.d/slow.conf";
    await host.exec(
      `echo 'Unattended-Upgrade::Mail "";' >/etc/apt/apt.conf.d/zzz
      echo 'Unattended-Upgrade::Package-Blacklist { ".*"; };' >/etc/apt/apt.conf.d/52never
      mkdir -p ${timer.replace(/\/[^/]*$/, "")}; printf '[Timer]\\nOnCalendar=\\nOnCalendar=yearly\\n' >${timer}
      systemctl mask apt-daily.service; systemctl daemon-reload; systemctl restart apt-daily-upgrade.timer`,
    );
    expect(await dryRun()).not.toContain("Packages that will be upgraded: harden-probe");
    const { code, stdout, stderr } = await run("apply", "--yes");
    expect(code, stdout + stderr).toBe(2);
    for (const said of [
      "/etc/apt/apt.conf.d/zzz: unattended-upgrade::mail",
      "apt-daily.service is masked",
      "apt-daily-upgrade.timer doesn't run every day (*-01-01 00:00:00)",
      'Package-Blacklist ".*"',
    ])
      expect(stdout + stderr).toContain(said);
    const verified = await run("verify");
    expect(verified.code).toBe(2);
    for (const id of ["timers", "kept-back", "mail"])
      expect(verified.stdout, id).toMatch(new RegExp(`fail +updates\\.${id}`));
    await host.exec(
      `rm -r /etc/apt/apt.conf.d/zzz /etc/apt/apt.conf.d/52never ${timer}
      systemctl unmask apt-daily.service; systemctl daemon-reload; systemctl restart apt-daily-upgrade.timer apt-daily.timer`,
    );
    expect((await run("verify")).code).toBe(0);
  });

  test("an administrator's address stays where the profile leaves it out, and its end is announced", async () => {
    const mail = async () => (await host.exec("apt-config dump Unattended-Upgrade::Mail")).stdout;
    const untouched = profileFile("updates: {}\n");
    await host.exec(`echo 'Unattended-Upgrade::Mail "admin@example.org";' >/etc/apt/apt.conf.d/52admin`);
    const args = ["apply", host.target("root"), "--profile", untouched, "--yes"];
    expect(await harden(host, args, { timeoutMs: 110_000 })).toMatchObject({ code: 0 });
    expect(await mail()).toContain('"admin@example.org"');
    const nobody = profileFile("updates: {mail: ''}\n");
    const { stdout } = await harden(host, ["plan", host.target("root"), "--profile", nobody]);
    expect(stdout).toContain("admin@example.org is told of updates today, and nobody would be instead.");
    await host.exec("rm /etc/apt/apt.conf.d/52admin");
  });

  test("debconf asks nothing, and leaves our files alone, when the package is configured anew", async () => {
    const files = "sha256sum /etc/apt/apt.conf.d/20auto-upgrades /etc/apt/apt.conf.d/zz-harden*";
    const before = (await host.exec(files)).stdout;
    const { code, stdout, stderr } = await host.exec(
      "dpkg-reconfigure --frontend=noninteractive unattended-upgrades 2>&1; ls /etc/apt/apt.conf.d/*ucf*",
    );
    expect(code, stdout + stderr).not.toBe(0);
    expect((await host.exec(files)).stdout).toBe(before);
  });
});
