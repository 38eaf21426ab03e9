/** The earlier audits that a line names. */
import type { Baseline } from "../assess/baseline.ts";
import { HardenError } from "../errors.ts";
import type { FormatName } from "../reports/names.ts";
import type { Outside } from "./command.ts";
import { textOf } from "./files.ts";

interface Named {
  readonly file: string;
  readonly what: string;
}

/** Throws HardenError `usage`. */
export async function savedAudit({ file, what }: Named, outside: Outside): Promise<Baseline> {
  const { parseAudit } = await import("../assess/saved-audit.ts");
  const hint = "Save one with: harden audit TARGET --out FILE";
  return parseAudit(await textOf({ file, what, hint }, outside), file);
}

/** Throws HardenError `usage`: it can't be read, or is of other hosts than these. */
export async function auditIn(
  { file, what }: Named,
  targets: readonly string[],
  outside: Outside,
): Promise<Baseline> {
  const saved = await savedAudit({ file, what }, outside);
  if (targets.some((target) => saved.targets.has(target))) return saved;
  throw new HardenError(
    "usage",
    `${file} is an audit of ${[...saved.targets.keys()].join(", ")}, not of ${targets.join(", ")}.`,
    {
      hint: "A host is known by the words that it was typed by: type it as then, or save a new audit with --out.",
      hostState: "no host was contacted",
    },
  );
}

/** Throws HardenError `usage`, also where a format is asked for that shows none. */
export async function historyIn(
  { history, format }: { readonly history: readonly string[]; readonly format: FormatName },
  targets: readonly string[],
  outside: Outside,
): Promise<readonly Baseline[]> {
  if (history.length > 0 && format !== "html")
    throw new HardenError("usage", "Only --format html shows a history.", {
      hint: "Add --format html, or compare with one earlier audit by --baseline FILE.",
      hostState: "no host was contacted",
    });
  return Promise.all(history.map((file) => auditIn({ file, what: "earlier audit" }, targets, outside)));
}
