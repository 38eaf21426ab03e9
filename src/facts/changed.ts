/** What was changed since a service started, and so is not read yet. */
import { linesOf } from "./lines.ts";
import type { Probe } from "./probe.ts";

/** A file, and when its content, mode or owner was changed last: seconds since 1970. */
export interface Changed {
  readonly path: string;
  readonly changed: number;
}

/** With the time of the change: a saved plan is stale where such a file has changed once more. */
export const changedText = ({ path, changed }: Changed): string =>
  `${path} (changed at ${new Date(changed * 1000).toISOString()})`;

/** Those of the paths that were changed since the unit was started; absent where it wasn't. */
export const changedSince = (unit: string, paths: readonly string[]): Probe<readonly Changed[]> => ({
  collector: "changed_since",
  args: [unit, ...paths],
  parse: (data) =>
    linesOf(data).map((line) => {
      const at = line.indexOf(" ");
      return { path: line.slice(at + 1), changed: Number(line.slice(0, at)) };
    }),
});
