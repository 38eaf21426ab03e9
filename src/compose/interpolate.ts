/** `$NAME`, `${NAME:-default}` and their like, as compose puts variables in. Pure. */
import type { ComposeProblem } from "./problem.ts";
import type { MapNode, Node, Origin, ValueNode } from "./tree.ts";

/** What `.env` says. */
export type Variables = ReadonlyMap<string, string>;

interface Filled {
  readonly text: string;
  readonly unknown: readonly string[];
}

/** Every value of the tree, none of its keys. */
export function interpolated(
  tree: MapNode,
  variables: Variables,
): { readonly tree: MapNode; readonly problems: readonly ComposeProblem[] } {
  const problems: ComposeProblem[] = [];
  const valueNode = (node: ValueNode): ValueNode => {
    if (typeof node.value !== "string" || !node.value.includes("$")) return node;
    try {
      const { text, unknown } = filled(node.value, variables);
      return { ...node, value: text, written: node.value, unknown };
    } catch (error) {
      problems.push({ at: node.at, message: (error as Error).message });
      return node;
    }
  };
  const nodeOf = (node: Node): Node =>
    node.kind === "value"
      ? valueNode(node)
      : node.kind === "list"
        ? { ...node, items: node.items.map(nodeOf) }
        : mapOf(node);
  const mapOf = (node: MapNode): MapNode => ({
    ...node,
    entries: new Map(
      [...node.entries].map(([key, entry]) => [key, { ...entry, value: nodeOf(entry.value) }]),
    ),
  });
  return { tree: mapOf(tree), problems };
}

/** Variables that nothing is known of, each name once, where it stands first. */
export function unknownVariables(tree: MapNode): readonly ComposeProblem[] {
  const first = new Map<string, Origin>();
  const look = (node: Node): void => {
    if (node.kind === "map") for (const { value } of node.entries.values()) look(value);
    else if (node.kind === "list") node.items.forEach(look);
    else for (const name of node.unknown) if (!first.has(name)) first.set(name, node.at);
  };
  look(tree);
  return [...first].map(([name, at]) => ({
    at,
    message: `nothing is known of the variable ${name}: no .env beside the file has it, and it has no default`,
  }));
}

const name = /^[A-Za-z_][A-Za-z0-9_]*/;

/** Throws an error with a sentence where a `${` makes no sense. */
function filled(text: string, variables: Variables): Filled {
  let out = "";
  const unknown: string[] = [];
  for (let at = 0; at < text.length; ) {
    if (text[at] !== "$") out += text[at++];
    else if (text[at + 1] === "$") {
      out += "$";
      at += 2;
    } else if (text[at + 1] === "{") {
      const end = closing(text, at + 2);
      const found = braced(text.slice(at + 2, end), variables);
      out += found.text;
      unknown.push(...found.unknown);
      at = end + 1;
    } else {
      const [plain] = name.exec(text.slice(at + 1)) ?? [];
      const value = plain === undefined ? undefined : variables.get(plain);
      if (plain !== undefined && value === undefined) unknown.push(plain);
      out += value ?? text.slice(at, at + 1 + (plain?.length ?? 0));
      at += 1 + (plain?.length ?? 0);
    }
  }
  return { text: out, unknown };
}

function closing(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text.startsWith("${", at)) depth += 1;
    else if (text[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error("a `${` without its `}`");
}

function braced(inside: string, variables: Variables): Filled {
  const [variable] = name.exec(inside) ?? [];
  const rest = inside.slice(variable?.length ?? 0);
  const [, operator = "", other = ""] = /^(:?[-?+])([\s\S]*)$/.exec(rest) ?? [];
  if (variable === undefined || (rest !== "" && operator === ""))
    throw new Error(
      `\${${variable ?? ""}…} is no variable: it is \${NAME}, \${NAME:-default}, \${NAME:?why} or \${NAME:+other}`,
    );
  const value = variables.get(variable);
  const isSet = value !== undefined && !(operator.startsWith(":") && value === "");
  if (operator.endsWith("+")) return isSet ? filled(other, variables) : { text: "", unknown: [] };
  if (isSet) return { text: value, unknown: [] };
  if (operator.endsWith("-")) return filled(other, variables);
  if (value !== undefined && operator === "") return { text: value, unknown: [] };
  return { text: `\${${inside}}`, unknown: [variable] };
}

/** The lines of an `.env` file; what is none of its kind is left out. */
export function parseEnv(text: string): Variables {
  const found = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, key, rest = ""] = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined) found.set(key, unquoted(rest));
  }
  return found;
}

function unquoted(text: string): string {
  const [, quote, inside = ""] = /^(["'])(.*?)\1/.exec(text) ?? [];
  return quote === undefined ? text.replace(/\s+#.*$/, "") : inside;
}
