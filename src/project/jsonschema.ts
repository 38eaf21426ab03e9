/** The JSON schema (draft 2020-12) that an editor checks a project file against. Pure. */
import { z } from "zod";
import { type JsonSchema, jsonSchema } from "../profile/jsonschema.ts";
import type { Section } from "../profile/schema.ts";
import { projectSchema } from "./schema.ts";

type Properties = Record<string, JsonSchema>;

/** What stands below `values` is a profile's, without extends. */
export function projectJsonSchema(sections: readonly Section[]): JsonSchema {
  const { $schema, ...whole } = z.toJSONSchema(projectSchema, { io: "input", unrepresentable: "any" });
  const properties = whole.properties as Properties;
  for (const name of ["hosts", "groups"]) {
    const each = properties[name]!.additionalProperties as JsonSchema;
    const { description } = (each.properties as Properties).values!;
    (each.properties as Properties).values = { $ref: "#/$defs/values", description };
  }
  return { $schema, title: "Project of harden", ...whole, $defs: { values: valuesOf(sections) } };
}

function valuesOf(sections: readonly Section[]): JsonSchema {
  const { $schema: _schema, title: _title, properties, ...rest } = jsonSchema(sections);
  const { extends: _extends, ...own } = properties as Properties;
  return { ...rest, properties: own };
}
