/** A Debian 13 host as the ssh control sees it, to be bent by each test. */
import { sshSchema } from "../../../src/controls/ssh/params.ts";
import type { SshSeen, sshProbes } from "../../../src/controls/ssh/probes.ts";
import type { SshInput } from "../../../src/controls/ssh/view.ts";
import { type SshView, viewOf } from "../../../src/controls/ssh/view.ts";
import type { Account, AccountsFact, KeyFile, PathStep } from "../../../src/facts/accounts.ts";
import type { FileFact, PackageFact, UnitFact } from "../../../src/facts/files.ts";
import type { PamFiles } from "../../../src/facts/pam.ts";
import { absent, present } from "../../../src/facts/probe.ts";
import type { Listener } from "../../../src/facts/sockets.ts";
import { type EffectiveFact, parseEffective, type SshdFiles, type Visit } from "../../../src/facts/sshd.ts";
import type { StartUnit } from "../../../src/facts/sshd-start.ts";
import type { Sudo } from "../../../src/facts/sudo.ts";
import { type Access, anywhere } from "../../../src/plan/access.ts";
import { Input } from "../../../src/plan/control.ts";
import { bootUnitOf, noOthers } from "../facts.ts";
import { rulesFact } from "../firewall/host.ts";

export const debianMain = `# comment
Include /etc/ssh/sshd_config.d/*.conf

#PermitRootLogin prohibit-password
KbdInteractiveAuthentication no
UsePAM yes
X11Forwarding yes
AcceptEnv LANG LC_*
Subsystem	sftp	/usr/lib/openssh/sftp-server
`;

const defaults = `port 22
listenaddress [::]:22
listenaddress 0.0.0.0:22
usepam yes
maxauthtries 6
maxsessions 10
clientaliveinterval 0
clientalivecountmax 3
requiredrsasize 1024
permitrootlogin without-password
pubkeyauthentication yes
passwordauthentication yes
kbdinteractiveauthentication no
strictmodes yes
gssapiauthentication no
hostbasedauthentication no
permitemptypasswords no
ignorerhosts yes
x11forwarding yes
allowagentforwarding yes
loglevel INFO
channeltimeout none
unusedconnectiontimeout none
refuseconnection no
pidfile /run/sshd.pid
ciphers chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr
macs umac-64-etm@openssh.com,hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com
forcecommand none
chrootdirectory none
trustedusercakeys none
authorizedkeyscommand none
kexalgorithms mlkem768x25519-sha256,sntrup761x25519-sha512,curve25519-sha256
hostkeyalgorithms ssh-ed25519,ecdsa-sha2-nistp256,rsa-sha2-512,rsa-sha2-256
pubkeyacceptedalgorithms ssh-ed25519,ecdsa-sha2-nistp256,sk-ssh-ed25519@openssh.com,rsa-sha2-512,rsa-sha2-256
authorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2
hostkey /etc/ssh/ssh_host_rsa_key
hostkey /etc/ssh/ssh_host_ed25519_key
authenticationmethods any
`;

/** `sshd -T` of Debian 13, with some lines replaced or added. */
export function effective(changes: Readonly<Record<string, string>> = {}) {
  const kept = defaults.split("\n").filter((line) => !(line.split(" ")[0]! in changes));
  const added = Object.entries(changes).flatMap(([keyword, value]) =>
    value.split("\n").map((each) => `${keyword} ${each}`),
  );
  return parseEffective([...kept, ...added].join("\n"));
}

export const admin: Account = {
  name: "admin",
  uid: 1000,
  gid: 1000,
  home: "/home/admin",
  shell: "/bin/bash",
  shellRuns: true,
  groups: ["admin", "sudo"],
  shadow: { password: "locked" },
};
export const root: Account = { ...admin, name: "root", uid: 0, gid: 0, home: "/root", groups: ["root"] };

