/** Objects between braces, as in JSON and in YAML's flow style: members are added and removed as a person would. */
import { indentAt, lineEndOf, splice } from "./document.ts";

/** Offsets: `start` is the brace's or the key's, `end` is after the brace or the value. */
interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Flow extends Span {
  readonly members: readonly Span[];
}

/** Gives the member's text; the indentation of its line, or undefined where it stands in a line with others. */
type Render = (indent: string | undefined) => string;

/** After the last member, on a line of its own where that one has such. */
export function addMember(text: string, { members }: Flow, render: Render, parting: string): string {
  const last = members.at(-1)!;
  const indent = indentAt(text, last.start);
  const before = members.at(-2);
  const between = before === undefined ? parting : text.slice(before.end, last.start);
  if (indent === undefined) return splice(text, [last.end, last.end], between + render(indent));
  // A comment behind the last member is that one's; there may be a comma before it.
  const [note, comma] = /^(,?)[ \t]+#[^\r\n]*/.exec(text.slice(last.end)) ?? ["", ""];
  const fresh = `${note}${lineEndOf(text)}${indent}${render(indent)}`;
  const whole = comma === "" ? `,${fresh}` : `${fresh},`;
  return splice(text, [last.end, last.end + note.length], whole);
}

/** With the comma that parted it; what is left of an object without members is `{}`. */
export function removeMember(text: string, { start, end, members }: Flow, index: number): string {
  const next = members[index + 1];
  const before = members[index - 1];
  if (next !== undefined) return splice(text, [members[index]!.start, next.start], "");
  if (before !== undefined) return splice(text, [before.end, members[index]!.end], "");
  return splice(text, [start, end], "{}");
}
