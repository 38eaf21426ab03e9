/** The controls in the order in which they plan and apply: one line each. */
import type { Control } from "./control.ts";

export const controls: readonly Control[] = [];
