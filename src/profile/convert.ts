/** Nodes after aliases are followed: a bomb of aliases stops here. */
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap } from "yaml";
import { maxDepth } from "./depth.ts";
import { type Problem, problem } from "./problem.ts";
import type { MapTree, Origin, Path, ProfileEntry, Scalar, Tree } from "./tree.ts";

const maxNodes = 20_000;
const coreTags = new Set(
  ["str", "int", "float", "bool", "null", "map", "seq"].map((tag) => `tag:yaml.org,2002:${tag}`),
);

interface Context {
  readonly originAt: (offset: number) => Origin;
  readonly problems: Problem[];
  /** Anchored nodes that are being followed, to find one that contains itself. */
  readonly open: Set<Node>;
  /** Name -> the last node that was given it so far. */
  readonly anchors: Map<string, Node>;
  nodes: number;
}

/** The document's nodes as a tree; what YAML allows and a profile does not is a problem. */
export function convert(
  doc: Document,
  originAt: (offset: number) => Origin,
): { tree: Tree | undefined; problems: readonly Problem[] } {
  const context: Context = { originAt, problems: [], open: new Set(), anchors: new Map(), nodes: 0 };
  const root = doc.contents as Node;
  const tree = node(context, root, { path: [], origin: originAt(root.range?.[0] ?? 0) });
  return { tree: context.nodes > maxNodes ? undefined : tree, problems: context.problems };
}

interface Place {
  readonly path: Path;
  readonly origin: Origin;
}

function node(context: Context, from: Node | null, place: Place): Tree {
  const { path, origin } = place;
  context.nodes += 1;
  if (context.nodes > maxNodes || path.length > maxDepth) {
    if (context.nodes <= maxNodes + 1)
      refuse(context, place, "too many or too deeply nested values, aliases counted");
    context.nodes = maxNodes + 2;
    return { kind: "scalar", origin, value: null };
  }
  if (from && isAlias(from)) return alias(context, from.source, place);
  if (from?.anchor && context.open.size === 0) context.anchors.set(from.anchor, from);
  if (from?.tag !== undefined && !coreTags.has(from.tag)) {
    refuse(context, place, `the tag ${from.tag} is not used in a profile: only plain values`);
  }
  if (from && isMap(from)) return map(context, from, place);
  if (from && isSeq(from)) {
    const items = from.items.map((item, index) => {
      const below = item as Node | null;
      return node(context, below, { path: [...path, index], origin: originOf(context, below, origin) });
    });
    return { kind: "list", origin, items };
  }
  return { kind: "scalar", origin, value: scalar(context, from, place) };
}

function alias(context: Context, name: string, place: Place): Tree {
  const target = context.anchors.get(name);
  if (target === undefined || context.open.has(target)) {
    refuse(context, place, target ? "an alias that contains itself" : "an alias without an anchor before it");
    return { kind: "scalar", origin: place.origin, value: null };
  }
  context.open.add(target);
  const tree = node(context, target, place);
  context.open.delete(target);
  return tree;
}

function map(context: Context, from: YAMLMap, place: Place): MapTree {
  const entries = new Map<string, ProfileEntry>();
  for (const pair of from.items as Pair<Node, Node | null>[]) {
    const key = isScalar(pair.key) ? pair.key.value : undefined;
    const origin = originOf(context, pair.key, place.origin);
    if (typeof key !== "string") {
      refuse(context, { path: place.path, origin }, "a key must be text; put quotes around it");
    } else if (key === "<<") {
      refuse(
        context,
        { path: place.path, origin },
        "merge keys (`<<`) are not used in a profile; use `extends`",
      );
    } else {
      const path = [...place.path, key];
      const value = node(context, pair.value, { path, origin: originOf(context, pair.value, origin) });
      entries.set(key, { keys: [origin], value });
    }
  }
  return { kind: "map", origin: place.origin, entries };
}

function scalar(context: Context, from: Node | null, place: Place): Scalar {
  const value = from && isScalar(from) ? from.value : null;
  const source = from && isScalar(from) ? (from.source ?? "") : "";
  if (value === null && source === "") {
    // A section whose lines are all commented out must not silently mean "unmanaged".
    refuse(
      context,
      place,
      "has no value: write {} for a section with its defaults, '' for no text, null to take back what an extended profile says",
    );
    return null;
  }
  if (typeof value === "number") {
    if (/^[-+]?0\d/.test(source))
      refuse(
        context,
        place,
        `${source} is read as ${value}, not as octal: write ${value}, or put quotes around it`,
      );
    else if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER)
      refuse(context, place, `the number ${source} can't be kept exactly`);
    return value;
  }
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  return String(value);
}

function originOf(context: Context, from: Node | null, otherwise: Origin): Origin {
  return from?.range ? context.originAt(from.range[0]) : otherwise;
}

function refuse(context: Context, place: Place, message: string): void {
  context.problems.push(problem(place.origin, place.path, { message }));
}
