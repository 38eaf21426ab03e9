/** Paths of the host that a container must not be given, and whether read only is enough. Pure. */
import { posix } from "node:path";
import { globMatches } from "../glob.ts";

/** The least that a container must do with a path to harm the host. */
type Harm = "read" | "write";

interface SensitivePaths {
  /** `*` is any part of one name; `**` is any folders, or none. */
  readonly paths: readonly string[];
  /** The path alone, or all that lies in it, too. */
  readonly extent: "itself" | "tree";
  readonly harm: Harm;
  /** As docs/compose.md shows it. */
  readonly why: string;
}

const home = (...names: readonly string[]) => names.map((name) => `/home/*/${name}`);

/** The first row that fits a path decides. A folder around a path of any row is as sensitive as that path. */
export const sensitivePaths: readonly SensitivePaths[] = [
  {
    paths: ["/etc/localtime", "/etc/timezone", "/etc/ssl/certs", "/etc/ca-certificates"],
    extent: "tree",
    harm: "write",
    why: "time zone and public certificates",
  },
  {
    paths: ["/etc", "/boot", "/dev", "/proc", "/sys", "/root"],
    extent: "tree",
    harm: "read",
    why: "the host's configuration, secrets, devices and kernel",
  },
  {
    paths: [
      ...["**/.ssh", "**/.aws", "**/.docker", "**/.kube", "**/.gnupg"],
      ...home(
        ".azure",
        ".config/gcloud",
        ".git-credentials",
        ".my.cnf",
        ".netrc",
        ".password-store",
        ".pgpass",
      ),
    ],
    extent: "tree",
    harm: "read",
    why: "keys, passwords and logins of a user",
  },
  {
    paths: home(
      ...[
        "bin",
        ".bash*",
        ".forward",
        ".gitconfig",
        ".k5login",
        ".local/bin",
        ".pam_environment",
        ".profile",
      ],
      ...[".rhosts", ".shosts", ".vim*", ".zlog*", ".zprofile", ".zsh*"],
      ...[".config/autostart", ".config/environment.d", ".config/fish", ".config/git", ".config/systemd"],
      ".local/share/systemd",
    ),
    extent: "tree",
    harm: "write",
    why: "what a login of the user runs, or lets in",
  },
  {
    paths: ["/home/*"],
    extent: "itself",
    harm: "read",
    why: "a user's home: `.ssh` lies in it",
  },
  {
    paths: [
      ...["/run/buildkit", "/run/containerd", "/run/crio", "/run/docker", "/run/k3s", "/run/podman"],
      ...["/run/incus", "/run/user", "/var/lib/incus", "/var/lib/lxd", "/var/snap/lxd"],
    ],

    extent: "tree",
    harm: "read",
    why: "sockets of container engines: root of the host, also with `:ro`",
  },
  {
    paths: ["/run/credentials", "/run/dbus", "/run/systemd"],

    extent: "tree",
    harm: "read",
    why: "systemd's sockets and secrets: root of the host, also with `:ro`",
  },
  {
    paths: ["/run/fail2ban", "/run/libvirt", "/run/snapd*.socket"],

    extent: "tree",
    harm: "read",
    why: "sockets of services that run commands as root: root of the host, also with `:ro`",
  },
  {
    paths: ["/run/*.d", "/run/initramfs", "/run/sudo", "/run/udev"],
    extent: "tree",
    harm: "write",
    why: "what root reads or runs until the next boot",
  },
  {
    paths: ["/var/lib/containerd", "/var/lib/containers", "/var/lib/docker"],
    extent: "tree",
    harm: "read",
    why: "files of all containers",
  },
  {
    paths: [
      ...["/var/cache/debconf", "/var/lib/cloud", "/var/lib/harden", "/var/lib/systemd"],
      ...["/var/spool/at", "/var/spool/cron"],
    ],
    extent: "tree",
    harm: "read",
    why: "what root runs by itself, and its secrets",
  },
  {
    paths: ["/var/lib/apt", "/var/lib/dpkg", "/var/lib/polkit-1"],
    extent: "tree",
    harm: "write",
    why: "what a package brings and runs, and who may act as root",
  },
  {
    paths: ["/", "/bin", "/lib", "/opt", "/sbin", "/srv", "/usr", "/var/backups"],
    extent: "itself",
    harm: "read",
    why: "more than one application's; old copies of `/etc/shadow`",
  },
  {
    paths: ["/bin", "/lib", "/lib32", "/lib64", "/sbin", "/usr"],
    extent: "tree",
    harm: "write",
    why: "programs that root runs",
  },
  {
    paths: ["/var/log"],
    extent: "itself",
    harm: "write",
    why: "all logs: evidence of what the container did",
  },
  {
    paths: ["/var/log/audit", "/var/log/journal"],
    extent: "tree",
    harm: "write",
    why: "the audit log and the journal",
  },
];

/** In one spelling: `~` is a home of some user, and /var/run is /run. */
const plain = (path: string) =>
  posix
    .normalize(path)
    .replace(/^(~|\$HOME|\$\{HOME\})(?=\/|$)/, "/home/user")
    .replace(/^\/var\/run(?=\/|$)/, "/run")
    .replace(/(?<=.)\/+$/, "");

const rows = sensitivePaths.flatMap(({ paths, ...row }) => paths.map((path) => ({ ...row, path })));

type Row = (typeof rows)[number];

/** Whether a path, by its names, is what the row is about. */
function isOf({ path, extent }: Row, names: readonly string[]): boolean {
  const isAnywhere = path.startsWith("**/");
  const wanted = path.replace("**/", "").split("/");
  const starts = isAnywhere ? names.keys() : [0];
  return [...starts].some((at) => {
    const own = extent === "tree" ? names.slice(at, at + wanted.length) : names.slice(at);
    return own.length === wanted.length && wanted.every((glob, index) => globMatches(glob, own[index]!));
  });
}

const namesIn = (path: string) => path.split("/").filter((name) => name !== "");

/** Whether what the row is about lies in the folder. */
function liesIn({ path }: Row, folder: string): boolean {
  const [inner, outer] = [namesIn(path), namesIn(folder)];
  return (
    path.startsWith("/") &&
    inner.length > outer.length &&
    outer.every((name, index) => globMatches(inner[index]!, name))
  );
}

/** Whether a container that is given this path of the host could read its secrets, or change it. */
export function isSensitivePath({ path, readOnly }: { readonly path: string; readonly readOnly: boolean }) {
  const found = plain(path);
  const isHarm = ({ harm }: { readonly harm: Harm }) => harm === "read" || !readOnly;
  const own = rows.find((row) => isOf(row, found.split("/")));
  if (own !== undefined && isHarm(own)) return true;
  return found.startsWith("/") && rows.some((row) => isHarm(row) && liesIn(row, found));
}
