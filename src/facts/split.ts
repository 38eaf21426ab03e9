/** Splits what a collector printed for many names into the raw fact of each one. Pure. */
import { pathMatcher } from "../glob.ts";
import { linesOf } from "./lines.ts";
import { listedOf } from "./listed.ts";
import { type Collector, noFolder, type RawFact, unheld } from "./probe.ts";
import { type Split, unitOf } from "./split-units.ts";
import { kernelValue } from "./sysctl.ts";

const none: RawFact = { state: "absent", data: Buffer.alloc(0) };
const some = (text: string): RawFact => ({ state: "present", data: Buffer.from(text, "utf8") });
const unknown = (why: string): RawFact => ({ state: "unknown", data: Buffer.from(why) });
const unanswered = (name: string) => unknown(`${name} could not be read`);

/** The first of several with one key counts. */
function firstOf<T>(entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T> {
  return new Map([...entries].reverse());
}

/** Lines `WORD REST` by their REST. */
const byRest = (lines: readonly string[]) =>
  firstOf(lines.map((line) => [line.slice(line.indexOf(" ") + 1), line.split(" ", 1)[0]!] as const));

const byName = (data: Buffer) =>
  firstOf(linesOf(data).map((line) => [line.split(" ", 1)[0]!, line] as const));

/** Lines `NAME VERSION STATUS`, or `NAME -` of a package that dpkg doesn't know. */
const packageOf: Split = (data) => {
  const lines = byName(data);
  return ([name = ""]) => {
    const line = lines.get(name);
    if (line === undefined) return unanswered(name);
    return line === `${name} -` ? none : some(line);
  };
};

/** Lines `NAME WHY` of those that have to stay, asked for as `own:NAME` or `along:NAME`. */
const wantedOf: Split = (data) => {
  const lines = byName(data);
  return ([word = ""]) => {
    const line = lines.get(word.slice(word.indexOf(":") + 1));
    return line === undefined ? none : some(line);
  };
};

/** Lines `KEY = VALUE`, or `absent KEY`. */
const sysctlOf: Split = (data) => {
  const lines = linesOf(data);
  const values = firstOf(lines.map((line) => [line.split(" =", 1)[0]!, line] as const));
  return ([key = ""]) => {
    if (lines.includes(`absent ${key}`)) return none;
    const line = values.get(key);
    return line === undefined ? unanswered(key) : some(line.slice(line.indexOf("=") + 1).trim());
  };
};

/** Lines `PATH:VALUE` by the globs of their paths; `absent GLOB` for one that names nothing. */
const kernelOf: Split = (data) => {
  const lines = linesOf(data);
  const values = lines.flatMap((line) => kernelValue(line).map(([path]) => ({ path, line })));
  return ([glob = ""]) => {
    if (lines.includes(`absent ${glob}`)) return none;
    const matches = pathMatcher(glob);
    const own = values.filter(({ path }) => matches(path));
    return own.length === 0
      ? unknown(`${glob} could not be read`)
      : some(own.map(({ line }) => line).join("\n"));
  };
};

const existsOf: Split = (data) => {
  const words = byRest(linesOf(data));
  return ([path = ""]) => {
    const word = words.get(path);
    if (word === "yes") return some("");
    return word === "no" ? none : unknown(`whether ${path} exists could not be seen`);
  };
};

const deniedText = "permission denied";

/** Why the paths that are not held are so: lines `why PATH TAB WHY` behind those of their state. */
const whyUnheld = (lines: readonly string[]) =>
  new Map(
    lines.flatMap((line) => {
      const [, path, why] = /^why (.*)\t(.*)$/.exec(line) ?? [];
      return path === undefined || why === undefined ? [] : [[path, why] as const];
    }),
  );

const unheldBy = (why: ReadonlyMap<string, string>, path: string): RawFact =>
  unknown(`${unheld}${why.get(path) ?? "its folders could not be read"}`);

/** The host's MAX_CONTENT and a byte, by which a longer file is known. */
const mostContent = 1024 * 1024 + 1;

/** Contents stand one after the other, so that they must be as long together as stat(1) said before they were read. */
const fileOf: Split = (data) => {
  const end = data.indexOf("\n\n");
  const lines = data.toString("utf8", 0, end).split("\n");
  const states = byRest(lines);
  const reasons = whyUnheld(lines);
  const contents = data.subarray(end + 2);
  const places = new Map<string, { readonly from: number; readonly size: number }>();
  let total = 0;
  for (const line of lines) {
    const [, size, name] = /^(\d+) (.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const place = { from: total, size: Math.min(Number(size), mostContent) };
    if (!places.has(name)) places.set(name, place);
    total += place.size;
  }
  return ([path = ""]) => {
    const state = states.get(path);
    if (state === "absent") return none;
    if (state === "orphan") return { ...none, data: Buffer.from(noFolder) };
    if (state === "blocked") return unknown("what stands where its folder would is no folder");
    if (state === "unheld") return unheldBy(reasons, path);
    if (state === "empty") return some("");
    if (state !== "ok") return unknown(deniedText);
    const own = places.get(path);
    if (own === undefined || total !== contents.length) return unknown("a file changed while it was read");
    return { state: "present", data: contents.subarray(own.from, own.from + own.size) };
  };
};

/** The lines of exists; of what is there no more than that it is, as of a file that can't be read. */
const statFactOf: Split = (data) => {
  const lines = linesOf(data);
  const seen = existsOf(data);
  const states = byRest(lines);
  const reasons = whyUnheld(lines);
  return ([path = ""]) => {
    if (states.get(path) === "unheld") return unheldBy(reasons, path);
    const own = seen([path]);
    return own.state === "present" ? unknown(deniedText) : own;
  };
};

/** Collectors that are called once for all names, with the split of each. */
export const splitters: Partial<Record<Collector, Split>> = {
  package: packageOf,
  wanted: wantedOf,
  unit: unitOf,
  sysctl: sysctlOf,
  kernel_values: kernelOf,
  exists: existsOf,
  file: fileOf,
  stat: statFactOf,
  // Of whatever is asked for together: each gets all of it.
  storage: (data) => () => ({ state: "present", data }),
};

/**
 * Puts a file's line of stat(1), its chattr flags, with a `+` for an access list, and its content together:
 * `STAT\nFLAGS\nCONTENT`.
 */
export function withStats(stats: RawFact): (content: RawFact, path: string) => RawFact {
  const lines = stats.state === "present" ? linesOf(stats.data) : [];
  const listed = firstOf(
    lines.flatMap((line) => {
      const found = listedOf(line);
      return found === undefined ? [] : [[found.path, found] as const];
    }),
  );
  const flagsOf = byRest(lines);
  return (content, path) => {
    const denied = content.state === "unknown" && content.data.toString("utf8") === deniedText;
    if (content.state !== "present" && !denied) return content;
    if (stats.state !== "present") return stats;
    const own = listed.get(path);
    if (own === undefined) return unknown(`${path} could not be read`);
    const readable = content.state === "present" ? "" : content.data.toString("utf8");
    return {
      state: "present",
      data: Buffer.concat([
        Buffer.from(`${own.stat}\n${flagsOf.get(path) ?? ""}${own.acl ? "+" : ""}\n${readable}\n`),
        content.state === "present" ? content.data : Buffer.alloc(0),
      ]),
    };
  };
}
