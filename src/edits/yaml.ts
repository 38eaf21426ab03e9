/** YAML, edited by the offsets of its nodes: comments, quotes and layout of all other keys stay. */
import { isAlias, isCollection, isMap, isScalar, type Node, parseDocument } from "yaml";
import {
  addLine,
  Block,
  type Document,
  indentAt,
  isEmptyObject,
  type Key,
  lineEndOf,
  lineStart,
  nested,
  noPlace,
  shown,
  splice,
  type TextFormat,
  type Value,
  type Written,
  walk,
} from "./document.ts";
import { addMember, removeMember } from "./flow.ts";
import { colonOf, endOf, type Found, flowOf, isFlow, isUnwritten, itemsOf, rangeOf } from "./yaml-nodes.ts";
import { afterColon, pairText, quoted, sourceOf, unplaced } from "./yaml-text.ts";

/** The last line end of a block scalar is the line's, too. */
const endInLine = (text: string, pair: Found) => text.slice(0, endOf(pair)).replace(/\r?\n$/, "").length;

/** The document, and all that a reader takes from it; nesting without end and aliases that multiply throw, too. */
function read(text: string) {
  try {
    const document = parseDocument<Node>(text, {
      keepSourceTokens: true,
      prettyErrors: false,
      logLevel: "error",
    });
    const [error] = document.errors;
    if (error !== undefined)
      throw new Block(
        `This is not YAML (${error.message}): mend the file, then plan again.`,
        text,
        error.pos[0],
      );
    return { document, values: document.toJS() as Value };
  } catch (error) {
    if (error instanceof Block) throw error;
    throw new Block(`This YAML is more than can be read (${error}): edit it by hand.`);
  }
}

