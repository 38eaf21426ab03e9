/** Every check that there is, of the controls and of the host: what a waiver may name. */
import type { HostRecord } from "../checks/check.ts";
import { controls } from "../controls/index.ts";
import { clockCheck } from "./clocks.ts";
import { filesCheck } from "./files.ts";
import { leftoverCheck } from "./leftovers.ts";

/** Those that no control has. */
export const hostChecks: readonly HostRecord[] = [filesCheck, leftoverCheck, clockCheck];

export const catalogue: readonly HostRecord[] = [...controls.flatMap(({ checks }) => checks), ...hostChecks];
