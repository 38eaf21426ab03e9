/** Probe of sudo(8): by which ways a user becomes root that ask for no password. */
import { type Frame, innerFrames } from "./frames.ts";
import { linesOf } from "./lines.ts";
import type { Probe } from "./probe.ts";
import { asked, shellOfRuns } from "./sudo.ts";
import {
  asGroup,
  asRootUser,
  asUser,
  type Listing,
  listingsOf,
  type Paths,
  programOf,
  type RunAsTarget,
  settingsOf,
  shellIn,
} from "./sudo-rules.ts";
import { effectsOf, type SettingEffect } from "./sudo-settings.ts";

export interface Unasked {
  /** By name, what sudo asks no password for: /bin/sh as root where that is one of them, else a text about it. */
  readonly ways: ReadonlyMap<string, string>;
  /** By name, by which setting it isn't its own password that sudo asks for, or may not be, of those that are asked. */
  readonly others: ReadonlyMap<string, SettingEffect>;
  /** How many accounts that somebody may become were not looked at. */
  readonly left: number;
}

const programs = (folders: Paths, names: Paths): readonly Paths[] =>
  names.map((name) => folders.map((folder) => `${folder}/${name}`));

/** Each program by which who runs it as root does anything as root, by its paths. */
const shells: readonly Paths[] = [
  shellOfRuns,
  ...programs(
    ["/bin", "/usr/bin"],
    [
      ...["bash", "dash", "rbash", "ash", "zsh", "ksh", "mksh", "fish", "csh", "tcsh", "busybox"],
      ...["su", "env", "python3", "perl", "sudo", "nsenter", "setpriv", "systemd-run"],
    ],
  ),
  ...programs(["/sbin", "/usr/sbin"], ["chroot", "runuser"]),
];

/** By these a user reads the hashes of all passwords or writes any file. */
const rootGroups = ["shadow", "disk", "kmem", "docker", "lxd", "incus-admin"];

/** What is known of the users whom sudo was asked about. */
interface Known {
  readonly listings: ReadonlyMap<string, Listing | undefined>;
  /** By name, its names in a list of sudoers: `deploy`, `#1001`, `%adm`, `%#4`. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** By name, programs of its rules that it can change, each with the file or folder by which. */
  readonly changeable: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The root groups with their numbers. */
  readonly groups: readonly string[];
}

const rowsIn = (frames: readonly Frame[], kind: string) =>
  frames
    .filter(({ word }) => word === kind)
    .map(({ rest, content }) => [rest, linesOf(content.toString("utf8"))] as const);

function knownFrom(frames: readonly Frame[]): Known {
  const numbers = new Map(rowsIn(frames, "group").map(([name, [number = ""]]) => [name, number]));
  return {
    listings: new Map([...listingsOf(frames, "through"), ...listingsOf(frames, "sudo")]),
    names: new Map(rowsIn(frames, "who").map(([name, lines]) => [name, [name, ...lines]])),
    changeable: new Map(
      rowsIn(frames, "can").map(([name, lines]) => [
        name,
        new Map(lines.map((line) => line.split("\t")).map(([path = "", by = ""]) => [path, by])),
      ]),
    ),
    groups: [...numbers].flatMap(([number, name]) => (rootGroups.includes(name) ? [number] : [])),
  };
}

/** How a user becomes root without a password; undefined where it doesn't. `by` are those who became it, which go round no more. */
function wayOf(name: string, known: Known, by: readonly string[] = []): string | undefined {
  const listing = known.listings.get(name);
  if (listing === undefined) return undefined;
  const changeable = known.changeable.get(name) ?? new Map<string, string>();
  const own = listing.commands.map((each) => each.name).filter((each) => changeable.has(programOf(each)));
  const programAs = (target: RunAsTarget) => {
    const isUnasked = (paths: Paths) => {
      const { asks, until } = shellIn(listing, { paths, target, names: known.names.get(name) ?? [] });
      return !asks && until !== Number.NEGATIVE_INFINITY;
    };
    const shell = shells.find(isUnasked)?.[0];
    if (shell !== undefined) return shell;
    const program = own.find((each) => isUnasked([each]));
    if (program === undefined) return undefined;
    return `${program}, which ${name} can change by ${changeable.get(programOf(program))}`;
  };
  const asRoot = programAs(asRootUser);
  if (asRoot !== undefined) return asRoot;
  const asRootGroup = programAs(asGroup([...rootGroups, ...known.groups]));
  if (asRootGroup !== undefined) return `${asRootGroup}, with a group that is as good as root`;
  for (const [other, names] of known.names) {
    if (other === name || by.includes(other)) continue;
    const asOther = programAs(asUser(names));
    if (asOther === undefined) continue;
    const group = rootGroups.find((each) => names.includes(`%${each}`));
    if (group !== undefined) return `${asOther} as ${other}, whose group ${group} is as good as root`;
    const way = wayOf(other, known, [...by, name]);
    if (way !== undefined) return `${asOther} as ${other}, nor ${other} before ${way}`;
  }
  return undefined;
}

/** Who is asked for no password at all is one of `ways`. */
const otherOf = (listing: Listing) =>
  settingsOf(listing, shellOfRuns, asRootUser)
    .flatMap(effectsOf)
    .find(({ setting }) => setting !== "authenticate" && setting !== "exempt_group");

/** The users whom sudo(8) lets become root without a password: as root, with a group, or as another user who may. */
export const sudoUnasked = (names: readonly string[]): Probe<Unasked> => ({
  ...asked(names),
  parse: (data) => {
    const frames = innerFrames(data);
    const known = knownFrom(frames);
    return {
      ways: new Map(
        listingsOf(frames, "sudo").flatMap(([name]) => {
          const way = wayOf(name, known);
          return way === undefined ? [] : [[name, way] as const];
        }),
      ),
      others: new Map(
        listingsOf(frames, "sudo").flatMap(([name, listing]) => {
          const other = listing && otherOf(listing);
          return other === undefined ? [] : [[name, other] as const];
        }),
      ),
      left: Number(frames.find(({ word }) => word === "left")?.rest ?? 0),
    };
  },
});
