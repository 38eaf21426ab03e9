/** By whose clock a waiver's day is over. Pure. */
import { dayOf } from "../day.ts";

export interface Clocks {
  /** The later day of the two, as 2027-01-31: a clock that is wrong may end a waiver, and extends none. */
  readonly today: string;
  /** Whose that is, and what the other says, where they are more than a day apart. */
  readonly apart?: string;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Both in ms since 1970; `host` is undefined where it is not known. */
export function clocksOf(controller: number, host: number | undefined): Clocks {
  const today = dayOf(Math.max(controller, host ?? 0));
  if (host === undefined || Math.abs(host - controller) <= dayMs) return { today };
  const [later, other] = host > controller ? ["host", "controller"] : ["controller", "host"];
  const apart = `by the ${later}'s clock (${today}; the ${other}'s clock says ${dayOf(Math.min(controller, host))})`;
  return { today, apart };
}
