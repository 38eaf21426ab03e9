/** What guard, desired state and checks of this control share: facts brought together. */
import render from "../../../templates/sysctl.conf.hbs";
import { valueOr } from "../../facts/probe.ts";
import type { BootFact, SysctlFile } from "../../facts/sysctl.ts";
import { onceByParts } from "../../once.ts";
import type { Input } from "../control.ts";
import { setKey } from "../keyvalue.ts";
import { type Assignment, assignments, bootAssignment, merged } from "./boot.ts";
import { ownPath, type probes, ufwPath } from "./probes.ts";
import { dotted, isManaged, type Params, pathOf, type Setting, settings } from "./settings.ts";

export type SysctlInput = Input<Params, typeof probes>;

/** Why nothing can be set on this host; undefined where it can. */
export function impossible({ host, facts }: SysctlInput): string | undefined {
  if (facts.live.state === "absent") return "the kernel shows no network settings";
  if (facts.live.state !== "present" || facts.live.value.writable) return undefined;
  const where = host.container === "none" ? "this host" : `this container (${host.container})`;
  return `${where} may not change the kernel's network settings`;
}

/** Why it can't be told what this host has; undefined where it can. */
export function unreadable({ facts }: SysctlInput): string | undefined {
  for (const fact of [facts.live, facts.boot, facts.own, facts.ufw])
    if (fact.state === "unknown" || fact.state === "unsupported") return fact.why;
  if (!usesUfw({ facts })) return undefined;
  return facts.ufwFile.state === "unknown" ? facts.ufwFile.why : undefined;
}

export const usesUfw = ({ facts }: Pick<SysctlInput, "facts">) =>
  valueOr(facts.ufw, undefined)?.installed === true;

export const valuesOf = ({ facts }: Pick<SysctlInput, "facts">): ReadonlyMap<string, string> =>
  valueOr(facts.live, undefined)?.values ?? new Map();

/** Names of interfaces for which the kernel has the setting, without `all` and `default`, sorted. */
export function interfacesOf(setting: Setting, values: ReadonlyMap<string, string>): readonly string[] {
  const [head = "", tail = ""] = setting.path.split("*");
  const paths = [...values.keys()].filter((path) => path.startsWith(head) && path.endsWith(tail));
  const names = paths.map((path) => path.slice(head.length, path.length - tail.length));
  return names.filter((name) => name !== "all" && name !== "default").sort();
}

/**
 * Paths of a setting that this kernel has and that are ours to set. `default` last: writing it changes every
 * interface that was never written to, which would look like somebody else's change.
 */
export function pathsOf(setting: Setting, values: ReadonlyMap<string, string>): readonly string[] {
  if (setting.combination === undefined) return [setting.path].filter((path) => values.has(path));
  const names = interfacesOf(setting, values).filter((name) => !isManaged(name));
  return [...names, "all", "default"].map((name) => pathOf(setting, name)).filter((path) => values.has(path));
}

/** Whether a path is one of the setting's, whatever the interface. */
function belongsTo(setting: Setting, { path }: Assignment): boolean {
  const [head = "", tail] = setting.path.split("*");
  if (tail === undefined) return path === head;
  const name = path.slice(head.length, path.length - tail.length);
  return path === `${head}${name}${tail}` && !name.includes("/");
}

/** What the files as they will be depend on. */
export function partsOf({ params, facts }: SysctlInput) {
  return [params, facts.live, facts.boot, facts.ufwFile];
}

/** ufw's file with the values of the profile, for the keys that it has. */
export const ufwContent = onceByParts(partsOf, ({ params, facts }): Buffer | undefined => {
  const content = valueOr(facts.ufwFile, undefined)?.content;
  if (content === undefined) return undefined;
  const lines = content.toString("latin1").split("\n");
  const keys = assignments({ path: ufwPath, lines });
  return settings(params).reduce(
    (edited, setting) =>
      keys
        .filter((each) => each.value !== undefined && belongsTo(setting, each))
        .reduce((text, { key }) => setKey(text, { key, value: setting.value }, { separator: "=" }), edited),
    content,
  );
});

