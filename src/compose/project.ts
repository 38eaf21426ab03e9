/** The services of a compose file, extended and with variables put in, and what they refer to. Pure but for the reader that it is given. */
import { posix } from "node:path";
import { envFilesOf, inclusionsOf, isMoved } from "./include.ts";
import { interpolated, parseEnv, unknownVariables, type Variables } from "./interpolate.ts";
import { againstSchema } from "./known.ts";
import { merged, twice, withoutReset } from "./merge.ts";
import { type ComposeProblem, meant } from "./problem.ts";
import { type Comment, readYaml } from "./read.ts";
import { profileIn } from "./seccomp.ts";
import { emptyMap, entriesOf, get, keyAt, type MapNode, type Origin, textOf, valuesOf } from "./tree.ts";

/** A file's text by its path; undefined where there is none. Rejects where it can't be read. */
export type TextReader = (path: string) => Promise<string | undefined>;

export interface Service {
  readonly name: string;
  /** Of a container: what its file calls it. */
  readonly of?: string;
  /** Of its name. */
  readonly at: Origin;
  readonly node: MapNode;
  /** The whole of the file that names it: its volumes, configs and secrets. */
  readonly tree: MapNode;
}

export interface ComposeProject {
  readonly file: string;
  readonly services: readonly Service[];
  /** The whole of the file, for what isn't a service's. */
  readonly tree: MapNode;
  /** Of every file that was read. */
  readonly comments: readonly Comment[];
  readonly warnings: readonly ComposeProblem[];
  /** Texts of seccomp profiles by the path that a service names them by. */
  readonly seccomp: ReadonlyMap<string, string>;
  /** Where there are any, nothing else can be believed. */
  readonly problems: readonly ComposeProblem[];
}

/** Each inclusion counts, for files that include each other twice are many after a few. */
const mostIncluded = 200;

/** Whether compose would fetch it. */
export const isElsewhere = (path: string) => /:\/\/|^git@|^github\.com\//.test(path);

const missing = (path: string) =>
  isElsewhere(path) ? "is elsewhere, and only files are read" : "isn't there";

interface Opened {
  readonly path: string;
  readonly tree: MapNode;
  readonly comments: readonly Comment[];
}

/**
 * `file` is read as every other one that it names: paths are relative to the file that they stand in. `over`: files
 * that are laid over it, as compose does with several -f.
 */
