import type { Control } from "../controls/control.ts";

/** A control with the parameters that a profile gives it. */
export interface Managed {
  readonly control: Control;
  readonly params: unknown;
  /** `measure`: checked and never changed (`apply: false`). `off`: the original is given back (`enabled: false`). */
  readonly mode: "apply" | "measure" | "off";
}