interface Boot {
  readonly all: ReadonlyMap<string, Assignment>;
  /** What ufw sets when it starts: before or after the others, for the two services aren't ordered. */
  readonly ufw: ReadonlyMap<string, Assignment>;
}

const bootOf = ({ files, ufw }: BootFact): Boot => ({
  all: merged(files),
  ufw: ufw.enabled && ufw.file !== undefined ? merged([ufw.file]) : new Map(),
});

const nothing: BootFact = { files: [], ufw: { enabled: false } };

/** What the files say as they are now. */
export const bootNow = ({ facts }: SysctlInput): Boot => bootOf(valueOr(facts.boot, nothing));

const toLines = (content: Buffer) => content.toString("utf8").split("\n");

/** What the files say once ours, with the given keys by their full names, and ufw's are as wanted. */
function bootWith(input: SysctlInput, content: Buffer): Boot {
  const { files, ufw } = valueOr(input.facts.boot, nothing);
  const own: SysctlFile = { path: ownPath, lines: toLines(content) };
  const edited = ufwContent(input);
  const file =
    ufw.file?.path === ufwPath && edited !== undefined ? { path: ufwPath, lines: toLines(edited) } : ufw.file;
  return bootOf({
    files: [...files.filter(({ path }) => path !== ownPath), own],
    ufw: { enabled: ufw.enabled, ...(file === undefined ? {} : { file }) },
  });
}

export const bootPlanned = onceByParts(partsOf, (input): Boot => bootWith(input, ownContent(input)));

/** What the boot sets a path to, and which file says so; an interface that none names starts with `default`. */
export function atBoot({ all, ufw }: Boot, setting: Setting, path: string): readonly Assignment[] {
  const found = [bootAssignment(all, path), bootAssignment(ufw, path)].filter((each) => each !== undefined);
  const general = pathOf(setting, "default");
  if (found.length > 0 || path === general || path === pathOf(setting, "all")) return found;
  return setting.combination === undefined ? [] : atBoot({ all, ufw }, setting, general);
}

/** The boot sets the value, and nothing else sets another. */
export function comesBack(boot: Boot, setting: Setting, path: string): boolean {
  const found = atBoot(boot, setting, path);
  return found.length > 0 && found.every(({ value }) => value === setting.value);
}

/** What the files say once ours is there and names no interface. */
const bootInGeneral = onceByParts(
  partsOf,
  (input): Boot =>
    bootWith(
      input,
      contentWith(input, () => []),
    ),
);

/** Interfaces that must be named in our file, since somebody's file names them or has a glob that comes later. */
function named(input: SysctlInput, setting: Setting): readonly string[] {
  if (setting.combination === undefined) return [];
  const { files } = valueOr(input.facts.boot, nothing);
  const general = new Set([pathOf(setting, "all"), pathOf(setting, "default")]);
  const theirs = files
    .filter(({ path }) => path !== ownPath)
    .flatMap(assignments)
    .filter((each) => belongsTo(setting, each) && !/[*?[]/.test(each.path) && !general.has(each.path))
    .filter((each) => each.value !== setting.value)
    .map(({ path }) => path);
  const boot = bootInGeneral(input);
  const beaten = pathsOf(setting, valuesOf(input)).filter((path) => !comesBack(boot, setting, path));
  return [...new Set([...theirs, ...beaten.filter((path) => !general.has(path))])].sort();
}

function contentWith({ params }: SysctlInput, more: (setting: Setting) => readonly string[]): Buffer {
  const rows = settings(params).map((setting) => {
    const { why, value, path, combination } = setting;
    const general =
      combination === undefined ? [path] : ["all", "default", "*"].map((name) => pathOf(setting, name));
    const quiet = path.startsWith("net/ipv6/") ? "-" : "";
    return { why, value, keys: [...general, ...more(setting)].map((each) => `${quiet}${dotted(each)}`) };
  });
  return Buffer.from(render({ settings: rows }));
}

export const ownContent = onceByParts(partsOf, (input) =>
  contentWith(input, (setting) => named(input, setting)),
);
