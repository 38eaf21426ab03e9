/** What a line of a file that isn't a unit does to what is ours: of settings, rules, credentials, the kernel's words. */
import { globMatches } from "../../glob.ts";
import { concernsOfCommand, netfilter } from "./commands.ts";
import { isHarmlessOfManager } from "./harmless.ts";
import { concernsOfAge, concernsOfRotation } from "./journal.ts";
import {
  type Concern,
  concerns,
  concernsOfPath,
  concernsOfUnit,
  isKernelName,
  roots,
  started,
} from "./ours.ts";
import { wordsOf } from "./unit-lines.ts";

export const ofManager = (line: string): readonly Concern[] => {
  const [, key = "", value = ""] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
  return key === "" || isHarmlessOfManager(key, value) ? [] : started;
};

export const ofPreset = (line: string): readonly Concern[] => {
  const [verb, name = ""] = wordsOf(line);
  return verb === "disable" ? concernsOfUnit(name) : [];
};

export const ofTmpfile = (line: string): readonly Concern[] => {
  const [type = "", path = "", mode = "", , , age = "", words = ""] = wordsOf(line);
  const isAccess = /^[zZmaA]/.test(type) || (/^[hH]/.test(type) && /[+=]\w*[ai]/.test(words));
  return [
    ...new Set([
      ...(/^[fFwLCrRpbcD]/.test(type) || isAccess
        ? concernsOfPath(path, isAccess || /^[RLDC]/.test(type))
        : []),
      ...(/^[dDevqQC]/.test(type) ? concernsOfAge(path, age) : []),
      ...(isAccess && rootsHome.test(path) ? (["accounts"] as const) : []),
      ...(isAccess && /^\/+$/.test(path) ? concerns : []),
      // Whoever runs such a file becomes its owner.
      ...(/^[fFCzZ]/.test(type) && /^[:~]*0?[4-7]\d{3}$/.test(mode) ? (["permissions"] as const) : []),
    ]),
  ];
};

const rootsHome = /^\/root\/?$/;

export const ofLogrotate = (line: string): readonly Concern[] => [
  ...concernsOfCommand(line),
  ...concernsOfRotation(line),
];

/** sysusers.d(5): a second root, or one more who becomes root. */
export const ofSysuser = (line: string): readonly Concern[] => {
  const [type = "", name = "", id = ""] = wordsOf(line);
  if (/^m/.test(type)) return /^(root|sudo|docker|shadow|disk|adm)$/.test(id) ? ["accounts"] : [];
  return /^u/.test(type) && name !== "root" && /^0(:|$)/.test(id) ? ["accounts"] : [];
};

export const ofModule = (line: string): readonly Concern[] => {
  const [verb = "", name = "", ...command] = wordsOf(line);
  if (!/^(install|blacklist|remove)$/.test(verb)) return [];
  return netfilter.test(name.replaceAll("-", "_")) ? ["firewall"] : concernsOfCommand(command.join(" "));
};

export const ofRule = (line: string): readonly Concern[] => {
  const set = [...line.matchAll(/SYSCTL\{([^}]*)\}/g)].some(([, key = ""]) => isKernelName(key));
  const run = [...line.matchAll(/(?:RUN|PROGRAM)(?:\{\w+\})?\s*[+:]?={1,2}\s*"([^"]*)"/g)];
  return [...(set ? (["sysctl"] as const) : []), ...run.flatMap(([, text = ""]) => concernsOfCommand(text))];
};

/** crontab(5): what stands after a `%` is the command's input, a further `%` a line's end. */
export const ofCrontab = (line: string): readonly Concern[] =>
  concernsOfCommand(line.replace(/(?<!\\)%/g, "\n"));

/** apt.conf(5) and dpkg.cfg(5); a word alone is a value, as a name in a list of packages. */
export const ofHook = (line: string): readonly Concern[] =>
  /^\s*\/\//.test(line)
    ? []
    : concernsOfCommand(line.replace(/"[^"\s]*"/g, "").replace(/^\s*(pre|post)-invoke[=\s]+/, ""));

const ofKernelValue = (line: string): readonly Concern[] =>
  isKernelName(line.replace(/^-|\s*=.*$/g, "")) ? ["sysctl"] : [];
export const ofNetwork = (line: string): readonly Concern[] =>
  /^\s*IPv4ReversePathFilter\s*=/.test(line) ? ["sysctl"] : [];

/**
 * Credentials that systemd's own units take at a boot (systemd.system-credentials(7)): a glob of names, what of ours
 * they may concern, and which of it a line does; without the latter all of it.
 */
const credentials: readonly (readonly [
  string,
  readonly Concern[],
  ((line: string) => readonly Concern[])?,
])[] = [
  ["tmpfiles.*", concerns, ofTmpfile],
  ["sysctl.*", ["sysctl"], ofKernelValue],
  ["network.network.*", ["sysctl"], ofNetwork],
  ["journal.*", ["logging"]],
  ["ssh.authorized_keys.*", ["ssh"]],
  ["systemd.extra-unit.*", started],
  ["systemd.unit-dropin.*", started],
];

export const credentialGlobs = credentials.map(([glob]) => glob);

const rowOf = (name: string) => credentials.find(([glob]) => globMatches(glob, name)) ?? ["*", []];

/** Of one whose value can't be read. */
export const ofCredential = (name: string): readonly Concern[] => rowOf(name)[1];

export function ofCredentialLine(line: string, name: string): readonly Concern[] {
  const [, all, ofLine] = rowOf(name);
  return ofLine === undefined ? all : ofLine(line);
}

/** kernel-command-line(7) and systemd(1). */
export const ofKernelWords = (line: string): readonly Concern[] =>
  wordsOf(line.replace(/^GRUB_\w+=/, "")).flatMap((word): readonly Concern[] => {
    const [key, value = ""] = [word.split("=", 1)[0]!, word.slice(word.indexOf("=") + 1)];
    if (/^(rescue|emergency|single|s|S|1|-b|systemd\.run)$/.test(key)) return started;
    if (key === "systemd.unit") return roots.includes(value) ? [] : started;
    if (key === "init") return /\/(init|systemd)$/.test(value) ? [] : started;
    if (key === "systemd.mask") return concernsOfUnit(value);
    if (/^systemd\.set_credential(_binary)?$/.test(key)) return ofCredential(value.split(":", 1)[0]!);
    if (key === "audit") return value === "0" ? ["auditd"] : [];
    return key.startsWith("sysctl.") && isKernelName(key.slice("sysctl.".length)) ? ["sysctl"] : [];
  });
