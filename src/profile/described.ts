/** The text of a profile that a host was found to fit. Pure. */
import { Document } from "yaml";
import { oneLine } from "../text.ts";

export interface DescribedSection {
  /** The control's. */
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly apply?: false;
}

/** What a profile's text is made of. */
export interface ProfileParts {
  /** A plain word: see `isName`. */
  readonly name: string;
  readonly from: readonly string[];
  readonly sections: readonly DescribedSection[];
  /** Of the controls, those that have no section are told at the top; texts may be a host's. */
  readonly leftOut: readonly { readonly control: string; readonly as: string; readonly why?: string }[];
}

export function profileText({ name, from, sections, leftOut }: ProfileParts): string {
  const document = new Document({
    description: `What ${name} is, as harden init found it`,
    access: { from },
    ...Object.fromEntries(
      sections.map(({ id, params, apply }) => [id, { ...(apply === false ? { apply } : {}), ...params }]),
    ),
  });
  const told = leftOut
    .filter(({ as }) => as === "left out")
    .map(({ control, why }) => ` - ${control}: ${oneLine(why ?? "")}`);
  document.commentBefore = [
    " Written by harden init: what the host was, not what it should be. Change it, or take another profile.",
    " apply: false is what verify measures and no apply changes: without that line, harden writes its own file there.",
    ...(told.length === 0 ? [] : [" Not managed, for no section says what stands there:", ...told]),
  ].join("\n");
  return document.toString({ lineWidth: 0 });
}
