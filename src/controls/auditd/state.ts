/** What guard, desired state and checks of this control share: facts brought together. */
import renderRules from "../../../templates/audit.rules.hbs";
import renderLock from "../../../templates/audit-finalize.rules.hbs";
import { type AuditRule, fulfils } from "../../facts/audit-rule.ts";
import { valueOr, whyUnknown } from "../../facts/probe.ts";
import { lazy } from "../../once.ts";
import type { Input, Seen } from "../../plan/control.ts";
import { units } from "../../platform.ts";
import { isMasked } from "../next-boot/next-start.ts";
import { type BootRules, bootRules, withFile } from "./boot.ts";
import type { probes } from "./probes.ts";
import { isOurKey, lockPath, type RuleGroup, type RuleName, ruleGroups, rulesPath } from "./rules.ts";

export interface AuditdParams {
  readonly rules: readonly RuleName[];
  readonly rootCommands: "all" | "sessions";
  readonly immutable: boolean;
  /** Megabytes of one file of the log. */
  readonly logSize: number;
  readonly logFiles: number;
}

type AuditSeen = Seen<AuditdParams, typeof probes>;
export type AuditInput = Input<AuditdParams, typeof probes, AuditdView>;

export interface AuditdView {
  /** Why nothing of audit can work on this host; undefined where it can. */
  readonly impossible: string | undefined;
  /** Why it can't be told what this host has; undefined where it can. */
  readonly unreadable: string | undefined;
  readonly groups: () => readonly RuleGroup[];
  /** What the next boot loads as the files are now, and once ours are as wanted. */
  readonly bootNow: () => BootRules;
  readonly bootPlanned: () => BootRules;
  /** The kernel's rules against the wanted ones, without those that others take out; others' rules don't count. */
  readonly difference: () => RuleDifference;
  /** Why rules can't be loaded before a reboot; undefined where they can. */
  readonly needsReboot: () => string | undefined;
}

export function viewOf(seen: AuditSeen): AuditdView {
  const files = valueOr(seen.facts.folder, []);
  const groups = lazy(() => groupsOf(seen));
  const withLock = (immutable: boolean) => {
    const wanted = withFile(files, rulesPath, contentOf(groups()));
    return bootRules(withFile(wanted, lockPath, immutable ? lockContent : undefined));
  };
  const bootPlanned = lazy(() => withLock(seen.params.immutable));
  return {
    impossible: impossible(seen),
    unreadable: unreadable(seen),
    groups,
    bootPlanned,
    bootNow: lazy(() => bootRules(files)),
    difference: lazy(() => differenceOf(seen, { groups: groups(), planned: bootPlanned() })),
    needsReboot: lazy(() => needsReboot(seen, () => withLock(false))),
  };
}

export const lockContent = Buffer.from(renderLock({}));

function impossible({ host, facts }: AuditSeen): string | undefined {
  if (host.container !== "none")
    return `this host is a container (${host.container}), and the kernel gives its audit to the machine alone`;
  return facts.kernel.state === "unsupported" ? facts.kernel.why : undefined;
}

const unreadable = ({ facts }: AuditSeen) =>
  whyUnknown(facts.rules, facts.lock, facts.folder, facts.kernel, facts.package, facts.conf);

function groupsOf({ params, facts, host }: AuditSeen): readonly RuleGroup[] {
  const folders = { "/etc/ssh": facts.ssh, "/etc/docker": facts.docker, "/etc/sudoers.d": facts.sudoers };
  const isMissing = (folder: string) =>
    Object.entries(folders).some(([name, fact]) => name === folder && fact.state === "absent");
  const { rules: names, rootCommands } = params;
  return ruleGroups({ names, rootCommands, architecture: host.architecture, isMissing });
}

export const contentOf = (groups: readonly RuleGroup[]) =>
  Buffer.from(renderRules({ groups: groups.filter(({ lines }) => lines.length > 0) }));

export const isLocked = ({ facts }: Pick<AuditSeen, "facts">) =>
  valueOr(facts.kernel, undefined)?.enabled === 2;

const missingFrom = (rules: readonly AuditRule[], wanted: readonly AuditRule[]) =>
  wanted.filter((each) => !rules.some((loaded) => fulfils(loaded, each)));

export interface RuleDifference {
  /** Wanted, but the kernel doesn't have it. */
  readonly missing: readonly AuditRule[];
  /** The kernel has it under one of our keys, but it isn't wanted. */
  readonly surplus: readonly string[];
}

/** Lines of others' files that take rules of ours out again as soon as they are loaded. */
export const deletionsOf = ({ deletions }: BootRules) =>
  deletions.filter(({ took }) => took.some(({ path }) => path === rulesPath));

interface Wanted {
  readonly groups: readonly RuleGroup[];
  readonly planned: BootRules;
}

function differenceOf({ facts }: AuditSeen, { groups, planned }: Wanted): RuleDifference {
  const loaded = valueOr(facts.kernel, undefined)?.rules ?? [];
  const gone = deletionsOf(planned).flatMap(({ took }) => took.map(({ rule }) => rule));
  const wanted = groups
    .flatMap(({ rules }) => rules)
    .filter((each) => !gone.some((rule) => fulfils(rule, each)));
  return {
    missing: missingFrom(
      loaded.map(({ rule }) => rule),
      wanted,
    ),
    surplus: loaded
      .filter(({ rule }) => rule.keys.some(isOurKey) && !wanted.some((each) => fulfils(rule, each)))
      .map(({ text }) => text),
  };
}

export const isLoaded = ({ difference }: AuditdView) => {
  const { missing, surplus } = difference();
  return missing.length === 0 && surplus.length === 0;
};

/** The unit that somebody masked, so that auditd doesn't start. */
export function maskedUnit({ facts }: AuditInput): string | undefined {
  if (valueOr(facts.unit, undefined)?.enabled.startsWith("masked")) return units.auditd;
  return facts.loader.state === "present" && isMasked(facts.loader.value) ? units.auditRules : undefined;
}

/** The file whose line switches auditing off as soon as the rules are loaded. */
export function switchedOffBy({ bootPlanned }: AuditdView): string | undefined {
  const { enabled } = bootPlanned();
  return enabled?.value === "0" ? enabled.path : undefined;
}

/** The rule that keeps every process from being recorded, in the kernel or in the files. */
export function exemption({ facts, view }: AuditInput): string | undefined {
  const loaded = valueOr(facts.kernel, undefined)?.rules ?? [];
  const all = [...loaded, ...view.bootPlanned().rules];
  return all.find(exemptsAll)?.text;
}

/** Keeps every process from being recorded. */
export const exemptsAll = ({ rule }: { readonly rule: AuditRule }) =>
  rule.list === "task" && rule.action === "never";

/** Loading `-e 2` would lock before the confirm. */
function needsReboot(seen: AuditSeen, unlocked: () => BootRules): string | undefined {
  if (isLocked(seen)) return "the kernel's rules are locked until the next boot";
  const { enabled } = unlocked();
  if (enabled?.value === "2") return `${enabled.path} would lock the rules as soon as they are loaded`;
  const ours = seen.params.immutable && valueOr(seen.facts.lock, undefined)?.content?.equals(lockContent);
  return ours ? `${lockPath} would lock the rules as soon as they are loaded` : undefined;
}
