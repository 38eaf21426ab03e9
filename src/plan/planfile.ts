/** A saved plan: the plan, the profile's values that it was made of, and a digest over both. Pure. */
import { createHash } from "node:crypto";
import { HardenError } from "../errors.ts";
import type { Profile } from "../profile/profile.ts";
import type { Change, Plan } from "./plan.ts";

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

const format = "harden plan 1";

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
  new HardenError("usage", `${where} can't be applied: ${why}.`, {
    hint,
    hostState: "no host was contacted",
  });

const again = "Make a new one: harden plan --out FILE.";

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

/** Addresses whose change now differs from the saved one: the plan is stale. Empty: the host is as it was. */
export function staleAddresses(saved: Plan, now: Plan): readonly string[] {
  const key = (change: Change) => JSON.stringify(change);
  const before = new Map(saved.changes.map((change) => [change.address, key(change)]));
  const after = new Map(now.changes.map((change) => [change.address, key(change)]));
  const all = [...new Set([...before.keys(), ...after.keys()])];
  return all.filter((address) => before.get(address) !== after.get(address));
}

/** The profile as the saved values have it; where each was written is not kept. */
export const profileOf = (saved: SavedPlan): Profile => ({ ...saved.profile, origin: () => "default" });
