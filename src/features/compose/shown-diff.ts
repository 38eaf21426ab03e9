/** The difference that a fix makes, as it may be shown. Pure. */
import type { JudgedFile } from "../../audit/files.ts";
import { masked } from "../../compose/fix/mask.ts";
import { unifiedDiff } from "../../kinds/file-diff.ts";

interface Text {
  readonly text: string;
  readonly judged: JudgedFile;
}

/** Without the secrets that were found in either text, and without `values`; empty where nothing differs. */
export function shownDiff(
  target: string,
  before: Text,
  { values, ...after }: Text & { readonly values: readonly string[] },
): string {
  if (after.text === before.text) return "";
  const shown = ({ text, judged: { seen, composed } }: Text) =>
    Buffer.from(masked(text, seen.file, { checks: composed.checks, values }));
  return unifiedDiff(target, shown(before), shown(after));
}
