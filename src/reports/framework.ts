/** Checks by the criteria of a framework, as evidence: when, by which profile, and what each criterion rests on. */
import type {
  CriterionEvidence,
  CriterionResult,
  CriterionVerdict,
  FrameworkReport,
  FrameworkTarget,
} from "../assess/frameworks.ts";
import { fold, type Page, plainPage } from "./page.ts";
import { clean, count, type Style } from "./paint.ts";
import { placeText, waivedText } from "./verdicts.ts";

export const names = { soc2: "SOC 2", cis: "CIS benchmarks", anssi: "ANSSI BP-028" } as const;

/** What no reader of evidence should have to find out. */
export const caution =
  "A criterion asks for more than checks can measure. Pass: all that was measured for it holds, and each target gave a result. What was waived, not measured, not applicable or not looked at is told, and never counted as passed.";

/** `profile production (production.yaml), commit 0ac7de…, with uncommitted changes, digest 5e884…`; none for a file. */
function profileText({ profile }: FrameworkTarget): string {
  if (profile === undefined) return "without a profile";
  const { name, file, commit, dirty, digest } = profile;
  const at =
    commit === undefined ? ", no commit" : `, commit ${commit}${dirty ? ", with uncommitted changes" : ""}`;
  return `profile ${name}${file === undefined ? "" : ` (${file})`}${at}, digest ${digest}`;
}

/** What it is, what it was held to, and by which profile; or why there is no result. */
export function targetText(target: FrameworkTarget): string {
  const { release, benchmarks, doubts = [], error } = target;
  if (error !== undefined) return `no result: ${error}; ${profileText(target)}`;
  const parts = [
    ...(release === undefined ? [] : [`${release.distro} ${release.version}`]),
    profileText(target),
    `held to ${benchmarks.join(", ") || "nothing of this framework"}`,
    ...(doubts.length === 0 ? [] : [`not to be trusted as it is: ${doubts.join(", ")}`]),
  ];
  return parts.join("; ");
}

const verdicts = ["fail", "until the next boot", "error", "pass", "not applicable"] as const;

const words: Readonly<Record<(typeof verdicts)[number], string>> = {
  fail: "failed",
  "until the next boot": "until the next boot",
  error: "not measured",
  pass: "passed",
  "not applicable": "not applicable",
};

/** `3 failed, 1 not measured, 20 passed, 2 waived, 4 not looked at`. */
export function countText({ checks, waived, unasked }: CriterionResult): string {
  const by = verdicts.map((verdict) => [
    checks.filter((each) => each.verdict === verdict).length,
    words[verdict],
  ]);
  const all = [...by, [waived.length, "waived"], [unasked.length, "not looked at"]] as const;
  return (
    all.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`])).join(", ") || "no check"
  );
}

/** `2 criteria fail, 1 is not measured, 5 pass.` */
export function summaryText({ criteria }: FrameworkReport): string {
  const of = (verdict: CriterionVerdict) => criteria.filter((each) => each.verdict === verdict).length;
  const order = ["fail", "not measured", "waived", "pass"] as const;
  const parts = order.flatMap((verdict) => (of(verdict) === 0 ? [] : [`${of(verdict)} ${verdict}`]));
  return `${criteria.length} ${criteria.length === 1 ? "criterion" : "criteria"}: ${parts.join(", ")}.`;
}

/** What doesn't hold comes first; of alike ones the order stays. */
export const worstFirst = (evidence: readonly CriterionEvidence[]): readonly CriterionEvidence[] =>
  verdicts.flatMap((verdict) => evidence.filter((each) => each.verdict === verdict));

export const foundText = ({ place, found, waiver }: CriterionEvidence): string =>
  [`${placeText(place)}${found}`, waivedText(waiver)].filter(Boolean).join("; waived ");

const styles: Readonly<Record<CriterionVerdict, Style>> = {
  fail: "bad",
  "not measured": "bad",
  waived: "warn",
  pass: "good",
};

function evidenceText(each: CriterionEvidence, page: Page): string {
  const { verdict, target, id, title, object } = each;
  const about = object === "" ? "" : `, about ${object}`;
  const found = foundText(each);
  const line = `${target}  ${id}  ${title}${about}${found === "" ? "" : `: ${found}`}`;
  return fold(`    ${verdict.padEnd(14)} ${clean(line)}`, page, 19);
}

function criterionText(criterion: CriterionResult, page: Page): string {
  const { benchmark, number, title, verdict, checks, waived, unasked } = criterion;
  const word = page.paint(styles[verdict], verdict.padEnd(12));
  const lines = (head: string, all: readonly string[]) => (all.length === 0 ? [] : [`    ${head}:`, ...all]);
  return [
    fold(`  ${word}  ${clean(`${benchmark} ${number}  ${title}: ${countText(criterion)}`)}`, page, 14),
    ...worstFirst(checks).map((each) => evidenceText(each, page)),
    ...lines(
      "waived, and not counted as passed",
      waived.map((each) => evidenceText(each, page)),
    ),
    ...lines("not looked at", unasked.length === 0 ? [] : [fold(`    ${unasked.join(", ")}`, page, 2)]),
  ].join("\n");
}

export function frameworkText(report: FrameworkReport, page: Page = plainPage): string {
  const { framework, date, tool, targets, criteria, rest } = report;
  return [
    page.paint("strong", clean(`${names[framework]}, measured on ${date} by ${tool}`)),
    targets.map((each) => fold(clean(`${each.target}: ${targetText(each)}`), page)).join("\n"),
    fold(caution, page),
    ...criteria.map((each) => criterionText(each, page)),
    ...(rest.length === 0
      ? []
      : [
          [
            `  Evidence for none of them (${count(rest.length, "result")}):`,
            ...worstFirst(rest).map((each) => evidenceText(each, page)),
          ].join("\n"),
        ]),
    summaryText(report),
  ].join("\n\n");
}
