/** What keeps the rules from coming true, and what somebody else's rules do to them. */
import type { Finding } from "../../checks/finding.ts";
import { findingsOf } from "../../checks/finding.ts";
import { isAlike } from "../../facts/audit-rule.ts";
import { hintOfWhy, valueOr } from "../../facts/probe.ts";
import { isOurKey, lockPath, type RuleName, ruleNames, rulesPath } from "./rules.ts";
import {
  type AuditInput,
  deletionsOf,
  exemption,
  isLoaded,
  isLocked,
  maskedUnit,
  switchedOffBy,
} from "./state.ts";

type NoFolder = `no-folder-${RuleName}`;

const noFolder = Object.fromEntries(
  ruleNames.map((name) => [
    `no-folder-${name}`,
    ["note", `What the audit rules ${name} would watch isn't there, and the kernel takes no rule for it`],
  ]),
) as unknown as Readonly<Record<NoFolder, readonly ["note", string]>>;

const say = findingsOf("auditd", {
  "not-applicable": ["note", "Nothing can be audited on this host, as in a container"],
  unreadable: ["block", "The audit rules could not be read"],
  "off-at-boot": ["warn", "The kernel was started with auditing off"],
  masked: ["warn", "A unit that auditd needs is masked, so that it does not start"],
  "no-task": ["warn", "A rule keeps every process from being recorded"],
  "switched-off": ["warn", "A file switches auditing off whenever the rules are loaded"],
  deleted: ["warn", "A file that is read later takes rules of the profile out again"],
  unlocked: ["warn", "A file that is read later undoes the lock of the rules at the next boot"],
  "needs-reboot": ["warn", "The kernel's rules are locked: only a reboot can change them"],
  exempted: ["note", "Somebody's rules come first, and keep what they name from being recorded"],
  "by-hand": ["warn", "The kernel has rules that are in no file: loading the files takes them out"],
  lost: ["note"],
  ...noFolder,
});

export const findings = say.records;

export function guard(input: AuditInput): readonly Finding[] {
  const { impossible: never, unreadable: why } = input.view;
  if (never !== undefined) return say("not-applicable", `Nothing is audited here: ${never}.`);
  if (why !== undefined)
    return say("unreadable", `The audit rules could not be read: ${why}.`, hintOfWhy(why));
  return [
    ...obstacles(input),
    ...deletions(input),
    ...locks(input),
    ...missing(input),
    ...silencers(input),
    ...byHand(input),
    ...lost(input),
  ];
}

const several = (texts: readonly string[]) => [...new Set(texts)].join(", ");

/** What keeps events from being recorded: nothing breaks by the rules all the same, so they are written. */
function obstacles(input: AuditInput): readonly Finding[] {
  const off = valueOr(input.facts.kernel, undefined)?.offAtBoot === true;
  const masked = maskedUnit(input);
  const exempt = exemption(input);
  const switchedOff = switchedOffBy(input.view);
  return [
    ...say(
      "off-at-boot",
      off && "The kernel was started with audit=0, so nothing is recorded, and nothing is set here.",
      "Take audit=0 out of the kernel's command line and reboot, or leave the control out of the profile.",
    ),
    ...say(
      "masked",
      masked !== undefined && `${masked} is masked, so auditd does not start: it is left so.`,
      `If it should run: systemctl unmask ${masked}`,
    ),
    ...say(
      "no-task",
      exempt !== undefined && `The rule "${exempt}" keeps every process from being recorded.`,
      "Take it out of the files in /etc/audit/rules.d, then reboot: processes that run already stay unrecorded.",
    ),
    ...say(
      "switched-off",
      switchedOff !== undefined &&
        `${switchedOff} switches auditing off ("-e 0") whenever the rules are loaded.`,
      "Take the line out: without it the kernel audits.",
    ),
  ];
}

/** Others' lines that take our rules out again as soon as they are loaded, or unlock what should be locked. */
function deletions(input: AuditInput): readonly Finding[] {
  const { enabled } = input.view.bootPlanned();
  const beaten = input.params.immutable && enabled !== undefined && enabled.path !== lockPath;
  return [
    ...say(
      "deleted",
      deletionsOf(input.view.bootPlanned()).map(
        ({ path, text }) =>
          `${path} is read after ${rulesPath}, and its line "${text}" takes rules of the profile out again.`,
      ),
      "Take the line out, or the rule out of the profile.",
    ),
    ...say(
      "unlocked",
      beaten &&
        `${enabled.path} is read after ${lockPath}, and its "-e ${enabled.value}" counts instead of the lock at the next boot.`,
      "Take the line out: without it the kernel audits all the same.",
    ),
  ];
}

function locks(input: AuditInput): readonly Finding[] {
  const reboot = input.view.needsReboot();
  if (reboot === undefined || (isLoaded(input.view) && !(isLocked(input) && !input.params.immutable)))
    return [];
  const message = isLoaded(input.view)
    ? "The profile wants rules that can be changed, but the kernel's are locked until the next boot."
    : `The kernel's rules are not those of the profile, and only a reboot can change them: ${reboot}.`;
  return say("needs-reboot", message);
}

function missing(input: AuditInput): readonly Finding[] {
  return input.view
    .groups()
    .flatMap(({ name, missing }) =>
      say(
        `no-folder-${name}`,
        missing.length > 0 &&
          `There is no ${several(missing)} here, and the kernel takes no rule for it; it comes with the first plan after the folder is there.`,
      ),
    );
}

/** The first rule that matches counts, so a `never` before ours hides what it names. */
function silencers(input: AuditInput): readonly Finding[] {
  const rules = valueOr(input.facts.kernel, undefined)?.rules ?? [];
  const first = rules.findIndex(({ rule }) => rule.keys.some(isOurKey));
  const before = rules
    .slice(0, first === -1 ? undefined : first)
    .filter(({ rule }) => rule.action === "never" && rule.list === "exit");
  const texts = before.map(({ text }) => `"${text}"`);
  return say(
    "exempted",
    before.length > 0 && `Somebody's rules come first, and exempt what they name: ${several(texts)}.`,
  );
}

/** Rules of the kernel that are in no file: a load begins with an empty list. */
function byHand(input: AuditInput): readonly Finding[] {
  if (isLoaded(input.view) || input.view.needsReboot() !== undefined) return [];
  const rules = valueOr(input.facts.kernel, undefined)?.rules ?? [];
  const files = input.view.bootNow().rules;
  const lostByLoad = rules.filter(
    ({ rule }) => !rule.keys.some(isOurKey) && !files.some((each) => isAlike(rule, each.rule)),
  );
  const texts = lostByLoad.map(({ text }) => `"${text}"`);
  return say(
    "by-hand",
    lostByLoad.length > 0 &&
      `Loading the files takes out rules that are in the kernel but in no file: ${several(texts)}.`,
    "The next boot would do the same. To keep them, write them to a file in /etc/audit/rules.d.",
  );
}

function lost({ facts }: AuditInput): readonly Finding[] {
  const kernel = valueOr(facts.kernel, undefined);
  return say(
    "lost",
    kernel !== undefined &&
      kernel.lost > 0 &&
      `${kernel.lost} audit events were lost since the boot (backlog limit ${kernel.backlogLimit}).`,
    "A larger -b in a file of your own in /etc/audit/rules.d gives the kernel more room.",
  );
}
