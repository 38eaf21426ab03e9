/** What `harden explain` says of a check, beside what the check says itself. */
export interface About {
  /** What stays open where it fails. */
  readonly why: string;
  /** What can break when it is set; left out where nothing is known. */
  readonly breaks?: string;
  /** The parameters that decide it, where none has the check's own name. */
  readonly by?: readonly string[];
  /** A command that shows it on the host, as root, without harden. */
  readonly look: string;
}

/** By a check's name within its control, `max-auth-tries`. */
export type Abouts = Readonly<Record<string, About>>;
