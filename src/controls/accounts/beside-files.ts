/** What lets a login in beside the files of keys that were read: for everybody, or by a Match block that may be for it. Pure. */
import { valueOr } from "../../facts/probe.ts";
import type { EffectiveFact } from "../../facts/sshd.ts";
import type { Part } from "../../plan/control.ts";
import { type Directive, place, readDirectives } from "../ssh/config.ts";
import { stranger } from "../ssh/layout.ts";
import { matchText } from "../ssh/overrides.ts";
import { applies, candidates, normal, type Visitor } from "../ssh/simulate.ts";
import { part } from "../verdict.ts";
import type { AccountsInput, Login } from "./view.ts";

const sources = {
  authorizedkeyscommand: "AuthorizedKeysCommand says who comes in",
  trustedusercakeys: "whoever has a certificate of TrustedUserCAKeys comes in",
} as const;

const isNone = (value: string | undefined) => ["", "none"].includes(value ?? "");

/** A fail for each; an error where there are Match blocks and nobody knows what stands in them. */
export function besideFiles({ facts, view }: AccountsInput): readonly Part[] {
  const effective = valueOr(facts.effective, undefined);
  if (effective === undefined) return [];
  const { global, planned, matches } = effective;
  const forAll = [global, planned].flatMap((of) =>
    Object.entries(sources).flatMap(([keyword, text]) =>
      isNone(of.get(keyword)?.[0]) ? [] : [part("fail", "sshd", `${text} (sshd)`)],
    ),
  );
  const { state } = facts.sshdFiles;
  if (matches.length > 0 && state !== "present")
    return [
      ...forAll,
      part("error", "sshd", "what its Match blocks let in is not known: its files could not be read"),
    ];
  const directives = readDirectives(valueOr(facts.sshdFiles, undefined)?.files ?? []);
  const inBlocks = view.logins.flatMap((login) => inMatches(login, { effective, directives }));
  return [...new Map([...forAll, ...inBlocks].map((each) => [each.found, each])).values()];
}

interface Sshd {
  readonly effective: EffectiveFact;
  readonly directives: readonly Directive[];
}

function inMatches(login: Login, { effective, directives }: Sshd): readonly Part[] {
  const files = effective.planned.get("authorizedkeysfile")?.[0];
  const lines = (keyword: string) => linesFor(login, keyword, { effective, directives });
  const found = [
    ...Object.entries(sources).flatMap(([keyword, text]) =>
      lines(keyword).flatMap((line) => (isNone(line.words.join(" ")) ? [] : [{ line, text }])),
    ),
    ...lines("authorizedkeysfile").flatMap((line) => {
      const paths = normal(line.words.join(" "));
      return paths === files ? [] : [{ line, text: `${matchText(line.under)} reads keys from ${paths}` }];
    }),
  ];
  return found.map(({ line, text }) => part("fail", place(line), `${text} (${place(line)})`));
}

/** Lines of Match blocks that win for it from some connection, and those of blocks of which no connection is known. */
function linesFor({ foreseen, account }: Login, keyword: string, { effective, directives }: Sshd) {
  const { name: user, groups } = account ?? foreseen;
  const visitors: readonly Visitor[] = [stranger.spec, ...effective.matches.map(({ spec }) => spec)].map(
    (spec) => ({ spec: { ...spec, user }, groups }),
  );
  const written = new Map(directives.flatMap((line) => linesOfLogin(line, visitors[0]!)));
  return candidates([...written.keys()], keyword, visitors).flatMap((line) =>
    line.under.length > 0 ? [written.get(line)!] : [],
  );
}

/** A line without the criteria of users and groups that hold for a login, and the line itself; none where one doesn't. */
function linesOfLogin(line: Directive, visitor: Visitor): readonly (readonly [Directive, Directive])[] {
  const all = line.under.flatMap(({ criteria }) => criteria);
  const holds = new Map(
    all
      .filter(({ name }) => name === "user" || name === "group")
      .map((each) => [each, applies([{ ...line.under[0]!, criteria: [each] }], visitor)]),
  );
  if (all.some((each) => each.name === "invalid-user" || holds.get(each) === false)) return [];
  const under = line.under.map((each) => ({
    ...each,
    criteria: each.criteria.filter((criterion) => holds.get(criterion) !== true),
  }));
  return [[{ ...line, under }, line]];
}
