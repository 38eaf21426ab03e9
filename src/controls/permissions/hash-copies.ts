/** Copies of shadow(5) and gshadow(5), and lists with hashes, that others than root and the group shadow read. Pure. */
import { isClosed } from "../../facts/entries.ts";
import { isShared } from "../../facts/files.ts";
import type { HashCopy } from "../../facts/hash-copies.ts";
import { notLooked } from "../../facts/probe.ts";
import { modeText } from "../../kinds/mode-text.ts";
import type { Part } from "../../plan/control.ts";
import { part } from "../verdict.ts";
import { hashFiles, openLists } from "./targets.ts";
import type { PermissionsInput } from "./view.ts";

/** Judged by rows of their own. */
const judged: ReadonlySet<string> = new Set([...hashFiles, ...openLists].map(({ path }) => path));

const readers = ["root", "shadow"];

/** A service may have a list of its own, which it reads by a group of its own. */
function isOpen({ form, file, folder }: HashCopy): boolean {
  if (isClosed(folder, readers)) return false;
  return form === "shadow"
    ? !isClosed(file, readers) || isShared(file)
    : (Number.parseInt(file.mode, 8) & 0o4) !== 0;
}

export function hashCopyParts({ facts: { hashCopies } }: PermissionsInput): readonly Part[] {
  if (hashCopies.state !== "present") {
    const why = "why" in hashCopies ? hashCopies.why : "it is not there";
    return why === notLooked
      ? []
      : [part("error", "copies", `whether others read copies of shadow is not known: ${why}`)];
  }
  const { copies, left } = hashCopies.value;
  return [
    ...copies
      .filter((each) => !judged.has(each.path) && isOpen(each))
      .map((each) => ({
        ...part("fail", each.path, `${each.path} (${modeText(each.file)}) ${holds[each.form]}`),
        remedy: `rm '${each.path}', or chmod 600 and chown root where it is needed. Have these passwords changed: whoever was on the host may have their hashes.`,
      })),
    ...left.map((folder) => part("error", folder, `${folder} has more files than are looked at`)),
  ];
}

const holds = {
  shadow: "has lines of shadow or gshadow, and others than root and the group shadow may read it",
  list: "has hashes of passwords, and everybody reads it",
};
