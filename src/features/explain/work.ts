/** `explain ID`: what is known of a check, or of a whole control; no host is contacted. */
import { hostChecks } from "../../assess/catalogue.ts";
import type { AnsweredLine } from "../../assess/lines.ts";
import type { ObjectRecord } from "../../assess/object-report.ts";
import { type RenewalFailure, renewalFailures } from "../../assess/renewal.ts";
import { opening, takes } from "../../assess/score.ts";
import { lists } from "../../audit/checklist.ts";
import { everyCheck } from "../../audit/every-check.ts";
import type { CheckRecord, HostRecord, Reference, Severity } from "../../checks/check.ts";
import type { Layer } from "../../checks/layers.ts";
import { groupOf } from "../../checks/object.ts";
import { reasonOf, sourcesText } from "../../checks/reads.ts";
import type { CloudCheck } from "../../cloud/check.ts";
import { identityChecks } from "../../cloud/checks/identity.ts";
import { cloudChecks } from "../../cloud/judge.ts";
import type { ComposeCheck } from "../../compose/check.ts";
import { composeChecks } from "../../compose/checks/index.ts";
import { certificates } from "../../controls/certificates.ts";
import { controls } from "../../controls/index.ts";
import { HardenError } from "../../errors.ts";
import type { Control } from "../../plan/control.ts";
import { type Parameter, parametersOf } from "../../profile/jsonschema.ts";
import { nearest } from "../../profile/nearest.ts";
import { printable } from "../../profile/text.ts";
import type { CommandOutcome } from "../../run/ports.ts";
import { hostAuthCheck } from "../../running/auth.ts";
import { runningChecks } from "../../running/checks.ts";
import { doorChecks } from "../../running/door-checks.ts";
import { listenerCheck } from "../../running/listeners.ts";
import { codesExplained, findingsExplained } from "./told.ts";

/** What is left where it passes, and what would leave less. */
export type Passed = Pick<CheckRecord, "leavesOpen"> & { readonly stricter: string | undefined };

/** All that is known of one id. */
export interface Explanation {
  /** Of a check, or of the control itself. */
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly control: string;
  /** Those that decide it; all of a control. */
  readonly parameters: readonly Parameter[];
  /** Of a check alone. */
  readonly check?: {
    readonly severity: Severity;
    readonly role: string;
    readonly references: readonly Reference[];
    readonly breaks: string | undefined;
    readonly look: string;
    /** Of a check of a host: what its verdict goes by, and why nothing that runs is asked, where that is so. */
    readonly reads?: { readonly from: string; readonly because: string | undefined };
    /** Of what can pass. */
    readonly passed?: Passed;
    /** Of the same, in an audit: what it takes of a full score where it fails alone, and the layer whose grade falls. */
    readonly weighs?: {
      readonly points: number;
      readonly layer: Layer;
      /** Of the layer's score, where that is more. */
      readonly ofLayer?: number;
      /** The checks that fail by the same cause. */
      readonly with?: readonly string[];
    };
  };
  /** Of a check of files: how to let it be. */
  readonly waive?: string;
  /** Of what is no check: what there is to do. */
  readonly next?: string;
  /** Of a control alone: the ids and titles of its checks. */
  readonly checks?: readonly { readonly id: string; readonly title: string }[];
}

/** Throws HardenError `usage` where nothing has the id, with the nearest one. */
export function explainCommand(id: string): CommandOutcome<Explanation> {
  const report = explanations().get(id)?.();
  if (report === undefined) throw unknownId(id);
  return { report, status: 0 };
}

/** By id: every control, every check, and whatever else is printed in brackets. */
export function explanations(): ReadonlyMap<string, () => Explanation> {
  return new Map([
    ...Object.values(lists).flatMap((list) => list.map((line) => [line.id, () => ofLine(line)] as const)),
    ...controls.flatMap((control) => [
      [control.id, () => ofControl(control)] as const,
      ...control.checks.map((check) => [check.id, () => ofCheck(control, check)] as const),
    ]),
    ...hostChecks.map((check) => [check.id, () => ofHostAlone(check)] as const),
    ...composeChecks.flatMap((check) => [
      [groupOf(check.id), () => ofGroup(groupOf(check.id))] as const,
      [check.id, () => ofFiles(check)] as const,
    ]),
    ["cloud", () => ofCloud] as const,
    ...cloudChecks.map((check) => [check.id, () => ofCloudCheck(check)] as const),
    ...[...runningChecks, ...doorChecks, listenerCheck, hostAuthCheck].map(
      (check) => [check.id, () => ofRunning(check)] as const,
    ),
    ...Object.keys(renewalFailures).map((id) => [id, () => ofFailure(id as RenewalFailure["id"])] as const),
    ...findingsExplained,
    ...codesExplained,
  ]);
}

/** A line of a list, by the checks that answer it. */
const ofLine = ({ id, section, says, checks, attestable }: AnsweredLine): Explanation => ({
  id,
  title: says,
  control: section,
  parameters: [],
  why: "A line of the list before a deployment (harden checklist) or after one (harden verify --after-deploy): it holds where all of its checks do, on each host.",
  checks: everyCheck.filter((check) => checks.includes(check.id)).map(({ id, title }) => ({ id, title })),
  waive: attestable
    ? `Where no check answers it a person may: attestations in harden.yaml, with line: ${id}, who, when, until and evidence.`
    : "Each of its checks by itself; harden explain of one says how.",
});

