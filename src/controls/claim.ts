/** What a control wants of a host: a resource with whose it is, and why. */
import type { Resource } from "../kinds/index.ts";
import type { Effect } from "../kinds/kind.ts";

export interface Claim {
  readonly control: string;
  readonly resource: Resource;
  readonly reason: string;
  /** For files: what a change disturbs, as the plan shows it. */
  readonly effect?: Effect;
  /** Gives way to another control's claim on the same resource instead of conflicting. */
  readonly yields?: boolean;
  /** Counts only in a plan that holds this resource too, such as `package:ufw`: of another control, perhaps. */
  readonly onlyWith?: string;
}
