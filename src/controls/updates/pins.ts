/** Lists of security updates whose packages apt takes from no list, for what apt_preferences(5) calls priorities. */
import { aptValue, type RankedRelease, type Release } from "../../facts/apt.ts";
import { valueOr } from "../../facts/probe.ts";
import { globMatches } from "../../glob.ts";
import { accepts, kindOf, releaseText } from "./origins.ts";
import type { UpdatesInput } from "./state.ts";

interface Pin {
  readonly path: string;
  readonly packages: readonly string[];
  /** As a pattern of origins.ts; undefined where it is of another kind, such as a version. */
  readonly pattern: string | undefined;
  readonly priority: number;
}

/** What an installed version has: what is pinned lower is no candidate. */
const installed = 100;
/** What a list has without a pin, and one of APT::Default-Release. */
const usual = { list: 500, target: 990 };

function pinsOf(path: string, text: string): readonly Pin[] {
  const unfolded = text.replace(/^#.*\n?/gm, "").replace(/\n[ \t]+(?=\S)/g, " ");
  return unfolded.split(/\n[ \t]*\n/).flatMap((stanza) => {
    const get = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, "im").exec(stanza)?.[1]?.trim() ?? "";
    const [, kind, rest = ""] = /^(release|origin)[ \t]+(.*)$/.exec(get("Pin")) ?? [];
    const packages = get("Package").split(/\s+/);
    const pattern = kind === "origin" ? `site=${rest.replaceAll('"', "")}` : kind && rest;
    return get("Pin") === "" ? [] : [{ path, packages, pattern, priority: Number(get("Pin-Priority")) }];
  });
}

/** APT reads the main file first, and of a folder the names without another extension than pref. */
const isRead = (path: string) => /\/([^/.]+|[^/]+\.pref)$/.test(path);

const allPins = ({ facts }: UpdatesInput): readonly Pin[] => [
  ...pinsOf("/etc/apt/preferences", valueOr(facts.preferences, undefined)?.content?.toString("utf8") ?? ""),
  ...valueOr(facts.preferencesFolder, [])
    .filter(({ path }) => isRead(path))
    .flatMap(({ path, content }) => pinsOf(path, content.toString("utf8"))),
];

/** A word alone is a suite or codename; a version, or a regular expression, only apt itself can tell. */
function matches(pattern: string, release: Release): boolean {
  if (!pattern.includes("="))
    return [release.suite, release.codename].some((each) => globMatches(pattern, each));
  try {
    return accepts(pattern, release);
  } catch {
    return false;
  }
}

/** Told without apt, for a plan that doesn't wait for its cache. The first that fits a list counts. */
function expected(input: UpdatesInput): readonly RankedRelease[] {
  const target = aptValue(input.view.config, "APT::Default-Release") ?? "";
  const pins = allPins(input).filter(({ packages }) => packages.join(" ") === "*");
  return input.view.releases.map((release) => {
    const pin = pins.find(({ pattern }) => pattern !== undefined && matches(pattern, release));
    const isTarget = target !== "" && matches(target, release);
    return { release, priority: isTarget ? usual.target : (pin?.priority ?? usual.list) };
  });
}

interface Outranked {
  /** The list that loses, and to what. */
  readonly found: string;
  readonly remedy: string;
}

/** Lists of security updates that are pinned below what is installed, or below a list of the release that has the same packages. */
export function outranked(input: UpdatesInput): readonly Outranked[] {
  const { distro } = input.view;
  const ranked = valueOr(input.facts.policy, undefined) ?? expected(input);
  const of = (...kinds: readonly string[]) =>
    ranked.filter(({ release }) => kinds.includes(kindOf(release, distro)));
  const security = of("security");
  const hasSame = (a: RankedRelease) => (b: RankedRelease) =>
    a.release.components.length === 0 ||
    b.release.components.length === 0 ||
    b.release.components.some((each) => a.release.components.includes(each));
  const losing = security.flatMap((list) => {
    const twins = security.filter(({ release }) => releaseText(release) === releaseText(list.release));
    const own = Math.max(...twins.filter(hasSame(list)).map(({ priority }) => priority));
    const [first] = of("release", "updates")
      .filter(hasSame(list))
      .sort((a, b) => b.priority - a.priority);
    const bar = Math.max(installed, first?.priority ?? installed);
    if (own >= bar) return [];
    const by = bar === first?.priority ? releaseText(first.release) : "what is installed";
    const found = `${releaseText(list.release)} has the priority ${own}, and ${by} has ${bar}`;
    return [{ found, remedy: remedyOf(list, bar) }];
  });
  return [...new Map(losing.map((each) => [each.found, each])).values()];
}

/** It works under APT::Default-Release and beside any other pin, since the first pin that fits a list counts. */
function remedyOf({ release: { suite, codename } }: RankedRelease, bar: number): string {
  const pin = codename.endsWith("-security") ? `n=${codename}` : `a=${suite}`;
  return `Take the setting out: apt-config dump APT::Default-Release and grep -r . /etc/apt/preferences* show it, and apt-cache policy what counts. Or begin /etc/apt/preferences with the stanza "Package: *", "Pin: release ${pin}", "Pin-Priority: ${Math.max(bar, usual.list)}", a line each.`;
}

/** `PATH: PATTERN` of each pin that is for packages by a pattern which fits names of all kinds. */
export const widePins = (input: UpdatesInput): readonly string[] =>
  allPins(input)
    .filter(({ packages }) => packages.join(" ") !== "*")
    .flatMap(({ path, packages }) => packages.filter(isWide).map((each) => `${path}: ${each}`));

/** A glob, or a regular expression between slashes, in which no name, or beginning of one, must be. */
function isWide(pattern: string): boolean {
  const text = pattern.replace(/^src:/, "").replace(/:[a-z0-9-]+$/, "");
  if (!/[*?[]|^\//.test(text)) return false;
  const sure = text.replace(/\[(\[:\w+:\]|[^\]])*\]|\([^()]*\)[*?{]|\{[^}]*\}|\\./g, " ");
  return sure
    .split("|")
    .some((each) => (each.match(/[a-z0-9-]+/gi) ?? []).every((run) => run.length < 3 || run === "lib"));
}
