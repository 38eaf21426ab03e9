import { writeFileSync } from "node:fs";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import type { SuiteResult, TestResult } from "./results.mjs";

/** What a test that passed had failed with when it was tried first. */
function hiddenBy(test: TestCase): string | undefined {
  if (!test.diagnostic()?.flaky) return undefined;
  const [first] = test.result().errors ?? [];
  return first?.stack ?? first?.message ?? "no error was kept";
}

function testOf(test: TestCase): TestResult {
  const { state } = test.result();
  const hidden = hiddenBy(test);
  return {
    name: test.fullName.replaceAll(" > ", " "),
    state: state === "pending" ? "skipped" : state,
    ...(hidden && { hidden }),
  };
}

/** With the time of its hooks, in which most hosts start. */
function suiteOf(module: TestModule): SuiteResult {
  const { duration, collectDuration } = module.diagnostic();
  return {
    path: module.relativeModuleId,
    project: module.project.name,
    seconds: (duration + collectDuration) / 1000,
    failed: module.state() === "failed",
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
