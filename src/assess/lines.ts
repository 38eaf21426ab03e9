/** Lines of a list that somebody goes through, each answered by checks, or by a person who has looked. Pure. */
import type { CheckRecord } from "../checks/check.ts";
import type { CheckLine, LineId } from "../checks/lines.ts";
import type { Attestation } from "../project/schema.ts";
import { isBad } from "./assess.ts";
import type { Assessed } from "./report.ts";

/** A line with the ids of the checks that answer it. */
export interface AnsweredLine extends CheckLine {
  readonly checks: readonly string[];
  /** Of them: what must have been measured somewhere, or the line isn't answered by checks. */
  readonly must?: readonly string[];
}

/** The lines of a list, by what the records of checks say. */
export const linesOf = (
  list: readonly (CheckLine & { readonly id: LineId })[],
  records: readonly CheckRecord[],
): readonly AnsweredLine[] =>
  list.map((line) => {
    const idsOf = (field: "answers" | "decides") =>
      records.filter((record) => record[field]?.includes(line.id)).map(({ id }) => id);
    return { ...line, checks: idsOf("answers"), must: idsOf("decides") };
  });

export type LineVerdict = "pass" | "waived" | "attested" | "not applicable" | "fail" | "not measured";

/** What one check says of one thing, as a line is shown by it. */
export interface Evidence {
  readonly check: string;
  readonly object: string;
  readonly verdict: Assessed["verdict"];
  readonly expected: string;
  readonly found: string;
  readonly waived?: string;
  readonly remedy?: string;
}

export interface LineResult {
  readonly id: string;
  readonly section: string;
  readonly says: string;
  readonly verdict: LineVerdict;
  readonly evidence: readonly Evidence[];
  /** Who answers for it, where a person does. */
  readonly attestation?: Attestation & { readonly state: "valid" | "over" | "not yet" };
  /** One sentence; left out where it holds. */
  readonly remedy?: string;
}

/** What lets a line stand. */
export const holds = ({ verdict }: Pick<LineResult, "verdict">) =>
  verdict !== "fail" && verdict !== "not measured";

interface Answers {
  readonly checks: readonly Assessed[];
  readonly attestations: readonly Attestation[];
  /** As 2027-01-31. */
  readonly today: string;
}

export const answer = (lines: readonly AnsweredLine[], answers: Answers): readonly LineResult[] =>
  lines.map((line) => answerOne(line, answers));

function answerOne(line: AnsweredLine, { checks, attestations, today }: Answers): LineResult {
  const own = line.checks.flatMap((id) => checks.filter((check) => check.id === id));
  const { id, section, says } = line;
  const about = { id, section, says, evidence: own.map(evidenceOf) };
  const bad = own.filter((check) => isBad(check) && check.waiver?.state !== "waived");
  const failing = bad.filter(({ verdict }) => verdict !== "error");
  if (failing.length > 0) return { ...about, verdict: "fail", remedy: remedyOf(failing) };
  if (bad.length > 0) return { ...about, verdict: "not measured", remedy: remedyOf(bad) };
  const measured = own.filter(({ verdict }) => verdict !== "not applicable");
  const lacking = lackingOf(line, own, measured);
  if (lacking.length === 0 && measured.length > 0) {
    const waived = measured.some(({ waiver }) => waiver?.state === "waived");
    return { ...about, verdict: waived ? "waived" : "pass" };
  }
  if (line.attestable) return attested(line, about, { attestations, today, lacking });
  if (lacking.length > 0) return { ...about, verdict: "not measured", remedy: measureText(line, lacking) };
  return { ...about, verdict: "not applicable" };
}

/** What nobody has asked, or only of things that it isn't about where it must be known. */
function lackingOf(
  { checks, must = [] }: AnsweredLine,
  own: readonly Assessed[],
  measured: readonly Assessed[],
): readonly string[] {
  const has = (some: readonly Assessed[], id: string) => some.some((check) => check.id === id);
  return [
    ...checks.filter((id) => !must.includes(id) && !has(own, id)),
    ...must.filter((id) => !has(measured, id)),
  ];
}

const measureText = ({ measure }: CheckLine, lacking: readonly string[]) =>
  `Nothing says it: ${lacking.join(", ")} ${lacking.length === 1 ? "was" : "were"} not looked at. ${
    measure ?? "Give the profile the section that it belongs to."
  }`;

function attested(
  line: AnsweredLine,
  about: Omit<LineResult, "verdict">,
  { attestations, today, lacking }: Omit<Answers, "checks"> & { readonly lacking: readonly string[] },
): LineResult {
  const own = attestations.filter((each) => each.line === line.id);
  const states = own.map((each) => ({ ...each, state: stateOf(each, today) }));
  const valid = states.find(({ state }) => state === "valid");
  if (valid !== undefined) return { ...about, verdict: "attested", attestation: valid };
  const [other] = states;
  if (other !== undefined) {
    const when = other.state === "over" ? `was good until ${other.until}` : `begins on ${other.when}`;
    const remedy = `What ${other.who} attests of ${line.id} ${when}: look again, and write the new days into harden.yaml.`;
    return { ...about, verdict: "fail", attestation: other, remedy };
  }
  const why = lacking.length === 0 ? "No check answers it here." : measureText(line, lacking);
  return {
    ...about,
    verdict: "not measured",
    remedy: `${why} A person may: an attestation of ${line.id} in harden.yaml, with who, when, until and evidence.`,
  };
}

const stateOf = ({ when, until }: Attestation, today: string): "valid" | "over" | "not yet" =>
  until < today ? "over" : when > today ? "not yet" : "valid";

const remedyOf = (checks: readonly Assessed[]) =>
  [...new Set(checks.flatMap(({ remedy }) => remedy ?? []))].slice(0, 3).join(" ") ||
  `See harden explain ${checks[0]!.id}.`;

const evidenceOf = ({ id, object, verdict, expected, found, waiver, remedy }: Assessed): Evidence => ({
  check: id,
  object,
  verdict,
  expected,
  found,
  ...(waiver?.state === "waived" ? { waived: `until ${waiver.until}: ${waiver.reason}` } : {}),
  ...(remedy === undefined ? {} : { remedy }),
});
