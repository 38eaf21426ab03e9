/** Rules about files and folders of root's, at paths that are the same on every host. */
import { fileItself } from "../../checks/reads.ts";
import { sealed } from "../../checks/texts.ts";
import { type FileFact, isShared } from "../../facts/files.ts";
import { type Fact, unknown } from "../../facts/probe.ts";
import type { ModeResource } from "../../kinds/mode.ts";
import { modeText } from "../../kinds/mode-text.ts";
import type { CheckResult, Part } from "../../plan/control.ts";
import { references } from "../references.ts";
import type { WantRow } from "../row.ts";
import { byOthers, inapplicable, listPart, ofParts, part } from "../verdict.ts";
import { hashCopyParts } from "./hash-copies.ts";
import { modes } from "./look.ts";
import { openHashParts } from "./open-hashes.ts";
import type { PermissionsParams } from "./params.ts";
import type { permissionsProbes } from "./probes.ts";
import { accountFiles, copyFolders, cronFiles, hashFiles, sudoFiles, type Target } from "./targets.ts";
import type { PermissionsInput, PermissionsView } from "./view.ts";

type Stat = Omit<FileFact, "content">;

const factOf = ({ facts }: PermissionsInput, { path }: Target): Fact<Stat> =>
  (facts as Readonly<Record<string, Fact<Stat>>>)[path] ?? unknown(`${path} is not collected`);

const octal = (digits: string) => Number.parseInt(digits, 8);
const digits = (mode: number) => mode.toString(8).padStart(4, "0");

/** As it should be, with what is stricter left as it is; undefined where it is so. */
function wantedOf(target: Target, now: Stat): ModeResource | undefined {
  const { path, group, groups } = target;
  const mode = octal(now.mode) & octal(target.mode);
  const same = octal(now.mode) === mode;
  // A group without any right may be anybody's.
  if (same && now.owner === "root" && (groups.includes(now.group) || (mode & 0o070) === 0)) return undefined;
  return { kind: "mode", path, mode: digits(mode), owner: "root", group };
}

/** A link's own mode means nothing. */
const isLink = (fact: Fact<Stat>) => fact.state === "present" && fact.value.type === "symlink";

/** What no mode mends. */
const isByOthers = (target: Target, fact: Fact<Stat>) =>
  isLink(fact) ||
  (fact.state === "present" && wantedOf(target, fact.value) === undefined && isShared(fact.value));

const want =
  (all: readonly Target[]) =>
  (input: PermissionsInput): readonly ModeResource[] =>
    all.flatMap((target) => {
      const fact = factOf(input, target);
      return fact.state !== "present" || isLink(fact) ? [] : (wantedOf(target, fact.value) ?? []);
    });

function partOf(target: Target, fact: Fact<Stat>): readonly Part[] {
  const { path } = target;
  if (fact.state === "absent") return [];
  if (fact.state !== "present") return [part("error", path, `${path}: ${fact.why}`)];
  if (isLink(fact)) return [part("error", path, `${path} is a link, and where it leads is not looked at`)];
  if (wantedOf(target, fact.value) !== undefined)
    return [part("fail", path, `${path} is ${modeText(fact.value)}`)];
  return isShared(fact.value) ? [listPart(path, modeText(fact.value))] : [];
}

const expectedOf = (all: readonly Target[]) => {
  const texts = new Map<string, string[]>();
  for (const { path, mode, group } of all) {
    const text = `${mode} root:${group}`;
    texts.set(text, [...(texts.get(text) ?? []), path]);
  }
  return [...texts].map(([text, paths]) => `${text} or stricter: ${paths.join(", ")}`).join("; ");
};

/** Who needs the group's right is told where it has been taken away. */
function strictNote(input: PermissionsInput, all: readonly Target[]): string {
  const strict = all.flatMap((target) => {
    const fact = factOf(input, target);
    return target.group === "shadow" &&
      fact.state === "present" &&
      (fact.value.group !== "shadow" || (octal(fact.value.mode) & 0o040) === 0)
      ? [`${target.path} ${modeText(fact.value)}`]
      : [];
  });
  return strict.length === 0
    ? "as expected"
    : `stricter than needed: ${strict.join(", ")}; what runs with the group shadow, such as chage and unix_chkpwd, can't read it`;
}

interface Beside {
  readonly why: string;
  /** What no change of a plan mends. */
  readonly beside: (input: PermissionsInput) => readonly Part[];
}

