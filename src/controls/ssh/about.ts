/** What is said of each check of ssh. */
import type { Abouts } from "../about.ts";

/** What sshd itself makes of its files, for one caller. */
const asked = (keyword: string) => `sshd -T -C user=USER,host=HOST,addr=ADDRESS | grep -i '^${keyword} '`;

export const about: Abouts = {
  "password-authentication": {
    why: "Passwords are guessed all day long, by machines that have time; one weak password of one account is enough.",
    breaks:
      "Whoever has no key is out: put keys into place first. A plan is blocked where the planned login has none.",
    look: asked("passwordauthentication"),
  },
  "pubkey-authentication": {
    why: "With keys off only passwords are left, and the planned login of harden is one by key.",
    look: asked("pubkeyauthentication"),
  },
  "permit-root-login": {
    why: "root is the one name that every attacker knows, and a login as root leaves no trace of who it was.",
    breaks: "`no` shuts out backups and tools that come as root by key; `prohibit-password` keeps them.",
    look: asked("permitrootlogin"),
  },
  "max-auth-tries": {
    why: "Each connection may guess that often before sshd cuts it; half of it is logged.",
    breaks:
      "An agent that offers more keys than this is refused before the right one: IdentitiesOnly in ssh's configuration.",
    look: asked("maxauthtries"),
  },
  "keyboard-interactive": {
    why: "PAM's questions include the password, so that passwords are off in name only.",
    breaks: "One-time codes that PAM asks for: switch it on, and passwords off in PAM.",
    look: asked("kbdinteractiveauthentication"),
  },
  "use-pam": {
    why: "Without PAM locked and expired accounts, limits and session logs don't count; Debian builds on it.",
    look: asked("usepam"),
  },
  gssapi: {
    why: "A way in that nobody here uses is one more to watch, and code that runs before anybody is known.",
    breaks: "Logins by Kerberos ticket, where a realm is in use.",
    by: ["gssapiAuthentication"],
    look: asked("gssapiauthentication"),
  },
  "host-based": {
    why: "Whoever is root on a trusted host, or has its key, is every user here.",
    breaks: "Clusters whose machines come to each other without keys of users.",
    by: ["hostbasedAuthentication"],
    look: asked("hostbasedauthentication"),
  },
  "empty-passwords": {
    why: "An account that was made without a password would be open to everybody, where passwords are on.",
    by: ["permitEmptyPasswords"],
    look: asked("permitemptypasswords"),
  },
  "ignore-rhosts": {
    why: "A file that any user can write, .shosts, would say which hosts are trusted.",
    look: asked("ignorerhosts"),
  },
  "client-alive-interval": {
    why: "A session whose other end is gone stays for hours, with all that it may do.",
    breaks: "Clients behind a link that is silent for longer than this times the count.",
    look: asked("clientaliveinterval"),
  },
  "client-alive-count-max": {
    why: "Without a count a dead client is never dropped.",
    look: asked("clientalivecountmax"),
  },
  "idle-shells": {
    why: "A shell on a screen that somebody has left is a shell for whoever passes by. ClientAlive ends dead clients only.",
    breaks:
      "Work that waits at a prompt ends: use tmux or screen. A shell that prints, and commands without a terminal, live on.",
    by: ["idleTimeout"],
    look: asked("channeltimeout"),
  },
  "idle-connections": {
    why: "A connection without a session keeps its way in open, unseen.",
    breaks: "Tunnels that nobody uses (`ssh -N -L`) end, and masters of ControlPersist without a session.",
    by: ["idleTimeout"],
    look: asked("unusedconnectiontimeout"),
  },
  "x11-forwarding": {
    why: "A program on the host could read the keyboard and the screen of whoever comes with `ssh -X`.",
    breaks: "Programs with windows that are started on the host.",
    look: asked("x11forwarding"),
  },
  "agent-forwarding": {
    why: "root on this host can log in elsewhere with the agent of those who are here.",
    breaks: "`ssh -A` and git over it: use ProxyJump, or a key of the host's own.",
    look: asked("allowagentforwarding"),
  },
  "log-level": {
    why: "At INFO the log doesn't say which of several keys of an account came in.",
    look: asked("loglevel"),
  },
  "allow-users": {
    why: "Every account with a shell and a key may log in, those of services too.",
    breaks: "Whoever isn't named is out. A plan is blocked where the planned login isn't.",
    look: asked("allowusers"),
  },
  "allow-groups": {
    why: "Every account with a shell and a key may log in, those of services too.",
    breaks: "Whoever is in none of the groups is out. A plan is blocked where the planned login is in none.",
    look: asked("allowgroups"),
  },
  kex: {
    why: "Old key exchanges can be broken by whoever records the traffic today.",
    breaks: "Clients that know none of the list. harden itself needs curve25519-sha256, or an ECDH of nistp.",
    by: ["kexAlgorithms"],
    look: asked("kexalgorithms"),
  },
  ciphers: {
    why: "Old ciphers leak parts of what is sent.",
    breaks: "Clients that know none of the list.",
    look: asked("ciphers"),
  },
  macs: {
    why: "Old codes don't show that somebody has changed what was sent.",
    breaks: "Clients that know none of the list.",
    look: asked("macs"),
  },
  "host-key-algorithms": {
    why: "A signature with SHA-1 can be forged, and with it the host.",
    breaks: "Clients whose known_hosts has a key of another kind only.",
    look: asked("hostkeyalgorithms"),
  },
  port: {
    why: "A port that is open beside the profile's is one that no rule and no ban is about.",
    breaks: "Whoever comes by the old port. Firewall and fail2ban follow the new one in the same run.",
    look: "ss -ltnp | grep sshd",
  },
  "config-mode": {
    why: "Whoever can write sshd_config lets himself in; whoever reads it knows who may.",
    look: "stat -c '%a %U:%G' /etc/ssh/sshd_config",
  },
  "host-key-modes": {
    why: "Whoever has the private key of the host can pretend to be it.",
    look: "stat -c '%a %U:%G %n' /etc/ssh/ssh_host_*_key*",
  },
  running: {
    why: "sshd goes by what it has read; a file that was changed since counts from its next start only.",
    look: "stat -c '%z %n' /run/sshd.pid /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*",
  },
  start: {
    why: "Words of sshd's command line win over every file, and a drop-in of the unit can change them at the next boot.",
    look: "systemctl cat ssh.service; tr '\\0' ' ' </proc/$(cat /run/sshd.pid)/cmdline",
  },
  "at-boot": {
    why: "An sshd that doesn't come back after a reboot is a host that nobody gets into.",
    look: "systemctl is-enabled ssh.service ssh.socket; ls /etc/ssh/sshd_not_to_be_run",
  },
};
