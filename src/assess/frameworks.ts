/** Assessed checks by the criteria of one framework: what each criterion rests on, and its verdict. Pure. */
import type { Reference } from "../checks/check.ts";
import { soc2, criteria as soc2Criteria } from "../checks/criteria.ts";
import type { HostFacts } from "../facts/host.ts";
import type { ProfileFacts } from "../plan/plan.ts";
import { anssi, recommendations } from "./anssi.ts";
import type { Assessed, CheckReport } from "./report.ts";

export const frameworks = ["soc2", "cis", "anssi"] as const;
export type Framework = (typeof frameworks)[number];

type Release = Pick<HostFacts, "distro" | "version">;

/**
 * A host or a file, with what its checks gave, or why there is no result. `doubts`: ids of what keeps all of it from
 * being trusted, such as a run that isn't settled, or an engine that doesn't say what runs.
 */
export type AskedTarget = { readonly target: string; readonly profile?: ProfileFacts } & (
  | {
      readonly checks: readonly Assessed[];
      readonly release?: Release;
      readonly doubts?: readonly string[];
    }
  | { readonly error: string }
);

export interface FrameworkQuestion {
  readonly framework: Framework;
  /** When it was measured, as 2027-01-31T12:00:00Z. */
  readonly date: string;
  /** Such as `harden 0.1.0`. */
  readonly tool: string;
  readonly asked: readonly AskedTarget[];
  /** Each check that there is: what of it nothing was told is told, too. */
  readonly catalogue: readonly Pick<CheckReport, "id" | "title" | "references">[];
}

/** What one check gave of one object of one target. */
export type CriterionEvidence = { readonly target: string } & Pick<
  Assessed,
  "id" | "title" | "object" | "verdict" | "found" | "waiver" | "place"
>;

/**
 * From what says most: something fails; something could not be measured, or nothing was; what doesn't hold is waived; all
 * that was measured passes. What is not applicable is neither.
 */
export type CriterionVerdict = "fail" | "not measured" | "waived" | "pass";

export interface CriterionResult extends Reference {
  /** In words of our own. */
  readonly title: string;
  readonly verdict: CriterionVerdict;
  readonly checks: readonly CriterionEvidence[];
  /** Never among those that pass. */
  readonly waived: readonly CriterionEvidence[];
  /** Ids of its checks of which nothing was told: of controls that no profile here manages, of what isn't here. */
  readonly unasked: readonly string[];
}

export type FrameworkTarget = Pick<AskedTarget, "target" | "profile"> & {
  readonly release?: Release;
  /** What it was held to. */
  readonly benchmarks: readonly string[];
  /** As it was asked. */
  readonly doubts?: readonly string[];
  /** Why there is no result. */
  readonly error?: string;
};

export interface FrameworkReport extends Pick<FrameworkQuestion, "framework" | "date" | "tool"> {
  readonly targets: readonly FrameworkTarget[];
  readonly criteria: readonly CriterionResult[];
  /** What is evidence for no criterion of the framework. */
  readonly rest: readonly CriterionEvidence[];
}

type Given = CriterionEvidence & Pick<Assessed, "references">;

export function byFramework({ framework, date, tool, asked, catalogue }: FrameworkQuestion): FrameworkReport {
  const given = asked.flatMap((each) =>
    "error" in each
      ? []
      : each.checks.map((check) => givenOf(check, each.target, ofRelease(framework, each.release))),
  );
  // Without a release, too: who gave no result, or nobody at all, was held to what is for everybody.
  const isMeant = [undefined, ...asked.map(releaseOf)].map((release) => ofRelease(framework, release));
  const known = catalogue.map((check) => ({
    ...check,
    references: check.references.filter((each) => isMeant.some((isMeantOf) => isMeantOf(each))),
  }));
  const isWhole = asked.every((each) => !("error" in each) && (each.doubts ?? []).length === 0);
  const references = [...known, ...given].flatMap((each) => each.references);
  const criteria = [...new Map(references.map((each) => [keyOf(each), each])).values()].sort(byNumber);
  return {
    framework,
    date,
    tool,
    targets: asked.map((each) => targetOf(each, criteria.filter(ofRelease(framework, releaseOf(each))))),
    criteria: criteria.map((each) => criterionOf(each, { known, given, isWhole })),
    rest: given
      .filter((each) => each.references.length === 0)
      .map(bare)
      .sort(byId),
  };
}

const releaseOf = (each: AskedTarget) => ("error" in each ? undefined : each.release);

function targetOf(each: AskedTarget, criteria: readonly Reference[]): FrameworkTarget {
  const { target, profile } = each;
  const about = { target, ...(profile === undefined ? {} : { profile }) };
  if ("error" in each) return { ...about, benchmarks: [], error: each.error };
  const benchmarks = [...new Set(criteria.map(({ benchmark }) => benchmark))];
  const { release, doubts } = each;
  return {
    ...about,
    benchmarks,
    ...(release === undefined ? {} : { release }),
    ...(doubts === undefined ? {} : { doubts }),
  };
}