const test =
  (all: readonly Target[], { why, beside }: Beside) =>
  (input: PermissionsInput): CheckResult => {
    const facts = all.map((target) => [target, factOf(input, target)] as const);
    if (facts.every(([, { state }]) => state === "absent")) return inapplicable("there are none here");
    const bad = facts.map(([target, fact]) => ({ target, parts: partOf(target, fact) }));
    const others = beside(input);
    const parts = [...bad.flatMap((each) => each.parts), ...others];
    const concerned =
      parts.length === others.length
        ? all
        : bad.flatMap((each) => (each.parts.length > 0 ? each.target : []));
    const result = ofParts(`${expectedOf(concerned)}${why}`, parts, strictNote(input, all));
    const isLeft = others.length > 0 || facts.some(([target, fact]) => isByOthers(target, fact));
    return isLeft ? byOthers(result) : result;
  };

const about = (all: readonly Target[], more: Beside = { why: "", beside: () => [] }) => ({
  want: want(all),
  keptAt: () => all.map(({ path }) => path),
  test: test(all, more),
  role: "proof or audit" as const,
  reads: fileItself,
});

export const fixedChecks: readonly WantRow<
  PermissionsParams,
  ReturnType<typeof permissionsProbes>,
  PermissionsView
>[] = [
  {
    id: "permissions.accounts",
    title: "Only root changes the lists of users, groups and shells",
    severity: "high",
    why: "Whoever can write these lists makes an account of their own, with root's number.",
    leavesOpen: "root, and whatever runs as root, changes them: auditd.passwd tells of it at best.",
    stricter: sealed,
    look: modes("/etc/passwd", "/etc/group", "/etc/shells"),
    references: references({ cis12: ["7.1.1–4", "7.1.9"], anssi: "R50" }),
    reason: "Only root makes accounts.",
    ...about(accountFiles),
  },
  {
    id: "permissions.hashes",
    title: "Only root and the group shadow read the hashes of passwords",
    severity: "high",
    guards: ["secret.host"],
    why: "Whoever can read the hashes has all night to guess the passwords.",
    breaks:
      "Nothing with 0640 root:shadow; with 0600 chage, and screens that are unlocked by a password, fail for users.",
    leavesOpen:
      "root, the group shadow, systemd's userdb and copies have hashes: packed ones (tar.gz), and any outside /etc and /var/backups, pass.",
    stricter:
      "No password at all where keys are enough (`passwd -l LOGIN`): the console and sudo can't ask for one.",
    look: `${modes("/etc/shadow", "/etc/gshadow")}; cut -d: -f1,2 /etc/passwd /etc/group | grep -v ':x$'`,
    references: references({ cis12: ["7.1.5–8", "7.1.10"], anssi: "R50" }),
    reason: "Hashes of passwords are for nobody to guess at.",
    ...about(hashFiles, {
      why: `; the group shadow reads, since chage and unix_chkpwd run with it; no hash in /etc/passwd and /etc/group; no copy in ${copyFolders.join(" and ")} that others read`,
      beside: (input) => [...openHashParts(input), ...hashCopyParts(input)],
    }),
  },
  {
    id: "permissions.sudoers",
    title: "Only root changes /etc/sudoers and adds files to it",
    severity: "high",
    why: "Whoever can write these files becomes root.",
    leavesOpen:
      "What the files say, and the modes of those in sudoers.d: accounts.sudo and privileges.writable-programs tell them.",
    stricter: sealed,
    look: modes("/etc/sudoers", "/etc/sudoers.d"),
    references: references({ anssi: "R50" }),
    reason: "Only root says who may become root.",
    ...about(sudoFiles),
  },
  {
    id: "permissions.cron",
    title: "Only root reads and changes what cron runs as root",
    severity: "medium",
    why: "What stands here runs as root by itself; who reads it knows when, and by which scripts.",
    breaks: "Monitoring that reads these files without being root.",
    leavesOpen: "The scripts that cron starts lie elsewhere: who can write one of them is root.",
    stricter: "/etc/cron.allow with root alone: nobody else keeps a crontab.",
    look: modes("/etc/crontab", "/etc/cron.*"),
    references: references({
      cis12: "2.4.1.2–7",
      cis13: [],
      anssi: "R50",
    }),
    reason: "What runs as root by itself is root's alone.",
    ...about(cronFiles),
  },
];
