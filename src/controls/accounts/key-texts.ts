/** What the checks of keys have in common: when sshd reads the files, and how a key and a file are called. */
import type { Reads } from "../../checks/reads.ts";
import type { KeyFile } from "../../facts/accounts.ts";
import { fingerprintOf, keyOf } from "../../kinds/keys/line.ts";
import type { Part } from "../../plan/control.ts";
import { part } from "../verdict.ts";

export const atLogin: Reads = {
  only: ["file", "next start"],
  because:
    "sshd reads the files of keys anew at each login; ssh.running fails where it still looks for them elsewhere.",
};

/** `SHA256:… (comment)`: as people look for it. */
export function named(line: string): string {
  const key = keyOf(line)!;
  return key.comment === "" ? fingerprintOf(key) : `${fingerprintOf(key)} (${key.comment})`;
}

/** The part of a file that was not read, or not whole. */
export const notWhole = (
  object: string,
  { path, unread }: Pick<KeyFile, "path" | "unread">,
): readonly Part[] =>
  unread === undefined ? [] : [part("error", object, `${path} could not be read whole: ${unread}`)];
