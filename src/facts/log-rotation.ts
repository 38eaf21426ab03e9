/** What the next rotation of a log does, by logrotate's own rehearsal. */
import { linesOf, textsOf } from "./lines.ts";
import type { Probe } from "./probe.ts";

export interface LogRotation {
  /** Whether the log gets another name; its writer then has to open the path anew. */
  readonly renames: boolean;
  /** What runs behind that, as sh has it. */
  readonly script: string;
  /** Programs of the script that are not there. */
  readonly lacks: readonly string[];
  /** What logrotate says of a file that it leaves out, since another one has the log already. */
  readonly skips: readonly string[];
}

/** Absent where nothing rotates. */
export const logRotation = (path: string): Probe<LogRotation> => ({
  collector: "log_rotation",
  args: [path],
  deep: true,
  parse(data) {
    const lines = linesOf(data);
    return {
      renames: lines.includes("renames"),
      script: textsOf(lines, "script").join("\n"),
      lacks: textsOf(lines, "lacks"),
      skips: textsOf(lines, "skips"),
    };
  },
});
