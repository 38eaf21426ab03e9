/** The plan for a person: a line or two a thing, hosts that are to be changed alike together. */
import type { Finding } from "../checks/finding.ts";
import type { RunFact } from "../facts/runs.ts";
import type { Change, Plan, ProfileFacts, UndoPlan } from "../plan/plan.ts";
import type { PlanRow } from "../plan/rows.ts";
import { refusesApply } from "../plan/unsettled.ts";
import type { Settled } from "../results/settled.ts";
import { disturbances, rowText, tallyOf, tallyText } from "./changes.ts";
import {
  baseOf,
  differenceFrom,
  findingsOf,
  groupsOf,
  type HostDifference,
  type HostGroup,
  type Planned,
} from "./groups.ts";
import { fold, type Page, plainPage } from "./page.ts";
import { clean, count } from "./paint.ts";

const levels = { block: ["BLOCKED", "bad"], warn: ["warning", "warn"], note: ["note", "faint"] } as const;

export function findingText(finding: Finding, page: Page, target?: string): string {
  const { paint } = page;
  const [word, style] = levels[finding.level];
  const where = target === undefined ? "" : `${clean(target)}: `;
  const head = `  ${paint(style, word)} ${where}${clean(finding.message)} ${paint("faint", clean(`[${finding.id}]`))}`;
  const lines = finding.hint === undefined ? [head] : [head, `    ${clean(finding.hint)}`];
  return fold(lines.join("\n"), page);
}

/** `profile production (profiles/production.yaml) at 0ac7de91091e`. */
export function profileText({ name, file, commit, dirty }: ProfileFacts): string {
  const at =
    commit === undefined ? "" : ` at ${commit.slice(0, 12)}${dirty ? " with uncommitted changes" : ""}`;
  return clean(`profile ${name}${file === undefined ? "" : ` (${file})`}${at}`);
}

/** The same of a run that a host remembers: `profile production at 0ac7de91091e`. */
export const profileOf = ({ profile: name, digest, commit, dirty }: RunFact): string =>
  profileText({ name, digest, ...(commit === "-" || commit === "" ? {} : { commit, dirty }) });

const release = ({ plan: { host } }: Planned) => `${host.distro} ${host.version}`;

/** `debian 12, debian 13` */
export const releases = ({ hosts }: HostGroup) => [...new Set(hosts.map(release))].join(", ");

function heading(group: HostGroup, { paint }: Page): string {
  const [first] = group.hosts;
  const targets = group.hosts.map(({ target }) => target).join(", ");
  const name =
    group.hosts.length === 1
      ? `${targets} (${first.plan.host.hostname}, ${release(first)})`
      : `${group.hosts.length} hosts with the same changes: ${targets} (${releases(group)})`;
  return `${paint("strong", clean(name))}, ${forText(first.plan)}`;
}

/** What a plan is for: a profile, or the undo of runs, each with whose it is. */
function forText(plan: Plan | UndoPlan): string {
  if (!("undoes" in plan)) return profileText(plan.profile);
  const [first, ...more] = plan.undoes.map(undoneText);
  if (more.length === 0) return `undoes ${first}`;
  return ["undoes as one, newest first:", ...[first, ...more].map((text) => `  ${text}`)].join("\n");
}

/** `run 20261125-140007-dc57cfcf of anna@laptop at 2026-11-25T14:00:07Z (profile web at 0ac7de91091e)` */
function undoneText(run: RunFact): string {
  const { id, who, time, undoes } = run;
  const undid = undoes === undefined ? "" : `, which undid ${undoes.join(", ")}`;
  return clean(`run ${id} of ${who} at ${time} (${profileOf(run)})${undid}`);
}

export const isBlocked = ({ findings }: Plan) => findings.some(refusesApply);