type IsMeant = (reference: Reference) => boolean;

/** Of CIS the benchmark of the host's own release, and Docker's. */
function ofRelease(framework: Framework, release: Release | undefined): IsMeant {
  switch (framework) {
    case "soc2":
      return ({ benchmark }) => benchmark === soc2;
    case "anssi":
      return ({ benchmark }) => benchmark === anssi;
    case "cis":
      return ({ benchmark }) => isCisOf(benchmark, release);
  }
}

function isCisOf(benchmark: string, release: Release | undefined): boolean {
  const [, name = "", version] = /^CIS (\S+) (\S+)/.exec(benchmark) ?? [];
  return name === "Docker" || (name.toLowerCase() === release?.distro && version === release.version);
}

const givenOf = (check: Assessed, target: string, isMeant: IsMeant): Given => {
  const { id, title, object, verdict, found, waiver, place, references } = check;
  return {
    target,
    id,
    title,
    object,
    verdict,
    found,
    references: references.filter(isMeant),
    ...(waiver === undefined ? {} : { waiver }),
    ...(place === undefined ? {} : { place }),
  };
};

const bare = ({ references: _, ...evidence }: Given): CriterionEvidence => evidence;

interface All {
  readonly known: FrameworkQuestion["catalogue"];
  readonly given: readonly Given[];
  /** Each target gave a result, of which nothing is in doubt. */
  readonly isWhole: boolean;
}

function criterionOf(reference: Reference, { known, given, isWhole }: All): CriterionResult {
  const isOfIt = ({ references }: { readonly references: readonly Reference[] }) =>
    references.some((each) => keyOf(each) === keyOf(reference));
  const evidence = given.filter(isOfIt).map(bare).sort(byId);
  const told = new Set(evidence.map(({ id }) => id));
  const own = known.filter(isOfIt);
  return {
    ...reference,
    title: titleOf(reference, own.length > 0 ? own : evidence),
    verdict: verdictOf(evidence, isWhole),
    checks: evidence.filter((each) => !isWaived(each)),
    waived: evidence.filter(isWaived),
    unasked: own
      .map(({ id }) => id)
      .filter((id) => !told.has(id))
      .sort(byText),
  };
}

const isWaived = ({ waiver }: Pick<CriterionEvidence, "waiver">) => waiver?.state === "waived";

const isBad = ({ verdict }: Pick<CriterionEvidence, "verdict">) =>
  verdict === "fail" || verdict === "until the next boot";

function verdictOf(evidence: readonly CriterionEvidence[], isWhole: boolean): CriterionVerdict {
  if (evidence.some((each) => isBad(each) && !isWaived(each))) return "fail";
  // A waiver lets it be; it measures nothing.
  if (!isWhole || evidence.some(({ verdict }) => verdict === "error")) return "not measured";
  const measured = evidence.filter(({ verdict }) => verdict !== "not applicable");
  if (measured.length === 0) return "not measured";
  return measured.some(isWaived) ? "waived" : "pass";
}

function titleOf({ benchmark, number }: Reference, checks: readonly { readonly title: string }[]): string {
  if (benchmark === soc2) return soc2Criteria[number as keyof typeof soc2Criteria] ?? "";
  if (benchmark === anssi) return recommendations[number.replace(/^near /, "")] ?? "";
  const [first = "", ...more] = new Set(checks.map(({ title }) => title));
  return more.length === 0 ? first : `${first}, and ${more.length} more`;
}

const keyOf = ({ benchmark, number }: Reference) => `${benchmark}\0${number}`;

const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const byFirst = (...orders: readonly number[]) => orders.find((order) => order !== 0) ?? 0;

/** The rest of it tells what would else be alike. */
const byId = (a: CriterionEvidence, b: CriterionEvidence) =>
  byFirst(
    byText(a.id, b.id),
    byText(a.target, b.target),
    byText(a.object, b.object),
    byText(JSON.stringify(a), JSON.stringify(b)),
  );

const soc2Order = Object.keys(soc2Criteria);

/** As people count: 5.1.9 before 5.1.20, and what is only near behind what is meant. */
function byNumber(a: Reference, b: Reference): number {
  const padded = ({ number }: Reference) =>
    number.replace(/^near (.*)$/, "$1 near").replace(/\d+/g, (digits) => digits.padStart(6, "0"));
  return byFirst(
    byText(a.benchmark, b.benchmark),
    a.benchmark === soc2 ? soc2Order.indexOf(a.number) - soc2Order.indexOf(b.number) : 0,
    byText(padded(a), padded(b)),
  );
}
