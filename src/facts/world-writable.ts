/** What everybody on a host may write to, below folders that are asked for. */
import { innerFrames } from "./frames.ts";
import type { Probe } from "./probe.ts";

/** How many of a folder are named; the others are counted. */
export const mostNamed = 100;

export interface Writable {
  readonly type: "file" | "folder";
  /** Without a link on the way; a control character shows as `?`. */
  readonly path: string;
  /** Four octal digits. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
}

export interface Scan {
  /** As it was asked for. */
  readonly path: string;
  /** `unfinished`: its time was over. `unread`: not all of it could be read. */
  readonly state: "found" | "unfinished" | "unread" | "missing" | "no-folder";
  /** Of all that were seen. */
  readonly count: number;
  /** At most {@link mostNamed}. */
  readonly named: readonly Writable[];
}

/**
 * Files that everybody may write to, and folders without the sticky bit, on the file systems of these paths alone.
 * `seconds`: for all of them, at the lowest priority. `deep`: a plan does not look.
 */
export const worldWritable = (
  paths: readonly string[],
  { seconds, deep }: { readonly seconds: number; readonly deep: boolean },
): Probe<readonly Scan[]> => ({
  collector: "world_writable",
  args: [String(seconds), ...paths],
  ...(deep ? { deep: true as const } : {}),
  parse,
});

const states = ["found", "unfinished", "unread", "missing", "no-folder"] as const;

function parse(data: Buffer): readonly Scan[] {
  return innerFrames(data).map(({ word, rest, content }) => {
    const state = states.find((each) => each === word);
    if (state === undefined) throw new Error(`an answer that nobody knows: ${word}`);
    const [count = "", ...lines] = content.toString("utf8").split("\n");
    return { path: rest, state, count: Number(count), named: lines.flatMap(writable) };
  });
}

function writable(line: string): readonly Writable[] {
  const [type, mode, uid, gid, ...path] = line.split(" ");
  if (path.length === 0) return [];
  return [
    {
      type: type === "folder" ? "folder" : "file",
      path: path.join(" "),
      mode: mode ?? "",
      uid: Number(uid),
      gid: Number(gid),
    },
  ];
}
