import type { Control } from "../controls/control.ts";

/** A control with the parameters that a profile gives it. */
export interface Managed {
  readonly control: Control;
  readonly params: unknown;
  readonly enabled: boolean;
}
