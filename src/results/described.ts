/** A profile that was written by a host, and what it leaves out. */
import type { HostEntry, HostList } from "../plan/control.ts";
import type { Plan } from "../plan/plan.ts";
import type { ProfileParts } from "../profile/described.ts";
import type { Profile } from "../profile/profile.ts";

/** What became of one control. */
export interface Outline {
  readonly control: string;
  /** `measured`: `apply: false`. */
  readonly as: "managed" | "measured" | "left out";
  /** Why it is no more than that: the end of a sentence. */
  readonly why?: string;
}

export interface DescribedHost {
  readonly profile: Profile;
  readonly text: string;
  /** What the text is made of. */
  readonly parts: ProfileParts;
  readonly outlines: readonly Outline[];
  /** Without a change, and without a block of any control. */
  readonly plan: Plan;
}

export interface InitReport extends DescribedHost {
  readonly target: string;
  readonly name: string;
  /** By the profile that it is compared with. */
  readonly compared: Plan;
  /** What neither the distribution nor the new profile explains. */
  readonly unexplained: readonly HostEntry[];
  /** Why there may be more of a kind. */
  readonly unread: HostList["unread"];
}
