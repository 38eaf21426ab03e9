/** What stands in a YAML text in the place of something else: comments and all other lines stay. Throws Block. Pure. */
import { isCollection, isMap, isScalar, isSeq, Lexer, type Node, parseDocument, type Scalar } from "yaml";
import { Block, type Key, lineEndOf, lineStart, splice } from "../../edits/document.ts";
import { colonOf, endOfNode, type Found, isFlow, itemsOf, rangeOf } from "../../edits/yaml-nodes.ts";
import { afterColon, quoted } from "../../edits/yaml-text.ts";

export interface Replacement {
  readonly from: string;
  readonly to: string;
  readonly value: string;
}

const elsewhere = () => new Block("It comes by a merge key or an alias, or has an anchor or a tag.");

export const commentsIn = (text: string) =>
  [...new Lexer().lex(text)].filter((token) => token.startsWith("#")).length;

/** The text after an edit that was to leave all comments. */
function withComments(before: string, after: string): string {
  if (commentsIn(after) !== commentsIn(before))
    throw new Block("There is a comment in it, which would go, too.");
  return after;
}

/** The pair at a path of keys that stand in this text themselves. */
function pairAt(text: string, key: Key): { readonly pair: Found; readonly inFlow: boolean } {
  let node: Node | null = parseDocument<Node>(text, { keepSourceTokens: true, logLevel: "error" }).contents;
  let found: Found | undefined;
  let inFlow = false;
  for (const name of key) {
    inFlow ||= isFlow(node);
    found = itemsOf(node).find(({ key: own }) => isScalar(own) && String(own.value) === name);
    node = single(found?.value ?? null);
  }
  return { pair: found!, inFlow };
}

/** What no anchor shares. */
function single(node: Node | null): Node {
  if (!isScalar(node) && !isCollection(node)) throw elsewhere();
  if (node.anchor !== undefined || node.tag !== undefined) throw elsewhere();
  return node;
}

/** A number or a day for compose's reader, which writes it in its own way: `1.10` as `1.1`. */
const isAmbiguous = ({ type, source = "" }: Scalar) => {
  const plain = source.replaceAll("_", "");
  const isNumber = /^[-+]?(\.\d+|\d+(\.\d*)?)(e[-+]?\d+)?$|^[-+]?0[xob]|^\d{4}-\d|^[-+]?\.(inf|nan)$/i.test(
    plain,
  );
  return type === "PLAIN" && isNumber && !/^(0|[1-9]\d{0,14})$/.test(source);
};

/** `KEY: value` of a map and `KEY=value` of a list alike. */
export function replacePair(text: string, key: Key, { from, to, value }: Replacement): string {
  const { pair } = pairAt(text, key);
  const holder = pair.value;
  const isInList = isSeq(holder);
  if (isInList) {
    const item = holder.items.find((each) => isScalar(each) && String(each.value).startsWith(`${from}=`));
    return put(text, single((item ?? null) as Node | null), `${to}=${value}`, holder.flow === true);
  }
  if (!isMap(holder)) throw elsewhere();
  const own = itemsOf(holder).find((each) => isScalar(each.key) && String(each.key.value) === from);
  const old = single(own?.value ?? null);
  if (isScalar(old) && isAmbiguous(old))
    throw new Block("Compose may read it otherwise: write it in quotes.");
  const changed = put(text, old, value, isFlow(holder));
  return splice(changed, rangeOf(own!.key), renamed(text, rangeOf(own!.key), to));
}

/** With the quotes that it had. */
function renamed(text: string, [start]: readonly [number, number], to: string): string {
  const quote = /^["']/.exec(text.slice(start))?.[0] ?? "";
  return `${quote}${to}${quote}`;
}

/** A text in the place of one that may have had several lines. */
function put(text: string, old: Node, value: string, inFlow: boolean): string {
  if (!isScalar(old)) throw elsewhere();
  const [start, end] = rangeOf(old);
  const isBlock = old.type === "BLOCK_LITERAL" || old.type === "BLOCK_FOLDED";
  const isQuoted = inFlow || old.type === "QUOTE_DOUBLE" || old.type === "QUOTE_SINGLE";
  const fresh = `${isQuoted ? quoted(value) : value}${isBlock ? lineEndOf(text) : ""}`;
  return withComments(text, splice(text, [start, end], fresh));
}

/** The value of a key: a text, or a list of words in one line. */
export function replaceValue(text: string, key: Key, value: string | readonly string[]): string {
  const { pair, inFlow } = pairAt(text, key);
  const [colon, end] = [colonOf(pair)!, endOfNode(pair.value!)];
  const gone = text.slice(colon, end);
  const column = rangeOf(pair.key)[0] - lineStart(text, rangeOf(pair.key)[0]);
  const fresh =
    inFlow || typeof value !== "string"
      ? ` ${quoted(value)}`
      : afterColon({ value }, column, { unit: 2, eol: lineEndOf(text), flush: false });
  const whole = `${fresh}${gone.endsWith("\n") ? lineEndOf(text) : ""}`;
  return withComments(text, splice(text, [colon, end], whole));
}
