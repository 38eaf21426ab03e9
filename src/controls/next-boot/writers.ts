/** Tools that write into a folder which they are given, or hide it: where, and under which names. A row each. Pure. */
import { posix } from "node:path";
import { type Concern, concerns, concernsOfPath } from "./ours.ts";
import { isUnknown } from "./shell-text.ts";

interface Writer {
  readonly names: RegExp;
  /** Options that take the next word. */
  readonly values: RegExp;
  /** The option that names the folder, with its value where that isn't the next word. */
  readonly into?: RegExp;
  /** Where the folder is, without the option: the last operand, where the command runs, or `/` whatever the option says. */
  readonly at: (words: readonly string[]) => "last" | "here" | "root" | "nowhere";
  /** Names below the folder, by what is left of the operands; `.` is everything. */
  readonly writes: (operands: readonly string[], words: readonly string[]) => readonly string[];
}

const some = (words: readonly string[], pattern: RegExp) => words.some((word) => pattern.test(word));
const everything = () => ["."];
/** By dpkg(1) or dpkg-deb(1). */
export const isExtracted = /^(-[xXe]|--extract|--vextract)$/;
const base = (path: string) => posix.basename(path);

const writers: readonly Writer[] = [
  {
    names: /^(cp|ln|install|mv)$/,
    values: /^(-\w*[mogS]|--(mode|owner|group|suffix))$/,
    into: /^(?:-\w*t|--target-directory(?:=|$))(.*)$/,
    at: () => "last",
    writes: (sources) => sources.map(base),
  },
  {
    names: /^mount$/,
    values: /^(-\w*[otLUONT]|--(options|types|source|label|uuid))$/,
    at: () => "last",
    // What is mounted there already is there after it.
    writes: (_, words) => (some(words, /remount/) ? [] : everything()),
  },
  {
    names: /^rsync$/,
    values:
      /^(-\w*[efBTM]|--(rsh|rsync-path|exclude|include|filter|chmod|chown|suffix|bwlimit|timeout|port|log-file|[\w-]+-(from|dir|dest|file|format)))$/,
    at: (words) => (some(words, /^(-[a-zA-Z]*n[a-zA-Z]*|--dry-run|--list-only)$/) ? "nowhere" : "last"),
    writes: (sources) => sources.map((source) => (source.endsWith("/") ? "." : base(source))),
  },
  {
    names: /^(bsd|s)?tar$/,
    values: /^(-?[a-zA-Z]*[fTXIbK]|--(file|exclude|exclude-from|files-from|transform|owner|group))$/,
    into: /^(?:-\w*C|--directory(?:=|$))(.*)$/,
    at: ([first = "", ...rest]) => {
      const words = [`-${first}`, first, ...rest];
      if (!some(words, /^(-[a-zA-Z]*x.*|--extract|--get)$/)) return "nowhere";
      return some(words, /^(-[a-zA-Z]*P.*|--absolute-names)$/) ? "root" : "here";
    },
    writes: (members) => (members.length === 0 ? everything() : members),
  },
  {
    names: /^dpkg-deb$/,
    values: /^$/,
    at: (words) => (some(words, isExtracted) ? "last" : "nowhere"),
    writes: everything,
  },
  {
    names: /^unzip$/,
    values: /^-[xP]$/,
    into: /^-d(.*)$/,
    at: (words) => (some(words, /^-[a-zA-Z]*[lptvzZ]/) ? "nowhere" : "here"),
    writes: everything,
  },
  {
    names: /^cpio$/,
    values: /^(-\w*[EFHIMORC]|--(file|format|pattern-file|owner))$/,
    into: /^(?:-\w*D|--directory(?:=|$))(.*)$/,
    at: (words) => {
      if (some(words, /^(-[a-zA-Z]*p[a-zA-Z]*|--pass-through)$/)) return "last";
      if (some(words, /^(-[a-zA-Z]*t[a-zA-Z]*|--list|--to-stdout)$/)) return "nowhere";
      return some(words, /^(-[a-zA-Z]*i[a-zA-Z]*|--extract)$/) ? "here" : "nowhere";
    },
    writes: everything,
  },
];

export const writerNames = new RegExp(writers.map(({ names }) => names.source).join("|"));

/** A path as seen from a folder; relative where that isn't known. */
export const pathFrom = (folder: string, path: string) =>
  path.startsWith("/") ? posix.normalize(path) : posix.join(folder, path);

/** Also of a folder above. */
const concernsBelow = (path: string) => (path === "/" ? concerns : concernsOfPath(path, true));
/** Beside a home, keys are a copy of some: of a backup. */
const isBackup = (name: string, folder: string) => name === ".ssh" && !/^\/(root|home)(\/|$)/.test(folder);

/** What a call writes to of ours. `here` is the folder in which it runs, empty where that isn't known. */
export function concernsOfWriter(words: readonly string[], name: string, here: string): readonly Concern[] {
  const writer = writers.find(({ names }) => names.test(name))!;
  const place = writer.at(words);
  if (place === "nowhere") return [];
  const { folder, operands } = operandsOf(words, writer);
  const given = place === "root" ? "/" : (folder ?? (place === "last" ? operands.pop() : "."));
  if (given === undefined) return [];
  const target = pathFrom(here, given);
  const names = writer
    .writes(operands, words)
    .map((each) => (isUnknown(each) ? "*" : each))
    .filter((each) => !isBackup(each, target));
  return [
    ...(place === "last" ? concernsOfPath(target) : []),
    ...names.flatMap((each) => concernsBelow(posix.join(target, each))),
    ...(name === "mv" ? operands.flatMap((each) => concernsBelow(pathFrom(here, each))) : []),
  ];
}

function operandsOf(words: readonly string[], { names, values, into }: Writer) {
  const operands: string[] = [];
  let folder: string | undefined;
  for (let at = 0; at < words.length && !words[at]!.startsWith("#"); at++) {
    const word = words[at]!;
    const attached = into?.exec(word)?.[1];
    // tar(1) takes its first options without a dash.
    const isOption = word.startsWith("-") || (at === 0 && names.test("tar"));
    if (attached !== undefined) folder = attached === "" ? words[++at] : attached;
    else if (isOption && values.test(word)) at++;
    else if (!isOption) operands.push(word);
  }
  return { folder, operands };
}
