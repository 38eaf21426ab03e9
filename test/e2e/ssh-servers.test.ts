/** A second ssh server beside the one that the profile sets, on a port that it opens: a real password comes in there. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sample } from "../setup/sample.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { keyLogin, passwordLogin } from "./logins.ts";
import { apply, must } from "./trouble.ts";
import { waitForBanner } from "./wait.ts";

const applied = `ssh: {}
firewall: {rules: [{port: "441:449"}]}
`;
/** What the rest of the inventory takes its time for is not asked here. */
const profileOf = (more: string) =>
  profileFile(`${applied}privileges:
  seconds: 1
  unexplained:
    {default: keep, root-accounts: keep, empty-passwords: keep, sudo-for-everybody: keep, preload: keep,
     changed-files: keep, subordinate-ids: keep, package-sources: keep, listeners: warn, ssh-servers: warn, ssh-password-servers: fail}
${more}`);
const profile = profileOf("");

interface Planted {
  readonly what: string;
  readonly port: number;
  readonly name: string;
  readonly start: string;
  /** Beside what listens there. */
  readonly stop?: string;
}

const taking: readonly Planted[] = [
  {
    what: "OpenSSH with a configuration of its own",
    port: 443,
    name: "sshd",
    start: `printf 'Port 443\nPasswordAuthentication yes\nPidFile none\n' >/srv/second
      /usr/sbin/sshd -f /srv/second`,
  },
  {
    what: "OpenSSH that takes the password of one login",
    port: 444,
    name: "sshd",
    start: `printf 'Port 444\nPidFile none\nPasswordAuthentication no\nMatch User op\nPasswordAuthentication yes\n' >/srv/third
      /usr/sbin/sshd -f /srv/third`,
  },
  {
    what: "OpenSSH by another name",
    port: 445,
    name: "webserver",
    start: `cp /usr/sbin/sshd /srv/webserver
      /srv/webserver -p 445 -o PidFile=none -o PasswordAuthentication=yes`,
  },
  {
    what: "OpenSSH for each connection of a socket",
    port: 446,
    name: "side.socket",
    start: `printf '[Socket]\nListenStream=446\nAccept=yes\n' >/run/systemd/system/side.socket
      printf '[Service]\nExecStart=-/usr/sbin/sshd -i -o PasswordAuthentication=yes\nStandardInput=socket\n' >/run/systemd/system/side@.service
      systemctl daemon-reload; systemctl start side.socket`,
    stop: "systemctl stop side.socket; rm /run/systemd/system/side*; systemctl daemon-reload",
  },
  {
    what: "dropbear",
    port: 447,
    name: "dropbear",
    start: "dropbear -p 447 -P '' -r /srv/key",
  },
  {
    what: "dropbear by another name",
    port: 448,
    name: "mailserver",
    start: "cp /usr/sbin/dropbear /srv/mailserver; /srv/mailserver -p 448 -P '' -r /srv/key",
  },
];

const forKeys: readonly Planted[] = [
  {
    what: "OpenSSH",
    port: 441,
    name: "sshd",
    start:
      "/usr/sbin/sshd -p 441 -o PidFile=none -o PasswordAuthentication=no -o KbdInteractiveAuthentication=no",
  },
  { what: "dropbear", port: 442, name: "dropbear", start: "dropbear -s -p 442 -P '' -r /srv/key" },
];

/** Whose programs and files are not those that its process shows. */
const hiding: readonly Planted[] = [
  {
    what: "OpenSSH with a title that is cut",
    port: 443,
    name: "sshd",
    start: `printf 'PasswordAuthentication yes\nPidFile none\nHostKey /etc/ssh/ssh_host_ed25519_key\nUsePAM yes\n' >/0
      env -i /usr/sbin/sshd -p 443 -u 60 -f/0`,
    stop: "rm /0",
  },
  {
    what: "dropbear by the loader of programs",
    port: 444,
    name: "ld-linux-x86-64.so.2",
    start: "/lib64/ld-linux-x86-64.so.2 --argv0 -s /usr/sbin/dropbear -p 444 -P '' -r /srv/key",
  },
  {
    what: "OpenSSH with another /etc/ssh",
    port: 445,
    name: "sshd",
    start: `cp -a /etc/ssh /srv/ssh; rm -r /srv/ssh/sshd_config.d; printf 'PasswordAuthentication yes\nUsePAM yes\n' >/srv/ssh/sshd_config
      unshare -m sh -c 'mount --bind /srv/ssh /etc/ssh; exec /usr/sbin/sshd -p 445 -o PidFile=none'`,
    stop: "rm -r /srv/ssh",
  },
];

const nameOf = ({ port, name }: Planted) => `tcp ${port} ${name}`;
const stopOf = ({ port, stop = "" }: Planted) => `${stop}
  for pid in $(ss -Htlnp 'sport = :${port}' | grep -o 'pid=[0-9]*' | sort -u); do kill "\${pid#pid=}"; done
  while ss -Htln 'sport = :${port}' | grep -q .; do sleep 0.05; done`;

