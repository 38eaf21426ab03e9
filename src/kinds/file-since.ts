/** What somebody has made of a file since a run left it, as far as the run's own words tell. Pure. */
import { createHash } from "node:crypto";
import type { FileFact } from "../facts/files.ts";
import { redactFile } from "../secrets/index.ts";
import type { Since } from "./kind.ts";
import { modeChange, modeIn, modeText } from "./mode-text.ts";

const ufwsRules = /^\/etc\/ufw\/user6?\.rules$/;

/** A file and what a run made of it: states as `look` of file.ts says them. */
interface Written {
  readonly path: string;
  readonly run: string;
  readonly backup: number;
  readonly before: string;
  readonly after?: string;
}

/** `now`: undefined where the file is gone. */
export function fileSince({ path, run, backup, before, after = "" }: Written, now?: FileFact): Since {
  const [, sha256 = ""] = after.split(" ");
  const isNew = before === "absent" || before === "no-folder";
  const original = `/var/lib/harden/runs/${run}/backup/${backup}`;
  const compare = isNew
    ? ""
    : now === undefined
      ? ` (How it was before the run, on the host: ${original})`
      : ` (To compare it with how it was before the run, on the host: diff ${original} ${path})`;
  const todo =
    now === undefined
      ? goneHint(path)
      : ufwsRules.test(path)
        ? "Delete the rules that came since (ufw status numbered, ufw delete NUMBER), roll back, and add them again: the run can be undone when ufw's rules are as it left them."
        : `Look at it, and save what you want to keep; when it is as this run left it${isNew ? ", or gone" : ""}, the run can be undone.`;
  const added = now?.content === undefined ? undefined : addedSince(now.content, sha256);
  return {
    kind: "since",
    what: path,
    ...(now === undefined ? { isGone: true as const } : {}),
    how: added === undefined ? howText(now, sha256, modeIn(after) ?? "") : "lines came to what the run left",
    hint: `${added === undefined ? "" : `These lines came: ${added}. `}${todo}${compare}`,
  };
}

/** A package that was purged took its files along, and only its installation brings them back. */
const goneHint = (path: string) =>
  ufwsRules.test(path)
    ? "If the package ufw was removed, install it again (apt-get install ufw); then roll back."
    : "If its package was removed, install that again; when the file is as this run left it, or as it was before, the run can be undone.";

function howText(now: FileFact | undefined, sha256: string, left: string): string {
  if (now === undefined) return "it is gone";
  if (sha256 === "") return "the run had removed it";
  return now.content !== undefined && digest(now.content) === sha256
    ? `${modeChange(left, modeText(now))}, with the content as the run left it`
    : "its content is another one";
}

const digest = (...parts: readonly Buffer[]) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

/** Bytes that are hashed at the most in the search: a fraction of a second. */
const budget = 100_000_000;

/** The lines without which the content is what had this digest: the host keeps no copy of what a run wrote. */
function addedSince(content: Buffer, sha256: string): string | undefined {
  const starts = [0];
  for (let at = content.indexOf(10); at >= 0; at = content.indexOf(10, at + 1)) starts.push(at + 1);
  let hashed = 0;
  for (let count = 1; count < starts.length; count += 1)
    for (let first = 0; first + count < starts.length; first += 1) {
      const [from, to] = [starts[first]!, starts[first + count]!];
      hashed += content.length - (to - from);
      if (hashed > budget) return undefined;
      if (digest(content.subarray(0, from), content.subarray(to)) === sha256)
        return listed(content.subarray(from, to));
    }
  return undefined;
}

const listed = (lines: Buffer) =>
  redactFile(lines.toString("utf8"))
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => `+ ${line}`)
    .join("; ");
