/** Each check that there is: of controls, of the host, of files, of what runs, of what answers, and of clouds. */
import type { Peculiar } from "../assess/baseline.ts";
import { hostChecks } from "../assess/catalogue.ts";
import type { CheckRecord } from "../checks/check.ts";
import { cloudChecks } from "../cloud/judge.ts";
import { composeChecks } from "../compose/checks/index.ts";
import { controls } from "../controls/index.ts";
import { hostAuthCheck } from "../running/auth.ts";
import { runningChecks, unreadable } from "../running/checks.ts";
import { doorChecks } from "../running/door-checks.ts";
import { listenerCheck } from "../running/listeners.ts";

export const everyCheck: readonly CheckRecord[] = [
  ...controls.flatMap(({ checks }) => checks),
  ...hostChecks,
  ...composeChecks,
  ...runningChecks,
  listenerCheck,
  hostAuthCheck,
  ...doorChecks,
  ...cloudChecks,
];

const idsOf = (checks: readonly CheckRecord[]): ReadonlySet<string> => new Set(checks.map(({ id }) => id));

/** Which of them an audit compares with an earlier one in a way of their own. */
export const peculiar: Peculiar = {
  moving: idsOf(everyCheck.filter(({ moving }) => moving)),
  outside: idsOf(doorChecks),
  engine: unreadable.id,
};
