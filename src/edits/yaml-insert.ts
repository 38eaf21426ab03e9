/** Additions to a YAML text: keys and items that it lacks, each where its neighbours stand. Nothing that is there changes. Pure. */
import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type Scalar,
  visit,
  type YAMLSeq,
} from "yaml";
import {
  addLine,
  Block,
  type Key,
  lineEndOf,
  lineStart,
  nested,
  shown,
  splice,
  type Value,
} from "./document.ts";
import { addMember } from "./flow.ts";
import {
  colonOf,
  endOf,
  endOfNode,
  type Found,
  flowOf,
  isFlow,
  isUnwritten,
  itemsOf,
  rangeOf,
} from "./yaml-nodes.ts";
import { afterColon, pairText, quoted, type TextLayout } from "./yaml-text.ts";

/**
 * The text with the value at the key, its parents made where they are missing. A list that is there gets those of the
 * value's items that it lacks, one text in a list's place becomes a list; any other value that is there stays. Throws
 * Block where an alias is on the way.
 */
export function insert(text: string, key: Key, value: Value): string {
  const document = parseDocument<Node>(text, {
    keepSourceTokens: true,
    prettyErrors: false,
    logLevel: "error",
  });
  const [error] = document.errors;
  if (error !== undefined) throw new Block(`This is not YAML: ${error.message}.`, text, error.pos[0]);
  const layout = {
    unit: unitOf(text, document.contents),
    eol: lineEndOf(text),
    flush: isFlush(text, document.contents),
  };
  let node: Node | null = document.contents;
  let inFlow = isFlow(node);
  for (const [depth, name] of key.entries()) {
    if (!isMap(node)) throw new Block(`${shown(key)} has no place here.`, text, node?.range?.[0]);
    const pair: Found | undefined = itemsOf(node).find(
      (each) => isScalar(each.key) && String(each.key.value) === name,
    );
    const rest = key.slice(depth);
    if (pair === undefined) return newPair(text, node, rest, { value, layout });
    if (isUnwritten(pair))
      return newValue(text, pair, { inside: nested(rest.slice(1), value), layout, inFlow });
    const found: Node | null = pair.value;
    if (isAlias(found) || (isCollection(found) && found.anchor !== undefined))
      throw new Block(`${shown(key)} is shared by an anchor.`, text, rangeOf(pair.key)[0]);
    if (rest.length === 1) {
      if (!Array.isArray(value)) return text;
      if (isScalar(found)) return asList(text, found, value);
      return isSeq(found) ? withItems(text, found as YAMLSeq<Node>, value) : text;
    }
    node = found;
    inFlow ||= isFlow(found);
  }
  return text;
}

const columnOf = (text: string, at: number) => at - lineStart(text, at);

/** How far the first block within another is indented. */
function unitOf(text: string, root: Node | null): number {
  const outer = itemsOf(root).find(({ value }) => !isFlow(value) && itemsOf(value).length > 0);
  if (outer === undefined) return 2;
  const inner = itemsOf(outer.value)[0]!;
  return columnOf(text, rangeOf(inner.key)[0]) - columnOf(text, rangeOf(outer.key)[0]) || 2;
}

/** As the first list in lines of its own has it. */
function isFlush(text: string, root: Node | null): boolean {
  let found = false;
  visit(root, {
    Pair: (_, { key, value }) => {
      const dash = isSeq(value) && !isFlow(value as Node) ? dashOf(value as YAMLSeq<Node>) : undefined;
      if (dash === undefined) return undefined;
      found = columnOf(text, dash) === columnOf(text, rangeOf(key as Node)[0]);
      return visit.BREAK;
    },
  });
  return found;
}

const plainName = (name: string) => (/^[A-Za-z_][\w.-]*$/.test(name) ? name : quoted(name));

/** Between braces, keys bare where they may be. */
function inBraces(value: Value): string {
  if (Array.isArray(value)) return `[${value.map((item) => inBraces(item)).join(", ")}]`;
  if (typeof value !== "object" || value === null) return quoted(value);
  const members = Object.entries(value).map(([name, inner]) => `${plainName(name)}: ${inBraces(inner)}`);
  return `{${members.join(", ")}}`;
}

function newPair(
  text: string,
  map: Node,
  [name = "", ...rest]: Key,
  { value, layout }: { readonly value: Value; readonly layout: TextLayout },
): string {
  const items = itemsOf(map);
  const isJson = items[0] !== undefined && text[rangeOf(items[0].key)[0]] === '"';
  const inside = nested(rest, value);
  const member = isJson ? `${quoted(name)}: ${quoted(inside)}` : `${plainName(name)}: ${inBraces(inside)}`;
  if (isFlow(map)) return addToFlow(text, map, member);
  const column = columnOf(text, rangeOf(items[0]!.key)[0]);
  const line = " ".repeat(column) + pairText([name, ...rest], { value }, column, layout);
  return addLine(text, behindComments(text, endOf(items.at(-1)!), column), line);
}

