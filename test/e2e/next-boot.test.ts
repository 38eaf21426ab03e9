/** Verify 0 is verify 0 after a reboot; where the next boot brings something else, or nobody knows what, it is not 0. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sample, sampleRows } from "../setup/sample.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, type Distro, hasDocker, startHost, type TestHost } from "./hosts.ts";

const profile = profileFile(
  "{ssh: {}, firewall: {rules: [{port: 80, protocol: tcp}]}, fail2ban: {}, sysctl: {}, updates: {}}",
);

interface Check {
  readonly id: string;
  readonly verdict: string;
  readonly role: string;
  readonly found: string;
}

interface Row {
  readonly what: string;
  /** On one release: what is shown there is the same program on the other. */
  readonly on: Distro;
  readonly change: string;
  readonly undo: string;
  /** What verify says of which check. */
  readonly id: string;
  readonly verdict?: string;
  readonly says: string;
  /** What the boot then really does: true at once after it, and not before. */
  readonly really?: string;
  readonly shut?: boolean;
}

const before = "/etc/ufw/before.rules";
const keep = (path: string) => `cp -a ${path} ${path}.kept`;
const back = (path: string) => `mv ${path}.kept ${path}`;
const dropIn = (unit: string, text: string) => {
  const folder = `/etc/systemd/system/${unit}.d`;
  const change = `mkdir -p ${folder} && printf '%b' '${text}' >${folder}/mine.conf`;
  return { change, undo: `rm -r ${folder}; systemctl daemon-reload`, path: `${folder}/mine.conf` };
};
const trueUnit = dropIn("ufw.service", "[Service]\\nExecStart=\\nExecStart=/bin/true\\n");
const sshUnit = dropIn("sshd.service", "[Service]\\nExecStartPre=/bin/true\\n");

