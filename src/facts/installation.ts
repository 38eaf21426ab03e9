/** What apt would do to install packages, by the lists that it has now. */
import type { Probe } from "./probe.ts";

export interface Arrival {
  readonly name: string;
  readonly version: string;
  /** The version that is installed now, where the package is only upgraded. */
  readonly from?: string;
}

export interface Installation {
  /** All that will be new or upgraded, what was asked for among it. */
  readonly arrivals: readonly Arrival[];
  /** Names of packages that would have to go. */
  readonly removals: readonly string[];
}

/** All of them in one transaction, as the run would install them; unknown where apt has no lists, or no way. */
export const installation = (names: readonly string[]): Probe<Installation> => ({
  collector: "installation",
  args: names,
  parse: parseInstallation,
});

/** Lines of `apt-get --simulate`: `Inst NAME (VERSION …)`, `Inst NAME [OLD] (VERSION …)`, `Remv NAME [OLD]`. */
function parseInstallation(data: Buffer): Installation {
  const lines = data.toString("latin1").split("\n");
  return {
    arrivals: lines.flatMap((line) => {
      const [, name, from, version] = /^Inst ([a-z0-9][a-z0-9+.:-]*) (?:\[(\S+)\] )?\((\S+)/.exec(line) ?? [];
      if (name === undefined || version === undefined) return [];
      return [{ name, version, ...(from === undefined ? {} : { from }) }];
    }),
    removals: lines.flatMap((line) => /^Remv (\S+)/.exec(line)?.[1] ?? []),
  };
}
