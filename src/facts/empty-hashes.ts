/** Which accounts have a hash that is that of the empty password. */
import { linesOf } from "./lines.ts";
import type { Probe } from "./probe.ts";

export interface EmptyHashes {
  /** Their names. */
  readonly names: ReadonlySet<string>;
  /** How many hashes there was no time for. */
  readonly left: number;
}

/** Root only; of /etc/passwd and /etc/shadow. */
export const emptyHashes: Probe<EmptyHashes> = {
  collector: "empty_hashes",
  args: [],
  deep: "settled",
  parse: (data) => {
    const [head = "", ...tried] = linesOf(data);
    const count = /^of (\d+)$/.exec(head)?.[1];
    if (count === undefined) throw new Error("the answer is not understood");
    const names = tried.flatMap((line) => /^empty (.+)$/.exec(line)?.[1] ?? []);
    return { names: new Set(names), left: Number(count) - tried.length };
  },
};
