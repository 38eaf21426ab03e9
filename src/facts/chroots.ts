/** Probe of the folders that sshd would lock logins into. */
import { linesOf } from "./lines.ts";
import type { Probe } from "./probe.ts";

export interface Chroot {
  readonly name: string;
  /** As sshd's file says it, such as `/srv/%u`. */
  readonly word: string;
  /** Why sshd would enter no session there; "" where it would. */
  readonly why: string;
}

/** Of each of the accounts and each ChrootDirectory of sshd's files. */
export const chroots = (names: readonly string[]): Probe<readonly Chroot[]> => ({
  collector: "chroots",
  deep: true,
  args: [...names],
  parse: (data) =>
    linesOf(data).map((line) => {
      const [name = "", word = "", why = ""] = line.split("\t");
      return { name, word, why };
    }),
});
