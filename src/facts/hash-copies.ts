/** Files that are copies of the lists of hashes, by their content: of whatever name. */
import { entriesOf, type StatEntry } from "./entries.ts";
import { linesOf, textsOf } from "./lines.ts";
import type { Probe } from "./probe.ts";

export interface HashCopy {
  readonly path: string;
  /** Lines of shadow(5) or gshadow(5); or hashes in lines of passwd(5) or group(5), which others than root have to read. */
  readonly form: "shadow" | "list";
  readonly file: StatEntry;
  readonly folder: StatEntry;
}

export interface HashCopies {
  readonly copies: readonly HashCopy[];
  /** Of the folders those with more files than are looked at. */
  readonly left: readonly string[];
}

/** Of the files in the folders and below that others than root open; no line of one leaves the host. */
export const hashCopies = (folders: readonly string[]): Probe<HashCopies> => ({
  collector: "hash_copies",
  args: folders,
  deep: "settled",
  parse: (data) => {
    const lines = linesOf(data);
    if (lines.at(-1) !== "end") throw new Error("the answer is cut off");
    const entries = new Map(entriesOf(lines).map((entry) => [entry.path, entry]));
    const copies = textsOf(lines, "copy").map((text): HashCopy => {
      const [, form, folder = "", name] = /^(shadow|list) (.*)\/(.*)$/.exec(text) ?? [];
      const path = `${folder}/${name}`;
      const [file, above] = [entries.get(path), entries.get(folder)];
      if (file === undefined || above === undefined) throw new Error("the answer is not understood");
      return { path, form: form as HashCopy["form"], file, folder: above };
    });
    return { copies, left: textsOf(lines, "left") };
  },
});