function open(text: string): Document {
  const { document, values } = read(text);
  const contents = document.contents;
  const root =
    contents === null || (isScalar(contents) && contents.range![0] === contents.range![1])
      ? undefined
      : contents;
  const no = (place: number, why: string) => new Block(why, text, place);
  const columnOf = ({ key }: Found) => rangeOf(key)[0] - lineStart(text, rangeOf(key)[0]);
  const outer = itemsOf(root).find(({ value }) => !isFlow(value) && itemsOf(value).length > 0);
  const unit = outer === undefined ? 2 : columnOf(itemsOf(outer.value)[0]!) - columnOf(outer);
  const layout = { unit, eol: lineEndOf(text), flush: false };

  /** What stands for more than itself can't be edited in its place alone. */
  const single = (node: Node | null | undefined, key: Key) => {
    const anchored = isAlias(node) || ((isScalar(node) || isCollection(node)) && node.anchor !== undefined);
    if (node && (anchored || node.tag !== undefined))
      throw no(node.range![0], `An alias, an anchor or a tag is on the way to ${shown(key)}: write it out.`);
  };

  const find = (key: Key) => {
    single(root, key);
    return walk<Node | null | undefined, Found>(root, key, (node, path, name) => {
      if (node !== undefined && !isMap(node)) throw noPlace(key, path, text, node?.range?.[0]);
      const named = (wanted: string) =>
        itemsOf(node).filter((pair) => isScalar(pair.key) && String(pair.key.value) === wanted);
      const [pair, twin] = named(name);
      const asked = pair?.srcToken?.start?.some(({ type }) => type === "explicit-key-ind");
      const odd = named("<<")[0] ?? twin ?? (asked ? pair : undefined);
      if (odd !== undefined)
        throw no(
          rangeOf(odd.key)[0],
          `A merge, a key twice or a "?" is where ${shown(key)} belongs: write plain keys.`,
        );
      single(pair?.key, key);
      single(pair?.value, key);
      return pair;
    });
  };

  /** A comment after the key stays, and so does what follows the value's last line. */
  const replaced = (pair: Found, written: Written) => {
    const [colon, end] = [colonOf(pair)!, endInLine(text, pair)];
    const fresh = afterColon(written, columnOf(pair), layout);
    const below = /^\r?\n/.test(fresh);
    const gap = isUnwritten(pair) ? "" : text.slice(colon, rangeOf(pair.value!)[0]);
    const [head, note] = [gap, text.slice(end)].map((part) => /^[^\r\n]*/.exec(part)![0]) as [string, string];
    if (gap !== head) return splice(text, [colon, end], below ? head + fresh : fresh + head);
    if (!below) return splice(text, [colon, end], (gap || " ") + fresh.trimStart());
    return splice(text, [colon, end + note.length], note + fresh);
  };

  const replacedInFlow = (pair: Found, { value, source }: Written) => {
    const place = isUnwritten(pair) ? ([endOf(pair), endOf(pair)] as const) : rangeOf(pair.value!);
    const colon = colonOf(pair) === undefined ? ": " : isUnwritten(pair) ? " " : "";
    return splice(text, place, colon + (source === undefined ? quoted(value) : unplaced(source).trim()));
  };

  const set = (key: Key, written: Written): string => {
    const { taken, node, rest } = find(key);
    const holder = taken.at(-1);
    const inFlow = [root, ...taken.slice(0, -1).map(({ value }) => value)].some(isFlow);
    if (rest.length === 0) return (inFlow ? replacedInFlow : replaced)(holder!, written);
    const items = itemsOf(node);
    const line = (column: number) => " ".repeat(column) + pairText(rest, written, column, layout);
    if (node && !isFlow(node)) return addLine(text, endOf(items.at(-1)!), line(columnOf(items[0]!)));
    if (!node && /^\.\.\.\s/m.test(text))
      throw no(0, `The document ends before ${shown(key)} could stand: take the line "..." out.`);
    if (!node) return addLine(text, text.length, line(0));
    if (holder === undefined && items.length === 0) return splice(text, rangeOf(node), line(0));
    const value = nested(rest.slice(1), written.value);
    const member = `${quoted(rest[0]!)}: ${quoted(value)}`;
    if (items.length > 0) return addMember(text, flowOf(node), () => member, ", ");
    if (inFlow) return splice(text, rangeOf(node), `{${member}}`);
    return replaced(holder!, { value: nested(rest, written.value) });
  };

  const unset = (key: Key): string => {
    const { taken } = find(key);
    const [pair, holder] = [taken.at(-1)!, taken.at(-2)];
    const map = holder?.value ?? root!;
    const start = rangeOf(pair.key)[0];
    if (isFlow(map)) return removeMember(text, flowOf(map), itemsOf(map).indexOf(pair));
    if (holder !== undefined && itemsOf(map).length === 1) {
      const before = text.slice(colonOf(holder)!, start).replace(/\r?\n[ \t]*$/, "");
      return splice(text, [colonOf(holder)!, endInLine(text, pair)], ` {}${before}`);
    }
    if (indentAt(text, start) === undefined)
      throw no(start, `${shown(key)} doesn't begin its line: edit it by hand.`);
    const end = endInLine(text, pair);
    return splice(text, [lineStart(text, start), end + /^[^\n]*\n?/.exec(text.slice(end))![0].length], "");
  };

  return {
    text,
    values: root === undefined ? {} : values,
    get: (key) => {
      const { taken, rest } = find(key);
      const pair = taken.at(-1);
      if (rest.length > 0 || pair === undefined) return undefined;
      const [colon, end] = [colonOf(pair) ?? endOf(pair), endInLine(text, pair)];
      const gap = isUnwritten(pair) ? "" : text.slice(colon, rangeOf(pair.value!)[0]);
      // A comment after the key is the key's.
      const from = colon + (gap.includes("\n") ? /^[^\r\n]*/.exec(gap)![0].length : 0);
      return {
        value: (pair.value?.toJS(document) ?? null) as Value,
        source: sourceOf(columnOf(pair), text.slice(from, end)),
      };
    },
    set,
    unset,
    bare: () => (root !== undefined && isEmptyObject(values) ? splice(text, rangeOf(root), "") : text),
  };
}

export const yaml: TextFormat = { encoding: "utf8", open };
