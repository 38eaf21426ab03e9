/** What a profile may accept of a host's inventory by itself, and its text with that. Pure. */
import { type ProfileParts, profileText } from "./described.ts";

interface Entry {
  readonly kind: string;
  readonly name: string;
}

/** Kinds of which no tool writes an entry: the reason is the end of a sentence. */
const never: Readonly<Record<string, string>> = {
  "root-accounts": "a second root has a password and keys that nobody looks at",
  "empty-passwords": "whoever knows the name is in",
  "subordinate-ids": "its user is root, or another account, by one command",
  preload: "it runs in every program, and can hide anything",
  "sudo-for-everybody": "every account of the host is root by it",
  "package-sources": "whoever answers in its place installs a program as root",
  "changed-files": "what a package brought should be as it was brought",
};

const ofAccounts = { never: ["root-accounts", "empty-passwords"], also: ["logins", "login-keys"] };

/** Why an entry must be written into a profile by hand, of what nothing explains; undefined where it needn't. */
export function whyByHand({ kind, name }: Entry, unexplained: readonly Entry[]): string | undefined {
  if (never[kind] !== undefined || !ofAccounts.also.includes(kind)) return never[kind];
  const [account] = name.split(" ");
  const other = unexplained.find((each) => ofAccounts.never.includes(each.kind) && each.name === account);
  return other === undefined ? undefined : never[other.kind];
}

/** What a profile's section has of them, by kind. */
export const acceptedOf = (entries: readonly Entry[]): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    [...new Set(entries.map(({ kind }) => kind))].map((kind) => [
      kind,
      entries.filter((each) => each.kind === kind).map(({ name }) => name),
    ]),
  );

/** The text with a section that accepts these. */
export function acceptingText(parts: ProfileParts, section: string, entries: readonly Entry[]): string {
  const others = parts.sections.filter(({ id }) => id !== section);
  return profileText({
    ...parts,
    sections: [...others, { id: section, params: { accepted: acceptedOf(entries) } }],
  });
}
