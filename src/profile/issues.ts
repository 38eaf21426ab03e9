import type { z } from "zod";
import { nearest } from "./nearest.ts";
import { describeValue } from "./text.ts";

type Issue = z.core.$ZodIssue;

/** A zod issue in our words. `key` is set where the fault is a key and not its value. */
export interface ProfileFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly suggestion?: string | undefined;
  readonly key?: string;
  readonly missing?: boolean;
}

/** One issue as faults: an unknown key each, the branch of a union that came nearest. `found` gives the value at a path. */
export function faultsOf(
  issue: Issue,
  found: (path: ProfileFault["path"]) => unknown,
): readonly ProfileFault[] {
  const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
  const value = found(path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({ path, key, message: "unknown key" }));
    case "invalid_key":
      return [{ path: path.slice(0, -1), key: String(path.at(-1)), message: issue.issues[0]!.message }];
    case "invalid_union":
      return union(issue, path, found);
    case "custom":
      return [
        {
          path,
          message: `${issue.message}, found ${describeValue(value)}`,
          suggestion: issue.params?.suggestion,
        },
      ];
    case "invalid_type":
    case "invalid_value": {
      const wanted = expected(issue);
      if (value === undefined) return [{ path, message: `missing: expected ${wanted}`, missing: true }];
      return [
        {
          path,
          message: `expected ${wanted}, found ${describeValue(value)}`,
          suggestion: meant(issue, value),
        },
      ];
    }
    case "too_big":
      return [{ path, message: limit(issue.origin, `at most ${issue.maximum}`, value) }];
    case "too_small":
      return [{ path, message: limit(issue.origin, `at least ${issue.minimum}`, value) }];
    default:
      return [{ path, message: `${issue.message}, found ${describeValue(value)}` }];
  }
}

function union(
  issue: Issue & { code: "invalid_union" },
  path: ProfileFault["path"],
  found: (path: ProfileFault["path"]) => unknown,
): readonly ProfileFault[] {
  const [closest] = issue.errors.filter((branch) => !wrongKind(branch)).sort((a, b) => a.length - b.length);
  if (closest) {
    return closest.flatMap((inner) => faultsOf({ ...inner, path: [...path, ...inner.path] } as Issue, found));
  }
  const value = found(path);
  const wanted = expected(issue);
  if (value === undefined) return [{ path, message: `missing: expected ${wanted}`, missing: true }];
  const suggestion = hasOwnWords(issue)
    ? undefined
    : issue.errors
        .flat()
        .map((inner) => meant(inner, value))
        .find((one) => one !== undefined);
  return [{ path, message: `expected ${wanted}, found ${describeValue(value)}`, suggestion }];
}

const isWrongKind = ({ path, code }: Issue) =>
  path.length === 0 && (code === "invalid_type" || code === "invalid_value");

/** Whether a branch of a union is for another kind of value. */
const wrongKind = (branch: readonly Issue[]): boolean =>
  branch.some(
    (one) =>
      isWrongKind(one) ||
      (one.code === "invalid_union" && one.path.length === 0 && one.errors.every(wrongKind)),
  );

/** Whether a type says by itself what it wants: what zod says begins like this. */
const hasOwnWords = ({ message }: Issue) => !message.startsWith("Invalid input");

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map",
  record: "a map",
};

function expected(issue: Issue): string {
  if (issue.code === "invalid_type" && !hasOwnWords(issue)) return kinds[issue.expected] ?? issue.expected;
  if (issue.code === "invalid_value") {
    const words = issue.values.map(String);
    return words.length > 1 ? `one of ${words.join(", ")}` : words.join("");
  }
  if (issue.code === "invalid_union" && !hasOwnWords(issue))
    return [...new Set(issue.errors.flatMap((branch) => branch.map(expected)))].join(" or ");
  return issue.message.replace(/^must be /, "");
}

/** The right value, where the wrong one gives it away. */
function meant(issue: Issue, value: unknown): string | undefined {
  if (issue.code === "invalid_value") {
    const words = issue.values.map(String);
    // Those used to YAML 1.1 write false for no.
    if (typeof value === "boolean") return words.find((word) => word === (value ? "yes" : "no"));
    return typeof value === "string" ? nearest(value, words) : undefined;
  }
  if (issue.code !== "invalid_type") return undefined;
  const word = typeof value === "object" ? "" : String(value).toLowerCase();
  switch (issue.expected) {
    case "boolean":
      if (["yes", "on", "true", "1"].includes(word)) return "true";
      return ["no", "off", "false", "0"].includes(word) ? "false" : undefined;
    case "int":
    case "number":
      return typeof value === "string" && /^-?\d+$/.test(value) ? value : undefined;
    case "string":
      return typeof value === "number" || typeof value === "boolean" ? `"${value}"` : undefined;
    case "array":
      return ["string", "number"].includes(typeof value) && describeValue(value).length < 60
        ? `[${value}]`
        : undefined;
    default:
      return undefined;
  }
}

function limit(origin: string, bound: string, value: unknown): string {
  const kind = describeValue(value);
  if (origin === "string") return `must be ${bound} characters long, found ${kind}`;
  if (origin === "array")
    return `must have ${bound} ${bound.endsWith(" 1") ? "entry" : "entries"}, found ${(value as unknown[]).length}`;
  return `must be ${bound}, found ${kind}`;
}
