/** What runs have made ours on a host: the lines of the manifest that they write there; see host/runtime/manifest.sh. */
import { linesOf } from "./lines.ts";

export interface ManifestRow {
  readonly address: string;
  readonly control: string;
  /** The run that made it ours; it holds the original. */
  readonly run: string;
  /** How it was before, a kind's name first. */
  readonly words: readonly string[];
  readonly text: string;
}

/** Throws where the last line, a full stop, is missing: what was cut off may be anything. */
export function manifestRows(data: Buffer): readonly ManifestRow[] {
  const lines = [...linesOf(data)];
  if (lines.pop() !== ".") throw new Error("the manifest has no end");
  return lines.map((line) => {
    const [address = "", control = "", run = "", text = ""] = line.split("\t");
    return { address, control, run, words: unquote(text), text };
  });
}

/** Words as `quote` of host/quote.ts, or of the runtime, wrote them. */
export function unquote(text: string): readonly string[] {
  const words = text.match(/(?:'[^']*'|\\'|[^\s'\\])+/g) ?? [];
  return words.map((word) =>
    word.replace(
      /'([^']*)'|\\(')/g,
      (_all, quoted: string | undefined, escaped: string | undefined) => quoted ?? escaped ?? "",
    ),
  );
}
