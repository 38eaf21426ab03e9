/** What the collector `unit` printed, unit by unit: systemd's own block, then what the disk has under its names. Pure. */
import { below } from "./boot-unit.ts";
import { innerFrames } from "./frames.ts";
import type { RawFact } from "./probe.ts";

/** Reads the whole once; then gives each name's part. */
export type Split = (data: Buffer) => (args: readonly string[]) => RawFact;

const none = { state: "absent", data: Buffer.alloc(0) } as const;
const unknown = { state: "unknown" } as const;

const namesIn = (block: string) => (/^Names=(.*)$/m.exec(block)?.[1] ?? "").split(" ");

/** A line of the disk's part, with the lines `| TEXT` that belong to it. */
interface Entry {
  readonly word: string;
  readonly path: string;
  readonly lines: readonly string[];
}

export const unitOf: Split = (data) => {
  const texts = new Map(innerFrames(data).map(({ word, content }) => [word, content.toString("utf8")]));
  const shown = texts.get("shown") ?? "";
  const entries = entriesOf(texts.get("disk") ?? "");
  const blocks = new Map(
    shown.split(/\n\n+/).flatMap((block) => {
      const id = /^Id=(.*)$/m.exec(block)?.[1];
      return id === undefined ? [] : [[id, block.trim()] as const];
    }),
  );
  const aliases = new Set([...blocks.values()].flatMap((block) => namesIn(block)));
  return ([name = ""]) => {
    const block = blocks.get(name);
    if (block === undefined)
      return aliases.has(name) ? none : { ...unknown, data: Buffer.from(`${name} could not be read`) };
    if (block.includes("LoadState=not-found")) return none;
    const names = [name, ...namesIn(block)];
    return { state: "present", data: Buffer.from([block, ...ownLines(entries, { name, names })].join("\n")) };
  };
};

function entriesOf(disk: string): readonly Entry[] {
  const found: { word: string; path: string; lines: string[] }[] = [];
  for (const line of disk.split("\n")) {
    const [, word, path] = /^(fragment|mask|drop-in|wanted|default|[0-9a-f]{32}) +(.+)$/.exec(line) ?? [];
    if (line.startsWith("| ")) found.at(-1)?.lines.push(line);
    else if (word !== undefined && path !== undefined) found.push({ word, path, lines: [line] });
  }
  return found;
}

const baseName = (path: string) => path.slice(path.lastIndexOf("/") + 1);

/** `names`: the unit's own and its aliases, whose links are no files of their own. */
function ownLines(
  entries: readonly Entry[],
  { name, names }: { name: string; names: readonly string[] },
): readonly string[] {
  const files = entries.filter(
    ({ word, path }) =>
      ((word === "fragment" || word === "mask") && baseName(path) === name) ||
      (word === "drop-in" && isAbout(baseName(path.slice(0, path.lastIndexOf("/"))), names)),
  );
  const paths = new Set(files.map(({ path }) => below(path)));
  const sums = entries.filter(({ word, path }) => /^[0-9a-f]{32}$/.test(word) && paths.has(below(path)));
  const others = entries.filter(
    ({ word, path }) => word === "default" || (word === "wanted" && names.includes(baseName(path))),
  );
  return [...files, ...others, ...sums].flatMap(({ lines }) => lines);
}

/** systemd.unit(5): `NAME.service.d`, `service.d`, and `foo-.service.d` for each beginning of a name up to a dash. */
function isAbout(folder: string, names: readonly string[]): boolean {
  const stem = folder.replace(/\.d$/, "");
  return names.some((name) => {
    const kind = name.slice(name.lastIndexOf(".") + 1);
    const start = stem.slice(0, -kind.length - 1);
    return (
      stem === name ||
      stem === kind ||
      (start.endsWith("-") && stem.endsWith(`.${kind}`) && name.startsWith(start))
    );
  });
}
