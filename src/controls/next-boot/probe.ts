/** The question to a host: which lines of which files are wanted, by the table. */
import { bootFiles } from "../../facts/boot-files.ts";
import { below, unitFolders } from "./folders.ts";
import { concerns, kernelNames, ours } from "./ours.ts";
import { sources } from "./table.ts";

const words = [
  ...concerns.flatMap((concern) => [
    ...ours[concern].units.map((name: string) => name.replace(/\.\w+$/, "")),
    ...[...ours[concern].processes, ...ours[concern].paths],
  ]),
  "/.ssh",
  ...["useradd", "adduser", "addgroup", "usermod", "userdel", "deluser", "newusers", "passwd", "chage"],
  ...["groupmod", "groupdel", "delgroup"],
  ...[
    "tables",
    "nft",
    "ufw",
    "firewall-cmd",
    "netfilter-persistent",
    "shorewall",
    "ferm",
    "auditctl",
    "sysctl",
  ],
  ...kernelNames,
];

const regexp = (word: string) => word.replace(/[.+*?]/g, "[$&]");

/** Folders above what is ours, without the slash before them. */
const above = [
  ...new Set(
    concerns.flatMap((concern) =>
      ours[concern].paths.flatMap((path: string) =>
        path
          .split("/")
          .slice(1, -1)
          .map((_, last, names) => names.slice(0, last + 1).join("/")),
      ),
    ),
  ),
];
const writers = "(^|[^a-z])(cp|mv|ln|install|rsync|tar|bsdtar|unzip|cpio|dpkg|dpkg-deb|u?mount)";
const into = `[ \\t"'=CDdt]/((${above.join("|")})/?)?[.*]*([ \\t"';&|)]|$)`;

/** Commands that may mean anything of ours without its name. */
const unnamed = [
  "systemctl|systemd1",
  "(service|kill).*[$%*]|(^|[ \"'>=])/etc/[^ ]*[$%*?[]|(rmmod|modprobe).*_|mount.*/etc|(rm|mv).*/etc",
  "journalctl.*--(va|rel|sm)|(rm|mv|shred|truncate|tmpreaper|tmpwatch|umount) .*/var|find .*/var.*-(delete|exec|ok)",
  "(^|[^a-z])(bsd)?tar .*(P|--absolute-names)",
  ...[`${writers}.*${into}`, `${into}.*${writers}`],
];

export const bootFilesProbe = bootFiles({
  pattern: [
    ...new Set([...words.map(regexp), ...unnamed]),
    ...sources.flatMap(({ lines }) => (lines === undefined ? [] : [lines])),
  ].join("|"),
  data: "^/(proc|etc/kernel|etc/default|run/credentials)/|/(credstore|tmpfiles[.]d|sysusers[.]d|system-preset|network|system[.]conf[.]d)/|/system[.]conf$",
  globs: sources.flatMap(({ globs, isSealed }) => (isSealed ? [] : globs)),
  links: [
    ...sources.flatMap(({ globs, isSealed }) => (isSealed ? globs : [])),
    ...["wants", "requires", "upholds"].flatMap((kind) => below(unitFolders, `*.${kind}/*`)),
    ...below(["/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system"], "*.target*"),
  ],
});
