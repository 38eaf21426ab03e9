/** What is said of each check of ssh. */
import { type Abouts, oneGate, sealed } from "../about.ts";

/** What sshd itself makes of its files, for one caller. */
const asked = (keyword: string) => `sshd -T -C user=USER,host=HOST,addr=ADDRESS | grep -i '^${keyword} '`;

const noForwarding =
  "`DisableForwarding yes` in a file of your own: no tunnel at all, nor a ProxyJump over this host.";

export const about: Abouts = {
  "password-authentication": {
    why: "Passwords are guessed all day long, by machines that have time; one weak password of one account is enough.",
    breaks:
      "Whoever has no key is out: put keys into place first. A plan is blocked where the planned login has none.",
    leavesOpen: "A stolen private key opens the login, and the console and `su` still take passwords.",
    stricter:
      "Keys on hardware (`ssh-keygen -t ed25519-sk`, with `PubkeyAuthOptions verify-required`): no login without the device.",
    look: asked("passwordauthentication"),
  },
  "pubkey-authentication": {
    why: "With keys off only passwords are left, and the planned login of harden is one by key.",
    leavesOpen: "A key opens its account for as long as its line stands there, whoever holds it by then.",
    stricter:
      "Certificates of a CA of your own that end after hours (`TrustedUserCAKeys`): without the CA nobody gets in.",
    look: asked("pubkeyauthentication"),
  },
  "permit-root-login": {
    why: "root is the one name that every attacker knows, and a login as root leaves no trace of who it was.",
    breaks: "`no` shuts out backups and tools that come as root by key; `prohibit-password` keeps them.",
    leavesOpen:
      "With prohibit-password a stolen key of root's is root at once, and several people may share it.",
    stricter:
      "`permitRootLogin: no`: whatever comes as root, backups among it, needs a login of its own with sudo.",
    look: asked("permitrootlogin"),
  },
  "max-auth-tries": {
    why: "Each connection may guess that often before sshd cuts it; half of it is logged.",
    breaks:
      "An agent that offers more keys than this is refused before the right one: IdentitiesOnly in ssh's configuration.",
    leavesOpen: "The next connection guesses on: it bounds a connection, and fail2ban an address.",
    stricter: "`maxAuthTries: 1`: an agent with a second key is refused before the right one.",
    look: asked("maxauthtries"),
  },
  "keyboard-interactive": {
    why: "PAM's questions include the password, so that passwords are off in name only.",
    breaks: "One-time codes that PAM asks for: switch it on, and passwords off in PAM.",
    leavesOpen: "Whoever has a key is in: nothing asks for a second factor.",
    stricter:
      "`AuthenticationMethods publickey,keyboard-interactive` with pam_oath: no login without the device or with a wrong clock.",
    look: asked("kbdinteractiveauthentication"),
  },
  "use-pam": {
    why: "Without PAM locked and expired accounts, limits and session logs don't count; Debian builds on it.",
    leavesOpen: "PAM does what /etc/pam.d/sshd says, which isn't judged by this.",
    stricter:
      "pam_access and pam_time there, from where and when somebody may come: a wrong line shuts everybody out.",
    look: asked("usepam"),
  },
  gssapi: {
    why: "A way in that nobody here uses is one more to watch, and code that runs before anybody is known.",
    breaks: "Logins by Kerberos ticket, where a realm is in use.",
    by: ["gssapiAuthentication"],
    leavesOpen: "The other ways in are as they were.",
    stricter: undefined,
    look: asked("gssapiauthentication"),
  },
  "host-based": {
    why: "Whoever is root on a trusted host, or has its key, is every user here.",
    breaks: "Clusters whose machines come to each other without keys of users.",
    by: ["hostbasedAuthentication"],
    leavesOpen: "Whoever takes over a machine with somebody's key on it still comes in by that key.",
    stricter: undefined,
    look: asked("hostbasedauthentication"),
  },
  "empty-passwords": {
    why: "An account that was made without a password would be open to everybody, where passwords are on.",
    by: ["permitEmptyPasswords"],
    leavesOpen:
      "At the console, and by `su`, an empty password still opens its account where PAM says nullok.",
    stricter:
      "`passwd -l` for each such account, and no nullok in /etc/pam.d/common-auth: it opens at no console any more.",
    look: asked("permitemptypasswords"),
  },
  "ignore-rhosts": {
    why: "A file that any user can write, .shosts, would say which hosts are trusted.",
    leavesOpen: "/etc/ssh/shosts.equiv, which is root's, would still count if host-based logins were on.",
    stricter: undefined,
    look: asked("ignorerhosts"),
  },
  "client-alive-interval": {
    why: "A session whose other end is gone stays for hours, with all that it may do.",
    breaks: "Clients behind a link that is silent for longer than this times the count.",
    leavesOpen:
      "A client that answers is never dropped, and one that is gone lasts interval times count, 10 minutes as it comes.",
    stricter: "`clientAliveInterval: 1m`: a short loss of the network, as on a train, ends the session.",
    look: asked("clientaliveinterval"),
  },
  "client-alive-count-max": {
    why: "Without a count a dead client is never dropped.",
    leavesOpen: "A client that answers is never dropped, however long nobody types.",
    stricter: "`clientAliveCountMax: 1`: one answer that is lost ends the session.",
    look: asked("clientalivecountmax"),
  },
  "idle-shells": {
    why: "A shell on a screen that somebody has left is a shell for whoever passes by. ClientAlive ends dead clients only.",
    breaks:
      "Work that waits at a prompt ends: use tmux or screen. A shell that prints, and commands without a terminal, live on.",
    by: ["idleTimeout"],
    leavesOpen:
      "Within the time an open screen is a shell, and one that prints now and then (`top`) is never idle.",
    stricter: "`idleTimeout: 2m`: whoever reads for longer has to log in again.",
    look: asked("channeltimeout"),
  },
  "idle-connections": {
    why: "A connection without a session keeps its way in open, unseen.",
    breaks: "Tunnels that nobody uses (`ssh -N -L`) end, and masters of ControlPersist without a session.",
    by: ["idleTimeout"],
    leavesOpen: "A tunnel that carries traffic lasts for as long as it does, whoever dug it.",
    stricter: noForwarding,
    look: asked("unusedconnectiontimeout"),
  },
  "x11-forwarding": {
    why: "A program on the host could read the keyboard and the screen of whoever comes with `ssh -X`.",
    breaks: "Programs with windows that are started on the host.",
    leavesOpen: "Ports and sockets are still forwarded, and a screen can be reached through these.",
    stricter: noForwarding,
    look: asked("x11forwarding"),
  },
  "agent-forwarding": {
    why: "root on this host can log in elsewhere with the agent of those who are here.",
    breaks: "`ssh -A` and git over it: use ProxyJump, or a key of the host's own.",
    leavesOpen:
      "Whoever has a shell can bring a forwarder of their own, and keys that lie on the host are root's to use.",
    stricter: "Agents that ask each time (`ssh-add -c`, or a key on hardware): one press more at each login.",
    look: asked("allowagentforwarding"),
  },
  "log-level": {
    why: "At INFO the log doesn't say which of several keys of an account came in.",
    leavesOpen:
      "It says which key came from where, and nothing of what was done then: auditd.root-commands does.",
    stricter: undefined,
    look: asked("loglevel"),
  },
  "allow-users": {
    why: "Every account with a shell and a key may log in, those of services too.",
    breaks: "Whoever isn't named is out. A plan is blocked where the planned login isn't.",
    leavesOpen:
      "Whoever has the key of one who is named comes in, from anywhere that the firewall lets through.",
    stricter: "`USER@NETWORK` in the list: whoever travels comes by a VPN or a jump host.",
    look: asked("allowusers"),
  },
  "allow-groups": {
    why: "Every account with a shell and a key may log in, those of services too.",
    breaks: "Whoever is in none of the groups is out. A plan is blocked where the planned login is in none.",
    leavesOpen: "Who can add members to such a group lets people in.",
    stricter: "`allowUsers` beside it: both have to hold, and each newcomer has to be named.",
    look: asked("allowgroups"),
  },
  kex: {
    why: "Old key exchanges can be broken by whoever records the traffic today.",
    breaks: "Clients that know none of the list. harden itself needs curve25519-sha256, or an ECDH of nistp.",
    by: ["kexAlgorithms"],
    leavesOpen:
      "What is recorded today can be read by a quantum computer later, where either side has no mlkem or sntrup.",
    stricter:
      "mlkem768x25519-sha256, sntrup761x25519-sha512 and curve25519-sha256 alone: clients before OpenSSH 7.4 are out.",
    look: asked("kexalgorithms"),
  },
  ciphers: {
    why: "Old ciphers leak parts of what is sent.",
    breaks: "Clients that know none of the list.",
    leavesOpen: "Lengths and times of packets show, by which what is typed can be guessed.",
    stricter:
      "`ciphers: [aes256-gcm@openssh.com]`, which Terrapin can't touch: clients before OpenSSH 6.2 are out.",
    look: asked("ciphers"),
  },
  macs: {
    why: "Old codes don't show that somebody has changed what was sent.",
    breaks: "Clients that know none of the list.",
    leavesOpen:
      "One without -etm is checked only after deciphering; with a GCM or chacha20 cipher none of them is used.",
    stricter: "Those with -etm alone: clients before OpenSSH 6.2 are out, and some libraries.",
    look: asked("macs"),
  },
  "host-key-algorithms": {
    why: "A signature with SHA-1 can be forged, and with it the host.",
    breaks: "Clients whose known_hosts has a key of another kind only.",
    leavesOpen:
      "Whoever says yes to an unknown key at the first login may be talking to somebody in between.",
    stricter:
      "`[ssh-ed25519]`, and host certificates (`@cert-authority` in known_hosts): somebody has to keep the CA.",
    look: asked("hostkeyalgorithms"),
  },
  port: {
    why: "A port that is open beside the profile's is one that no rule and no ban is about.",
    breaks: "Whoever comes by the old port. Firewall and fail2ban follow the new one in the same run.",
    leavesOpen:
      "Scanners find any port in minutes: another number keeps noise out of the log, and nobody out of the host.",
    stricter: oneGate,
    look: "ss -ltnp | grep sshd",
  },
  "config-mode": {
    why: "Whoever can write sshd_config lets himself in; whoever reads it knows who may.",
    leavesOpen: "root, and whatever runs as root, changes it: auditd.sshd-config tells of it at best.",
    stricter: sealed,
    look: "stat -c '%a %U:%G' /etc/ssh/sshd_config",
  },
  "host-key-modes": {
    why: "Whoever has the private key of the host can pretend to be it.",
    leavesOpen:
      "A key that was copied before, into a backup or an image of the machine, is good until it is changed.",
    stricter: "New keys (`ssh-keygen -A` once the old ones are gone): each known_hosts has to learn them.",
    look: "stat -c '%a %U:%G %n' /etc/ssh/ssh_host_*_key*",
  },
  running: {
    why: "sshd goes by what it has read; a file that was changed since counts from its next start only.",
    leavesOpen: "Sessions that are older than the reload go on as they were let in.",
    stricter: "`loginctl terminate-user USER` after a change: what runs in these sessions is lost.",
    look: "stat -c '%z %n' /run/sshd.pid /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*",
  },
  start: {
    why: "Words of sshd's command line win over every file, and a drop-in of the unit can change them at the next boot.",
    leavesOpen: "root can start a second sshd beside it, with files and a port of its own.",
    stricter: undefined,
    look: "systemctl cat ssh.service; tr '\\0' ' ' </proc/$(cat /run/sshd.pid)/cmdline",
  },
  "at-boot": {
    why: "An sshd that doesn't come back after a reboot is a host that nobody gets into.",
    leavesOpen: "A kernel, a disk or a network that doesn't come up keeps everybody out all the same.",
    stricter: "A way in without sshd, the provider's console: its password has to be guarded like a key.",
    look: "systemctl is-enabled ssh.service ssh.socket; ls /etc/ssh/sshd_not_to_be_run",
  },
};
