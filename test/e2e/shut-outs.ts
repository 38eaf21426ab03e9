/** What would shut out a login that works, or looks as if it did: the table of `shut-out.test.ts`. */
import type { Login } from "./hosts.ts";
import { reload } from "./logins.ts";

/** In profiles and scripts CALLER and JUMP stand for addresses. */
export interface Row {
  readonly name: string;
  readonly profile?: string;
  /** Who comes; admin where it isn't said. */
  readonly as?: Login;
  /** A name of the ssh configuration to come by. */
  readonly by?: string;
  /** The RSA key opens admin in place of that of all test hosts. */
  readonly rsa?: true;
  /** Keys of ours to be offered, in this order. */
  readonly offered?: readonly string[];
  /** The situation, in which the login works, and its end. */
  readonly make?: string;
  readonly end?: string;
  /** 0: let through, and undone afterwards. */
  readonly ends: 0 | 3 | 4;
  readonly says: readonly RegExp[];
  /** Any reload, that of a rollback among them, would shut the login out. */
  readonly reloads?: true;
}

const dropin = "/etc/ssh/sshd_config.d/20-test.conf";
export const home = "/home/admin";
export const keys = `${home}/.ssh/authorized_keys`;
const written = (text: string) => `printf '%s\\n' '${text.replaceAll("\n", "' '")}' >${dropin}`;
const read = (text: string) => `${written(text)}; ${reload}`;
const end = `rm -f ${dropin}`;
const asAdmin = { as: "root", profile: "access: {user: admin}\nssh: {}\n", ends: 3 } as const;

/** Today's sshd lets the login in, for it has not read its files since somebody changed them. */
const unread: readonly Row[] = (
  [
    ["the key file is named no more", "AuthorizedKeysFile /etc/keys/%u", /\/etc\/keys\/admin is not there/],
    [
      "the keys come from a command that fails",
      "AuthorizedKeysFile none\nAuthorizedKeysCommand /bin/false\nAuthorizedKeysCommandUser nobody",
      /no key to log in with: sshd looks for none/,
    ],
    ["two keys are wanted", "AuthenticationMethods publickey,publickey", /wants several keys of a login/],
    [
      "a Match block for where we come from refuses the key's type",
      "Match Address CALLER\n  PubkeyAcceptedAlgorithms rsa-sha2-512",
      /of the type ssh-ed25519, which PubkeyAcceptedAlgorithms leaves out/,
    ],
    [
      "DenyUsers names the login and where it comes from",
      "DenyUsers admin@CALLER",
      /DenyUsers \(\S+20-test\.conf:1\) shuts out admin/,
    ],
    ["RSA keys must be longer", "RequiredRSASize 3072", /has 2048 bits, less than RequiredRSASize 3072/],
  ] as const
).map(([what, lines, says]) => ({
  name: `in files that sshd has not read ${what}`,
  make: written(lines),
  end,
  ends: 3,
  says: [says],
  reloads: true,
  ...(what.startsWith("RSA") ? { rsa: true } : {}),
}));

