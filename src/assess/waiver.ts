/** Waivers, which bind to a check, an object and what was found, word for word. Pure. */
import type { Waiver } from "../profile/schema.ts";
import { oneLine } from "../text.ts";
import type { CheckReport } from "./report.ts";

type Bound = Pick<Waiver, "object" | "found">;

/** A report's words as they are shown, and can be written into a profile. */
export const boundTo = ({ object, found }: Bound): Bound => ({ object: plain(object), found: plain(found) });

/** A text as it is compared: on one line, whole. */
export const plain = (text: string) => oneLine(text, Number.POSITIVE_INFINITY);

/** Whether it speaks of this check and object, whatever was found there. */
export const concerns = (waiver: Waiver, report: CheckReport) =>
  waiver.check === report.id && plain(waiver.object) === plain(report.object);

export const matches = (waiver: Waiver, report: CheckReport) =>
  concerns(waiver, report) && plain(waiver.found) === plain(report.found);

/** `until` is the last day that counts. Both as 2027-01-31. */
export const isOver = ({ until }: Pick<Waiver, "until">, today: string) => until < today;

/** The lines of a profile that would waive this report; JSON's strings are YAML's, too. */
export function waiverLines(report: CheckReport): string {
  const { object, found } = boundTo(report);
  const text = (value: string) => JSON.stringify(value);
  return [
    "waivers:",
    `  - check: ${report.id}`,
    ...(object === "" ? [] : [`    object: ${text(object)}`]),
    `    found: ${text(found)}`,
    '    reason: ""',
    '    owner: ""',
    "    until: 0000-00-00",
  ].join("\n");
}
