/** A control with the parameters that a profile gives it. */
import type { Control } from "./control.ts";
export interface Managed {
  readonly control: Control;
  readonly params: unknown;
  /** `measure`: checked and never changed (`apply: false`). `off`: the original is given back (`enabled: false`). */
  readonly mode: "apply" | "measure" | "off";
}

/** Those whose original is given back. */
export const switchedOff = (managed: readonly Managed[]): readonly Managed[] =>
  managed.filter(({ mode }) => mode === "off");

export const idsOf = (managed: readonly Managed[]): ReadonlySet<string> =>
  new Set(managed.map(({ control }) => control.id));
