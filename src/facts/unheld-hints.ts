/** What mends a path that others than root can lead elsewhere. Pure. */
import { typedAs } from "../quote.ts";

export const giveFolder =
  "Give that folder to root, with a mode by which nobody else writes to it; or name another path in the profile.";

const orElse = "or name another path in the profile";

/** By what walk.sh says of a path that is not held, which may stand behind other words and a colon. */
const unheldHints: readonly (readonly [why: RegExp, hint: (path: string) => string])[] = [
  [/(?:^|: )everybody can write to \//, () => giveFolder],
  // A link stays a link: what it leads to may be anything.
  [/^(?:.*: )?(\/.*) belongs to ./, (path) => `Give it to root: chown -h root:root ${path}; ${orElse}.`],
  [/ can write to (\/.*?)(?: by the group \S+)?$/, (path) => `On the host: chmod g-w ${path}; ${orElse}.`],
  [
    /^(?:.*: )?(\/.*) has an access list by which others can write to it$/,
    (path) => `getfacl ${path} tells whom it lets in, and setfacl -b ${path} takes it away; ${orElse}.`,
  ],
  [/^(?:.*: )?(\/.*) leads in a circle$/, (path) => `Correct that link: ls -l ${path}; ${orElse}.`],
  [
    /(?:^|: )a folder that leads to it does not answer$/,
    () => "See by findmnt which file system that is: mount it anew, or unmount it.",
  ],
];

/** Undefined where it says something else. */
export function unheldHint(why: string): string | undefined {
  for (const [pattern, hint] of unheldHints) {
    const found = pattern.exec(why);
    if (found !== null) return hint(typedAs(found[1] ?? ""));
  }
  return undefined;
}
