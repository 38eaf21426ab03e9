/** What guard, desired state and checks of this control share: facts brought together. */
import render from "../../../templates/sysctl.conf.hbs";
import { apply, type Key, type KeyValueStyle } from "../../edits/index.ts";
import { type Fact, valueOr, whyUnknown } from "../../facts/probe.ts";
import { type BootFact, kernelFact, type KernelValues as Values } from "../../facts/sysctl.ts";
import { lazy } from "../../once.ts";
import type { Input, Seen } from "../../plan/control.ts";
import { paths } from "../../platform.ts";
import { type Assignment, assignments, bootAssignment, merged } from "./boot.ts";
import { ownPath, type probes } from "./probes.ts";
import { dotted, isManaged, pathOf, type Setting, type SysctlParams, settings, table } from "./settings.ts";

type SysctlSeen = Seen<SysctlParams, typeof probes>;
export type SysctlView = ReturnType<typeof viewOf>;
export type SysctlInput = Input<SysctlParams, typeof probes, SysctlView>;

export function viewOf(seen: SysctlSeen) {
  const live = kernelFact(
    seen.facts,
    table.map(({ path }) => path),
  );
  const values: Values = valueOr(live, new Map<string, string>());
  const ufwEdits = lazy(() => editsOfUfw(seen));
  const withOwn = (content: Buffer) => bootWith(seen, content, editedUfw(seen, ufwEdits()));
  const ownContent = lazy(() => {
    const general = withOwn(contentWith(settings(seen.params), () => []));
    return contentWith(settings(seen.params), namedIn(seen, general, values));
  });
  const reasons = { impossible: impossible(seen), unreadable: unreadable(seen, live) };
  return {
    /** Why nothing can be set on this host, and why it can't be told what it has; undefined where it can. */
    ...reasons,
    /** Nothing is claimed for one of these reasons. */
    blind: reasons.impossible !== undefined || reasons.unreadable !== undefined,
    usesUfw: usesUfw(seen),
    values,
    ownContent,
    /** The values of the profile for the keys that ufw's own file has. */
    ufwEdits,
    /** What the files say as they are now, and once ours and ufw's are as wanted. */
    bootNow: lazy(() => bootOf(valueOr(seen.facts.boot, nothing))),
    bootPlanned: lazy(() => withOwn(ownContent())),
  };
}

function impossible({ host, facts }: SysctlSeen): string | undefined {
  if (facts.net.state === "absent") return "the kernel shows no network settings";
  if (facts.net.state !== "present" || facts.net.value.writable) return undefined;
  const where = host.container === "none" ? "this host" : `this container (${host.container})`;
  return `${where} may not change the kernel's network settings`;
}

function unreadable({ facts }: SysctlSeen, live: Fact<Values>): string | undefined {
  for (const fact of [facts.net, live, facts.boot, facts.own, facts.ufw])
    if (fact.state === "unknown" || fact.state === "unsupported") return fact.why;
  return usesUfw({ facts }) ? whyUnknown(facts.ufwFile) : undefined;
}

const usesUfw = ({ facts }: Pick<SysctlSeen, "facts">) => valueOr(facts.ufw, undefined)?.installed === true;

/** Names of interfaces for which the kernel has the setting, without `all` and `default`, sorted. */
export function interfacesOf(setting: Setting, values: Values): readonly string[] {
  const [head = "", tail = ""] = setting.path.split("*");
  const paths = [...values.keys()].filter((path) => path.startsWith(head) && path.endsWith(tail));
  const names = paths.map((path) => path.slice(head.length, path.length - tail.length));
  return names.filter((name) => name !== "all" && name !== "default").sort();
}

/** Of these the ones that no container manager set up. */
export const ownOf = (setting: Setting, values: Values) =>
  interfacesOf(setting, values).filter((name) => !isManaged(name));

/**
 * Paths of a setting that this kernel has and that are ours to set. `default` last: writing it changes every
 * interface that was never written to, which would look like somebody else's change.
 */
export function pathsOf(setting: Setting, values: Values): readonly string[] {
  if (setting.combination === undefined) return [setting.path].filter((path) => values.has(path));
  const names = [...ownOf(setting, values), "all", "default"];
  return names.map((name) => pathOf(setting, name)).filter((path) => values.has(path));
}

