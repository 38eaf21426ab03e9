/** Which accounts runs made, and what the host knows them by. */
import { linesOf } from "../../facts/lines.ts";
import type { Probe } from "../../facts/probe.ts";

/** An account that harden made, as the host knows it. */
export interface MadeAccount {
  /** As which it was made. */
  readonly name: string;
  readonly uid: number;
  /** What the account is called now that has its home; undefined where none has. */
  readonly now?: string;
  /** The lines of the keys that runs have listed for it. */
  readonly keys: readonly string[];
}

/** The accounts that harden made, but those of these names. */
export const madeAccounts = (names: readonly string[]): Probe<readonly MadeAccount[]> => ({
  collector: "account_made",
  args: names,
  deep: true,
  parse: (data) => {
    const lines = [...linesOf(data.toString("utf8"))];
    return lines.flatMap((line, at) => {
      const [word, name = "", uid, now = ""] = line.split(" ");
      if (word !== "made") return [];
      const rest = lines.slice(at + 1);
      const end = rest.findIndex((each) => each.startsWith("made "));
      const keys = rest.slice(0, end === -1 ? undefined : end).map((each) => each.slice("key ".length));
      return [{ name, uid: Number(uid), ...(now === "" ? {} : { now }), keys }];
    });
  },
});
