/** Results of checks. */
import type { CheckResult, Part } from "../plan/control.ts";

export const result = (verdict: CheckResult["verdict"], expected: string, found: string): CheckResult => ({
  verdict,
  expected,
  found,
});

export const inapplicable = (found: string) => result("not applicable", "", found);

/** Results of one check: each says what was found. */
export const verdicts = (expected: string) => ({
  pass: (found: string) => result("pass", expected, found),
  fail: (found: string) => result("fail", expected, found),
  error: (found: string) => result("error", expected, found),
  later: (found: string) => result("until the next boot", expected, found),
  /** Passes where it is so, and fails where not. */
  is: (so: boolean, found: string) => result(so ? "pass" : "fail", expected, found),
});

/** Somebody else's doing: no change of a plan could alter it. */
export const byOthers = (given: CheckResult): CheckResult => ({ ...given, role: "audit" });

export const part = (verdict: Part["verdict"], object: string, found: string): Part => ({
  object,
  verdict,
  found,
});

/** Of a file whose mode is as wanted: no change of a plan takes its access list away. */
export const listPart = (path: string, mode: string): Part => ({
  ...part("fail", path, `${path} is ${mode} with an access list, which lets in others than the mode tells`),
  remedy: `getfacl ${path} tells whom it lets in, and setfacl -b ${path} takes it away.`,
});

/** What doesn't hold of several things, each by itself: a failing one says more than an unknown one; none: it passes. */
export function ofParts(expected: string, parts: readonly Part[], otherwise: string): CheckResult {
  const { pass, fail, error } = verdicts(expected);
  if (parts.length === 0) return pass(otherwise);
  const is = parts.some(({ verdict }) => verdict === "fail") ? fail : error;
  return { ...is(parts.map(({ found }) => found).join("; ")), parts };
}
