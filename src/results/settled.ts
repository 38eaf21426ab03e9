/** What came of one target: a value, or why there is none. */
import type { HardenError } from "../errors.ts";

export type Settled<T> =
  | { readonly target: string; readonly ok: true; readonly value: T }
  | { readonly target: string; readonly ok: false; readonly error: HardenError };
