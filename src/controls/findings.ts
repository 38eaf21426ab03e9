/** What a guard says, in the name of its control. */
import type { Finding } from "../plan/plan.ts";

type Level = Finding["level"];

export const findingOf =
  (control: string, level: Level) =>
  (id: string, message: string, hint?: string): Finding => ({
    ...{ control, id: `${control}.${id}`, level, message },
    ...(hint === undefined ? {} : { hint }),
  });

/** One finding for each message, and none where there is nothing to say. */
export function findingsOf(control: string) {
  const say = (level: Level) => {
    const one = findingOf(control, level);
    return (id: string, message: string | false | undefined | readonly string[], hint?: string) =>
      [message].flat().flatMap((text) => (typeof text === "string" ? [one(id, text, hint)] : []));
  };
  return { block: say("block"), warn: say("warn"), note: say("note") };
}

export const maskedHint = (unit: string) =>
  `Somebody masked it on purpose; if it should run: systemctl unmask ${unit}`;
