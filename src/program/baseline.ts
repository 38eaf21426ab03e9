/** The earlier audit that a line names. */
import type { Baseline } from "../assess/baseline.ts";
import { HardenError } from "../errors.ts";
import type { Outside } from "./command.ts";
import { textOf } from "./files.ts";

/** Throws HardenError `usage`: it can't be read, or is of other hosts than these. */
export async function baselineOf(
  file: string | undefined,
  targets: readonly string[],
  outside: Outside,
): Promise<Baseline | undefined> {
  if (file === undefined) return undefined;
  const { parseAudit } = await import("../assess/saved-audit.ts");
  const baseline = parseAudit(await textOf({ file, what: "baseline" }, outside), file);
  if (targets.some((target) => baseline.targets.has(target))) return baseline;
  throw new HardenError(
    "usage",
    `${file} is an audit of ${[...baseline.targets.keys()].join(", ")}, not of ${targets.join(", ")}.`,
    {
      hint: "A host is known by the words that it was typed by: type it as then, or save a new audit with --out.",
      hostState: "no host was contacted",
    },
  );
}
