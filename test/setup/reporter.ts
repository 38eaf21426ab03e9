import { writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import type { SuiteResult, TestResult } from "./results.mjs";

type Thrown = {
  readonly stack?: string | undefined;
  readonly message: string;
  readonly diff?: string | undefined;
};

/** Of a comparison the lines that differ, a screenful at most: one of a whole host's state has thousands. */
const differing = (diff: string): readonly string[] =>
  stripVTControlCharacters(diff)
    .split("\n")
    .filter((line) => /^[-+] /.test(line))
    .slice(0, 24);

/** The first that went wrong, whole, and what it compared. */
const firstOf = (errors: readonly Thrown[]): string | undefined =>
  errors.map(({ stack, message, diff = "" }) => [stack ?? message, ...differing(diff)].join("\n"))[0];

function testOf(test: TestCase): TestResult {
  const { state, errors } = test.result();
  const error = firstOf(errors ?? []);
  return {
    name: test.fullName.replaceAll(" > ", " "),
    state: state === "pending" ? "skipped" : state,
    ...(error && { error }),
  };
}

/** What its hooks threw, or the loading of the file. */
const errorOf = (module: TestModule): string | undefined =>
  firstOf([...module.errors(), ...[...module.children.allSuites()].flatMap((suite) => suite.errors())]);

/** With the time of its hooks, in which most hosts start. */
function suiteOf(module: TestModule): SuiteResult {
  const { duration, collectDuration } = module.diagnostic();
  const error = errorOf(module);
  return {
    path: module.relativeModuleId,
    project: module.project.name,
    seconds: (duration + collectDuration) / 1000,
    failed: module.state() === "failed",
    ...(error && { error }),
    tests: [...module.children.allTests()].map(testOf),
  };
}

/** Writes what `npm test` counts and tells at its end into the file that HARDEN_TEST_RESULTS names: `SuiteResult[]`. */
export default class implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]) {
    const { HARDEN_TEST_RESULTS: file } = process.env;
    if (file) writeFileSync(file, JSON.stringify(modules.map(suiteOf)));
  }
}
