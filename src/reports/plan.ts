/** The plan for a person: the same data, nothing left out. */
import type { Settled } from "../commands/each.ts";
import type { Action } from "../kinds/kind.ts";
import type { Change, Finding, Plan, ProfileFacts } from "../plan/plan.ts";
import { clean, count, indent, type Paint, plain, type Style } from "./paint.ts";

const marks: Readonly<Record<Action, readonly [string, Style]>> = {
  create: ["+", "add"],
  install: ["+", "add"],
  enable: ["+", "add"],
  start: ["+", "add"],
  update: ["~", "change"],
  reload: ["~", "change"],
  restart: ["~", "change"],
  load: ["~", "change"],
  delete: ["-", "remove"],
  purge: ["-", "remove"],
  disable: ["-", "remove"],
  stop: ["-", "remove"],
};

function paintDiff(diff: string, paint: Paint): string {
  const style = (line: string): Style =>
    line.startsWith("+") ? "add" : line.startsWith("-") ? "remove" : "faint";
  return clean(diff)
    .split("\n")
    .map((line) => paint(style(line), line))
    .join("\n");
}

export function changeText(change: Change, paint: Paint): string {
  const [mark, style] = marks[change.action];
  const name = change.address.slice(change.address.indexOf("/") + 1);
  const values =
    change.diff === undefined
      ? clean([change.before, change.after].filter((each) => each !== undefined).join(" → "))
      : undefined;
  const modes =
    change.diff !== undefined && change.before !== change.after
      ? clean([change.before, change.after].filter(Boolean).join(" → "))
      : undefined;
  const notes = [
    `takes effect: ${change.effect}`,
    ...(change.undo === "full" ? [] : [`undo: ${change.undo}`]),
    ...(change.afterInstall === "address" ? ["exact value known after install"] : []),
  ];
  return [
    `  ${paint(style, `${mark} ${change.action}`)} ${paint("strong", clean(name))}  ${paint("faint", `(${notes.join("; ")})`)}`,
    indent(clean(change.reason), 6),
    ...(values === undefined || values === "" ? [] : [indent(values, 6)]),
    ...(modes === undefined || modes === "" ? [] : [indent(`mode and owner: ${modes}`, 6)]),
    ...(change.diff === undefined ? [] : [indent(paintDiff(change.diff, paint), 6)]),
  ].join("\n");
}

const levels = { block: ["BLOCKED", "bad"], warn: ["warning", "warn"], note: ["note", "faint"] } as const;

export function findingText(finding: Finding, paint: Paint): string {
  const [word, style] = levels[finding.level];
  const head = `  ${paint(style, word)} ${clean(finding.message)} ${paint("faint", clean(`[${finding.id}]`))}`;
  return finding.hint === undefined ? head : `${head}\n${indent(clean(finding.hint), 4)}`;
}

/** `profile production (profiles/production.yaml) at 0ac7de91091e`. */
export function profileText({ name, file, commit, dirty }: ProfileFacts): string {
  const at =
    commit === undefined ? "" : ` at ${commit.slice(0, 12)}${dirty ? " with uncommitted changes" : ""}`;
  return clean(`profile ${name}${file === undefined ? "" : ` (${file})`}${at}`);
}

function heading(targets: readonly string[], { host, profile }: Plan, paint: Paint): string {
  const name =
    targets.length === 1
      ? `${targets[0]} (${host.hostname}, ${host.distro} ${host.version})`
      : `${targets.length} hosts with the same plan: ${targets.join(", ")}`;
  return `${paint("strong", clean(name))}, ${profileText(profile)}`;
}

/** `3 files, 1 package …` of the changes, and what they disturb. */
export function summary(plan: Plan): string {
  const blocks = plan.findings.filter(({ level }) => level === "block").length;
  const blocked = blocks === 0 ? "" : ` Blocked by ${count(blocks, "finding")}: apply would refuse.`;
  if (plan.changes.length === 0) return `Nothing to change.${blocked}`;
  const effects = (["reload", "restart", "reboot"] as const).flatMap((effect) => {
    const number = plan.changes.filter((each) => each.effect === effect).length;
    return number === 0 ? [] : [`${number} with a ${effect}`];
  });
  return `${count(plan.changes.length, "change")}${effects.length > 0 ? `, ${effects.join(", ")}` : ""}.${blocked}`;
}

export function planText(targets: readonly string[], plan: Plan, paint: Paint = plain): string {
  const byControl = [...new Set(plan.changes.map(({ control }) => control))];
  const sections = byControl.map((control) =>
    [
      paint("strong", clean(control)),
      ...plan.changes.filter((each) => each.control === control).map((each) => changeText(each, paint)),
    ].join("\n"),
  );
  const findings = plan.findings.map((finding) => findingText(finding, paint));
  return [
    heading(targets, plan, paint),
    ...sections,
    ...(findings.length === 0 ? [] : [[paint("strong", "findings"), ...findings].join("\n")]),
    summary(plan),
  ].join("\n\n");
}

/** Hosts whose plans say the same are shown together. The key leaves out what only identifies the host. */
export function sameKey(plan: Plan): string {
  const shown = plan.changes.map(({ steps: _steps, ...rest }) => rest);
  return JSON.stringify([plan.profile, plan.host.distro, plan.host.version, shown, plan.findings]);
}

export function plansText(report: readonly Settled<Plan>[], paint: Paint = plain): string {
  const groups = new Map<string, { targets: string[]; plan: Plan }>();
  for (const result of report) {
    if (!result.ok) continue;
    const key = sameKey(result.value);
    const group = groups.get(key) ?? { targets: [], plan: result.value };
    group.targets.push(result.target);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ targets, plan }) => planText(targets, plan, paint)).join("\n\n");
}
