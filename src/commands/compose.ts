/** `harden compose check FILE…`: compose files against what the guide wants of containers; no host is contacted. */
import { posix } from "node:path";
import { failing } from "../assess/assess.ts";
import type { Seen } from "../compose/check.ts";
import { type Composed, judge, waiverProblems } from "../compose/judge.ts";
import { type Problem, problemText } from "../compose/problem.ts";
import { loadProject, type Reader } from "../compose/project.ts";
import { HardenError } from "../errors.ts";
import type { Settled } from "./each.ts";
import { type Judged, judged } from "./host-verdict.ts";
import type { Outcome } from "./ports.ts";

export type ComposeReport = readonly Judged<Composed>[];

interface Options {
  readonly read: Reader;
  /** As 2027-01-31. */
  readonly today: string;
}

/** Status 0 where all passes or is waived, 2 where something fails, 78 where a file can't be used, whatever the others say. */
export async function composeCheck(
  files: readonly string[],
  options: Options,
): Promise<Outcome<ComposeReport>> {
  const settled: Settled<Composed>[] = [];
  for (const file of files) settled.push(await checked(file, options));
  const report = judged(settled, ({ checks }) => (failing(checks).length > 0 ? "fail" : "pass"));
  return { report, status: Math.max(0, ...report.map(({ status }) => status)) };
}

async function checked(target: string, { read, today }: Options): Promise<Settled<Composed>> {
  const project = await loadProject(posix.normalize(target), read);
  const seen: Seen = { ...project, dockerfiles: new Map() };
  const problems = project.problems.length > 0 ? project.problems : waiverProblems(seen);
  if (problems.length > 0) return { target, ok: false, error: unusable(problems) };
  return { target, ok: true, value: judge(seen, today) };
}

const unusable = (problems: readonly Problem[]) =>
  new HardenError("compose", ["The compose file can't be used:", ...problems.map(problemText)].join("\n"), {
    hostState: "no host was contacted, and the file is as it was",
  });
