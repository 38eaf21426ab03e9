import { z } from "zod";
import { addingPaths } from "./adding.ts";
import { formatDuration } from "./duration.ts";
import { profileSchema, type Section } from "./schema.ts";
import type { Path } from "./tree.ts";

export interface JsonSchema {
  [keyword: string]: unknown;
}

/**
 * The JSON schema (draft 2020-12) that an editor checks a profile against, with every field's
 * description. It describes one file, not the merged profile: nothing is required, for an extended
 * profile may have it, and any value but one in a list may be null, which takes it back.
 */
export function jsonSchema(sections: readonly Section[]): JsonSchema {
  const whole = z.toJSONSchema(profileSchema(sections), {
    io: "input",
    unrepresentable: "any",
  }) as JsonSchema;
  for (const path of addingPaths(sections)) allowDefault(whole, path);
  const { $schema, ...rest } = oneFile(whole);
  return { $schema, title: "Profile of harden", ...rest };
}

export interface Parameter {
  readonly name: string;
  readonly description: string;
  /** As a profile would write it; undefined where there is none. */
  readonly default?: unknown;
}

/** What a control's section may say. */
export function parametersOf(schema: z.ZodObject): readonly Parameter[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return Object.entries(properties as Record<string, Partial<Parameter>>).map(
    ([name, { description = "", default: preset }]) => ({ name, description, default: preset }),
  );
}

/** Of a section's parameters: seconds of one that is a time are written as people write them, such as `10m`. */
export function timesOf(schema: z.ZodObject): (name: string, value: unknown) => unknown {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
  return (name, value) => {
    const { title } = (properties as Record<string, JsonSchema>)[name] ?? {};
    return title === "time" && typeof value === "number" ? formatDuration(value) : value;
  };
}

function oneFile(schema: JsonSchema): JsonSchema {
  const { required: _required, ...rest } = schema;
  if (schema.properties === undefined) return mapOfFile(schema);
  const properties = Object.entries(schema.properties as Record<string, JsonSchema>).map(
    ([key, property]) => [key, key === "extends" ? property : orNull(oneFile(property))],
  );
  return { ...rest, properties: Object.fromEntries(properties) };
}

/** A map whose keys are anybody's, such as images. */
function mapOfFile(schema: JsonSchema): JsonSchema {
  const { additionalProperties: each } = schema;
  return typeof each === "object" && each !== null
    ? { ...schema, additionalProperties: orNull(oneFile(each as JsonSchema)) }
    : schema;
}

/** Where lists add up, `{default: […]}` is one that gives way. */
function allowDefault(schema: JsonSchema, [key, ...rest]: Path): void {
  const properties = schema.properties as Record<string, JsonSchema>;
  const below = properties[String(key)]!;
  if (rest.length > 0) {
    allowDefault(below, rest);
    return;
  }
  const { description, default: preset, ...list } = below;
  const gentle = {
    type: "object",
    properties: { default: list },
    required: ["default"],
    additionalProperties: false,
  };
  properties[String(key)] = { description, default: preset, anyOf: [list, gentle] };
}

function orNull(schema: JsonSchema): JsonSchema {
  const { description, default: preset, ...type } = schema;
  return {
    ...(description !== undefined && { description }),
    ...(preset !== undefined && { default: preset }),
    anyOf: [type, { type: "null" }],
  };
}
