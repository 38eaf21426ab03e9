/**
 * Strict JSON, as dockerd and other readers in Go and Python take it: no comments, no trailing commas.
 * The parser is our own since no library has offsets, strictness and untouched neighbours: `modify` of jsonc-parser
 * reformats lines around an edit, sets the first of two equal keys, and its build can't be bundled.
 */
import {
  Block,
  type Document,
  indentAt,
  inOneLine,
  type Key,
  lineEndOf,
  noPlace,
  shown,
  splice,
  type TextFormat,
  type Value,
  walk,
} from "./document.ts";
import { addMember, removeMember } from "./flow.ts";

interface Node {
  readonly start: number;
  readonly end: number;
  readonly members?: readonly Member[];
}

/** From the quote of its key to the end of its value. */
interface Member {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Between key and value. */
  readonly colon: string;
  readonly value: Node;
}

const deepest = 500;
const token =
  /[ \t\r\n]*([{}[\],:]|"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-]))/y;

function unexpected(text: string, at: number): Block {
  const here = at + /^[ \t\r\n]*/.exec(text.slice(at))![0].length;
  const comment = /^(?:\/[/*]|#)/.test(text.slice(here));
  const what = comment
    ? "JSON has no comments, and a strict reader refuses the file for this one: take it out"
    : here >= text.length
      ? "The JSON ends too early: a bracket or a value is missing"
      : "This is not JSON: a value, a comma or a bracket is missing or misplaced";
  return new Block(`${what}; mend the file, then plan again.`, text, here);
}

/** The tree with offsets; what JSON's grammar doesn't have, and a key twice in one object, throws `Block`. */
function read(text: string): Node {
  let at = text.startsWith("\ufeff") ? 1 : 0;
  const next = (wanted?: RegExp) => {
    token.lastIndex = at;
    const found = token.exec(text)?.[1];
    if (found === undefined || wanted?.test(found) === false) throw unexpected(text, at);
    const start = token.lastIndex - found.length;
    at = token.lastIndex;
    return { found, start };
  };

  const object = (start: number, depth: number): Node => {
    const members = new Map<string, Member>();
    let key = next(/^["}]/);
    while (key.found !== "}") {
      const name: string = JSON.parse(key.found);
      if (members.has(name))
        throw new Block(
          `The key ${shown([name])} stands twice in one object, and readers differ in which one counts: take one out.`,
          text,
          key.start,
        );
      const afterKey = at;
      next(/^:/);
      const value = node(depth + 1, next());
      const colon = text.slice(afterKey, value.start);
      members.set(name, { name, start: key.start, end: value.end, colon, value });
      key = next(/^[,}]/);
      if (key.found === ",") key = next(/^"/);
    }
    return { start, end: at, members: [...members.values()] };
  };

  const array = (start: number, depth: number): Node => {
    let item = next(/^[^}:,]/);
    while (item.found !== "]") {
      node(depth + 1, item);
      item = next(/^[,\]]/);
      if (item.found === ",") item = next(/^[^\]}:,]/);
    }
    return { start, end: at };
  };

  const node = (depth: number, { found, start }: { found: string; start: number }): Node => {
    if (depth > deepest)
      throw new Block(`Nested deeper than ${deepest} levels: edit this file by hand.`, text, start);
    if (found === "{") return object(start, depth);
    if (found === "[") return array(start, depth);
    if (/^[}\],:]/.test(found)) throw unexpected(text, start);
    return { start, end: at };
  };

  const root = node(0, next());
  if (/[^ \t\r\n]/.test(text.slice(at))) throw unexpected(text, at);
  return root;
}

/** How the document writes a colon and a level, taken from its first key. */
function styleOf(text: string, root: Node) {
  const first = root.members?.[0];
  const unit = first === undefined ? "" : (indentAt(text, first.start) ?? "");
  const colon = first === undefined || /[\r\n]/.test(first.colon) ? ": " : first.colon;
  return { colon, comma: colon.endsWith(":") ? "," : ", ", unit: unit === "" ? "  " : unit };
}

function open(given: string): Document {
  // Readers that accept an empty file take it as an empty object.
  const text = given.trim() === "" ? `${given.startsWith("\ufeff") ? "\ufeff" : ""}{}\n` : given;
  const root = read(text);
  const { colon, comma, unit } = styleOf(text, root);

  const find = (key: Key) =>
    walk<Node, Member>(root, key, ({ members, start }, path, name) => {
      if (members === undefined) throw noPlace(key, path, text, start);
      return members.find((one) => one.name === name);
    });

  /** In the lines of the document; within one line where the indentation is undefined. */
  const render = (value: Value, indent: string | undefined) => {
    if (indent === undefined) return comma === "," ? JSON.stringify(value) : inOneLine(value);
    return JSON.stringify(value, undefined, unit).replaceAll("\n", lineEndOf(text) + indent);
  };

  return {
    text: given,
    values: JSON.parse(text.replace(/^\ufeff/, "")),
    get: (key) => {
      const { node, rest } = find(key);
      const source = text.slice(node.start, node.end);
      return rest.length > 0 ? undefined : { value: JSON.parse(source), source };
    },
    set: (key, { value, source }) => {
      const { taken, node, rest } = find(key);
      const line = taken.length === 0 ? "" : indentAt(text, taken.at(-1)!.start);
      const eol = lineEndOf(text);
      const member = ([name, ...inner]: Key, indent: string | undefined): string =>
        `${JSON.stringify(name)}${colon}${nested(inner, indent)}`;
      const nested = (names: Key, indent: string | undefined): string => {
        if (names.length === 0) return source ?? render(value, indent);
        if (indent === undefined) return `{${member(names, indent)}}`;
        return `{${eol}${indent}${unit}${member(names, indent + unit)}${eol}${indent}}`;
      };
      const members = node.members ?? [];
      return rest.length > 0 && members.length > 0
        ? addMember(text, { ...node, members }, (indent) => member(rest, indent), comma)
        : splice(text, [node.start, node.end], nested(rest, line));
    },
    unset: (key) => {
      const parent = find(key.slice(0, -1)).node;
      const members = parent.members ?? [];
      return removeMember(
        text,
        { ...parent, members },
        members.findIndex(({ name }) => name === key.at(-1)),
      );
    },
    bare: () => (root.members?.length === 0 ? splice(text, [root.start, root.end], "") : text),
  };
}

export const json: TextFormat = { encoding: "utf8", open };