describe.skipIf(!hasDocker()).each(sample("ssh-servers", bothDistros, 1))(
  "beside the main sshd of %s",
  (distro) => {
    let host: TestHost;
    beforeAll(async () => {
      host = await startHost(distro, "docker");
      await must(
        host,
        `dpkg --install /srv/dropbear/*.deb >/dev/null
       dropbearconvert openssh dropbear /etc/ssh/ssh_host_ed25519_key /srv/key`,
      );
      const set = await apply(host, profileFile(applied));
      expect(set, set.stdout + set.stderr).toMatchObject({ code: 0 });
    });
    afterAll(async () => {
      await host?.exec("dpkg --purge dropbear-bin libtomcrypt1 libtommath1 >/dev/null");
      await host?.remove();
    });

    /** The exit code, and each entry of the three kinds that is not in order. */
    async function verified(by = profile) {
      const words = ["verify", host.target("root"), "--profile", by, "--format", "json"];
      const { code, stdout, stderr } = await harden(host, words);
      const { value } = JSON.parse(stdout)[0] as {
        value: { checks: readonly { id: string; verdict: string; object: string }[] };
      };
      const open = value.checks.filter(
        ({ id, verdict }) => /listeners|ssh-(password-)?servers/.test(id) && verdict !== "pass",
      );
      return {
        code,
        stderr,
        open: open.map(({ id, verdict, object }) => `${verdict} ${id} ${object}`).sort(),
      };
    }
    const clean = { code: 0, stderr: "", open: [] };
    const named = (kind: string, some: readonly Planted[]) =>
      some.map((each) => `fail privileges.${kind} ${nameOf(each)}`);

    async function start(each: Planted) {
      await must(host, each.start);
      await waitForBanner(host.address, each.port);
      expect(await keyLogin(host, "op", each)).toBe(true);
    }

    it("servers for keys are told as advice, and servers that take passwords turn verify red", async () => {
      expect(await verified()).toEqual(clean);
      for (const each of forKeys) await start(each);
      for (const each of forKeys) expect(await passwordLogin(host, "op", undefined, each)).toBe(false);
      expect(await verified()).toEqual({ ...clean, open: named("ssh-servers", forKeys) });

      for (const each of taking) {
        await start(each);
        expect(await passwordLogin(host, "op", undefined, each), each.what).toBe(true);
      }
      expect(await passwordLogin(host, "op")).toBe(false);
      const all = [
        ...named("ssh-password-servers", taking),
        ...named("ssh-servers", [...forKeys, ...taking]),
      ];
      expect(await verified()).toEqual({ ...clean, code: 2, open: all });

      for (const each of taking.slice(1)) await must(host, stopOf(each));
      const [first, ...gone] = taking;
      const left = all.filter((line) => !gone.some((each) => line.endsWith(nameOf(each))));
      expect(await verified()).toEqual({ ...clean, code: 2, open: left });
      const accepting = profileOf(`  accepted: {ssh-password-servers: [${nameOf(first!)}]}\n`);
      expect((await verified(accepting)).code).toBe(0);

      for (const each of [first!, ...forKeys]) await must(host, stopOf(each));
      expect(await verified()).toEqual(clean);
    });

    it("servers that hide what they take are not known", async () => {
      for (const each of hiding) {
        await start(each);
        expect(await passwordLogin(host, "op", undefined, each), each.what).toBe(true);
      }
      const unknown = named("ssh-password-servers", hiding).map((line) => line.replace("fail", "error"));
      expect(await verified()).toEqual({
        ...clean,
        code: 2,
        open: [...unknown, ...named("ssh-servers", hiding)].sort(),
      });
      for (const each of hiding) await must(host, stopOf(each));
      expect(await verified()).toEqual(clean);
    });

    it("servers in a network namespace of their own are named, and services without a network are not", async () => {
      await must(
        host,
        `ip netns add side; ip link add outside type veth peer name inside netns side
        ip addr add 192.0.2.1/30 dev outside; ip link set outside up
        ip -n side addr add 192.0.2.2/30 dev inside; ip -n side link set inside up
        mkdir -p /etc/netns/side; cp -a /etc/ssh /etc/netns/side/ssh
        ip netns exec side /usr/sbin/sshd -p 22 -o PidFile=none
        ip netns exec side dropbear -s -p 447 -P '' -r /srv/key
        systemd-run --unit alone -p PrivateNetwork=yes perl -MIO::Socket::INET -e '
          $on = IO::Socket::INET->new(LocalAddr => "0.0.0.0", LocalPort => 446, Listen => 5) or die; sleep 600'
        until nsenter -n -t "$(systemctl show -p MainPID --value alone)" ss -Htln | grep -q :446; do sleep 0.05; done`,
      );
      const [sshd, dropbear] = ["tcp 22 sshd", "tcp 447 dropbear"].map(
        (name) => `${name} in a network namespace`,
      );
      const open = [
        `error privileges.ssh-password-servers ${sshd}`,
        `error privileges.ssh-password-servers ${dropbear}`,
        ...["listeners", "ssh-servers"].flatMap((kind) => [
          `fail privileges.${kind} ${sshd}`,
          `fail privileges.${kind} ${dropbear}`,
        ]),
      ];
      expect(await verified()).toEqual({ ...clean, code: 2, open });
      await must(
        host,
        `systemctl stop alone; kill $(ip netns pids side); ip netns del side; rm -r /etc/netns
        while ip link show outside >/dev/null 2>&1; do sleep 0.05; done`,
      );
      expect(await verified()).toEqual(clean);
    });

    it("one that takes the pid file of the main one is named, and leaves nothing behind", async () => {
      const taker: Planted = {
        what: "OpenSSH",
        port: 449,
        name: "sshd",
        start: "/usr/sbin/sshd -p 449 -o PasswordAuthentication=yes",
      };
      await start(taker);
      expect(await passwordLogin(host, "op", undefined, taker)).toBe(true);
      const { code, open } = await verified();
      expect({ code, open }).toEqual({
        code: 2,
        open: [...named("ssh-password-servers", [taker]), ...named("ssh-servers", [taker])],
      });
      // The pid file goes with it, by which the main one tells when it has read its files.
      await must(host, `${stopOf(taker)}; systemctl restart ssh`);
      expect(await verified()).toEqual(clean);
    });
  },
);
