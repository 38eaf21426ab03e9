/** What apt-config(8) gives to unattended-upgrades, and the package lists that apt has. */
import type { Probe } from "./probe.ts";

export interface AptEntry {
  /** In lower case, since APT doesn't care; that of a list's entry ends with `::`. */
  readonly key: string;
  readonly value: string;
}

/** The effective values below APT::Periodic and Unattended-Upgrade. */
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
    .filter(({ key }) => /^(apt::periodic|unattended-upgrade)(::|$)/.test(key));
}

/** The last value of a key; undefined where it isn't set. */
export const aptValue = (entries: readonly AptEntry[], key: string) =>
  entries.findLast((each) => each.key === key.toLowerCase())?.value;

/** All entries of a list. */
export const aptList = (entries: readonly AptEntry[], key: string): readonly string[] =>
  entries
    .filter((each) => each.key.startsWith(`${key.toLowerCase()}::`) && each.value !== "")
    .map(({ value }) => value);

/** The head of a package list's Release file. */
export interface Release {
  readonly origin: string;
  readonly label: string;
  /** What apt calls archive: `stable-security`, `noble-security`. */
  readonly suite: string;
  readonly codename: string;
  readonly components: readonly string[];
  /** The host that it came from; empty where it came from a folder. */
  readonly site: string;
}

/** Present and empty where apt has no lists yet: `apt-get update` was never run. */
export const aptReleases: Probe<readonly Release[]> = {
  collector: "apt_releases",
  args: [],
  parse: parseReleases,
};

function parseReleases(data: Buffer): readonly Release[] {
  const files: { path: string; fields: Map<string, string> }[] = [];
  for (const line of data.toString("utf8").split("\n")) {
    const [, field, value] = /^L ([A-Za-z]+): (.*)$/.exec(line) ?? [];
    if (line.startsWith("F ")) files.push({ path: line.slice(2), fields: new Map() });
    else if (field !== undefined && value !== undefined) files.at(-1)?.fields.set(field, value.trim());
  }
  return files.map(({ path, fields }) => {
    const get = (name: string) => fields.get(name) ?? "";
    return {
      origin: get("Origin"),
      label: get("Label"),
      suite: get("Suite"),
      codename: get("Codename"),
      components: get("Components")
        .split(/\s+/)
        .filter((each) => each !== ""),
      site: siteOf(path),
    };
  });
}

/** apt names a list after its address: `mirror.example.org_debian_dists_trixie_InRelease`, in folders `_srv_apt_…`. */
function siteOf(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return name.slice(0, name.indexOf("_")).replaceAll("%5f", "_");
}
