/** Lines of the host that win over the profile's values, today or once ours are there. */
import type { EffectiveFact } from "../../facts/sshd.ts";
import type { Directive, MatchLine } from "./config.ts";
import { stranger } from "./layout.ts";
import { portOfAddress } from "./ports.ts";
import { candidates, normal, type Visitor } from "./simulate.ts";
import type { SshView } from "./view.ts";
import type { WantedDirectives } from "./wanted.ts";

export interface Override {
  readonly wanted: WantedDirectives;
  readonly directive: Directive;
}

type Groups = (user: string) => readonly string[] | undefined;

/**
 * Every line that will keep a value of the profile from holding, for everybody or in its Match block. Match blocks
 * that no connection of `effective` stands for are read as text.
 */
export function overridesOf(
  view: SshView,
  effective: EffectiveFact | undefined,
  groups: Groups,
): readonly Override[] {
  const { directives } = view.layout;
  const visitors: readonly Visitor[] = [
    stranger,
    view.planned,
    ...(effective?.matches ?? []).map(({ spec }) => ({ spec, groups: groups(spec.user) })),
  ];
  const found = view.wanted.flatMap((wanted) =>
    candidates(directives, wanted.keyword, visitors)
      .filter(({ words }) => !wanted.accepts(normal(words.join(" "))))
      .map((directive) => ({ wanted, directive })),
  );
  const key = ({ directive: { file, line } }: Override) => `${file}:${line}`;
  return [...new Map(found.map((each) => [key(each), each])).values()];
}

/** Lines that add to the port of the profile, or make it not count. */
export function portOverrides(view: SshView, port: number | undefined): readonly Directive[] {
  if (port === undefined) return [];
  const all = view.layout.directives.filter(({ under }) => under.length === 0);
  return all.filter(
    ({ keyword, words }) =>
      (keyword === "port" && words[0] !== String(port)) ||
      (keyword === "listenaddress" && (portOfAddress(words[0] ?? "") ?? port) !== port),
  );
}

/** `Match User bob` as it was written, near enough. */
export const matchText = (under: readonly MatchLine[]) =>
  under
    .map(({ criteria }) => `Match ${criteria.map(({ name, list }) => `${name} ${list}`.trim()).join(" ")}`)
    .join(", ");