const rows: readonly Row[] = [
  {
    what: "before.rules drops the port of sshd",
    on: "debian12",
    change: `${keep(before)}; sed -i 's/^COMMIT/-A ufw-before-input -p tcp --dport 22 -j DROP\\n&/' ${before}`,
    undo: back(before),
    id: "firewall.ssh-open",
    verdict: "fail",
    says: "at the next boot allow 22/tcp (IPv4) is dropped by",
    really: "iptables -S ufw-before-input | grep -q -- '--dport 22 -j DROP'",
    shut: true,
  },
  {
    what: "before.rules has a line that can't be parsed: no loopback",
    on: "debian13",
    change: `${keep(before)}; sed -i 's/^COMMIT/-A ufw-before-input -p tcp --dprot 23 -j DROP\\n&/' ${before}`,
    undo: back(before),
    id: "firewall.loopback",
    says: 'ufw can\'t load /etc/ufw/before.rules: iptables-restore v1.8.11 (nf_tables): unknown option "--dprot"',
    really: "! iptables -S ufw-before-input | grep -q -- '-i lo'",
  },
  {
    what: "before.rules has lost its COMMIT",
    on: "debian12",
    change: `${keep(before)}; sed -i '/^COMMIT/d' ${before}`,
    undo: back(before),
    id: "firewall.loopback",
    says: "COMMIT expected at line",
    really: "! iptables -S ufw-before-input | grep -q -- '-i lo'",
  },
  {
    what: "after.init opens INPUT",
    on: "debian13",
    change: `${keep("/etc/ufw/after.init")}; printf '#!/bin/sh\\niptables -I INPUT -j ACCEPT\\n' >/etc/ufw/after.init; chmod 0755 /etc/ufw/after.init`,
    undo: back("/etc/ufw/after.init"),
    id: "firewall.default-incoming-ipv4",
    says: "of the next boot not known: /etc/ufw/after.init is executable",
    really: "iptables -S INPUT 1 | grep -qx -- '-A INPUT -j ACCEPT'",
  },
  {
    what: "rc.local opens INPUT",
    on: "debian12",
    change:
      "printf '#!/bin/sh\\n# first\\niptables -I INPUT -j ACCEPT\\n' >/etc/rc.local; chmod 0755 /etc/rc.local; systemctl daemon-reload",
    undo: "rm /etc/rc.local; systemctl daemon-reload",
    id: "firewall.default-incoming-ipv4",
    says: "of the next boot not known: /etc/rc.local:3 iptables -I INPUT -j ACCEPT",
    really: "iptables -S INPUT 1 | grep -qx -- '-A INPUT -j ACCEPT'",
  },
  {
    what: "a unit of somebody's sets rules",
    on: "debian13",
    change:
      "printf '[Service]\\nType=oneshot\\nExecStart=-/usr/sbin/nft flush ruleset\\n[Install]\\nWantedBy=multi-user.target\\n' >/etc/systemd/system/mine.service; systemctl enable -q mine",
    undo: "systemctl disable -q mine; rm /etc/systemd/system/mine.service; systemctl daemon-reload",
    id: "firewall.ssh-open",
    says: "of the next boot not known: /etc/systemd/system/mine.service:3 ExecStart=-/usr/sbin/nft flush ruleset",
  },
  {
    what: "another firewall still runs whose unit somebody has deleted",
    on: "debian13",
    change:
      "printf '[Service]\\nExecStart=/usr/bin/sleep infinity\\n' >/etc/systemd/system/ferm.service; systemctl start ferm; rm /etc/systemd/system/ferm.service",
    undo: "systemctl stop ferm; systemctl daemon-reload",
    id: "firewall.only-ufw",
    verdict: "fail",
    says: "ferm.service active",
  },
  {
    what: "ufw's settings run a command",
    on: "debian13",
    change: `${keep("/etc/default/ufw")}; echo 'iptables() { :; }' >>/etc/default/ufw`,
    undo: back("/etc/default/ufw"),
    id: "firewall.ssh-open",
    says: "of the next boot not known: /etc/default/ufw:",
  },
  {
    what: "ufw.service runs something else, before any daemon-reload",
    on: "debian12",
    ...trueUnit,
    id: "firewall.enabled",
    says: `of the next boot not known: ${trueUnit.path}:2 ExecStart=`,
    really: "! iptables -S | grep -q ufw-user-input",
  },
  {
    what: "ufw.service is a file of somebody's",
    on: "debian13",
    change:
      "sed 's,^ExecStart=.*,ExecStart=/bin/true,' /usr/lib/systemd/system/ufw.service >/etc/systemd/system/ufw.service",
    undo: "rm /etc/systemd/system/ufw.service; systemctl daemon-reload",
    id: "firewall.enabled",
    says: "ExecStart=/bin/true is not what the package brings",
    really: "! iptables -S | grep -q ufw-user-input",
  },
  {
    what: "ufw.service is made by a generator",
    on: "debian12",
    change:
      "mkdir -p /run/systemd/generator; printf '[Service]\\nExecStart=/bin/true\\n' >/run/systemd/generator/ufw.service",
    undo: "rm /run/systemd/generator/ufw.service; systemctl daemon-reload",
    id: "firewall.enabled",
    says: "/run/systemd/generator/ufw.service:2 ExecStart=/bin/true is not what the package brings",
  },
  {
    what: "a packaged unit was edited in place",
    on: "debian13",
    change: `${keep("/usr/lib/systemd/system/fail2ban.service")}; echo '# mine' >>/usr/lib/systemd/system/fail2ban.service`,
    undo: `${back("/usr/lib/systemd/system/fail2ban.service")}; systemctl daemon-reload`,
    id: "fail2ban.running",
    says: "/usr/lib/systemd/system/fail2ban.service is not what the package brings",
  },
  {
    what: "systemd-sysctl.service is masked",
    on: "debian12",
    change: "ln -s /dev/null /etc/systemd/system/systemd-sysctl.service",
    undo: "rm /etc/systemd/system/systemd-sysctl.service",
    id: "sysctl.accept-source-route-v6",
    says: "systemd-sysctl.service is masked by /etc/systemd/system/systemd-sysctl.service",
    really: "[ $(cat /proc/sys/net/ipv4/conf/all/rp_filter) != 1 ]",
  },
  {
    what: "sshd has a drop-in under its other name",
    on: "debian13",
    ...sshUnit,
    id: "ssh.at-boot",
    says: `of the next boot not known: ${sshUnit.path}:2 ExecStartPre=/bin/true`,
  },
  {
    what: "sshd is disabled while it runs",
    on: "debian12",
    change: "systemctl disable --quiet ssh",
    undo: "systemctl enable --quiet ssh",
    id: "ssh.at-boot",
    verdict: "fail",
    says: "ssh.service is not enabled",
  },
  {
    what: "sshd is enabled until the next boot only",
    on: "debian12",
    change: "systemctl disable --quiet ssh; systemctl enable --quiet --runtime ssh",
    undo: "systemctl disable --quiet --runtime ssh; systemctl enable --quiet ssh",
    id: "ssh.at-boot",
    verdict: "fail",
    says: "ssh.service is not enabled",
  },
  {
    what: "sshd has a link to /dev/null in place of what starts it",
    on: "debian12",
    change: "ln -sfn /dev/null /etc/systemd/system/multi-user.target.wants/ssh.service",
    undo: "rm /etc/systemd/system/multi-user.target.wants/ssh.service; systemctl enable --quiet ssh",
    id: "ssh.at-boot",
    verdict: "fail",
    says: "ssh.service is not enabled",
  },
  {
    what: "the unit is masked that lets others than root log in",
    on: "debian12",
    change: "systemctl mask --quiet systemd-user-sessions",
    undo: "systemctl unmask --quiet systemd-user-sessions",
    id: "ssh.at-boot",
    says: "systemd-user-sessions.service is masked by /etc/systemd/system/systemd-user-sessions.service, without which only root can log in",
    really: "[ -e /run/nologin ]",
  },
  {
    what: "apt's timer has another time",
    on: "debian13",
    ...dropIn("apt-daily.timer", "[Timer]\\nOnCalendar=yearly\\n"),
    id: "updates.timers",
    says: "of the next boot not known: /etc/systemd/system/apt-daily.timer.d/mine.conf:2 OnCalendar=yearly",
  },
];

