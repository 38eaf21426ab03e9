/** What a guard says, in the name of its control. */
import type { Finding } from "../plan/plan.ts";
import type { FindingId } from "../plan/told.ts";

type Level = Finding["level"];

/** What stands behind the dot of a control's ids. */
export type IdOf<C extends string> = FindingId extends infer Id
  ? Id extends `${C}.${infer Name}`
    ? Name
    : never
  : never;

export const findingOf =
  <C extends string>(control: C, level: Level) =>
  (id: IdOf<C>, message: string, hint?: string): Finding => ({
    ...{ control, id: `${control}.${id}` as FindingId, level, message },
    ...(hint === undefined ? {} : { hint }),
  });

/** One finding for each message, and none where there is nothing to say. */
export function findingsOf<C extends string>(control: C) {
  const say = (level: Level) => {
    const one = findingOf(control, level);
    return (id: IdOf<C>, message: string | false | undefined | readonly string[], hint?: string) =>
      [message].flat().flatMap((text) => (typeof text === "string" ? [one(id, text, hint)] : []));
  };
  return { block: say("block"), warn: say("warn"), note: say("note") };
}

export const maskedHint = (unit: string) =>
  `Somebody masked it on purpose; if it should run: systemctl unmask ${unit}`;

/** At most so many of a list, so that a line stays readable. */
export function some(texts: readonly string[], most = 8): string {
  const more = texts.length > most ? ` and ${texts.length - most} more` : "";
  return `${texts.slice(0, most).join(", ")}${more}`;
}
