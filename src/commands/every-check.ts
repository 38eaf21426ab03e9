/** Each check that there is: of controls, of the host, of files, of what runs, of what answers, and of clouds. */
import { hostChecks } from "../assess/catalogue.ts";
import type { CheckRecord } from "../checks/check.ts";
import { cloudChecks } from "../cloud/judge.ts";
import { composeChecks } from "../compose/checks/index.ts";
import { controls } from "../controls/index.ts";
import { runningChecks } from "../running/checks.ts";
import { doorChecks } from "../running/door-checks.ts";
import { listenerCheck } from "../running/listeners.ts";

export const everyCheck: readonly CheckRecord[] = [
  ...controls.flatMap(({ checks }) => checks),
  ...hostChecks,
  ...composeChecks,
  ...runningChecks,
  listenerCheck,
  ...doorChecks,
  ...cloudChecks,
];
