/** Edits made in a compose file's text: comments, order and spelling of all else stay. Pure. */
import { parseDocument } from "yaml";
import { Block } from "../../edits/document.ts";
import { apply } from "../../edits/index.ts";
import { insert } from "../../edits/yaml-insert.ts";
import type { Edit } from "./wish.ts";

/** An edit that the text has no safe place for. */
export interface ByHand {
  readonly key: string;
  readonly why: string;
}

export function edited(
  text: string,
  edits: readonly Edit[],
): { readonly text: string; readonly byHand: readonly ByHand[] } {
  const byHand: ByHand[] = [];
  let now = text;
  for (const edit of edits) {
    try {
      now = one(now, edit);
    } catch (error) {
      if (!(error instanceof Block)) throw error;
      byHand.push({ key: edit.key.join("."), why: error.message });
    }
  }
  return { text: now, byHand };
}

function one(text: string, { key, value, within }: Edit): string {
  if (value === undefined) return without(text, key);
  const [services = "", name = ""] = key;
  if (within !== undefined && !parseDocument(text).hasIn([services, name, within]))
    throw new Block(`${within} comes by a merge key or an alias.`);
  return insert(text, key, value);
}

const commentsIn = (text: string) => (text.match(/(?:^|\s)#.*$/gm) ?? []).length;

/** A comment within would go with it. */
function without(text: string, key: Edit["key"]): string {
  const applied = apply("yaml", Buffer.from(text), { set: [], unset: [key] });
  if (!applied.ok) throw new Block(applied.why);
  const after = applied.content.toString();
  if (commentsIn(after) !== commentsIn(text))
    throw new Block("There is a comment in it, which would go, too.");
  return after;
}