export const ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF1h7HO4ATrWMyVQgzoTJjOkGkB8Ur5Si5RPvCB3mN5j me";

const folders = (home: string, uid: number): readonly PathStep[] => [
  { path: `${home}/.ssh/authorized_keys`, mode: 0o100600, uid, gid: uid },
  { path: `${home}/.ssh`, mode: 0o040700, uid, gid: uid },
  { path: home, mode: 0o040700, uid, gid: uid },
  { path: "/", mode: 0o040755, uid: 0, gid: 0 },
];

export const keyFile = (
  account: Account,
  lines: readonly string[] = [ed25519],
  steps?: readonly PathStep[],
): KeyFile => ({
  user: account.name,
  home: account.home,
  path: `${account.home}/.ssh/authorized_keys`,
  steps: steps ?? folders(account.home, account.uid),
  lines,
});

/** What the host answers of files with these lines. */
export const pamOf = (files: Readonly<Record<string, readonly string[]>>): PamFiles =>
  new Map(
    Object.entries(files).map(([name, lines]) => {
      const path = `/etc/pam.d/${name}`;
      return [path, lines.map((text, index) => ({ place: `${path}:${index + 1}`, text }))];
    }),
  );

/** What Debian 13 ships. */
export const debianPam = {
  sshd: ["@include common-auth", "account    required     pam_nologin.so", "@include common-account"],
  "common-auth": [],
  "common-account": [
    "account	[success=1 new_authtok_reqd=done default=ignore]	pam_unix.so",
    "account	requisite			pam_deny.so",
    "account	required			pam_permit.so",
  ],
} as const;

export interface Bend {
  readonly params?: object;
  readonly main?: string;
  readonly dropins?: Readonly<Record<string, string>>;
  readonly effective?: Partial<EffectiveFact>;
  readonly accounts?: readonly Account[];
  readonly nologin?: boolean;
  readonly keys?: readonly KeyFile[];
  readonly sudo?: Readonly<Record<string, Sudo>>;
  readonly access?: Partial<Access> & { readonly login?: string; readonly planned_?: string };
  readonly facts?: Partial<SshInput["facts"]>;
  readonly uid?: number;
}

export const fileFact = (content: string, mode = "0644"): FileFact => ({
  type: "file",
  mode,
  owner: "root",
  group: "root",
  size: content.length,
  immutable: false,
  acl: false,
  content: Buffer.from(content, "latin1"),
});

export const unitFact = (fields: Partial<UnitFact>): UnitFact => ({
  active: true,
  enabled: "enabled",
  state: "active",
  mainPid: 1,
  listen: [],
  execStart: "/usr/sbin/sshd -D $SSHD_OPTS",
  ...fields,
});

/** `systemctl show`, of what the package brings. */
export const startUnit = (fields: Partial<StartUnit> = {}): StartUnit => ({
  enabled: "enabled",
  path: "/usr/lib/systemd/system/ssh.service",
  dropins: [],
  stale: false,
  accept: false,
  program: "/usr/sbin/sshd",
  command: "/usr/sbin/sshd -D $SSHD_OPTS",
  environment: [],
  files: [{ pattern: "/etc/default/ssh", found: [{ path: "/etc/default/ssh", text: "SSHD_OPTS=" }] }],
  passed: [],
  unset: [],
  ...fields,
});

/** A start with these words in a file that the packaged unit reads. */
/** All addresses of both families. */
export const listening = (port: number): readonly Listener[] =>
  ["0.0.0.0", "::"].map((address) => ({ protocol: "tcp", address, port, process: "sshd", pid: 1 }));

export const startWith = (text: string) =>
  startUnit({ files: [{ pattern: "/etc/default/ssh", found: [{ path: "/etc/default/ssh", text }] }] });

/** The sshd that runs, as its title and the collector tell it. */
export const processOf = (text = "/usr/sbin/sshd -D", words: readonly string[] = []) => ({
  pid: 1,
  text,
  words,
});

