/** Splits what a collector printed for many names into the raw fact of each one. Pure. */
import type { Collector, RawFact } from "./probe.ts";

type Split = (data: Buffer, args: readonly string[]) => RawFact;

const none: RawFact = { state: "absent", data: Buffer.alloc(0) };
const some = (text: string): RawFact => ({ state: "present", data: Buffer.from(text, "utf8") });

const packageOf: Split = (data, [name]) => {
  const line = data
    .toString("utf8")
    .split("\n")
    .find((each) => each.split(" ")[0] === name);
  return line === undefined ? none : some(line);
};

const unitOf: Split = (data, [name]) => {
  const blocks = data.toString("utf8").split(/\n\n+/);
  const block = blocks.find((each) => each.split("\n").includes(`Id=${name}`));
  if (block === undefined || block.includes("LoadState=not-found")) return none;
  return some(block);
};

const sysctlOf: Split = (data, [key]) => {
  const line = data
    .toString("utf8")
    .split("\n")
    .find((each) => each.split(" =", 1)[0] === key);
  return line === undefined ? none : some(line.slice(line.indexOf("=") + 1).trim());
};

const existsOf: Split = (data, [path]) => {
  const line = data
    .toString("utf8")
    .split("\n")
    .find((each) => each.slice(each.indexOf(" ") + 1) === path);
  if (line?.startsWith("yes ")) return some("");
  if (line?.startsWith("no ")) return none;
  return { state: "unknown", data: Buffer.from(`whether ${path} exists could not be seen`) };
};

/** The host's MAX_CONTENT and a byte, by which a longer file is known. */
const mostContent = 1024 * 1024 + 1;

/** Contents stand one after the other, so that they must be as long together as stat(1) said before they were read. */
const fileOf: Split = (data, [path]) => {
  const end = data.indexOf("\n\n");
  const lines = data.toString("utf8", 0, end).split("\n");
  const state = lines.find((line) => line.slice(line.indexOf(" ") + 1) === path)?.split(" ", 1)[0];
  if (state === "absent") return none;
  if (state === "empty") return some("");
  if (state !== "ok") return { state: "unknown", data: Buffer.from("permission denied") };
  const sizes = lines.flatMap((line) => {
    const [, size, name] = /^(\d+) (.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, size: Math.min(Number(size), mostContent) }];
  });
  const contents = data.subarray(end + 2);
  const index = sizes.findIndex(({ name }) => name === path);
  const before = sizes.slice(0, Math.max(0, index));
  const sum = (all: typeof sizes) => all.reduce((total, { size }) => total + size, 0);
  const own = sizes[index];
  if (own === undefined || sum(sizes) !== contents.length)
    return { state: "unknown", data: Buffer.from("a file changed while it was read") };
  return { state: "present", data: contents.subarray(sum(before), sum(before) + own.size) };
};

/** Collectors that are called once for all names, with the split of each. */
export const splitters: Partial<Record<Collector, Split>> = {
  package: packageOf,
  unit: unitOf,
  sysctl: sysctlOf,
  exists: existsOf,
  file: fileOf,
};

/** Puts the file's line of stat(1), its chattr flags and its content together: `STAT\nFLAGS\nCONTENT`. */
export function withStat(content: RawFact, stats: RawFact, path: string): RawFact {
  if (content.state === "absent" || content.state === "unsupported") return content;
  if (stats.state !== "present") return stats;
  const lines = stats.data.toString("utf8").split("\n");
  const isPath = (line: string) => {
    const name = line.split(" ").slice(5).join(" ");
    return (
      name === `'${path}'` ||
      name.startsWith(`'${path}' -> `) ||
      name === path ||
      name.startsWith(`${path} -> `)
    );
  };
  const stat = lines.find(isPath);
  if (stat === undefined) return { state: "unknown", data: Buffer.from(`${path} could not be read`) };
  const flags = lines.find((line) => line.endsWith(` ${path}`) && !isPath(line))?.split(" ")[0] ?? "";
  const readable = content.state === "present" ? "" : content.data.toString("utf8");
  return {
    state: "present",
    data: Buffer.concat([
      Buffer.from(`${stat}\n${flags}\n${readable}\n`),
      content.state === "present" ? content.data : Buffer.alloc(0),
    ]),
  };
}
