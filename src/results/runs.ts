/** What became of a host's runs where a person settled them. */
/** `nothing`: harden had no journal there. */
export type Uninstalled = "uninstalled" | "nothing" | "declined";

/** `confirmed: false`: the host had rolled back already. */
export interface ConfirmResult {
  readonly run: string;
  readonly confirmed: boolean;
}

/** Rollbacks that a host can't do any more. */
export interface LostRollbacks {
  /** Runs in force that go. */
  readonly runs: readonly string[];
  /** Runs that stay, and before which the host can't be brought any more: of those since, some are gone. */
  readonly to: readonly string[];
  /** Files that runs which go keep the only copy of, as their notes say: changed by others, or never given back. */
  readonly copies: readonly { readonly run: string; readonly object: string; readonly text: string }[];
}

export interface Pruned {
  readonly outcome: "pruned" | "declined";
  /** Newest first. */
  readonly runs: readonly string[];
  readonly lost: LostRollbacks;
}
