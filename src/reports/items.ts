/** What a plan or a verify says of one host, item by item: what all formats for machines and reviews are made of. Pure. */
import { isAdvised } from "../assess/assess.ts";
import type { SinceBaseline } from "../assess/baseline.ts";
import { holds, type LineResult, type LineVerdict } from "../assess/lines.ts";
import type { Assessed } from "../assess/report.ts";
import type { Reference, Severity } from "../checks/check.ts";
import type { Finding } from "../checks/finding.ts";
import type { Clouded } from "../cloud/judge.ts";
import { type Composed, isHost } from "../compose/composed.ts";
import type { HostFacts } from "../facts/host.ts";
import { changeLine } from "../kinds/index.ts";
import type { Change, Plan, ProfileFacts } from "../plan/plan.ts";
import { hinders } from "../plan/unsettled.ts";
import type { Origin } from "../profile/tree.ts";
import type { Audited } from "../results/audited.ts";
import type { Answered } from "../results/checklist.ts";
import type { Settled } from "../results/settled.ts";
import type { Verified } from "../results/verified.ts";
import { engineText } from "./engine.ts";
import { entryItems } from "./entry-items.ts";
import { errorText } from "./error.ts";
import { leftText } from "./kept.ts";
import { clean, count } from "./paint.ts";
import { profileText, summary } from "./plan.ts";
import { scoreText } from "./score.ts";
import { checkLines, verifySummary } from "./verdicts.ts";

/** Texts are as the host and the profile have them: each format makes them harmless in its own way. */
export interface Item {
  /** Id of the check or of the finding; of a change `change.KIND`. */
  readonly rule: string;
  readonly control: string;
  /** What holds, or what a change is for. */
  readonly title: string;
  readonly object: string;
  /** `good` and `beside the point` ask for nothing, `told` is to be read, `waived` may stay so; `bad` asks for something. */
  readonly state: "good" | "bad" | "unmeasured" | "waived" | "beside the point" | "told";
  /** The verdict, action or level in one word or a few. */
  readonly word: string;
  readonly severity: Severity;
  readonly references: readonly Reference[];
  /** Lines that say what is so, and what to do. */
  readonly lines: readonly string[];
  readonly waived?: { readonly reason: string; readonly owner: string; readonly until: string };
  readonly diff?: string;
  /** Of what stands in a file. */
  readonly place?: Origin;
  /** Against a baseline. */
  readonly since?: "new" | "known";
}

export interface HostItems {
  readonly target: string;
  /** One line on host and profile; empty where the host could not be reached. */
  readonly about: string;
  /** The profile's file as people see it, where it is one of theirs. */
  readonly file?: string;
  readonly summary: string;
  readonly items: readonly Item[];
  /** Why there is no result. */
  readonly error?: string;
  /** How many items were left out. */
  readonly left?: number;
}

/** A host without a result is an error of its own. */
export const itemsOf = ({ items, error }: HostItems): readonly Item[] =>
  error === undefined
    ? items
    : [
        {
          rule: "host.reached",
          control: "host",
          title: "harden reads the host",
          object: "",
          state: "unmeasured",
          word: "no result",
          severity: "high",
          references: [],
          lines: [error],
        },
      ];

/** `--failed-only`: what asks for something. */
export function failedItemsOf(host: HostItems, adviceToo: boolean): HostItems {
  const items = host.items.filter(
    ({ state, word }) =>
      state === "bad" || state === "unmeasured" || (adviceToo && state === "told" && word in states),
  );
  const left = host.items.length - items.length;
  return left === 0 ? host : { ...host, items, left, summary: `${host.summary} ${leftText(left)}` };
}

export const plannedItems = (result: Settled<Plan>): HostItems =>
  result.ok
    ? {
        ...hostOf(result.target, result.value),
        summary: summary(result.value),
        items: [...result.value.changes.map(changeItem), ...result.value.findings.map(findingItem)],
      }
    : failedItems(result);

export const verifiedItems = (result: Settled<Verified>): HostItems =>
  result.ok
    ? {
        ...hostOf(result.target, result.value),
        summary: verifySummary(result.value),
        items: [...result.value.checks.map(checkItem), ...result.value.findings.map(findingItem)],
      }
    : failedItems(result);

/** Of a host's containers, or of a compose file beside it. */
export const auditedItems = (
  result: Settled<(Audited | Composed) & { readonly since?: SinceBaseline }>,
): HostItems => {
  if (!result.ok) return failedItems(result);
  const { target, value } = result;
  if (!isHost(value)) return composedItems({ target, ok: true, value });
  const { host, profile, engine, checks, findings } = value;
  return {
    target,
    about: `${host.hostname}, ${host.distro} ${host.version}, ${profileText(profile)}, ${engineText(engine)}`,
    summary: `${scoreText(value.score)}; ${value.layers.map(({ layer, grade = "-" }) => `${layer} ${grade}`).join(", ")}. ${verifySummary(value)}`,
    items: [...checks.map(checkItem), ...findings.map(findingItem), ...entryItems(value)],
  };
};

