/** A saved audit: what `harden audit --format json` writes, read again. Pure. */
import { z } from "zod";
import { HardenError } from "../errors.ts";
import { printableLine } from "../profile/text.ts";
import { oneLine } from "../text.ts";
import type { Baseline, Then } from "./baseline.ts";

const line = z.string().regex(printableLine);

const check = z.object({
  id: line,
  control: line,
  object: z.string(),
  found: z.string(),
  verdict: z.enum(["pass", "fail", "not applicable", "error", "until the next boot"]),
  waiver: z.object({ state: z.enum(["waived", "expired", "refused"]) }).optional(),
});

const inventory = z.object({
  entries: z.array(
    z.object({ kind: line, name: z.string(), about: z.string(), by: z.string().exactOptional() }),
  ),
  unread: z.array(z.object({ kind: line, why: z.string() })),
});

/** Of a host; only an audit says who reaches whom. */
const ofHost = z.object({
  at: z.iso.datetime(),
  score: z.int().min(0).max(100).optional(),
  host: z.object({ machineId: z.string() }),
  reach: z.array(z.unknown()),
  outside: z.looseObject({}),
  checks: z.array(check),
  inventory: inventory.optional(),
});

const ofFile = z.object({
  files: z.array(z.string()),
  services: z.array(z.string()),
  checks: z.array(check),
});

const target = line.min(1);
const results = z
  .array(
    z.union([
      z.object({ target, value: ofHost }),
      z.object({ target, value: ofFile }),
      z.object({ target, error: z.looseObject({ code: z.string() }) }),
    ]),
  )
  .min(1);

/** Throws HardenError `usage` for what no `harden audit --format json` has written. */
export function parseAudit(text: string, file: string): Baseline {
  const value = parseJson(text, file);
  const { data, error } = results.safeParse(value);
  if (data === undefined) throw refused(file, unlike(value, error.issues[0]?.path ?? []));
  if (!data.some((each) => ("error" in each ? each.error.code !== "compose" : "reach" in each.value)))
    throw refused(file, "it is of files alone, as harden compose check writes it");
  const names = data.map((each) => each.target);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw refused(file, `it has ${oneLine(twice)} more than once`);
  return {
    file,
    targets: new Map(data.map((each) => [each.target, "error" in each ? undefined : thenOf(each.value)])),
  };
}

function thenOf(value: z.infer<typeof ofHost> | z.infer<typeof ofFile>): Then {
  const { checks } = value;
  if (!("reach" in value)) return { checks };
  const { at, score, host, outside, inventory } = value;
  return { checks, at, score, inventory, machineId: host.machineId, asked: "doors" in outside };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refused(file, "it is no JSON, or cut off");
  }
}

const words: Readonly<Record<string, string>> = {
  unsettled: "it is of harden verify",
  changes: "it is of harden plan",
  lines: "it is of harden checklist or verify --after-deploy",
};

function unlike(value: unknown, path: readonly PropertyKey[]): string {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  const inside = isMap(first) && isMap(first.value) ? first.value : {};
  const other = Object.keys(words).find((key) => key in inside && !("reach" in inside));
  if (other !== undefined) return words[other]!;
  if (isMap(value) && String(value.format).startsWith("harden plan")) return "it is a saved plan";
  if (!Array.isArray(value) || value.length === 0) return "it has no results of hosts";
  return `${oneLine(["", ...path.map(String)].join("/"))} is nothing that an audit has there`;
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const refused = (file: string, why: string) =>
  new HardenError("usage", `${file} can't be taken as an audit: ${why}.`, {
    hint: "Save one with: harden audit TARGET --out FILE",
    hostState: "no host was contacted",
  });