export async function loadProject(
  file: string,
  read: TextReader,
  over: readonly string[] = [],
): Promise<ComposeProject> {
  const problems: ComposeProblem[] = [];
  const warnings: ComposeProblem[] = [];
  const opened = new Map<string, Promise<Opened | undefined>>();
  const top = { file, line: 1, column: 1 };
  let whole: MapNode = emptyMap(top);
  const beside = (at: Origin, path: string) => posix.join(posix.dirname(at.file), path);
  const resolved = (at: Origin, path: string) =>
    posix.isAbsolute(path) || isElsewhere(path) ? path : beside(at, path);

  const unreadable = new Set<string>();
  const readable = async (path: string, at: Origin) => {
    try {
      return await read(path);
    } catch (error) {
      problems.push({ at, message: `${path} can't be read: ${(error as Error).message}` });
      unreadable.add(path);
      return undefined;
    }
  };

  /** Of several files the last says it. */
  const envOf = async (
    paths: readonly string[],
    at: Origin,
    { must }: { must: boolean },
  ): Promise<Variables> => {
    const all = new Map<string, string>();
    for (const path of paths) {
      const text = await readable(path, at);
      if (text === undefined && must && !unreadable.has(path))
        problems.push({ at, message: `env_file ${path} ${missing(path)}` });
      for (const [name, value] of parseEnv(text ?? "")) all.set(name, value);
    }
    return all;
  };
  const dotEnv = (path: string) =>
    envOf([posix.join(posix.dirname(path), ".env")], { file: path, line: 1, column: 1 }, { must: false });

  const open = (path: string, variables: Variables) => {
    const key = JSON.stringify([path, ...variables]);
    const known = opened.get(key);
    if (known !== undefined) return known;
    const opening = readable(path, { file: path, line: 1, column: 1 }).then((text) => {
      if (text === undefined) return undefined;
      const raw = readYaml(text, path);
      const filled = interpolated(raw.tree, variables);
      const known = againstSchema(filled.tree);
      problems.push(...raw.problems, ...filled.problems, ...known.problems);
      warnings.push(...known.warnings, ...unknownVariables(filled.tree));
      return { path, tree: filled.tree, comments: raw.comments };
    });
    opened.set(key, opening);
    return opening;
  };

  /** A service with all that it extends; `behind`: who extends it, to find one that extends itself. */
  const serviceOf = async (
    { tree, name, path, variables }: { tree: MapNode; name: string; path: string; variables: Variables },
    behind: readonly string[],
  ): Promise<MapNode | undefined> => {
    const own = get(tree, "services", name);
    if (own?.kind !== "map") return own === undefined ? undefined : emptyMap(own.at);
    const extended = own.entries.get("extends");
    if (extended === undefined) return own;
    const { value } = extended;
    const wanted = textOf(value) ?? textOf(get(value, "service"));
    const elsewhere = textOf(get(value, "file"));
    const from = elsewhere === undefined ? path : resolved(value.at, elsewhere);
    const refuse = (message: string) => void problems.push({ at: extended.at, message });
    const way = [...behind, `${path}: ${name}`];
    if (wanted === undefined) return void refuse(`${name} extends nothing: name a service`);
    const circle = way.indexOf(`${from}: ${wanted}`);
    if (circle >= 0) {
      const round = [...way.slice(circle), way[circle]].map((each) =>
        from === path ? each?.split(": ")[1] : each,
      );
      return void refuse(`${name} extends itself: ${round.join(" → ")}`);
    }
    const other = from === path ? { tree } : await open(from, variables);
    if (unreadable.has(from)) return undefined;
    if (other === undefined)
      return void refuse(`${name} extends ${wanted} of ${from}, which ${missing(from)}`);
    const base = await serviceOf({ tree: other.tree, name: wanted, path: from, variables }, way);
    if (get(other.tree, "services", wanted) === undefined && base === undefined) {
      const names = entriesOf(get(other.tree, "services")).map(([key]) => key);
      return void refuse(`${name} extends ${wanted}, which ${from} doesn't have${meant(wanted, names)}`);
    }
    const rest = new Map([...own.entries].filter(([key]) => key !== "extends"));
    const under = base ?? emptyMap(own.at);
    const over = { ...own, entries: rest };
    problems.push(...twice(under, over));
    return merged(under, over);
  };

  let inclusions = 0;
  const servicesIn = async (
    paths: readonly string[],
    variables: Variables,
    { at, behind }: { readonly at: Origin; readonly behind: readonly string[] },
  ): Promise<readonly Service[]> => {
    const [path = ""] = paths;
    if (behind.includes(path)) {
      problems.push({ at, message: `${path} includes itself: ${[...behind, path].join(" → ")}` });
      return [];
    }
    inclusions += 1;
    if (inclusions > mostIncluded) {
      problems.push({ at: top, message: `more than ${mostIncluded} files are included` });
      return [];
    }
    const opening = await Promise.all(paths.map((one) => open(one, variables)));
    const absent = paths.filter((_, index) => opening[index] === undefined);
    const gone = absent.filter((one) => !unreadable.has(one));
    problems.push(...gone.map((one) => ({ at, message: `${one} ${missing(one)}` })));
    const [first, ...laid] = opening.flatMap((one) => one ?? []);
    if (first === undefined || absent.length > 0) return [];
    const here = { tree: first.tree };
    for (const { tree } of laid) {
      for (const [name, { value }] of entriesOf(get(tree, "services"))) {
        const under = get(here.tree, "services", name);
        if (under?.kind === "map" && value.kind === "map") problems.push(...twice(under, value));
      }
      here.tree = merged(here.tree, tree);
    }
    const tree = withoutReset(here.tree);
    if (behind.length === 0) whole = tree;
    const others: Service[] = [];
    for (const each of inclusionsOf(tree)) {
      const [other = "", ...over] = each.paths.map((one) => resolved(each.at, one));
      if (isMoved(each))
        problems.push({
          at: each.at,
          message: `project_directory is not the folder of ${other}, from which harden reads its relative paths`,
        });
      const given = each.envFiles?.map((one) => resolved(each.at, one));
      const own = given === undefined ? await dotEnv(other) : await envOf(given, each.at, { must: true });
      // What the including file is given wins.
      const all = new Map([...own, ...variables]);
      others.push(...(await servicesIn([other, ...over], all, { at: each.at, behind: [...behind, path] })));
    }
    const own: Service[] = [];
    for (const [name, entry] of entriesOf(get(tree, "services"))) {
      const node = await serviceOf({ tree: here.tree, name, path, variables }, []);
      if (node !== undefined) own.push({ name, at: entry.at, node: withoutReset(node), tree });
    }
    return [...others, ...own];
  };

  const services = await servicesIn([file, ...over], await dotEnv(file), { at: top, behind: [] });
  for (const { node } of services)
    for (const { path, at } of envFilesOf(node).filter(({ isRequired }) => isRequired)) {
      const full = resolved(at, path);
      if ((await readable(full, at)) === undefined && !unreadable.has(full))
        problems.push({
          at,
          message: `env_file ${path} ${missing(path)}; \`required: false\` says that it need not be`,
        });
    }
  const seccomp = await profilesOf(services, read, posix.dirname(file));
  const all = (await Promise.all(opened.values())).flatMap((one) => one ?? []);
  const tree = whole;
  if (problems.length === 0 && services.length === 0)
    problems.push({ at: keyAt(tree, "services") ?? top, message: "there is no service in it" });
  const texts = new Map(all.map(({ path, comments }) => [path, comments]));
  const comments = [...texts.values()].flat();
  return { file, services, tree, comments, seccomp, warnings: once(warnings), problems: once(problems) };
}

/** Compose reads them from the project's folder; one that can't be read is left out. */
async function profilesOf(services: readonly Service[], read: TextReader, folder: string) {
  const options = services.flatMap(({ node }) => valuesOf(get(node, "security_opt")));
  const found = new Map<string, string>();
  for (const name of options.flatMap(({ value }) => profileIn(String(value)) ?? [])) {
    const text = await read(posix.isAbsolute(name) ? name : posix.join(folder, name)).catch(() => undefined);
    if (text !== undefined) found.set(name, text);
  }
  return found;
}

/** Of a file that is opened with several variables. */
const once = (problems: readonly ComposeProblem[]) => [
  ...new Map(problems.map((each) => [JSON.stringify(each), each])).values(),
];
