/** Compose files in memory, judged as the command does. */
import { failing } from "../../src/assess/assess.ts";
import type { Composed } from "../../src/compose/composed.ts";
import { type Keeper, nothingKept } from "../../src/compose/kept.ts";
import { composeCheck } from "../../src/features/compose/work.ts";
import type { ComposeReport } from "../../src/results/compose.ts";

export const today = "2027-01-31";
/** Files in memory are nowhere. */
export const keep: Keeper = async () => nothingKept;

/** By path; the first is the one that is judged, unless others are named. */
export async function check(
  files: Readonly<Record<string, string>>,
  ...named: readonly string[]
): Promise<{ readonly report: ComposeReport; readonly status: number }> {
  const paths = named.length > 0 ? named : Object.keys(files).slice(0, 1);
  const listFolder = async (folder: string) => [
    ...new Set(
      Object.keys(files).flatMap((path) =>
        path.startsWith(`${folder}/`)
          ? path
              .slice(folder.length + 1)
              .split("/")
              .slice(0, 1)
          : [],
      ),
    ),
  ];
  return composeCheck(paths, { read: async (path) => files[path], listFolder, keep, today });
}

/** Of a file that can be used. */
export async function composed(files: string | Readonly<Record<string, string>>): Promise<Composed> {
  const { report } = await check(typeof files === "string" ? { "compose.yaml": files } : files);
  const [first] = report;
  if (first === undefined || !first.ok) throw first?.error ?? new Error("no report");
  return first.value;
}

/** `id object` of all that makes exit 2. */
export async function failures(files: string | Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { checks } = await composed(files);
  return failing(checks).map(({ id, object, place }) => `${id} ${object} @${place?.line}`);
}

/** `file:line:column: message` of a file that can't be used. */
export async function problems(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { report, status } = await check(files);
  const [first] = report;
  if (first === undefined || first.ok) throw new Error(`it can be used: status ${status}`);
  return first.error.message.split("\n").slice(1);
}
