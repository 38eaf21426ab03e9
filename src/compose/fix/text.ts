/** Edits made in a compose file's text: comments, order and spelling of all else stay. Pure. */
import { parseDocument } from "yaml";
import { Block } from "../../edits/document.ts";
import { apply } from "../../edits/index.ts";
import { insert } from "../../edits/yaml-insert.ts";
import { commentsIn, replacePair, replaceValue } from "./replace.ts";
import type { ComposeEdit, Mend } from "./wish.ts";

/** An edit that the text has no safe place for. */
export interface ByHand {
  readonly key: string;
  readonly why: string;
}

export function edited(
  text: string,
  mends: readonly Mend[],
): { readonly text: string; readonly byHand: readonly ByHand[] } {
  const byHand: ByHand[] = [];
  let now = text;
  for (const mend of mends) {
    const done = whole(now, mend);
    if (typeof done === "string") now = done;
    else byHand.push(...done);
  }
  return { text: now, byHand };
}

function whole(text: string, mend: Mend): string | readonly ByHand[] {
  const why = new Map<ComposeEdit, string>();
  let now = text;
  for (const edit of mend) {
    try {
      now = one(now, edit);
    } catch (error) {
      if (!(error instanceof Block)) throw error;
      why.set(edit, error.message);
    }
  }
  if (why.size === 0) return now;
  return mend.map((edit) => ({
    key: [...edit.key, ...(edit.pair === undefined ? [] : [edit.pair.from])].join("."),
    why: why.get(edit) ?? "It goes with the others of its check.",
  }));
}

function one(text: string, { key, value, within, pair, instead }: ComposeEdit): string {
  if (pair !== undefined) return replacePair(text, key, pair);
  if (value === undefined) return without(text, key);
  if (instead) return replaceValue(text, key, value as string | readonly string[]);
  const [services = "", name = ""] = key;
  if (within !== undefined && !parseDocument(text).hasIn([services, name, within]))
    throw new Block(`${within} comes by a merge key or an alias.`);
  return insert(text, key, value);
}

/** A comment within would go with it. */
function without(text: string, key: ComposeEdit["key"]): string {
  const applied = apply("yaml", Buffer.from(text), { set: [], unset: [key] });
  if (!applied.ok) throw new Block(applied.why);
  const after = applied.content.toString();
  if (commentsIn(after) !== commentsIn(text))
    throw new Block("There is a comment in it, which would go, too.");
  return after;
}
