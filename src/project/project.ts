/** A project: its hosts, and what is said of each. Pure. */
import { resolve } from "node:path";
import { HardenError } from "../errors.ts";
import { nearest } from "../profile/nearest.ts";
import { isPath } from "../profile/search.ts";
import { printable } from "../profile/text.ts";
import { at, type MapTree, type Origin, type Path } from "../profile/tree.ts";
import type { ProjectValues } from "./schema.ts";

export const projectFile = "harden.yaml";

export interface Project {
  /** As people see it. */
  readonly file: string;
  /** The folder that its paths are relative to. */
  readonly folder: string;
  readonly values: ProjectValues;
  readonly tree: MapTree;
}

/** Which profile a host has, where that was written, and what is written over it; later layers over earlier ones. */
export interface Assigned {
  /** A name, or an absolute path. */
  readonly name: string;
  readonly origin: Origin | undefined;
  readonly layers: readonly MapTree[];
}

/** The group that every host is in. */
const everyone = "all";

/**
 * The hosts that words mean, each once: `@GROUP` stands for its hosts, anything else for itself. Without words all hosts.
 * `limit` leaves of them what it names as well. Throws HardenError `usage`: an unknown group, or nothing left.
 */
export function hostsOf(
  project: Project,
  words: readonly string[],
  limit: readonly string[] = [],
): readonly string[] {
  const chosen = spelledOut(project, words.length === 0 ? [`@${everyone}`] : words);
  if (limit.length === 0) return chosen.length > 0 ? chosen : empty(project, words);
  mustBeHosts(
    project,
    limit.filter((word) => !word.startsWith("@") && !chosen.includes(word)),
  );
  const kept = new Set(spelledOut(project, limit));
  const left = chosen.filter((host) => kept.has(host));
  if (left.length > 0) return left;
  throw usage(
    `--limit leaves none of the hosts that were named: ${shownWords(limit)}.`,
    project,
    "Name hosts and @groups that have some in common.",
  );
}

const spelledOut = (project: Project, words: readonly string[]): readonly string[] => [
  ...new Set(words.flatMap((word) => (word.startsWith("@") ? groupOf(project, word) : [word]))),
];

function groupOf(project: Project, word: string): readonly string[] {
  const { hosts, groups } = project.values;
  const name = word.slice(1);
  if (name === everyone) return Object.keys(hosts);
  if (!Object.hasOwn(groups, name)) throw unknownGroup(project, name);
  const members = membersOf(project, name);
  return members.length > 0 ? members : empty(project, [word]);
}

/** The hosts of a group of the project. */
export const membersOf = ({ values: { hosts } }: Project, group: string): readonly string[] =>
  Object.keys(hosts).filter((host) => hosts[host]!.groups.includes(group));

function unknownGroup(project: Project, name: string): HardenError {
  const names = [everyone, ...Object.keys(project.values.groups)];
  const near = nearest(name, names);
  const hint =
    near === undefined
      ? `The groups are ${names.map((each) => `@${each}`).join(", ")}.`
      : `Did you mean @${near}?`;
  return usage(`There is no group ${printable(name)}.`, project, hint);
}

function empty(project: Project, words: readonly string[]): never {
  const which = words.length === 0 ? "The project has no hosts" : `No host is in ${shownWords(words)}`;
  throw usage(
    `${which}.`,
    project,
    "Write it below hosts: with its groups; this machine is typed as 'this machine'.",
  );
}

const shownWords = (words: readonly string[]) => words.map(printable).join(", ");

const usage = (message: string, { file }: Project, hint: string) =>
  new HardenError("usage", message, { where: file, hint, hostState: "no host was contacted" });

/** What the project says of a host; undefined where it isn't one of its hosts. */
export function assignedTo(project: Project, host: string): Assigned | undefined {
  const { values, tree } = project;
  if (!Object.hasOwn(values.hosts, host)) return undefined;
  const { groups } = values.hosts[host]!;
  const places: readonly Path[] = [["hosts", host], ...groups.map((group) => ["groups", group])];
  const named = [...places, []].map((place) => [...place, "profile"]);
  const nodes = named.flatMap((path) => at(tree, path) ?? []);
  const first = nodes.find((node) => node.kind === "scalar" && node.value !== null);
  const layers = [...groups.map((group) => ["groups", group, "values"]), ["hosts", host, "values"]];
  const name = first?.kind === "scalar" ? String(first.value) : values.profile;
  return {
    name: isPath(name) ? resolve(project.folder, name) : name,
    origin: first?.origin,
    layers: layers.flatMap((path) => {
      const node = at(tree, path);
      return node?.kind === "map" ? [node] : [];
    }),
  };
}

/** Throws HardenError `usage` for the first that is no host of the project. */
export function mustBeHosts(project: Project, hosts: readonly string[]): void {
  const stranger = hosts.find((host) => !Object.hasOwn(project.values.hosts, host));
  if (stranger !== undefined) throw noHost(project, stranger);
}

function noHost(project: Project, host: string): HardenError {
  const near = nearest(host, Object.keys(project.values.hosts));
  const meant = near === undefined ? "" : `Did you mean ${near}? Else: `;
  return usage(
    `${printable(host)} is no host of the project.`,
    project,
    `${meant}Write it below hosts:, or name its profile: --profile NAME.`,
  );
}
