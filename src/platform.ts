/**
 * What units, packages and files are called where several places name them, and what differs by distribution and
 * release. What a release doesn't have is absent as a fact, so that most needs no telling apart. Pure.
 */

export const units = {
  ssh: "ssh.service",
  sshSocket: "ssh.socket",
  /** What ssh.socket starts for each connection, of any instance. */
  sshOfConnection: "ssh@harden.service",
  /** Takes /run/nologin away, with which each boot begins. */
  userSessions: "systemd-user-sessions.service",
  ufw: "ufw.service",
  fail2ban: "fail2ban.service",
  auditd: "auditd.service",
  /** Loads the rules at boot since audit 4, which Debian 13 has; before, auditd.service does. */
  auditRules: "audit-rules.service",
  docker: "docker.service",
  dockerSocket: "docker.socket",
  containerd: "containerd.service",
  sysctl: "systemd-sysctl.service",
  journald: "systemd-journald.service",
  journalFlush: "systemd-journal-flush.service",
  rsyslog: "rsyslog.service",
  aptDownload: "apt-daily.service",
  aptDownloadTimer: "apt-daily.timer",
  aptUpgrade: "apt-daily-upgrade.service",
  aptUpgradeTimer: "apt-daily-upgrade.timer",
} as const;

export const packages = {
  auditd: "auditd",
  fail2ban: "fail2ban",
  pythonSystemd: "python3-systemd",
  rsyslog: "rsyslog",
  rsyslogTls: "rsyslog-openssl",
  ufw: "ufw",
  unattendedUpgrades: "unattended-upgrades",
} as const;

export const paths = {
  sshdConfig: "/etc/ssh/sshd_config",
  ufwSysctls: "/etc/ufw/sysctl.conf",
  /** Where it is, rsyslog sends on and writes no files. */
  rsyslogSendsOnly: "/etc/systemd/system/rsyslog.service.d/zz-harden.conf",
} as const;

/** `ID` and `VERSION_ID` of os-release(5). */
interface Release {
  readonly distro: string;
  readonly version: string;
}

export interface Distribution {
  /** As lsb_release(1) writes it, and the release's own package lists in `Origin`. */
  readonly id: "Debian" | "Ubuntu";
  /** What unattended-upgrades installs from, in the words of the package's own configuration. */
  readonly origins: {
    readonly list: "Origins-Pattern" | "Allowed-Origins";
    readonly security: readonly string[];
    readonly updates: readonly string[];
  };
}

const debian: Distribution = {
  id: "Debian",
  // A list of Allowed-Origins matches nothing here.
  origins: {
    list: "Origins-Pattern",
    security: ["origin=Debian,codename=${distro_codename}-security,label=Debian-Security"],
    updates: ["origin=Debian,codename=${distro_codename}-updates,label=Debian"],
  },
};

const ubuntu: Distribution = {
  id: "Ubuntu",
  origins: {
    list: "Allowed-Origins",
    // The release itself never changes, but a security update may need a package of it that isn't installed yet.
    security: [
      "${distro_id}:${distro_codename}",
      "${distro_id}:${distro_codename}-security",
      "${distro_id}ESMApps:${distro_codename}-apps-security",
      "${distro_id}ESM:${distro_codename}-infra-security",
    ],
    updates: ["${distro_id}:${distro_codename}-updates"],
  },
};

const distributions: Readonly<Record<string, Distribution>> = { debian, ubuntu };

/** Debian, Ubuntu and what derives from them with the same ID: what the controls are made for. */
export const isSupported = ({ distro }: Pick<Release, "distro">) => Object.hasOwn(distributions, distro);

/** Debian for what isn't supported. */
export const distributionOf = ({ distro }: Pick<Release, "distro">): Distribution =>
  distributions[distro] ?? debian;

/** Whether the package fail2ban itself depends on what reads the journal. */
export const fail2banReadsJournal = ({ distro, version }: Release) =>
  distro === "debian" && Number(version) >= 13;