const ofLines: Readonly<Record<LineVerdict, Item["state"]>> = {
  pass: "good",
  waived: "waived",
  attested: "told",
  "not applicable": "beside the point",
  fail: "bad",
  "not measured": "unmeasured",
};

function lineItem({ id, section, says, verdict, evidence, attestation, remedy }: LineResult): Item {
  const found = evidence.map(({ check, object, found, verdict }) =>
    clean(`${check}${object === "" ? "" : ` of ${object}`}: ${verdict}${found === "" ? "" : `, ${found}`}`),
  );
  const person =
    attestation === undefined
      ? []
      : [clean(`${attestation.who}, until ${attestation.until}: ${attestation.evidence}`)];
  return {
    rule: id,
    control: section,
    title: says,
    object: "",
    word: verdict,
    state: ofLines[verdict],
    severity: "high",
    references: [],
    lines: [...found, ...person, ...(remedy === undefined ? [] : [clean(`next: ${remedy}`)])],
  };
}

export const answeredItems = (result: Settled<Answered>): HostItems => {
  if (!result.ok) return failedItems(result);
  const { lines, unsettled } = result.value;
  const open = lines.filter((line) => !holds(line)).length;
  const said = open === 0 ? "all hold" : `${open} open`;
  const unsure = unsettled.length === 0 ? "" : ` Not green: ${unsettled.join(", ")}.`;
  return {
    ...hostOf(result.target, result.value),
    summary: `${count(lines.length, "line")}, ${said}.${unsure}`,
    items: lines.map(lineItem),
  };
};

/** Of a compose file: it stands in a host's place. */
export const composedItems = (result: Settled<Composed>): HostItems => {
  if (!result.ok) return failedItems(result);
  const { files, services, checks, findings } = result.value;
  return {
    target: result.target,
    about: count(services.length, "service"),
    file: files[0] ?? result.target,
    summary: verifySummary(result.value),
    items: [...checks.map(checkItem), ...findings.map(findingItem)],
  };
};

/** Of a project file's tiers, or of Terraform's account of a cloud. */
export const cloudedItems = (result: Settled<Clouded>): HostItems => {
  if (!result.ok) return failedItems(result);
  const { file, tiers, checks, findings } = result.value;
  return {
    target: result.target,
    about: count(tiers.length, "tier"),
    file,
    summary: verifySummary(result.value),
    items: [...checks.map(checkItem), ...findings.map(findingItem)],
  };
};

export const failedItems = ({ target, error }: Extract<Settled<unknown>, { ok: false }>): HostItems => {
  const text = errorText(error);
  return { target, about: "", summary: "No result.", items: [], error: text };
};

function hostOf(target: string, { host, profile }: { host: HostFacts; profile: ProfileFacts }) {
  const { file } = profile;
  return {
    target,
    about: `${host.hostname}, ${host.distro} ${host.version}, ${profileText(profile)}`,
    ...(file === undefined || file === "packaged" ? {} : { file }),
  };
}

const states = {
  pass: "good",
  fail: "bad",
  error: "unmeasured",
  "not applicable": "beside the point",
  "until the next boot": "bad",
} as const;

export function checkItem(check: Assessed): Item {
  const { id, control, title, object, severity, references, verdict, waiver } = check;
  const isWaived = waiver?.state === "waived";
  const state = check.since === "known" ? "told" : states[verdict];
  return {
    rule: id,
    control,
    title: clean(title),
    object,
    severity,
    references,
    state: isWaived ? "waived" : isAdvised(check) ? "told" : state,
    word: isWaived ? "waived" : check.since === "known" ? `known: ${verdict}` : verdict,
    lines: verdict === "pass" ? [] : checkLines(check),
    ...(check.place === undefined ? {} : { place: check.place }),
    ...(check.since === undefined ? {} : { since: check.since }),
    ...(waiver === undefined || !isWaived ? {} : { waived: waiver }),
  };
}

export function changeItem(change: Change): Item {
  const { address, control, kind, action, reason, effect, undo, diff } = change;
  return {
    rule: `change.${kind}`,
    control,
    title: clean(reason),
    object: address,
    state: "bad",
    word: action,
    severity: "medium",
    references: [],
    lines: [clean(changeLine(change)), `takes effect: ${effect}; undo: ${undo}`],
    ...(diff === undefined ? {} : { diff }),
  };
}

const levels = {
  block: { state: "bad", severity: "high", word: "blocked" },
  warn: { state: "told", severity: "medium", word: "warning" },
  note: { state: "told", severity: "low", word: "note" },
} as const;

/** Whatever its level is, it keeps all else from being trusted. */
const hindering = { state: "unmeasured", severity: "high", word: "not settled" } as const;

export const findingItem = ({ id, control, level, message, hint }: Finding): Item => ({
  rule: id,
  control,
  title: clean(message),
  object: "",
  references: [],
  ...(level !== "block" && hinders({ id, level }) ? hindering : levels[level]),
  lines: hint === undefined ? [] : [clean(hint)],
});
