/** A saved plan: the plan, the profile's values that it was made of, and a digest over both. Pure. */
import { createHash } from "node:crypto";
import { HardenError } from "../errors.ts";
import type { FolderIds } from "../facts/folders.ts";
import { foldersOf } from "../kinds/index.ts";
import type { Change, Plan } from "../plan/plan.ts";
import { rowsOf } from "../plan/rows.ts";
import type { Profile } from "../profile/profile.ts";
import type { Staleness } from "../results/applied.ts";
import { redactAll } from "../secrets/index.ts";
import { oneLine } from "../text.ts";
import { misshapen } from "./planfile-shape.ts";

/** What a later apply needs to make the same plan again, and to check the host by it. */
export interface SavedPlan {
  readonly plan: Plan;
  readonly profile: Pick<
    Profile,
    | "name"
    | "description"
    | "access"
    | "waivers"
    | "sections"
    | "file"
    | "nearby"
    | "files"
    | "digest"
    | "git"
  >;
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/** 2: files are known by their stamp, and no content and no sum of one is in it. */
const format = "harden plan 2";

interface PlanFile {
  readonly format: typeof format;
  readonly tool: string;
  readonly digest: string;
  readonly saved: readonly SavedPlan[];
}

const digestOf = (saved: readonly SavedPlan[]) =>
  createHash("sha256").update(JSON.stringify(saved)).digest("hex");

export function serialize(saved: readonly SavedPlan[], tool: string): string {
  const file: PlanFile = { format, tool, digest: digestOf(saved), saved };
  return `${JSON.stringify(file, undefined, 1)}\n`;
}

const refused = (where: string, why: string, hint: string) =>
  new HardenError("usage", `${where === "-" ? "Standard input" : where} can't be taken as a plan: ${why}.`, {
    hint,
    hostState: "no host was contacted",
  });

const again = "Make a new one: harden plan TARGET --out FILE.";

/** Throws HardenError `usage` for what is truncated, edited, from another version, or no plan at all. */
export function parsePlanFile(
  text: string,
  { tool, where }: { tool: string; where: string },
): readonly SavedPlan[] {
  const file = parseJson(text, where);
  if (file.format !== format) throw refused(where, "it is not a saved plan of this version of harden", again);
  if (file.tool !== tool)
    throw refused(where, `it was made by harden ${String(file.tool)}, and this is ${tool}`, again);
  if (!Array.isArray(file.saved) || file.digest !== digestOf(file.saved))
    throw refused(where, "it was edited after it had been saved (its digest doesn't match)", again);
  const wrong = misshapen(file.saved);
  if (wrong !== undefined)
    throw refused(where, `${oneLine(wrong)} is nothing that harden has written there`, again);
  if (file.saved.length === 0) throw refused(where, "it has no plan of any host", again);
  return file.saved;
}

function parseJson(text: string, where: string): Partial<PlanFile> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Truncated or no JSON: said below.
  }
  throw refused(where, "it is truncated, or no JSON", again);
}

/** The change, and which folders lead to what it changes. */
const keyOf = (change: Change, folders: FolderIds) =>
  JSON.stringify([redactAll(change), foldersOf(change.steps).map((folder) => folders[folder])]);

/** Where the change now differs from the saved one; undefined: the host is as it was. */
export function staleness(saved: Plan, now: Plan): Staleness | undefined {
  const keys = ({ changes, folders = {} }: Plan) =>
    new Map(changes.map((change) => [change.address, keyOf(change, folders)]));
  const before = keys(saved);
  const after = keys(now);
  const all = [...new Set([...before.keys(), ...after.keys()])];
  const addresses = all.filter((address) => before.get(address) !== after.get(address));
  if (addresses.length === 0) return undefined;
  const changesOf = ({ changes }: Plan) => new Map(changes.map((change) => [change.address, change]));
  const [was, is] = [changesOf(saved), changesOf(now)];
  const lines = rowsOf(addresses.map((address) => (was.get(address) ?? is.get(address))!)).map(
    ({ line, changes }) => {
      const news = changes.flatMap(({ address, kind }) => {
        const reason = is.get(address)?.reason;
        return kind !== "service" || reason === undefined || reason === was.get(address)?.reason
          ? []
          : [reason];
      });
      return [line, ...new Set(news)].join(": ");
    },
  );
  return { addresses, lines };
}

/** The profile as the saved values have it; where each was written is not kept. */
export const profileOf = (saved: SavedPlan): Profile => ({
  ...saved.profile,
  images: {},
  origin: () => "default",
});
