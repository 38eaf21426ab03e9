// The compose file's own schema, as a package has it, made at build time to what is asked of it: which keys and kinds there are.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** What the source imports; the package has the file, and exports it to nobody. */
const imported = "dclint/schemas/compose.schema.json";

/** @typedef {{ kinds?: string[], keys?: Record<string, Shape>, others?: Shape, items?: Shape }} Shape */

/** The schema's own words for what YAML has. */
const kinds = { object: "map", array: "list", null: "nothing" };
const kindOf = (type) => kinds[type] ?? "value";

/**
 * Alternatives are one shape that takes what any of them takes. `others`: keys that the schema doesn't name; without it
 * there are none. `kinds`: left out where anything goes.
 * @returns {Shape}
 */
function shapeOf(schema, definitions, seen = []) {
  if (typeof schema !== "object") return {};
  if (schema.$ref !== undefined) {
    const name = schema.$ref.slice("#/definitions/".length);
    return seen.includes(name) ? {} : shapeOf(definitions[name], definitions, [...seen, name]);
  }
  const below = (other) => shapeOf(other, definitions, seen);
  const either = schema.oneOf ?? schema.anyOf;
  if (either !== undefined) return either.map(below).reduce(merged);
  const types = [schema.type ?? []].flat().map(kindOf);
  const shape = types.length === 0 ? {} : { kinds: [...new Set(types)] };
  if (types.includes("list") && schema.items !== undefined) shape.items = below(schema.items);
  if (!types.includes("map")) return shape;
  const named = Object.entries(schema.properties ?? {});
  shape.keys = Object.fromEntries(named.map(([key, value]) => [key, below(value)]));
  const patterns = Object.entries(schema.patternProperties ?? {}).filter(([pattern]) => pattern !== "^x-");
  const open = schema.additionalProperties ?? true;
  if (patterns.length > 0) shape.others = patterns.map(([, value]) => below(value)).reduce(merged);
  else if (open !== false) shape.others = open === true ? {} : below(open);
  return shape;
}

/** @param {Shape} one @param {Shape} other @returns {Shape} */
function merged(one, other) {
  if (one.kinds === undefined || other.kinds === undefined) return {};
  const shape = { kinds: [...new Set([...one.kinds, ...other.kinds])] };
  for (const name of ["items", "others"]) {
    const parts = [one[name], other[name]].filter((part) => part !== undefined);
    if (parts.length > 0) shape[name] = parts.reduce(merged);
  }
  if (one.keys === undefined && other.keys === undefined) return shape;
  const [first, second] = [one.keys ?? {}, other.keys ?? {}];
  shape.keys = { ...first, ...second };
  for (const key of Object.keys(first)) if (key in second) shape.keys[key] = merged(first[key], second[key]);
  return shape;
}

/** The text of a module whose default export is the shape of a whole file. */
function composeSchemaModule() {
  const home = dirname(createRequire(import.meta.url).resolve("dclint/package.json"));
  const schema = JSON.parse(readFileSync(join(home, "schemas/compose.schema.json"), "utf8"));
  return `export default ${JSON.stringify(shapeOf(schema, schema.definitions))};\n`;
}

/** For esbuild. */
export const esbuildComposeSchema = {
  name: "compose-schema",
  setup(build) {
    build.onResolve({ filter: /^dclint\// }, ({ path }) => ({ path, namespace: "compose-schema" }));
    build.onLoad({ filter: /.*/, namespace: "compose-schema" }, () => ({ contents: composeSchemaModule() }));
  },
};

/** For vitest. */
export const viteComposeSchema = {
  name: "compose-schema",
  enforce: "pre",
  resolveId: (id) => (id === imported ? "\0compose-schema" : undefined),
  load: (id) => (id === "\0compose-schema" ? composeSchemaModule() : undefined),
};