/** How much is added, changed and removed, what that disturbs, and whether an apply, or a rollback, would refuse. */
export function summary(plan: Plan | UndoPlan): string {
  const verb = "undoes" in plan ? "rollback" : "apply";
  const blocks = plan.findings.filter(refusesApply).length;
  const blocked = blocks === 0 ? "" : ` Blocked by ${count(blocks, "finding")}: ${verb} would refuse.`;
  // What blocks may be that the host could not be read; a run that isn't settled hides nothing.
  const isKnown = !plan.findings.some(({ level }) => level === "block");
  if (plan.changes.length === 0) return `${isKnown ? "Nothing to change." : "No change is known."}${blocked}`;
  return `${tallyText(tallyOf(plan.changes))}${clean(disturbances(plan.changes))}.${blocked}`;
}

function sections(rows: readonly PlanRow[], page: Page): readonly string[] {
  const controls = [...new Set(rows.map(({ changes: [{ control }] }) => control))];
  return controls.map((control) =>
    [
      page.paint("strong", clean(control)),
      ...rows.filter(({ changes: [first] }) => first.control === control).map((row) => rowText(row, page)),
    ].join("\n"),
  );
}

/** What all hosts of a group are told once, then what some of them are told alone. */
function findings(group: HostGroup, page: Page): readonly string[] {
  const { common, alone } = findingsOf(group);
  const lines = [
    ...common.map((finding) => findingText(finding, page)),
    ...alone.map(({ target, finding }) => findingText(finding, page, target)),
  ];
  return lines.length === 0 ? [] : [[page.paint("strong", "findings"), ...lines].join("\n")];
}

/** Hosts of a group may be blocked for reasons of their own. */
export function ending({ hosts }: HostGroup): string {
  const [first] = hosts;
  const own = new Set(hosts.map(({ plan }) => isBlocked(plan)));
  if (own.size === 1) return summary(first.plan);
  const blocked = hosts.flatMap(({ target, plan }) => (isBlocked(plan) ? [target] : []));
  return `${summary({ ...first.plan, findings: [] })} Blocked: ${clean(blocked.join(", "))}.`;
}

function differenceText({ more, less }: HostDifference, page: Page): readonly string[] {
  const part = (title: string, rows: readonly PlanRow[]) =>
    rows.length === 0 ? [] : [[title, ...rows.map((row) => rowText(row, page))].join("\n")];
  return [...part("only here", more), ...part("not here", less)];
}

function groupText(group: HostGroup, base: HostGroup, page: Page): string {
  const apart = differenceFrom(base, group);
  const head = heading(group, page);
  const as = ` as ${clean(base.hosts[0].target)}, but for:`;
  return [
    fold(apart === undefined ? head : `${head}:${as}`, page),
    ...(apart === undefined ? sections(group.rows, page) : differenceText(apart, page)),
    ...findings(group, page),
    fold(ending(group), page),
  ].join("\n\n");
}

/** What all of them come to, in a sentence. */
export function total(report: readonly Settled<Plan>[], plans: readonly Planned[]): string {
  const all = plans.flatMap(({ plan }) => plan.changes as Change[]);
  const blocked = plans.filter(({ plan }) => isBlocked(plan)).length;
  const lacking = report.flatMap((each) => (each.ok ? [] : [each.target]));
  const more = [
    ...(blocked === 0 ? [] : [`${blocked} blocked`]),
    ...(lacking.length === 0 ? [] : [`${lacking.length} without a plan: ${clean(lacking.join(", "))}`]),
  ].join(", ");
  return `${count(report.length, "host")}: ${tallyText(tallyOf(all))}${more === "" ? "" : `; ${more}`}.`;
}

/** What a plan has that fails: what an apply would refuse it for. */
const refusals = (plans: readonly Planned[], page: Page) =>
  plans.flatMap(({ target, plan }) =>
    plan.findings.filter(refusesApply).map((finding) => findingText(finding, page, target)),
  );

export function plansText(report: readonly Settled<Plan | UndoPlan>[], page: Page = plainPage): string {
  const plans = report.flatMap((each) => (each.ok ? [{ target: each.target, plan: each.value }] : []));
  if (page.quiet) return [...refusals(plans, page), fold(total(report, plans), page)].join("\n");
  const groups = groupsOf(plans);
  const base = baseOf(groups);
  const texts = groups.map((group) => groupText(group, base ?? group, page));
  return [...texts, ...(report.length > 1 ? [fold(total(report, plans), page)] : [])].join("\n\n");
}