/** Whether a path is one of the setting's, whatever the interface. */
function belongsTo(setting: Setting, { path }: Assignment): boolean {
  const [head = "", tail] = setting.path.split("*");
  if (tail === undefined) return path === head;
  const name = path.slice(head.length, path.length - tail.length);
  return path === `${head}${name}${tail}` && !name.includes("/");
}

export const ufwFormat: KeyValueStyle = { separator: "=" };

function editsOfUfw({ params, facts }: SysctlSeen): readonly (readonly [Key, string])[] {
  const content = valueOr(facts.ufwFile, undefined)?.content;
  if (content === undefined) return [];
  const lines = content.toString("latin1").split("\n");
  const keys = assignments({ path: paths.ufwSysctls, lines }).filter(({ value }) => value !== undefined);
  return settings(params).flatMap((setting) =>
    [...new Set(keys.filter((each) => belongsTo(setting, each)).map(({ key }) => key))].map(
      (key) => [[key], setting.value] as const,
    ),
  );
}

/** As it will be, unless it can't be edited: then it stays, and the plan is blocked by that. */
function editedUfw({ facts }: SysctlSeen, set: readonly (readonly [Key, string])[]): Buffer | undefined {
  const content = valueOr(facts.ufwFile, undefined)?.content;
  const edited = content === undefined ? undefined : apply(ufwFormat, content, { set, unset: [] });
  return edited?.ok ? edited.content : content;
}

type Boot = ReturnType<typeof bootOf>;

const bootOf = ({ files, ufw }: BootFact) => ({
  all: merged(files),
  /** What ufw sets when it starts: before or after the others, for the two services aren't ordered. */
  ufw: merged(ufw.enabled && ufw.file !== undefined ? [ufw.file] : []),
});

const nothing: BootFact = { files: [], ufw: { enabled: false } };

/** What the files say once ours and ufw's are these. */
function bootWith({ facts }: SysctlSeen, own: Buffer, edited: Buffer | undefined): Boot {
  const { files, ufw } = valueOr(facts.boot, nothing);
  const fileOf = (path: string, content: Buffer) => ({ path, lines: content.toString("utf8").split("\n") });
  const isEdited = ufw.file?.path === paths.ufwSysctls && edited !== undefined;
  return bootOf({
    files: [...files.filter(({ path }) => path !== ownPath), fileOf(ownPath, own)],
    ufw: { ...ufw, ...(isEdited ? { file: fileOf(paths.ufwSysctls, edited) } : {}) },
  });
}

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

/**
 * Interfaces that must be named in our file, since somebody's file names them or has a glob that comes later; `boot`:
 * what the files say once ours is there and names no interface.
 */
function namedIn({ facts }: SysctlSeen, boot: Boot, values: Values) {
  const others = valueOr(facts.boot, nothing)
    .files.filter(({ path }) => path !== ownPath)
    .flatMap(assignments)
    .filter(({ path }) => !/[*?[]/.test(path));
  return (setting: Setting): readonly string[] => {
    if (setting.combination === undefined) return [];
    const general = new Set([pathOf(setting, "all"), pathOf(setting, "default")]);
    const theirs = others
      .filter((each) => belongsTo(setting, each) && !general.has(each.path) && each.value !== setting.value)
      .map(({ path }) => path);
    const beaten = pathsOf(setting, values).filter((path) => !comesBack(boot, setting, path));
    return [...new Set([...theirs, ...beaten.filter((path) => !general.has(path))])].sort();
  };
}

function contentWith(all: readonly Setting[], more: (setting: Setting) => readonly string[]): Buffer {
  const rows = all.map((setting) => {
    const { reason: why, value, path, combination } = setting;
    const general =
      combination === undefined ? [path] : ["all", "default", "*"].map((name) => pathOf(setting, name));
    const quiet = path.startsWith("net/ipv6/") ? "-" : "";
    return { why, value, keys: [...general, ...more(setting)].map((each) => `${quiet}${dotted(each)}`) };
  });
  return Buffer.from(render({ settings: rows }));
}
