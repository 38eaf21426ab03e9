/** What the kernel's own rules are against the profile, and whether the next boot brings them back: the verdicts. */
import { type AuditRule, fulfils, isAlike } from "../../facts/audit-rule.ts";
import { valueOr } from "../../facts/probe.ts";
import type { CheckResult } from "../../plan/control.ts";
import { atNextBoot } from "../next-boot/next-start.ts";
import { inapplicable, verdicts } from "../verdict.ts";
import type { BootRules } from "./boot.ts";
import { isOurKey, type RuleName, rulesPath } from "./rules.ts";
import { type AuditInput, deletionsOf, exemptsAll, maskedUnit, switchedOffBy } from "./state.ts";
import { swallowing } from "./swallowed.ts";

export function running(input: AuditInput): CheckResult {
  const unit = valueOr(input.facts.unit, undefined);
  const kernel = valueOr(input.facts.kernel, undefined);
  const expected = "active, and the kernel sends its events to auditd";
  const exempt = kernel?.rules.some(exemptsAll);
  const masked = maskedUnit(input);
  const silent = kernel?.isSilent === true && input.access.via === "ssh";
  const switchedOff = kernel?.enabled === 0 ? switchedOffBy(input.view) : undefined;
  const found = [
    unit?.state ?? "not there",
    `events go to process ${kernel?.pid || "none"}`,
    ...(masked === undefined ? [] : [`${masked} is masked`]),
    ...(kernel?.enabled === 0 ? [`auditing is switched off${switchedOff ? ` by ${switchedOff}` : ""}`] : []),
    ...(exempt ? ["a rule exempts every process"] : []),
    ...(silent ? ["nothing was written to its log for more than a minute, and not this login either"] : []),
  ].join(", ");
  const right = unit?.active && kernel?.enabled !== 0 && kernel?.pid === unit.mainPid && !exempt && !silent;
  if (right) {
    const off = offAtBoot(input);
    if (off === undefined) return { verdict: "pass", expected, found };
    return { verdict: "until the next boot", role: "audit", expected, found: `${found}; then ${off}` };
  }
  const isOthers = masked !== undefined || switchedOff !== undefined || exempt === true || silent;
  return {
    verdict: "fail",
    expected,
    found,
    ...(isOthers ? { role: "audit" } : {}),
    ...(silent ? { remedy: resume } : {}),
  };
}

const resume =
  "A full disk suspends auditd until it is told to go on: make room for its log, then kill -USR2 $(pidof auditd). See journalctl -u auditd.";

/** What the rules' files do to all of it when they are loaded. */
function offAtBoot({ view }: AuditInput): string | undefined {
  const { enabled: last, rules } = view.bootNow();
  if (last?.value === "0") return `${last.path} switches auditing off`;
  const none = rules.find(exemptsAll);
  return none === undefined ? undefined : `"${none.text}" exempts every process`;
}

export function enabled(input: AuditInput): CheckResult {
  const { facts } = input;
  const unit = valueOr(facts.unit, undefined);
  const now = { verdict: "pass", expected: "enabled", found: unit?.enabled || "not enabled" } as const;
  const loader = facts.loader.state === "absent" ? [] : [{ fact: facts.loader }];
  const units = [{ fact: facts.boot, target: "multi-user.target" }, ...loader];
  const later = atNextBoot(now, units, { fact: facts.others, concern: "auditd" });
  const masked = maskedUnit(input) === undefined ? {} : ({ role: "audit" } as const);
  return later.verdict === "pass" || unit?.active
    ? { ...later, ...masked }
    : { ...later, verdict: "fail", ...masked };
}

const lacks = (rules: readonly AuditRule[], wanted: readonly AuditRule[]) =>
  wanted.filter((each) => !rules.some((rule) => fulfils(rule, each)));

/** A rule of the profile, for every architecture: in the kernel, and in the files. */
export function loaded(input: AuditInput, name: RuleName): CheckResult {
  const group = input.view.groups().find((each) => each.name === name);
  if (group === undefined) return inapplicable("the profile leaves this rule out");
  if (group.rules.length === 0) return inapplicable(`there is no ${group.missing.join(", ")} on this host`);
  const total = group.rules.length;
  const expected = `${total} rules with the key ${group.key} in the kernel, and in the files`;
  const kernel = valueOr(input.facts.kernel, undefined)?.rules ?? [];
  const files = input.view.bootNow().rules;
  const absent = lacks(
    kernel.map(({ rule }) => rule),
    group.rules,
  );
  const boot = lacks(
    files.map(({ rule }) => rule),
    group.rules,
  );
  const counts = `${total - absent.length} in the kernel, ${total - boot.length} in the files`;
  const took = deletionsOf(input.view.bootPlanned()).filter((each) =>
    each.took.some(({ rule }) => absent.some((wanted) => fulfils(rule, wanted))),
  );
  const found = [counts, ...took.map(({ path, text }) => `${path} takes them out: "${text}"`)].join("; ");
  if (took.length > 0) return { verdict: "fail", role: "audit", expected, found };
  if (absent.length > 0) {
    const waits = boot.length === 0 && input.view.needsReboot() !== undefined;
    return { verdict: "fail", expected, found, ...(waits ? { pending: "reboot" as const } : {}) };
  }
  const [now, later] = [kernel, files].map((all) => hidden(all, group.rules));
  if (now !== "") return { verdict: "fail", role: "audit", expected, found: `${counts}${now}` };
  if (boot.length > 0) return { verdict: "until the next boot", expected, found };
  return later === ""
    ? { verdict: "pass", expected, found }
    : { verdict: "until the next boot", role: "audit", expected, found: `${counts}${later}` };
}

