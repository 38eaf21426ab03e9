/** `--log FILE`: what was done, a JSON line each, for whoever must answer for it later. Holds no secrets. */
import pino from "pino";
import { fileHint, HardenError, systemWords } from "../errors.ts";
import type { Judged } from "../results/verdict.ts";
import type { Event } from "../run/ports.ts";
import { redact, redactAll } from "../secrets/index.ts";
import { stripControl } from "../text.ts";

export interface Log {
  readonly event: (event: Event) => void;
  /** How it ended for each host. */
  readonly verdicts: (hosts: readonly Judged<unknown>[]) => void;
  /** Why the command as a whole gave nothing. */
  readonly failed: (error: HardenError) => void;
  readonly end: (status: number) => void;
}

/**
 * Appends to the file; written at once, so that a crash loses nothing. Throws HardenError `usage` where its first line
 * can't be written; what can't be later ends no run: `lost` gets the system's words, once.
 */
export function openLog(
  file: string,
  about: { readonly who: string; readonly version: string; readonly words: readonly string[] },
  lost: (why: string) => void,
): Log {
  let fault: Error | undefined;
  let began = false;
  const destination = open(file);
  destination.on("error", (error: Error) => {
    if (began && fault === undefined) lost(error.message);
    fault ??= error;
  });
  const log = pino({ base: redactAll(about), timestamp: pino.stdTimeFunctions.isoTime }, destination);
  log.info("began");
  if (fault !== undefined) throw unwritable(file, fault);
  began = true;
  return {
    event(event) {
      if (event.kind === "still") return;
      if (event.kind !== "plans") return void log.info({ target: event.target }, shown(event.text));
      for (const result of event.report) {
        if (result.ok)
          log.info(
            {
              target: result.target,
              changes: result.value.changes.map(({ address, action }) => `${action} ${address}`),
            },
            "planned",
          );
        else log.error({ target: result.target, code: result.error.code }, shown(result.error.message));
      }
    },
    verdicts(hosts) {
      for (const host of hosts) {
        const { target, verdict, status } = host;
        if (host.ok) log.info({ target, verdict, status }, "verdict");
        else log.error({ target, verdict, status, ...faultOf(host.error) }, "verdict");
      }
    },
    failed: (error) => log.error(faultOf(error), "failed"),
    end: (status) => log.info({ status }, "ended"),
  };
}

const faultOf = ({ code, message }: HardenError) => ({ code, why: shown(message) });

const shown = (text: string) => stripControl(redact(text));

function open(file: string) {
  try {
    return pino.destination({ dest: file, append: true, sync: true, mode: 0o600 });
  } catch (error) {
    throw unwritable(file, error as Error);
  }
}

const unwritable = (file: string, cause: Error) =>
  new HardenError("usage", `The log ${file} can't be written: ${systemWords(cause)}.`, {
    cause,
    hint: fileHint(cause),
    hostState: "no host was contacted",
  });
