/** What a check of several objects reports of one of them. Pure. */
import { groupOf, type ObjectCheck, type ObjectResult } from "../checks/object.ts";
import type { CheckReport } from "./report.ts";

export type ObjectRecord = Omit<ObjectCheck<never>, "test">;

export const reportOf = (
  { id, title, severity, role, layer, references, expected }: ObjectRecord,
  { at, ...result }: ObjectResult,
): CheckReport => ({
  id,
  control: groupOf(id),
  title,
  severity,
  role,
  layer,
  references,
  expected,
  ...result,
  ...(at === undefined ? {} : { place: at }),
});
