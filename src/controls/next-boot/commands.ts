/** Which of ours a command line sets, stops or takes away: programs, a row each. */
import { posix } from "node:path";
import { concernsOfFound, concernsOfJournalctl } from "./journal.ts";
import {
  type Concern,
  concerns,
  concernsOfPath,
  concernsOfUnit,
  isKernelName,
  isWild,
  mayMean,
  ours,
  started,
} from "./ours.ts";
import { type ShellText, shellText } from "./shell-text.ts";
import { concernsOfWriter, isExtracted, pathFrom, writerNames } from "./writers.ts";

interface Program {
  readonly names: RegExp;
  /** `here`: the folder in which it runs, empty where that isn't known. */
  readonly touches: (words: readonly string[], name: string, here: string) => readonly Concern[];
}

const unit = (word: string) => concernsOfUnit(/\.[a-z]+$/.test(word) ? word : `${word}.service`);
const some = (words: readonly string[], pattern: RegExp) => words.some((word) => pattern.test(word));
const none = (): readonly Concern[] => [];
const unless =
  (reading: RegExp, concern: Concern): Program["touches"] =>
  (words) =>
    some(words, reading) ? [] : [concern];

/** By the word that says what to do: further ones may be names. */
const unlessFirst =
  (verbs: RegExp, options: RegExp, concern: Concern): Program["touches"] =>
  (words) =>
    some(words, options) || verbs.test(words.slice(words.findIndex((word) => /^[a-z]/i.test(word))).join(" "))
      ? []
      : [concern];

const ending = /^(stop|disable|mask|kill|freeze|set-property|edit|revert|preset|remove|force-stop|clean)$/;
/** A signal at which ours read their files again. */
const rereads = /^(-|-s|--signal=)?(SIG)?HUP$/;
const wholly = /^(isolate|rescue|emergency|default|set-default|preset-all)$/;

/** As pkill(1) takes it: any part of a name, but none that says nothing; of a path, as of a PID file, the name itself. */
const isOfProcess = (word: string, concern: Concern) => {
  if (word.startsWith("/")) return namesOf(concern).includes(posix.basename(word, ".pid"));
  const stem = /^\^?([\w.-]*)/.exec(word)![1]!.replace(/\.+$/, "");
  return stem.length > 2 && ours[concern].processes.some((name) => new RegExp(stem).test(name));
};

/** The units after a verb that stops or keeps them from starting. */
const ended: Program["touches"] = (words) => {
  if (some(words, wholly)) return started;
  const verbs = some(words, rereads) ? words.filter((word) => word !== "kill") : words;
  return some(verbs, ending) ? words.flatMap(unit) : [];
};

/** Paths of which any is changed. */
const any: Program["touches"] = (words, name) =>
  words
    .filter((word) => !/^rm|unlink$/.test(name) || !/\/nologin$/.test(word))
    .flatMap((word) => concernsOfPath(word.replace(/^of=/, ""), /^(rm|umount)$/.test(name)));

/** What find(1) deletes, and what it runs. */
function found(words: readonly string[], _name: string, here: string): readonly Concern[] {
  const run = words.findIndex((word) => /^-(exec|ok)(dir)?$/.test(word));
  const command = run < 0 ? [] : words.slice(run + 1);
  const deletes = words.includes("-delete") || some(command, /(^|\/)(rm|unlink|shred|truncate|mv)$/);
  return [
    ...(deletes ? concernsOfFound(words, here) : []),
    ...ofSegment(command.join(" "), here, (each) => each),
  ];
}

