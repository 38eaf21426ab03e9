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

/** Collectors that are called once for all names, with the split of each. */
export const splitters: Partial<Record<Collector, Split>> = {
  package: packageOf,
  unit: unitOf,
  sysctl: sysctlOf,
  exists: existsOf,
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