/** The first rule that matches counts. */
function hidden(all: readonly Ruled[], wanted: readonly AuditRule[]): string {
  const some = [...new Set(wanted.flatMap((each) => swallowing(all, each)).map(({ text }) => text))];
  return some.length === 0 ? "" : `; nothing is recorded of what these name: "${some.join('", "')}"`;
}

interface Ruled {
  readonly rule: AuditRule;
  readonly text: string;
}

/** Rules under our keys only: others' differences are findings, since the profile says nothing of them. */
export function onDisk(input: AuditInput): CheckResult {
  const expected = "the kernel has the profile's rules of the files, and no others under their keys";
  const { missing, surplus } = input.view.difference();
  const kernel = (valueOr(input.facts.kernel, undefined)?.rules ?? []).map(({ rule }) => rule);
  const files = input.view.bootNow().rules.map(({ rule }) => rule);
  const ours = (rules: readonly AuditRule[]) => rules.filter(({ keys }) => keys.some(isOurKey));
  const unloaded = lacks(kernel, ours(files));
  const unwritten = ours(kernel).filter((rule) => !files.some((each) => fulfils(rule, each)));
  const theirs = files.filter(({ keys }) => !keys.some(isOurKey));
  const others = theirs.filter((rule) => !kernel.some((each) => isAlike(each, rule))).length;
  const found = [
    `${unloaded.length} only in the files, ${unwritten.length} only in the kernel`,
    ...(others > 0 ? [`of others' rules ${others} are in the files, but not seen in the kernel`] : []),
  ].join("; ");
  if (unloaded.length > 0 || (missing.length > 0 && surplus.length > 0)) {
    const waits = input.view.needsReboot() !== undefined;
    return { verdict: "fail", expected, found, ...(waits ? { pending: "reboot" as const } : {}) };
  }
  if (unwritten.length > 0) return { verdict: "until the next boot", expected, found };
  const [stop] = stopsBefore(input.view.bootNow(), kernel);
  return stop === undefined ? { verdict: "pass", expected, found } : mayStop(stop, { expected, found });
}

function mayStop(
  { path, text }: Pick<Ruled, "text"> & { readonly path: string },
  { expected, found }: Pick<CheckResult, "expected" | "found">,
): CheckResult {
  return {
    verdict: "until the next boot",
    role: "audit",
    expected,
    found: `${found}; of the next boot not known: the kernel doesn't have "${text}" of ${path}, and where it refuses that, no rule behind it is loaded`,
    remedy:
      "augenrules --load says whether the line is refused: mend it, or have its file read behind ours, by a name that sorts later.",
  };
}

export function immutable(input: AuditInput): CheckResult {
  if (!input.params.immutable) return inapplicable("the profile doesn't ask for it");
  const kernel = valueOr(input.facts.kernel, undefined)?.enabled;
  const boot = input.view.bootNow().enabled?.value;
  const { pass, fail, later } = verdicts("locked (enabled 2), and again at each boot");
  const found = `enabled ${kernel}, at the next boot ${boot ?? "as it is by default"}`;
  if (kernel !== 2) return { ...fail(found), pending: "finalize" };
  if (boot === "2") return pass(found);
  // The file that locks again is written after the confirm, as the lock itself is set.
  return boot === undefined ? { ...later(found), pending: "finalize" } : later(found);
}

/** Half of it: events come in bursts, and those that find no room are lost. */
export function backlog({ facts }: AuditInput): CheckResult {
  const { backlog: wait = 0, backlogLimit: limit = 0 } = valueOr(facts.kernel, undefined) ?? {};
  return verdicts("at most half of the kernel's queue is taken").is(
    2 * wait <= limit,
    `${wait} of ${limit} wait`,
  );
}

export function lost({ facts }: AuditInput): CheckResult {
  const { lost = 0, backlogLimit: limit } = valueOr(facts.kernel, undefined) ?? {};
  const found = `${lost} lost since the boot${lost === 0 ? "" : `, with room for ${limit} in the kernel's queue: auditctl --reset-lost counts anew`}`;
  return verdicts("none").is(lost === 0, found);
}

type Stop = Pick<BootRules["faults"][number], "path" | "text">;

const isSame = (a: AuditRule, b: AuditRule) => JSON.stringify(a) === JSON.stringify(b);

/**
 * Lines at which the next boot may end loading, so that rules of ours behind them are not loaded.
 * auditctl(8) reads its file up to the first line that is refused. What the kernel has it has taken; of two equal lines
 * it refuses one.
 */
function stopsBefore(
  { rules, faults, strict = rules.length }: BootRules,
  kernel: readonly AuditRule[],
): readonly Stop[] {
  const end = rules.findLastIndex(({ path }) => path === rulesPath) + 1;
  const left = [...kernel];
  let open = [...rules.entries()];
  for (const fits of [isSame, fulfils, isAlike])
    open = open.filter(([, { rule }]) => {
      const at = left.findIndex((each) => fits(each, rule));
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
  const refused = open.flatMap(([at, rule]) =>
    at < Math.min(end, strict) && rule.path !== rulesPath ? [rule] : [],
  );
  return [...faults.filter(({ at }) => at < end), ...refused];
}
