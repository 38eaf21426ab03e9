/** Pins of apt_preferences(5) under which a list's packages never take the place of what is installed. */
import type { Release } from "../../facts/apt.ts";
import { valueOr } from "../../facts/probe.ts";
import { accepts, kindOf } from "./origins.ts";
import type { UpdatesInput } from "./state.ts";

interface Pin {
  readonly path: string;
  /** As a pattern of origins.ts. */
  readonly pattern: string;
  readonly priority: number;
}

/** An installed version has this priority: what is pinned lower is no candidate. */
const installed = 100;

/** Of all packages; what names some of them is somebody's decision on those. */
function pinsOf(path: string, text: string): readonly Pin[] {
  const stanzas = text.replace(/^#.*\n?/gm, "").split(/\n[ \t]*\n/);
  return stanzas.flatMap((stanza) => {
    const get = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, "im").exec(stanza)?.[1]?.trim() ?? "";
    const [, kind, rest = ""] = /^(release|origin)[ \t]+(.*)$/.exec(get("Pin")) ?? [];
    if (!get("Package").split(/\s+/).includes("*") || kind === undefined) return [];
    const pattern = kind === "origin" ? `site=${rest.replaceAll('"', "")}` : rest;
    return [{ path, pattern, priority: Number(get("Pin-Priority")) }];
  });
}

/** APT reads the main file first, and of a folder the names without another extension than pref. */
const isRead = (path: string) => /\/([^/.]+|[^/]+\.pref)$/.test(path);

function matches({ pattern }: Pin, release: Release): boolean {
  try {
    return accepts(pattern, release);
  } catch {
    // A condition that no list's head answers, such as a version.
    return false;
  }
}

/** `PATH: Pin-Priority N` of each list of security updates that is pinned away: the first pin that fits a list counts. */
export function pinnedAway({ facts, view }: UpdatesInput): readonly string[] {
  const main = valueOr(facts.preferences, undefined)?.content?.toString("utf8") ?? "";
  const pins = [
    ...pinsOf("/etc/apt/preferences", main),
    ...valueOr(facts.preferencesFolder, [])
      .filter(({ path }) => isRead(path))
      .flatMap(({ path, content }) => pinsOf(path, content.toString("utf8"))),
  ];
  const security = view.releases.filter((release) => kindOf(release, view.distro) === "security");
  const found = security.flatMap((release) => {
    const pin = pins.find((each) => matches(each, release));
    return pin !== undefined && pin.priority < installed
      ? [`${pin.path}: Pin-Priority ${pin.priority} of ${pin.pattern}`]
      : [];
  });
  return [...new Set(found)];
}
