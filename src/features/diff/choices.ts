/** What the words of `harden diff` mean. Pure. */
import { runForm } from "../../command/words.ts";
import { HardenError } from "../../errors.ts";
import { isPath } from "../../profile/search.ts";
import { localTarget } from "../../targets.ts";
import { parseTarget } from "../../transports/target.ts";

type Operand = { readonly kind: "host" | "run" | "profile" | "audit"; readonly name: string };

/** Which two things: a run's host is this machine where none is named. */
export type Sides =
  | { readonly of: "hosts"; readonly hosts: readonly [string, string] }
  | { readonly of: "runs"; readonly host?: string; readonly runs: readonly [string, string] }
  | { readonly of: "profiles"; readonly names: readonly [string, string] }
  | { readonly of: "audits"; readonly files: readonly [string, string] }
  /** Against what its hosts are now; `host`: that one alone. */
  | { readonly of: "today"; readonly file: string; readonly host?: string };

const prefix = "profile:";

/**
 * By its form alone, in this order: the id of a run; `profile:NAME`; a saved audit by `.json`; a profile's file by a
 * slash, `.yaml` or `.yml`; else a host. Throws HardenError `usage`.
 */
function operandOf(word: string): Operand {
  if (runForm.test(word)) return { kind: "run", name: word };
  if (word.startsWith(prefix) && word.length > prefix.length)
    return { kind: "profile", name: word.slice(prefix.length) };
  if (word.endsWith(".json")) return { kind: "audit", name: word };
  if (!word.startsWith("ssh://") && isPath(word)) return { kind: "profile", name: word };
  if (word === prefix || word.startsWith("@") || word === "")
    throw refused(`${JSON.stringify(word)} is nothing of which there is one`);
  if (word !== localTarget) parseTarget(word);
  return { kind: "host", name: word };
}

/** Throws HardenError `usage` for what goes with nothing. */
export function sidesOf(words: readonly string[]): Sides {
  const operands = words.map(operandOf);
  const [a = "", b = "", c = ""] = operands.map(({ name }) => name);
  switch (operands.map(({ kind }) => kind).join(" ")) {
    case "host host":
      if (a === b) throw refused(`${a} is named twice`);
      return { of: "hosts", hosts: [a, b] };
    case "run run":
      return { of: "runs", runs: [a, b] };
    case "host run run":
      return { of: "runs", host: a, runs: [b, c] };
    case "profile profile":
      return { of: "profiles", names: [a, b] };
    case "audit audit":
      return { of: "audits", files: [a, b] };
    case "audit":
      return { of: "today", file: a };
    case "audit host":
      return { of: "today", file: a, host: b };
    default:
      throw refused(
        operands.length === 0
          ? "Nothing is named"
          : `${operands.map(({ kind, name }) => `${name} (${what[kind]})`).join(", ")} can't be compared`,
      );
  }
}

const what = { host: "a host", run: "a run", profile: "a profile", audit: "a saved audit" } as const;

const refused = (why: string) =>
  new HardenError("usage", `${why}.`, {
    hint: "What can be compared: HOST HOST; HOST RUN RUN; two of profile:NAME, or of profiles by a slash or .yaml; two saved audits by .json; or one and what is so today, with HOST of that one alone.",
    hostState: "no host was contacted",
  });