export const rows: readonly Row[] = [
  ...unread,
  {
    name: "in files that sshd has not read modes of homes count again",
    make: `${read("StrictModes no")}; chmod 0777 ${home}; ${end}`,
    end: `chmod 0700 ${home}`,
    ends: 3,
    reloads: true,
    says: [/because of \/home\/admin: others may write to it/, /systemctl reload ssh/],
  },
  {
    name: "sshd has not read host keys that were made anew",
    make: "mkdir /root/keys; cp -p /etc/ssh/ssh_host_* /root/keys; rm /etc/ssh/ssh_host_*; ssh-keygen -q -A",
    end: "cp -p /root/keys/* /etc/ssh/; rm -r /root/keys",
    ends: 3,
    reloads: true,
    says: [/ssh_host_ed25519_key.* changed since sshd has read it/, /known_hosts, and see/],
  },
  {
    name: "the new port has a Match block of its own",
    make: read("Match LocalPort 2222\n  DenyUsers admin"),
    profile: "ssh: {port: 2222}\n",
    end,
    ends: 3,
    says: [/DenyUsers \(\S+20-test\.conf:2\) shuts out admin/],
  },
  {
    name: "an address has a port of its own, and the profile another",
    make: read("ListenAddress 0.0.0.0:22"),
    profile: "ssh: {port: 2222}\n",
    end,
    ends: 3,
    says: [/20-test\.conf:1 \(.*\) would keep sshd on another port than 2222 as well/, /Take the line out/],
  },
  {
    name: "a second name of root is the planned login",
    make: "useradd -o -u 0 -g 0 -M -d /root -s /bin/sh toor",
    profile: 'access: {user: toor}\nssh: {permitRootLogin: "no"}\n',
    ends: 3,
    // userdel refuses while init, which is root's, runs.
    end: "sed -i /^toor:/d /etc/passwd /etc/shadow /etc/subuid /etc/subgid",
    says: [/PermitRootLogin no will shut out toor, whose number is 0/, /access\.user/],
  },
  {
    name: "the planned login's key is the fourth, and this run's the first",
    ...asAdmin,
    rsa: true,
    offered: ["own", "1", "2", "rsa"],
    says: [/login admin needed 4 keys, and MaxAuthTries 3/, /--identity FILE/],
  },
  {
    name: "an agent has eight keys, the right one the fifth",
    rsa: true,
    by: "agent",
    ends: 3,
    says: [/login admin needed 5 keys, and MaxAuthTries 3/, /IdentitiesOnly/],
  },
  {
    name: "it comes by a jump host that access.from leaves out",
    by: "behind",
    profile: "access: {from: [CALLER/32]}\nssh: {}\n",
    ends: 3,
    says: [/JUMP/, /access\.from/],
  },
  {
    name: "it comes by a jump host that alone may come",
    by: "behind",
    profile: "access: {from: [JUMP/32]}\nssh: {}\nfirewall: {}\n",
    ends: 0,
    says: [],
  },
  {
    name: "another's is the folder of the planned login's keys",
    ...asAdmin,
    make: `chown op ${home}/.ssh`,
    end: `chown admin ${home}/.ssh`,
    says: [/authorized_keys could not be read as admin, as sshd would: permission denied/],
  },
  {
    name: "the planned login's key file is a link into a folder of everybody's",
    make: `mkdir -m 0777 /srv/keys; mv ${keys} /srv/keys/admin; ln -s /srv/keys/admin ${keys}`,
    end: `mv /srv/keys/admin ${keys}; rmdir /srv/keys`,
    ...asAdmin,
    says: [/because of \/srv\/keys: others may write to it/],
  },
  {
    name: "the planned login can't come to its home",
    ...asAdmin,
    make: "chmod 0700 /home",
    end: "chmod 0755 /home",
    says: [/authorized_keys could not be read as admin, as sshd would: permission denied/],
  },
  {
    name: "the planned login's shell is not on the disk",
    ...asAdmin,
    make: "usermod -s /bin/zsh admin",
    end: "usermod -s /bin/bash admin",
    says: [/shell of admin, \/bin\/zsh, runs no commands/, /chsh -s/],
  },
  {
    name: "PAM, once it is asked, wants a shell of /etc/shells, and ssh has a master connection that lives on",
    by: "mastered",
    make: `cp -p /etc/pam.d/sshd /etc/shadow /root/; sed -i '1i account required pam_shells.so' /etc/pam.d/sshd
      cp /bin/bash /srv/sh; usermod -s /srv/sh admin; sed -i 's/^admin:[^:]*/admin:*/' /etc/shadow; ${read("UsePAM no")}`,
    end: `usermod -s /bin/bash admin; mv /root/sshd /etc/pam.d/; mv /root/shadow /etc/; rm /srv/sh; ${end}`,
    ends: 4,
    says: [/no new login is possible/],
  },
  {
    name: "the host's own firewall keeps the new port shut",
    make: "iptables -A INPUT -p tcp --dport 2222 -j DROP",
    profile: "ssh: {port: 2222}\n",
    ends: 3,
    end: "iptables -D INPUT -p tcp --dport 2222 -j DROP",
    says: [/port 2222, which this plan doesn't open/],
  },
  {
    name: "only its second group may come, by a key for where it comes from and for little else",
    make: `groupadd ops; usermod -aG ops admin; cp -p ${keys} /root/keys; sed -i 's/^/from="CALLER",restrict /' ${keys}`,
    end: `mv /root/keys ${keys}; groupdel ops`,
    profile: "ssh: {allowGroups: [ops]}\n",
    ends: 0,
    says: [],
  },
  {
    name: "its key comes from a command that works",
    make: `mv ${keys} /etc/admin.keys; chmod 0644 /etc/admin.keys
      ${read("AuthorizedKeysCommand /usr/bin/cat /etc/admin.keys\nAuthorizedKeysCommandUser nobody")}`,
    end: `chmod 0600 /etc/admin.keys; mv /etc/admin.keys ${keys}; ${end}`,
    ends: 0,
    says: [],
  },
];
