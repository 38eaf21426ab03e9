/** What a plan shows of authorized_keys. Pure. */
import { gap } from "../../secrets/index.ts";
import { hostDiff } from "../file-diff.ts";

/** Unified diff of the file. Commands and variables of lines that aren't `own` are others', and may have passwords: they are left out. */
export function shownDiff(
  path: string,
  before: Buffer | undefined,
  after: Buffer,
  own: readonly string[],
): string {
  const isOwn = new Set(own.map((line) => `+${line}`));
  const hide = (line: string) =>
    isOwn.has(line)
      ? line
      : line.replace(
          /\b(command|environment)="(?:\\"|[^"])*("|$)/gi,
          (_, name: string) => `${name}="${gap}"`,
        );
  return hostDiff(path, before, after).split("\n").map(hide).join("\n");
}