const distros = sample("next-boot", bothDistros, 1);

describe.skipIf(!hasDocker()).each(distros)("the next boot of %s", (distro) => {
  let host: TestHost;
  const run = (command: string, ...more: string[]) =>
    harden(host, [command, host.target("root"), "--profile", profile, ...more]);
  const verify = async () => {
    const { code, stdout, stderr } = await run("verify", "--format", "json");
    expect(stderr).toBe("");
    const { value } = JSON.parse(stdout)[0] as { value: { checks: readonly Check[] } };
    const bad = ({ role, verdict }: Check) => role !== "advice" && !/^(pass|not applicable)$/.test(verdict);
    return { code, bad: value.checks.filter(bad) };
  };
  const exec = async (script: string) => {
    const { code, stdout, stderr } = await host.exec(script);
    expect(code, `${script}: ${stdout}${stderr}`).toBe(0);
  };

  beforeAll(async () => {
    host = await startHost(distro, "full");
    const { code, stdout, stderr } = await run("apply", "--yes");
    expect(code, stdout + stderr).toBe(0);
  });
  afterAll(() => host.remove());

  it("is as verify said, and says so again", async () => {
    expect(await verify()).toEqual({ code: 0, bad: [] });
    await host.restart();
    expect(await verify()).toEqual({ code: 0, bad: [] });
  });

  it("was not looked at by a plan, which says so", async () => {
    const { stdout } = await run("plan");
    expect(stdout).toContain("What ufw will load at the next boot was not tried out");
  });

  // One release is enough: nothing in it is a release's own.
  if (distro === distros[0])
    it("is not claimed to bring nothing where ufw is off and netfilter-persistent brings its rules back", async () => {
      const unit = "/usr/lib/systemd/system/netfilter-persistent.service";
      const said = async () => {
        const { bad } = await verify();
        return bad.filter(({ id }) => /default-incoming-ipv4|other-rules/.test(id)).map(({ found }) => found);
      };
      const inputs = () => host.exec("iptables -S INPUT");
      // As the package has it, and its plugin.
      await exec(`ufw disable; iptables -F; iptables -X; iptables -P INPUT DROP
        iptables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
        iptables -A INPUT -i lo -j ACCEPT; iptables -A INPUT -p tcp --dport 22 -j ACCEPT
        mkdir -p /etc/iptables; iptables-save >/etc/iptables/rules.v4
        printf '[Unit]\\nDefaultDependencies=no\\nBefore=network-pre.target shutdown.target\\nAfter=local-fs.target\\n[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=/usr/sbin/iptables-restore /etc/iptables/rules.v4\\n[Install]\\nWantedBy=multi-user.target\\n' >${unit}
        systemctl enable -q --now netfilter-persistent`);
      try {
        const before = await inputs();
        const told = expect.stringContaining(
          "ENABLED is not yes in /etc/ufw/ufw.conf, and what netfilter-persistent.service loads at the next boot is not known",
        );
        expect(await said()).toEqual([
          told,
          told,
          expect.stringContaining(`of the next boot not known: ${unit}:8`),
        ]);
        await host.restart();
        expect(await inputs()).toEqual(before);
        await exec("systemctl disable -q --now netfilter-persistent; rm /etc/iptables/rules.v4");
        // Loaded by nobody, they are gone then, as is said.
        expect((await said()).join("\n")).not.toContain("not known");
        await host.restart();
        expect((await inputs()).stdout).toBe("-P INPUT ACCEPT\n");
      } finally {
        await exec(`systemctl disable -q netfilter-persistent; rm -f ${unit}; ufw --force enable`);
        await host.restart();
      }
    });

  const ofThis = rows.filter(({ on }) => on === distro);
  for (const row of sampleRows("what the next boot brings", ofThis, 3, ({ what }) => what))
    it(`is not green where ${row.what}`, async () => {
      await exec(row.change);
      try {
        const { code, bad } = await verify();
        expect(code).toBe(2);
        const found = bad.find(({ id }) => id === row.id);
        expect(found).toMatchObject({ verdict: row.verdict ?? "until the next boot" });
        expect(found?.found).toContain(row.says);
        if (row.really === undefined) return;
        expect((await host.exec(row.really)).code, "not so before").not.toBe(0);
        await host.restart({ shut: row.shut ?? false });
        await exec(row.really);
      } finally {
        await exec(row.undo);
        if (row.really !== undefined) await host.restart();
      }
    });
});
