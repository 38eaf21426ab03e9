/** Which lines of passwd(5) and group(5), and of their copies, hold the hash of a password. */
import type { Probe } from "./probe.ts";
import { rowsOf } from "./rows.ts";

export interface OpenHashes {
  readonly path: string;
  /** The first accounts or groups of it. */
  readonly names: readonly string[];
  /** How many more there are. */
  readonly left: number;
  readonly isUnread: boolean;
}

export const openHashes = (paths: readonly string[]): Probe<readonly OpenHashes[]> => ({
  collector: "open_hashes",
  args: paths,
  deep: "settled",
  parse: (data) => {
    const rows = rowsOf(data);
    return paths.map((path) => {
      const of = (word: string) => rows(word).filter(([first]) => first === path);
      return {
        path,
        names: of("hash").map(([, name = ""]) => name),
        left: Number(of("more")[0]?.[1] ?? 0),
        isUnread: of("unread").length > 0,
      };
    });
  },
});
