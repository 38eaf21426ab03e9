/** All checks on one compose file: what each gives, what is waived, and what is only told. Pure. */
import { reportOf } from "../assess/object-report.ts";
import type { Assessed, CheckReport, Waived } from "../assess/report.ts";
import { isOver } from "../assess/waiver.ts";
import type { Finding } from "../checks/finding.ts";
import { type FindingRecord, findingOf } from "../checks/finding.ts";
import { type ObjectResult, resultOf } from "../checks/object.ts";
import { redactAll } from "../secrets/index.ts";
import type { ComposeCheck } from "./check.ts";
import { composeChecks } from "./checks/index.ts";
import type { Composed } from "./composed.ts";
import type { Dockerfile } from "./dockerfile.ts";
import { type ComposeProblem, placeText, problemText } from "./problem.ts";
import type { ProjectSeen } from "./view.ts";
import { type ComposeWaiver, waiversOf } from "./waivers.ts";

const notKnown: FindingRecord = {
  id: "compose.not-known",
  level: "warn",
  about: "A compose file has a key or a variable that nothing is known of",
};
const unusedWaiver: FindingRecord = {
  id: "compose.unused-waiver",
  level: "warn",
  about: "A waiver in a compose file waives nothing where it stands",
};
const notAllRead: FindingRecord = {
  id: "secrets.not-all-read",
  level: "warn",
  about: "Of git's history not all could be searched for secrets",
};

export const findings: readonly FindingRecord[] = [notKnown, unusedWaiver, notAllRead];

export const composeIds = composeChecks.map(({ id }) => id);

/** What is wrong with its waivers: nothing is judged by those that nobody understands. */
export const waiverProblems = (seen: ProjectSeen): readonly ComposeProblem[] =>
  waiversOf(seen, composeIds).problems;

export function judge(seen: ProjectSeen, files: readonly string[] = [seen.file]): Composed {
  const { today } = seen;
  const { waivers } = waiversOf(seen, composeIds);
  const used = new Set<ComposeWaiver>();
  const checks = composeChecks.flatMap((check) =>
    reportsOf(check, seen).map((report) => assessed(report, { waivers, today, used })),
  );
  return redactAll({
    files,
    services: seen.services.map(({ name }) => name),
    checks,
    findings: [
      ...seen.warnings.map((warning) => told(notKnown, warning)),
      ...unread(seen),
      ...waivers.filter((waiver) => !used.has(waiver)).map(inVain),
    ],
  });
}

const reportsOf = (check: ComposeCheck, seen: ProjectSeen): readonly CheckReport[] =>
  resultsOf(check, seen).map((result) => reportOf(check, result));

function resultsOf({ test, built }: ComposeCheck, seen: ProjectSeen): readonly ObjectResult[] {
  const files = [...new Map([...seen.dockerfiles.values()].map((file) => [keyOf(file), file])).values()];
  const ofFiles = files.flatMap((dockerfile): readonly ObjectResult[] => {
    if (built === undefined || dockerfile.chain.length === 0) return [];
    const found = built(dockerfile, seen.images);
    const { file, chain } = dockerfile;
    if (found.length === 0) return [{ object: file, at: chain.at(-1)!.at, verdict: "pass", found: "" }];
    return found.map((one) => resultOf(file, one));
  });
  return [...(seen.services.length === 0 ? [] : test(seen)), ...ofFiles];
}

/** Services that are built alike have one image. */
const keyOf = ({ file, chain }: Dockerfile) => JSON.stringify([file, chain.at(-1)?.at]);

function assessed(
  report: CheckReport,
  { waivers, today, used }: { waivers: readonly ComposeWaiver[]; today: string; used: Set<ComposeWaiver> },
): Assessed {
  const { place, remedy = "" } = report;
  if (place === undefined || (report.verdict !== "fail" && report.verdict !== "error")) return report;
  const own = waivers.filter(({ check, isAbout }) => check === report.id && isAbout(report.object, place));
  for (const waiver of own) used.add(waiver);
  const waiver = own.find((each) => !isOver(each, today)) ?? own[0];
  const waive = `above line ${place.line}: # harden waive ${report.id} until 0000-00-00: `;
  if (waiver === undefined) return { ...report, waive };
  const { reason, owner, until } = waiver;
  const state: Waived["state"] = isOver(waiver, today) ? "expired" : "waived";
  const { remedy: _remedy, ...bare } = report;
  if (state === "waived") return { ...bare, waiver: { state, reason, owner, until } };
  const over = `It was waived until ${until}${owner === "" ? "" : ` by ${owner}`} (${reason}), and that is over. ${remedy}`;
  return { ...report, waive, remedy: over, waiver: { state, reason, owner, until } };
}

const told = (record: FindingRecord, problem: ComposeProblem): Finding =>
  findingOf(record, "compose", `${problemText(problem)}.`);

const inVain = ({ at, check }: ComposeWaiver): Finding =>
  findingOf(
    unusedWaiver,
    "compose",
    `${placeText(at)}: this waiver of ${check} waives nothing here.`,
    "Take it out, or put it where what it is about stands.",
  );

/** What of git's history is not the project's own, and was not read to its end. */
function unread({ file, kept: { git } }: ProjectSeen): readonly Finding[] {
  if (git.state !== "read" || git.restUnread === undefined || git.unread !== undefined) return [];
  const at = { file, line: 1, column: 1 };
  return [
    told(notAllRead, {
      at,
      message: `of git's history of other files than the project's own not all was read: ${git.restUnread}`,
    }),
  ];
}
