/** What a kind of the inventory lists. */

export interface Entry {
  /** Stable, and unique in its kind. */
  readonly name: string;
  /** What it is, for a person. */
  readonly about: string;
  /** What explains it; left out where only the profile's list could. */
  readonly by?: string;
  /** It could not be told whether it is one of this kind. */
  readonly isDoubtful?: true;
}

export interface Listed {
  readonly entries: readonly Entry[];
  /** Why there may be more. */
  readonly unread: readonly string[];
}