const programs: readonly Program[] = [
  // What only names the others, or runs them elsewhere.
  {
    names:
      /^(echo|printf|logger|grep|which|type|hash|test|pgrep|ssh|scp|cat|ls|stat|head|tail|mailx?|curl|wget)$/,
    touches: none,
  },
  { names: /^(command|\[\[?)$/, touches: none },
  { names: /^journalctl$/, touches: concernsOfJournalctl },
  { names: /^find$/, touches: found },
  {
    names: /^(tmpreaper|tmpwatch)$/,
    touches: (words) => words.flatMap((word) => concernsOfPath(word, true)),
  },
  { names: /^(systemctl|deb-systemd-(invoke|helper))$/, touches: ended },
  { names: /^(service|invoke-rc\.d|update-rc\.d)$/, touches: ended },
  { names: /^(busctl|dbus-send|gdbus)$/, touches: (words) => words.flatMap((word) => concernsOfUnit(word)) },
  {
    names: /^(pkill|killall|killall5|kill|skill|fuser|start-stop-daemon)$/,
    touches: (words) =>
      some(words, rereads) ? [] : concerns.filter((each) => words.some((word) => isOfProcess(word, each))),
  },
  {
    names: /^ip6?tables(-nft|-legacy)?$/,
    touches: unless(/^(-[46nvxw]*[LSC][46nvxw]*|--list(-rules)?|--check|-V|--version|-h)$/, "firewall"),
  },
  { names: /^ip6?tables(-nft|-legacy)?-restore$/, touches: () => ["firewall"] },
  { names: /^nft$/, touches: unlessFirst(/^(list|monitor)\b/, /^(-[cv]|--version|--check)$/, "firewall") },
  { names: /^ufw-init(-functions)?$/, touches: unless(/^(start|status)$/, "firewall") },
  {
    names: /^ufw$/,
    touches: unlessFirst(/^(status|show|version|app (list|info))\b/, /^--(version|dry-run)$/, "firewall"),
  },
  { names: /^(firewall-cmd|netfilter-persistent|shorewall6?|ferm)$/, touches: () => ["firewall"] },
  {
    names: /^(rmmod|modprobe)$/,
    touches: (words, name) =>
      (name === "rmmod" || some(words, /^(-r|--remove)$/)) && some(words, netfilter) ? ["firewall"] : [],
  },
  {
    names: /^fail2ban-client$/,
    touches: unlessFirst(/^(status|get|ping|flushlogs|version)\b/, /^(-[Vdt]|--version|--test)$/, "fail2ban"),
  },
  {
    names: /^(usermod|userdel|deluser|newusers|chpasswd|gpasswd|groupmod|groupdel|delgroup)$/,
    touches: () => ["accounts"],
  },
  { names: /^(passwd|chage)$/, touches: unless(/^(-[lS]|--list|--status)$/, "accounts") },
  // A second root, or one more who becomes root.
  {
    names: /^(useradd|adduser|addgroup)$/,
    touches: (words) => (some(words, /^(-\w*o|--non-unique|root|sudo)$/) ? ["accounts"] : []),
  },
  { names: /^auditctl$/, touches: unless(/^-[lsv]$/, "auditd") },
  {
    names: /^sysctl$/,
    touches: (words) =>
      some(words, /^(-\w*[pf]|--load.*|--system)$/) ||
      words.some((word) => isWild(word) || (word.includes("=") && isKernelName(word.split("=", 1)[0]!)))
        ? ["sysctl"]
        : [],
  },
  { names: /^systemd-sysctl$/, touches: unless(/^--(cat-config|tldr|version|help)$/, "sysctl") },
  {
    names: /^sshd$/,
    touches: unless(/^(-[tTGi]|-\w*[pf].*|-oPort.*|Port[= ]?.*)$/, "ssh"),
  },
  {
    names: /^(apt|apt-get|aptitude|dpkg)$/,
    touches: (words, name, here) => {
      if (name === "dpkg" && some(words, isExtracted)) return concernsOfWriter(words, "dpkg-deb", here);
      if (!some(words, /^(remove|purge|autoremove|-r|-P|--remove|--purge)$/)) return [];
      return concerns.filter((each) => words.some((word) => mayMean(word, ours[each].packages)));
    },
  },
  { names: /^(rm|unlink|shred|truncate|touch|tee|sponge|umount|chmod|chown|chattr|dd)$/, touches: any },
  {
    names: /^sed$/,
    touches: (words, ...call) => (some(words, /^(-\w*i.*|--in-place.*)$/) ? any(words, ...call) : []),
  },
  { names: writerNames, touches: concernsOfWriter },
];

export const netfilter =
  /^(nf_tables|nft_\w+|ip6?_tables|iptable_\w+|ip6table_\w+|x_tables|nf_conntrack|xt_\w+)$/;

/** Of another language: `["ufw", "disable"]`. */
const list = /\[([^[\]]*,[^[\]]*)\]/g;
const interpreter = /(^|[\s/])(python|perl|ruby|node|nodejs|php|lua|tclsh|[gmn]?awk)[\d.]*(\s|$)/;

/** Longer than any of ours: many of `cd` make no stall. */
const longestPath = 256;

/** A command line of a shell or a unit: what it does to ours, by what it says. Quotes hide nothing. */
export function concernsOfCommand(text: string): readonly Concern[] {
  const plain = text
    .replace(/\\[()]|"[()]"|'[()]'/g, " ")
    .replace(/["'\\]/g, "")
    .replace(list, " $1 ");
  const { commands, wordsOf } = shellText(plain);
  const found = commands.flatMap((command) => {
    let here = "";
    return command.split(/&&|\|\||[;&(){}`\n]|\$\(/).flatMap((pipeline) =>
      withArguments(pipeline.split("|")).flatMap((segment) => {
        const [, folder] = /^\s*cd\s+(\S+)/.exec(segment) ?? [];
        if (folder !== undefined) here = pathFrom(here, folder).slice(0, longestPath);
        return ofSegment(segment, here, wordsOf);
      }),
    );
  });
  const written = [...plain.matchAll(/>[>|]?\s*([^\s;&|<>()]+)/g)].flatMap(([, path = ""]) =>
    concernsOfPath(path),
  );
  const spoken = interpreter.test(plain) ? concernsOfCode(text) : [];
  return [...new Set([...found, ...written, ...spoken])];
}

/** xargs(1) gives its command what the ones before it have printed, which may be whatever they name. */
const withArguments = (pipeline: readonly string[]) =>
  pipeline.map((segment, at) =>
    /^\s*(\S*\/)?xargs\s/.test(segment)
      ? [segment, ...pipeline.slice(Math.max(0, at - 8), at)].join(" ")
      : segment,
  );

/** Names of ours; the client ssh has that of sshd's unit, which counts by `isSteering` only. */
const namesOf = (concern: Concern) => [
  ...ours[concern].units.map((name: string) => name.replace(/\.\w+$/, "")),
  ...ours[concern].processes,
];

/** What every user's program reads. */
const isReadable = /^\/etc\/(passwd|group)$/;

/** A line in another language than a shell's: any name of ours counts, since nobody knows what is done with it. */
export function concernsOfCode(text: string, isSteering = false): readonly Concern[] {
  const words = text.split(/[\s,;()[\]{}=<>"'`\\]+/).filter((word) => word !== "" && !isReadable.test(word));
  const found = words.flatMap((word, index) => {
    const name = word.slice(word.lastIndexOf("/") + 1);
    const program = programs.find(({ names }) => names.test(name));
    return [
      ...(program?.touches(words.slice(index + 1), name, "") ?? []),
      ...(isWild(word) ? [] : [...concernsOfUnit(word), ...concernsOfPath(word)]),
      ...((name === "ssh" ? isSteering : program === undefined)
        ? concerns.filter((concern) => namesOf(concern).includes(name))
        : []),
    ];
  });
  return [...new Set(found)];
}

/** Of which a part may stand in a variable, as in `ip${v}tables`. */
const oftenPutTogether = [
  "iptables",
  "iptables-restore",
  "nft",
  "ufw",
  "systemctl",
  "sysctl",
  "fail2ban-client",
];

/** What a name with variables in it may be, of which `shellText` has left a $ each; one that is nothing else may be any program. */
function meant(name: string): string {
  const parts = name.split("$");
  if (parts.length < 2 || parts.join("").length < 4 || !/^[\w$-]+$/.test(name)) return name;
  const form = new RegExp(`^${parts.join("[\\w-]*")}$`);
  return oftenPutTogether.find((each) => form.test(each)) ?? name;
}

function ofSegment(text: string, here: string, wordsOf: ShellText["wordsOf"]): readonly Concern[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  for (const [index, word] of words.entries()) {
    const path = word.replace(/^\w+\+?=(?=[-@:+!/])/, "").replace(/^[-@:+!]+(?=\/)/, "");
    const name = meant(path.slice(path.lastIndexOf("/") + 1));
    if (path.startsWith("/etc/init.d/")) return some(words.slice(index + 1), ending) ? unit(name) : [];
    if (/^\/(etc|var)\//.test(path)) continue;
    const program = programs.find(({ names }) => names.test(name));
    if (program === undefined || words[index - 1] === "-v") continue;
    const rest = words.slice(index + 1);
    return program.touches(name === "kill" ? wordsOf(rest) : rest, name, here);
  }
  return [];
}
