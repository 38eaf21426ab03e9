/** What a compose file comes to. */
import type { Assessed } from "../assess/report.ts";
import type { Finding } from "../checks/finding.ts";

export interface Composed {
  /** What was judged as one, the others laid over the first. */
  readonly files: readonly string[];
  readonly services: readonly string[];
  readonly checks: readonly Assessed[];
  /** What is to be read: keys that compose may not know, variables that nothing is known of, waivers that are in vain. */
  readonly findings: readonly Finding[];
}

/** Where hosts and files are judged together: a host's result, and not a file's. */
export const isHost = <Result extends object>(value: Result): value is Exclude<Result, Composed> =>
  !("files" in value);
