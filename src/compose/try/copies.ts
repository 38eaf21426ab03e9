/** What stands in for a path of the host. */
export interface Copy {
  /** Of the copy, or of an empty folder; left out where nothing is mounted. */
  readonly path?: string;
  /** The end of a sentence: why it is no copy. */
  readonly why?: string;
}

/** By the path that a definition names. */
export type Copies = ReadonlyMap<string, Copy>;