function addToFlow(text: string, map: Node, member: string): string {
  const last = itemsOf(map).at(-1);
  if (last === undefined) return splice(text, rangeOf(map), `{${member}}`);
  const added = addMember(text, flowOf(map), () => member, ", ");
  // Compose takes `{a:, b: 1}` for a key that is called `a:`.
  return isUnwritten(last) && colonOf(last) !== undefined
    ? splice(added, [endOf(last), endOf(last)], " ")
    : added;
}

/** A comment below that is deeper than the column is about what ends here. */
function behindComments(text: string, end: number, column: number): number {
  let at = end;
  let next = text[end - 1] === "\n" ? end : end + /^[^\n]*\n?/.exec(text.slice(end))![0].length;
  while (next < text.length) {
    const [line, indent = "", comment] = /^([ \t]*)(#[^\n]*)?\r?\n?/.exec(text.slice(next))!;
    const isBlank = comment === undefined && /\n$/.test(line);
    if (!isBlank && (comment === undefined || indent.length <= column)) break;
    next += line.length;
    if (!isBlank) at = next;
  }
  return at;
}

/** Of a key that has none: `data:`. */
function newValue(
  text: string,
  pair: Found,
  {
    inside,
    layout,
    inFlow,
  }: { readonly inside: Value; readonly layout: TextLayout; readonly inFlow: boolean },
): string {
  const at = colonOf(pair);
  if (at === undefined || inFlow) {
    const end = at ?? rangeOf(pair.key)[1];
    return splice(text, [end, end], `${at === undefined ? ":" : ""} ${inBraces(inside)}`);
  }
  const column = columnOf(text, rangeOf(pair.key)[0]);
  const fresh = afterColon({ value: inside }, column, layout);
  const note = /^[^\r\n]*/.exec(text.slice(at))![0];
  // A comment behind the key stays there.
  return /^\r?\n/.test(fresh)
    ? splice(text, [at + note.length, at + note.length], fresh)
    : splice(text, [at, at], fresh);
}

/** Of one text where there may be a list, such as `tmpfs: /run`. */
function asList(text: string, node: Scalar, wanted: readonly Value[]): string {
  const missing = wanted.filter((item) => item !== String(node.value));
  if (missing.length === 0) return text;
  const [start, end] = rangeOf(node);
  const written = text.slice(start, end);
  if (/[\n,[\]{}]/.test(written) && node.type !== "QUOTE_DOUBLE" && node.type !== "QUOTE_SINGLE")
    throw new Block("It is one text: write a list.", text, start);
  return splice(text, [start, end], inBrackets([written, ...missing.map((item) => inBraces(item))]));
}

const inBrackets = (items: readonly string[]) => `[${items.join(", ")}]`;

function withItems(text: string, list: YAMLSeq<Node>, wanted: readonly Value[]): string {
  const known = new Set(
    list.items.map((item) => JSON.stringify(isScalar(item) ? String(item.value) : item.toJSON())),
  );
  const missing = wanted.filter(
    (item) => !known.has(JSON.stringify(typeof item === "object" ? item : String(item))),
  );
  if (missing.length === 0) return text;
  const last = list.items.at(-1);
  if (isFlow(list)) {
    const written = missing.map((item) => inBraces(item)).join(", ");
    if (last === undefined) return splice(text, rangeOf(list), `[${written}]`);
    const members = list.items.map((item) => ({ start: rangeOf(item)[0], end: endOfNode(item) }));
    const [start, end] = rangeOf(list);
    return addMember(text, { start, end, members }, () => written, ", ");
  }
  const dash = dashOf(list);
  if (last === undefined || dash === undefined)
    throw new Block("A list without items.", text, rangeOf(list)[0]);
  const indent = " ".repeat(columnOf(text, dash));
  const lines = missing.map((item) => `${indent}- ${inBraces(item)}`).join(lineEndOf(text));
  return addLine(text, endOfNode(last), lines);
}

/** Where the last item's `-` stands. */
function dashOf({ srcToken }: YAMLSeq<Node>): number | undefined {
  if (srcToken?.type !== "block-seq") return undefined;
  return srcToken.items.at(-1)?.start.find(({ type }) => type === "seq-item-ind")?.offset;
}
