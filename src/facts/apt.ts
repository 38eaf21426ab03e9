/** What apt-config(8) gives to unattended-upgrades, and the package lists that apt has. */
import type { Probe } from "./probe.ts";

export interface AptEntry {
  /** In lower case, since APT doesn't care; that of a list's entry ends with `::`. */
  readonly key: string;
  readonly value: string;
}

/** The effective values below APT::Periodic and Unattended-Upgrade, and APT::Default-Release. */
export const aptConfig: Probe<readonly AptEntry[]> = {
  collector: "apt_config",
  args: [],
  parse: parseConfig,
};

function parseConfig(data: Buffer): readonly AptEntry[] {
  return data
    .toString("utf8")
    .split("\n")
    .map((line) => /^(\S+) ?(.*)$/.exec(line))
    .flatMap((found) => (found ? [{ key: found[1]!.toLowerCase(), value: found[2]! }] : []))
    .filter(({ key }) => /^(apt::periodic|apt::default-release|unattended-upgrade)(::|$)/.test(key));
}

/** The last value of a key; undefined where it isn't set. */
export const aptValue = (entries: readonly AptEntry[], key: string) =>
  entries.findLast((each) => each.key === key.toLowerCase())?.value;

/** All entries of a list, the empty ones too: as a pattern such a one fits every name. */
export const aptList = (entries: readonly AptEntry[], key: string): readonly string[] =>
  entries.filter((each) => each.key.startsWith(`${key.toLowerCase()}::`)).map(({ value }) => value);

/** The head of a package list's Release file. */
export interface Release {
  /** Path of the file without its last word, Release or InRelease: those of its package lists begin so. */
  readonly base: string;
  readonly origin: string;
  readonly label: string;
  /** What apt calls archive: `stable-security`, `noble-security`. */
  readonly suite: string;
  readonly codename: string;
  readonly components: readonly string[];
  /** The host that it came from; empty where it came from a folder. */
  readonly site: string;
  /** When it was published, seconds since 1970: the older of what it says and what its file was given. */
  readonly published?: number;
  /** Until when it says that it is good. */
  readonly validUntil?: number;
}

/** What tells a list, wherever it was read. */
export type ReleaseHead = Omit<Release, "base" | "published" | "validUntil">;

/** Present and empty where apt has no lists yet: `apt-get update` was never run. */
export const aptReleases: Probe<readonly Release[]> = {
  collector: "apt_releases",
  args: [],
  parse: parseReleases,
};

function parseReleases(data: Buffer): readonly Release[] {
  const files: { path: string; fields: Map<string, string> }[] = [];
  const times = new Map<string, number>();
  for (const line of data.toString("utf8").split("\n")) {
    const [, time, file] = /^M (\d+) (.*)$/.exec(line) ?? [];
    if (time !== undefined && file !== undefined) times.set(file, Number(time));
    const [, field, value] = /^L ([A-Za-z-]+): (.*)$/.exec(line) ?? [];
    if (line.startsWith("F ")) files.push({ path: line.slice(2), fields: new Map() });
    else if (field !== undefined && value !== undefined) files.at(-1)?.fields.set(field, value.trim());
  }
  return files.map(({ path, fields }) => {
    const get = (name: string) => fields.get(name) ?? "";
    const published = [secondsOf(get("Date")), times.get(path)].filter((each) => each !== undefined);
    const validUntil = secondsOf(get("Valid-Until"));
    return {
      base: path.replace(/(In)?Release$/, ""),
      origin: get("Origin"),
      label: get("Label"),
      suite: get("Suite"),
      codename: get("Codename"),
      components: get("Components")
        .split(/\s+/)
        .filter((each) => each !== ""),
      site: siteOf(path),
      ...(published.length === 0 ? {} : { published: Math.min(...published) }),
      ...(validUntil === undefined ? {} : { validUntil }),
    };
  });
}

/** Of `Sat, 29 Nov 2025 08:12:17 UTC`; undefined where it is no time. */
function secondsOf(text: string): number | undefined {
  const time = Date.parse(text) / 1000;
  return Number.isNaN(time) ? undefined : time;
}

/** apt names a list after its address: `mirror.example.org_debian_dists_trixie_InRelease`, in folders `_srv_apt_…`. */
function siteOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.slice(0, name.indexOf("_")).replaceAll("%5f", "_");
}

/** A package list that apt's sources name. */
export interface IndexTarget {
  /** As {@link Release.base}. */
  readonly base: string;
  /** Empty in a repository without components. */
  readonly component: string;
}

/** Of this architecture, fetched or not; empty where apt has no source. apt reads sources.list(5) by itself. */
export const aptTargets: Probe<readonly IndexTarget[]> = {
  collector: "apt_targets",
  args: [],
  deep: true,
  parse: parseTargets,
};

function parseTargets(data: Buffer): readonly IndexTarget[] {
  const lines = data.toString("utf8").trimEnd().split("\n");
  const native = lines.pop() ?? "";
  if (!/^[a-z0-9-]+$/.test(native)) throw new Error("the answer is cut off");
  return lines.flatMap((line) => {
    const [file = "", key = "", architecture, component = ""] = line.split(" ");
    if (architecture !== native && architecture !== "$(ARCHITECTURE)") return [];
    const end = file.lastIndexOf(fileName(key));
    if (end < 0) throw new Error("apt names a package list by another file");
    return [{ base: file.slice(0, end), component: component.replace("$(COMPONENT)", "") }];
  });
}

/** As apt makes names of files of what it fetches: URItoFileName of apt-pkg/contrib/strutl.cc. */
const fileName = (key: string) =>
  key
    .replace(/[\\|{}[\]<>"^~_=!@#$%&*]/g, (each) => `%${each.charCodeAt(0).toString(16).padStart(2, "0")}`)
    .replaceAll("/", "_");

/** Of the lists that apt has, those that its sources still name, with the components that they name. */
export const inUse = (releases: readonly Release[], targets: readonly IndexTarget[]): readonly Release[] =>
  releases.flatMap((release) => {
    const own = targets.filter(({ base }) => base === release.base);
    const components = own.map(({ component }) => component).filter((each) => each !== "");
    return own.length === 0 ? [] : [{ ...release, components }];
  });

/** A package list with the priority that apt gives it. */
export interface RankedRelease {
  readonly release: ReleaseHead;
  readonly priority: number;
}

/** By APT::Default-Release and by pins of all packages, as apt itself reads them. It opens its cache for the answer. */
export const aptPolicy: Probe<readonly RankedRelease[]> = {
  collector: "apt_policy",
  args: [],
  deep: true,
  parse: parsePolicy,
};

function parsePolicy(data: Buffer): readonly RankedRelease[] {
  const lists = data.toString("utf8").matchAll(/^ *(-?\d+) \S.*\n +release (.*)\n(?: +origin (.*)\n)?/gm);
  return [...lists].map(([, priority, text = "", site = ""]) => {
    const fields = new Map(text.split(/,(?=[a-z]=)/).map((each) => [each[0], each.slice(2)]));
    const get = (name: string) => fields.get(name) ?? "";
    const component = get("c");
    return {
      release: {
        origin: get("o"),
        label: get("l"),
        suite: get("a"),
        codename: get("n"),
        site,
        components: component === "" ? [] : [component],
      },
      priority: Number(priority),
    };
  });
}
