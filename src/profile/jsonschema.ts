import { z } from "zod";
import { profileSchema, type Section } from "./schema.ts";

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
  const { $schema, ...rest } = oneFile(whole);
  return { $schema, title: "Profile of harden", ...rest };
}

function oneFile(schema: JsonSchema): JsonSchema {
  const { required: _required, ...rest } = schema;
  if (schema.properties === undefined) return schema;
  const properties = Object.entries(schema.properties as Record<string, JsonSchema>).map(
    ([key, property]) => [key, key === "extends" ? property : orNull(oneFile(property))],
  );
  return { ...rest, properties: Object.fromEntries(properties) };
}

function orNull(schema: JsonSchema): JsonSchema {
  const { description, default: preset, ...type } = schema;
  return {
    ...(description !== undefined && { description }),
    ...(preset !== undefined && { default: preset }),
    anyOf: [type, { type: "null" }],
  };
}