export function input(bend: Bend = {}): SshInput {
  const main = bend.main ?? debianMain;
  const dropins = Object.entries(bend.dropins ?? {}).map(([name, text]) => ({
    path: `/etc/ssh/sshd_config.d/${name}`,
    content: Buffer.from(text),
  }));
  const now = bend.access?.login ?? "admin";
  const planned = bend.access?.planned_ ?? now;
  const visit: Visit = {
    login: now,
    planned,
    address: bend.access?.caller ?? (bend.access?.via === "local" ? "" : "192.0.2.7"),
    serverAddress: "198.51.100.1",
    serverPort: "22",
  };
  const global = bend.effective?.global ?? effective();
  const files: SshdFiles = {
    files: [{ path: "/etc/ssh/sshd_config", content: Buffer.from(main, "latin1") }, ...dropins],
    stats: [
      { path: "/etc/ssh/sshd_config", mode: "0644", owner: "root", group: "root", changed: 1000 },
      { path: "/run/sshd.pid", mode: "0644", owner: "root", group: "root", changed: 2000 },
    ],
  };
  const accounts: AccountsFact = {
    now: 1_700_000_000,
    nologin: bend.nologin ?? false,
    accounts: bend.accounts ?? [admin, root],
    left: 0,
  };
  const ours = dropins.find(({ path }) => path.endsWith("/00-harden.conf"));
  return new Input<SshSeen["params"], ReturnType<typeof sshProbes>, SshView | undefined>(
    { view: viewOf },
    {
      params: sshSchema.parse(bend.params ?? {}),
      facts: {
        package: present<PackageFact>({ version: "1:10.0p1-7", installed: true, status: "ii" }),
        files: present(files),
        effective: present({
          process: processOf(),
          now: global,
          planned: global,
          matches: [],
          ...bend.effective,
          global,
        }),
        hostKeys: present([
          { path: "/etc/ssh/ssh_host_ed25519_key", mode: "0600", owner: "root", group: "root" },
        ]),
        accounts: present(accounts),
        keys: present(bend.keys ?? [keyFile(admin)]),
        pamAccounts: present(pamOf(debianPam)),
        sudo: present(new Map(Object.entries(bend.sudo ?? { admin: "all" }))),
        sudoEnds: present(new Map()),
        main: present(fileFact(main)),
        mainMode: present(fileFact(main)),
        dropin: ours === undefined ? absent : present(fileFact(ours.content.toString(), "0600")),
        idle: absent,
        socketDropin: absent,
        start: present({ service: startUnit() }),
        service: present(unitFact({})),
        socket: present(unitFact({ active: false, state: "inactive", enabled: "disabled" })),
        serviceAtBoot: bootUnitOf("ssh.service", "multi-user.target"),
        socketAtBoot: bootUnitOf("ssh.socket", "sockets.target", { wantedBy: [] }),
        sessionsAtBoot: bootUnitOf("systemd-user-sessions.service", "multi-user.target"),
        others: noOthers,
        notToBeRun: absent,
        sshdSockets: present(listening(22)),
        portTaken: present([]),
        rules: rulesFact(),
        routes: absent,
        ...bend.facts,
      },
      access: {
        now: { login: now, ports: [22], callers: anywhere },
        planned: { login: planned, ports: [22], callers: anywhere },
        via: "ssh",
        caller: "192.0.2.7",
        proven: now === planned && bend.access?.via !== "local",
        visit,
        ...Object.fromEntries(
          Object.entries(bend.access ?? {}).filter(([key]) => key !== "login" && key !== "planned_"),
        ),
      },
      host: {
        hostname: "h",
        machineId: "m",
        bootId: "b",
        distro: "debian",
        version: "13",
        codename: "trixie",
        kernel: "6.12",
        architecture: "amd64",
        systemd: true,
        container: "none",
        uid: bend.uid ?? 0,
      },
    },
  );
}
