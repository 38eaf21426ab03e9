/** What the profile needs to know of a control; `schema` is the strict object of its parameters. */
import { z } from "zod";
import { imagesSchema } from "./images.ts";
import { cidr, day, oneOrMore, reportedLine, singleLine, userName } from "./types.ts";
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly schema: z.ZodObject;
  /** Its lists that add up where profiles extend each other, by their paths (`users`, `accepted.jobs`); any other list replaces that of the extended profile. */
  readonly adds?: readonly string[];
}

const anywhere = ["0.0.0.0/0", "::/0"] as const;

/** Who may come in, and as whom. Never the address of whoever happens to run the tool. */
const accessSchema = z
  .strictObject({
    user: userName
      .optional()
      .describe("The login planned for administration; the login in use where it is not given"),
    from: oneOrMore(cidr, "an address, a network")
      .transform((from) => [from].flat())
      .prefault([...anywhere])
      .describe(
        "Networks that administrators come from; the default is anywhere. A caller outside is never locked out silently: the plan is blocked",
      ),
  })
  .describe("Who may come in");

export type AccessParams = z.output<typeof accessSchema>;

const enabled = z
  .boolean()
  .default(true)
  .describe("false gives back the host's original; a section left out is not managed at all");

const apply = z
  .boolean()
  .default(true)
  .describe("false: verify measures it, and no apply changes or gives back anything of it");

const waiverSchema = z
  .strictObject({
    check: singleLine.describe("The check's id; of an audit, for what an apply proves can't be waived"),
    object: reportedLine.default("").describe("What the check is about, as verify names it"),
    found: reportedLine.describe("What was found, word for word: anything else is not waived by it"),
    reason: singleLine.min(1).describe("Why it may stay so"),
    owner: singleLine.min(1).describe("Who answers for it"),
    until: day.describe("The last day (UTC) on which it counts"),
  })
  .describe("One failing audit that may stay so for a while");

export type Waiver = z.output<typeof waiverSchema>;

const contradiction = {
  path: ["apply"],
  error: "enabled: false gives back the original, and apply: false changes nothing: take one of them away",
};

/**
 * The schema of a whole, merged profile: a section for each control, each with `enabled` and `apply`. A control
 * whose section is absent is unmanaged.
 */
export function profileSchema(sections: readonly Section[]) {
  const shape = Object.fromEntries(
    sections.map(({ id, title, schema }) => [
      id,
      schema
        .safeExtend({ enabled, apply })
        .strict()
        .refine((section) => section.enabled || section.apply, contradiction)
        .optional()
        .describe(title),
    ]),
  );
  return z.strictObject({
    extends: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .describe("The profile, or the list of profiles, that this one is written over"),
    description: singleLine.optional().describe("One sentence on what this profile is for"),
    access: accessSchema.prefault({}),
    waivers: z
      .array(waiverSchema)
      .default([])
      .describe("What audits find and may stay so for a while; they add up with those of extended profiles"),
    images: imagesSchema,
    ...shape,
  });
}

/** The keys that a map may have at `path` of the schema; empty where there is no map. */
export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  return [...new Set(objectsAt(schema, path).flatMap((object) => Object.keys(object.shape)))];
}

function objectsAt(schema: z.ZodType, path: readonly PropertyKey[]): readonly z.ZodObject[] {
  if (schema instanceof z.ZodUnion)
    return schema.options.flatMap((option) => objectsAt(option as z.ZodType, path));
  if (schema instanceof z.ZodArray)
    return path.length > 0 ? objectsAt(schema.element as z.ZodType, path.slice(1)) : [];
  if (schema instanceof z.ZodObject) {
    const [key, ...rest] = path;
    if (key === undefined) return [schema];
    const below = schema.shape[String(key)];
    return below ? objectsAt(below as z.ZodType, rest) : [];
  }
  if (schema instanceof z.ZodRecord)
    return path.length > 0 ? objectsAt(schema.valueType as z.ZodType, path.slice(1)) : [];
  const inner =
    (schema.def as { innerType?: z.ZodType; in?: z.ZodType }).innerType ??
    (schema.def as { in?: z.ZodType }).in;
  return inner ? objectsAt(inner, path) : [];
}
