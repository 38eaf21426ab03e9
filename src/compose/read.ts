/** A compose file's YAML to a tree: anchors followed, merge keys merged, each node with its place. Pure. */
import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type Node as YamlNode,
  type Pair as YamlPair,
} from "yaml";
import { tooDeep } from "../profile/depth.ts";
import { faultText } from "../profile/parse.ts";
import type { ComposeProblem } from "./problem.ts";
import { emptyMap, type MapNode, type Node, type Origin, type Tagged, type TreeEntry } from "./tree.ts";

/** Characters; and nodes, aliases followed. */
const most = { text: 1024 * 1024, nodes: 50_000 };

/** A comment with its `#`, and where it begins. */
export interface Comment {
  readonly at: Origin;
  readonly text: string;
}

export interface ComposeRead {
  /** Of a file with problems what can be believed is empty. */
  readonly tree: MapNode;
  readonly comments: readonly Comment[];
  readonly problems: readonly ComposeProblem[];
}

/** `file` is what messages call it. */
export function readYaml(whole: string, file: string): ComposeRead {
  const text = whole.replace(/^\uFEFF/, "");
  const counter = new LineCounter();
  const placeOf = (offset: number): Origin => {
    const { line, col } = counter.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const empty = emptyMap({ file, line: 1, column: 1 });
  const refused = (problems: readonly ComposeProblem[]): ComposeRead => ({
    tree: empty,
    comments: [],
    problems,
  });
  if (text.length > most.text)
    return refused([{ at: empty.at, message: `longer than ${most.text} characters` }]);
  const tokens = [...new Parser(counter.addNewLine).parse(text)];
  const deep = tooDeep(tokens);
  if (deep !== undefined) return refused([{ at: placeOf(deep), message: "nested too deeply" }]);
  const [document, second] = [...new Composer({ merge: false }).compose(tokens, true, text.length)];
  const errors = [document, second].flatMap((one) => one?.errors ?? []);
  const problems: ComposeProblem[] = errors.map((error) => ({
    at: placeOf(error.pos[0]),
    message: faultText(error),
  }));
  if (second !== undefined)
    problems.push({
      at: placeOf(second.range[0]),
      message: "a compose file is one document: no second `---`",
    });
  const root = document?.contents;
  if (document === undefined || !root || problems.length > 0) return refused(problems);
  const { tree, problems: found } = convert(document, placeOf);
  if (found.length > 0) return refused(found);
  if (tree.kind === "map") return { tree, comments: commentsOf(text, placeOf), problems: [] };
  if (tree.kind === "value" && tree.value === null) return { tree: empty, comments: [], problems: [] };
  return refused([{ at: tree.at, message: "a compose file is a map with `services`" }]);
}

function convert(document: Document.Parsed, placeOf: (offset: number) => Origin) {
  const problems: ComposeProblem[] = [];
  const open = new Set<YamlNode>();
  let nodes = 0;

  const nodeOf = (from: YamlNode | null, otherwise: Origin): Node => {
    const at = from?.range ? placeOf(from.range[0]) : otherwise;
    const nothing = { kind: "value", at, value: null, written: "", unknown: [] } as const;
    nodes += 1;
    if (nodes > most.nodes) {
      if (nodes === most.nodes + 1) problems.push({ at, message: "too many values, aliases counted" });
      return nothing;
    }
    if (from && isAlias(from)) return aliased(from.resolve(document) as YamlNode | undefined, at);
    const tag = taggedOf(from);
    if (from && isMap(from)) return { kind: "map", at, ...tag, entries: entriesOf(from.items as Pairs, at) };
    if (from && isSeq(from))
      return {
        kind: "list",
        at,
        ...tag,
        items: from.items.map((item) => nodeOf(item as YamlNode | null, at)),
      };
    if (!from || !isScalar(from)) return nothing;
    if (tag.tag !== undefined && /^(~|null|)$/i.test(from.source ?? "")) return { ...nothing, ...tag };
    const value = from.value as string | number | boolean | null | bigint;
    const kept = typeof value === "bigint" || typeof value === "object" ? null : value;
    return { kind: "value", at, ...tag, value: kept, written: from.source ?? String(value), unknown: [] };
  };

  const aliased = (target: YamlNode | undefined, at: Origin): Node => {
    if (target === undefined || open.has(target)) {
      const message = target ? "an alias that contains itself" : "an alias without an anchor before it";
      problems.push({ at, message });
      return { kind: "value", at, value: null, written: "", unknown: [] };
    }
    open.add(target);
    const found = nodeOf(target, at);
    open.delete(target);
    return found;
  };

  /** What is written here wins over what is merged in, of which the first wins. */
  const entriesOf = (pairs: Pairs, at: Origin): ReadonlyMap<string, TreeEntry> => {
    const own = new Map<string, TreeEntry>();
    const merged: Node[] = [];
    for (const { key, value } of pairs) {
      const place = key?.range ? placeOf(key.range[0]) : at;
      const name = isScalar(key) ? String(key.value) : undefined;
      const found = nodeOf(value, place);
      if (name === "<<") merged.push(...(found.kind === "list" ? found.items : [found]));
      else if (name === undefined) problems.push({ at: place, message: "a key must be text" });
      else own.set(name, { at: place, value: found });
    }
    for (const other of merged) {
      if (other.kind === "map")
        for (const [key, entry] of other.entries) if (!own.has(key)) own.set(key, entry);
      if (other.kind !== "map")
        problems.push({ at: other.at, message: "a merge key (`<<`) takes maps only" });
    }
    return own;
  };

  const tree = nodeOf(document.contents as YamlNode, placeOf(0));
  return { tree, problems };
}

const taggedOf = (node: YamlNode | null): Tagged =>
  node?.tag === "!reset" ? { tag: "reset" } : node?.tag === "!override" ? { tag: "override" } : {};

type Pairs = readonly YamlPair<YamlNode, YamlNode | null>[];

/** Marks of the lexer, which no character of the text stands for. */
const marks = new Set(["\u0002", "\u0018", "\u001f"]);

function commentsOf(text: string, placeOf: (offset: number) => Origin): readonly Comment[] {
  const comments: Comment[] = [];
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    if (marks.has(token)) continue;
    if (token.startsWith("#")) comments.push({ at: placeOf(offset), text: token });
    offset += token.length;
  }
  return comments;
}