/** All that is looked for of one concern in files. */
const ofGroup = (group: string): Explanation => ({
  id: group,
  title: `${group}, in compose files, Dockerfiles and running containers`,
  control: group,
  parameters: [],
  why: "`harden compose check FILE` and `harden audit HOST` look for these, `harden compose fix FILE` mends what it knows how to.",
  checks: [...composeChecks, ...runningChecks].flatMap(({ id, title }) =>
    groupOf(id) === group ? [{ id, title }] : [],
  ),
  waive: "Each by a comment in the file; `harden explain` of one says how.",
});

/** What a renewal may fail by, as `harden renew` names it. */
function ofFailure(id: RenewalFailure["id"]): Explanation {
  const { title, why, remedy, look, by } = renewalFailures[id];
  const named: readonly string[] = by;
  return {
    id,
    title,
    why: `${why} ${remedy}`,
    control: certificates.id,
    parameters: parametersOf(certificates.schema).filter((each) => named.includes(each.name)),
    check: { severity: "high", role: "audit", references: [], breaks: undefined, look },
  };
}

/** What a check's record tells of it. */
const checkOf = (record: CheckRecord): NonNullable<Explanation["check"]> => {
  const { severity, role, references, breaks, look, leavesOpen, stricter, layer, opens, cause } = record;
  const others = everyCheck.filter((each) => cause !== undefined && each.cause === cause && each !== record);
  return {
    severity,
    role,
    references,
    breaks,
    look,
    passed: { leavesOpen, stricter },
    weighs: {
      points: takes(record),
      layer,
      ...(opens ? { ofLayer: opening.layer } : {}),
      ...(cause === undefined ? {} : { with: others.map(({ id }) => id) }),
    },
  };
};

const hostCheckOf = (record: HostRecord): NonNullable<Explanation["check"]> => ({
  ...checkOf(record),
  reads: { from: sourcesText(record.reads), because: reasonOf(record.reads) },
});

/** What `harden audit` alone looks for. */
const ofRunning = (check: ObjectRecord): Explanation => ({
  id: check.id,
  title: check.title,
  why: `${check.why} Wanted: ${check.expected}.`,
  control: groupOf(check.id),
  parameters: [],
  check: checkOf(check),
  waive: "It can't be: it is about a host, and waivers of containers stand in their compose files.",
});

const ofCloud: Explanation = {
  id: "cloud",
  title: "cloud, in a project file's tiers and in Terraform",
  control: "cloud",
  parameters: [],
  why: "`harden cloud check` looks for these in the project file, in a plan or in a state of Terraform.",
  checks: cloudChecks.map(({ id, title }) => ({ id, title })),
  waive: "Nothing of it is waived; what no file says is attested in the project file.",
};

const ofCloudCheck = (check: CloudCheck): Explanation => ({
  ...ofRunning(check),
  waive: identityChecks.some(({ id }) => id === check.id)
    ? `Where Terraform doesn't say it, a person does, in the project file: attestations: [{line: ${check.id}, who: NAME, when: DAY, until: DAY, evidence: WHERE}].`
    : "It can't be: mend the tiers, or what Terraform makes.",
});

/** What `harden compose check` looks for, and `harden audit` of containers. */
function ofFiles(check: ComposeCheck): Explanation {
  return {
    ...ofRunning(check),
    waive: `Above the line that it is about: \`# harden waive ${check.id} until 2027-01-31: REASON\`.`,
  };
}

/** What no control has. */
const ofHostAlone = (check: HostRecord): Explanation => ({
  id: check.id,
  title: check.title,
  why: check.why,
  control: groupOf(check.id),
  parameters: [],
  check: hostCheckOf(check),
  waive: "By a waiver of the profile, where it is an audit: harden verify --format json has the lines.",
});

function ofControl({ id, title, rationale, schema, checks }: Control): Explanation {
  return {
    id,
    title,
    why: rationale,
    control: id,
    parameters: parametersOf(schema),
    checks: checks.map((check) => ({ id: check.id, title: check.title })),
  };
}

function ofCheck({ id: control, schema }: Control, check: HostRecord): Explanation {
  const { id, title, why, by = [camel(id.slice(control.length + 1))] } = check;
  return {
    id,
    title,
    why,
    control,
    parameters: parametersOf(schema).filter(({ name }) => by.includes(name)),
    check: hostCheckOf(check),
  };
}

const camel = (name: string) => name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

function unknownId(id: string): HardenError {
  const ids = [...explanations().keys()];
  const codes = codesExplained.map(([code]) => code);
  const near = nearest(
    id,
    ids.filter((each) => !codes.includes(each)),
  );
  const group = groupOf(id);
  const hints = [
    ...(near === undefined ? [] : [`Did you mean ${near}?`]),
    ...(group !== id && ids.includes(group)
      ? [`\`harden explain ${group}\` lists what is looked for of ${group}.`]
      : []),
  ];
  const groups = ids.filter((each) => !each.includes(".") && !codes.includes(each));
  return new HardenError("usage", `Nothing is called ${printable(id)}.`, {
    hint: hints.join(" ") || `There are ${groups.join(", ")}, and the checks of each.`,
    hostState: "no host was contacted",
  });
}
