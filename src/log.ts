/** `--log FILE`: what was done, a JSON line each, for whoever must answer for it later. Holds no secrets. */
import pino from "pino";
import type { Event } from "./commands/ports.ts";

export interface Log {
  readonly event: (event: Event) => void;
  readonly end: (status: number) => void;
}

/** Appends to the file; written at once, so that a crash loses nothing. Throws where it can't be opened. */
export function openLog(
  file: string,
  about: { readonly who: string; readonly version: string; readonly words: readonly string[] },
): Log {
  const log = pino(
    { base: about, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: file, append: true, sync: true, mode: 0o600 }),
  );
  return {
    event(event) {
      if (event.kind !== "plans") return void log.info({ target: event.target }, event.text);
      for (const result of event.report) {
        if (result.ok)
          log.info(
            {
              target: result.target,
              changes: result.value.changes.map(({ address, action }) => `${action} ${address}`),
            },
            "planned",
          );
        else log.error({ target: result.target, code: result.error.code }, result.error.message);
      }
    },
    end: (status) => log.info({ status }, "ended"),
  };
}
