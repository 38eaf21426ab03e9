/** A file against compose's own schema: what it can't be, and keys that it doesn't know. Pure. */
import schema, { type Shape } from "dclint/schemas/compose.schema.json";
import { type ComposeProblem, keyText, meant } from "./problem.ts";
import { entriesOf, kindNames, kindOf, type MapNode, type Node } from "./tree.ts";

export interface KnownKeys {
  /** What compose would not read either. */
  readonly problems: readonly ComposeProblem[];
  /** Keys that nothing is known of: compose may be newer than the schema. */
  readonly warnings: readonly ComposeProblem[];
}

export function againstSchema(tree: MapNode): KnownKeys {
  const problems: ComposeProblem[] = [];
  const warnings: ComposeProblem[] = [];
  const look = (node: Node, { kinds, keys, others, items }: Shape, path: string): void => {
    const kind = kindOf(node);
    if (kind === "nothing" || kinds === undefined || node.tag === "reset") return;
    if (!kinds.includes(kind)) {
      const wanted = kinds.filter((each) => each !== "nothing").map((each) => kindNames[each]);
      problems.push({
        at: node.at,
        message: `${path || "the file"} is ${wanted.join(" or ")}, not ${kindNames[kind]}`,
      });
    } else if (node.kind === "list")
      for (const [index, item] of node.items.entries()) if (items) look(item, items, `${path}[${index}]`);
    for (const [key, { at, value }] of entriesOf(node)) {
      if (kind !== "map" || !kinds.includes(kind) || key.startsWith("x-")) continue;
      const here = path === "" ? keyText(key) : `${path}.${keyText(key)}`;
      const shape = keys?.[key] ?? others;
      if (shape !== undefined) look(value, shape, here);
      else
        warnings.push({
          at,
          message: `compose doesn't know the key \`${here}\`${meant(key, Object.keys(keys ?? {}))}`,
        });
    }
  };
  look(tree, schema, "");
  return { problems, warnings };
}
