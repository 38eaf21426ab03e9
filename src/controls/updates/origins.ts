/**
 * Which package lists unattended-upgrades installs from. The same rules as its own: get_allowed_origins and
 * match_whitelist_string of /usr/bin/unattended-upgrade 2.9.1 and 2.12.
 */
import { type AptEntry, aptList, type Release, type ReleaseHead } from "../../facts/apt.ts";
import { globMatches } from "../../glob.ts";
import { type Distribution, distributionOf } from "../../platform.ts";

export interface Distro {
  /** As lsb_release(1) writes it: Debian, Ubuntu. */
  readonly id: string;
  readonly codename: string;
}

export const distroOf = (host: { distro: string; codename: string }): Distro & Distribution => ({
  ...distributionOf(host),
  codename: host.codename,
});

/** The patterns in effect, with their variables filled in. @throws where unattended-upgrades would stop. */
export function allowedPatterns(entries: readonly AptEntry[], distro: Distro): readonly string[] {
  const listOf = (key: string) =>
    aptList(entries, `Unattended-Upgrade::${key}`).filter((each) => each !== "");
  return [
    ...listOf("Allowed-Origins").map((each) => fromAllowed(each, distro)),
    ...listOf("Origins-Pattern").map((each) => substitute(each, distro)),
  ];
}

/** `Debian:stable`, or `Debian stable`, is `o=Debian,a=stable`. */
function fromAllowed(text: string, distro: Distro): string {
  const colons = text.split(/(?<!\\):/);
  const parts = colons.length > 1 ? colons : text.trim().split(/\s+/);
  const [id, archive] = parts;
  if (parts.length !== 2 || id === undefined || archive === undefined)
    throw new Error(`unattended-upgrades stops at the origin ${text}`);
  const escaped = (part: string) => substitute(part.replace(/([^\\]),/g, "$1\\,"), distro);
  return `o=${escaped(id.replaceAll("\\:", ":"))},a=${escaped(archive)}`;
}

/** Python's string.Template with distro_id and distro_codename. */
function substitute(text: string, { id, codename }: Distro): string {
  const values: Readonly<Record<string, string>> = { distro_id: id, distro_codename: codename };
  return text.replace(/\$(?:(\$)|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\}|)/g, (_all, escaped, bare, braced) => {
    if (escaped !== undefined) return "$";
    const value = values[bare ?? braced ?? ""];
    if (value === undefined) throw new Error(`unattended-upgrades stops at the variable in ${text}`);
    return value;
  });
}

const fields: Readonly<Record<string, keyof ReleaseHead>> = {
  o: "origin",
  origin: "origin",
  l: "label",
  label: "label",
  a: "suite",
  suite: "suite",
  archive: "suite",
  c: "components",
  component: "components",
  site: "site",
  n: "codename",
  codename: "codename",
};

/** Whether a pattern accepts a list. @throws on a word that unattended-upgrades doesn't know. */
export function accepts(pattern: string, release: ReleaseHead): boolean {
  if (pattern.trim() === "") return false;
  const tokens = pattern.trim().replaceAll("\\,", "%2C").split(",");
  return tokens
    .map((token) => {
      const parts = token.split("=").map((each) => each.trim().replaceAll("%2C", ","));
      const [what, value] = parts;
      const field = what === undefined ? undefined : Object.hasOwn(fields, what) ? fields[what] : undefined;
      if (field === undefined || value === undefined || parts.length !== 2)
        throw new Error(`unattended-upgrades stops at ${token} in an origin's pattern`);
      return [release[field]].flat().some((each) => globMatches(value, each));
    })
    .every((each) => each);
}

export type OriginKind = "security" | "updates" | "release" | "other";

/** What a list holds, told by its own head and not by our patterns. */
export function kindOf({ label, suite, codename, origin }: ReleaseHead, distro: Distro): OriginKind {
  const ends = (word: string) => suite.endsWith(`-${word}`) || codename.endsWith(`-${word}`);
  if (!origin.startsWith(distro.id)) return "other";
  if (label === "Debian-Security" || ends("security")) return "security";
  if (ends("updates")) return "updates";
  return codename === distro.codename && !/-(backports|proposed)/.test(`${suite} ${codename}`)
    ? "release"
    : "other";
}

/** Whether a list has what the distribution itself supports; a repository without components has all that it has. */
export const hasMain = ({ components }: Release) =>
  components.length === 0 || components.some((each) => /^(.*\/)?main$/.test(each));

/** `Debian, bookworm-security, Debian-Security` for a person. */
export const releaseText = ({ origin, suite, codename, label }: ReleaseHead) =>
  `o=${origin},a=${suite},n=${codename},l=${label}`;
