/** What `harden explain` says of a check, beside what the check says itself. */
export interface About {
  /** What stays open where it fails. */
  readonly why: string;
  /** What can break when it is set; left out where nothing is known. */
  readonly breaks?: string;
  /** The parameters that decide it, where none has the check's own name. */
  readonly by?: readonly string[];
  /** What can still be done by whoever wants to do harm when it passes: one sentence, a fact of this value. */
  readonly leavesOpen: string;
  /** The stricter value or measure and, after a colon, its price: one sentence; undefined where there is none. */
  readonly stricter: string | undefined;
  /** A command that shows it on the host, as root, without harden. */
  readonly look: string;
}

/** By a check's name within its control, `max-auth-tries`. */
export type Abouts = Readonly<Record<string, About>>;

// What checks of several controls, and of containers, share.

export const sealed =
  "Hashes of them that are kept and compared elsewhere (AIDE): somebody has to look at each difference after an upgrade.";

export const oneGate = "One VPN or jump host in `access.from`: while it is away, the console alone is left.";

export const logsElsewhere =
  "A driver that sends them elsewhere (`syslog` over TLS, `fluentd`): a collector has to be kept.";

export const namesApart =
  "One certificate a name and no wildcard: more renewals, of which the CA allows so many a week.";

export const ownMounts =
  "A certificate, a group and mounts (`live/NAME`, `archive/NAME`) for each service: kept by hand, for harden knows one group.";

export const rootless =
  "Rootless Docker or `userns-remap`, where root inside is nobody on the host: volumes change their owner's number.";
