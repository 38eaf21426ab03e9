/** Checks about several things: each is judged by itself, and what doesn't hold is a part, which a waiver can name. Pure. */
import type { CheckResult, Part } from "../plan/control.ts";
import { inapplicable, ofParts, result } from "./verdict.ts";

interface EachOf<Input, Thing> {
  readonly expected: string | ((input: Input) => string);
  /** Those to judge. A text says why there is nothing to judge: not applicable. What could not be read is an error. */
  readonly things: (input: Input) => readonly Thing[] | string | { readonly why: string };
  /** What doesn't hold of one: none, one part or several. */
  readonly wrong: (thing: Thing, input: Input) => Part | readonly Part[] | undefined;
  /** What doesn't hold beside them, such as that not all were looked at. */
  readonly beside?: (input: Input) => readonly Part[];
  /** What is found where all of it holds. */
  readonly right: string | ((things: readonly Thing[], input: Input) => string);
  /** What to do about what fails, where its part doesn't say so. */
  readonly remedy?: string | ((input: Input) => string | undefined);
  /** As of a result. */
  readonly role?: (input: Input, parts: readonly Part[]) => CheckResult["role"];
}

const said = <Input, Text extends string | undefined>(text: Text | ((input: Input) => Text), input: Input) =>
  typeof text === "function" ? text(input) : text;

/** The test of such a check. */
export function eachOf<Input, Thing>(row: EachOf<Input, Thing>): (input: Input) => CheckResult {
  const { things, wrong, beside } = row;
  return (input) => {
    const all = things(input);
    if (typeof all === "string") return inapplicable(all);
    const expected = said(row.expected, input);
    if ("why" in all) return result("error", expected, all.why);
    const parts = [...all.flatMap((each) => wrong(each, input) ?? []), ...(beside?.(input) ?? [])];
    const right = typeof row.right === "string" ? row.right : row.right(all, input);
    const remedy = parts.length === 0 ? undefined : said(row.remedy, input);
    const role = row.role?.(input, parts);
    return {
      ...ofParts(expected, parts, right),
      ...(remedy === undefined ? {} : { remedy }),
      ...(role === undefined ? {} : { role }),
    };
  };
}
