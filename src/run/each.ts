/** Many targets: ten at a time where nothing else is asked for, and one host's failure never stops the others. */
import { HardenError } from "../errors.ts";
import type { Settled } from "../results/settled.ts";

const hostsAtOnce = 10;

/** How many of them are in work at one time. */
export interface Pace {
  readonly atOnce?: number;
}

/** Runs `work` for every target; results in the order of the targets. Never rejects. */
export const each = <T>(
  targets: readonly string[],
  work: (target: string) => Promise<T>,
  pace: Pace = {},
): Promise<readonly Settled<T>[]> => inTurn(targets, (target) => settle(target, work), pace);

/** Runs `work` for every item, a few at a time; results in the order of the items. `work` must not reject. */
export async function inTurn<I, T>(
  items: readonly I[],
  work: (item: I) => Promise<T>,
  { atOnce = hostsAtOnce }: Pace,
): Promise<readonly T[]> {
  const results: T[] = new Array(items.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index]!);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}

async function settle<T>(target: string, work: (target: string) => Promise<T>): Promise<Settled<T>> {
  try {
    return { target, ok: true, value: await work(target) };
  } catch (error) {
    return { target, ok: false, error: asHardenError(error) };
  }
}

/** An error that nobody expected becomes `internal`, with its cause kept for developers. */
export function asHardenError(error: unknown): HardenError {
  if (error instanceof HardenError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new HardenError("internal", `harden itself failed: ${message}`, {
    hint: "This is a defect of harden; set HARDEN_DEBUG=1 to see where.",
    cause: error,
  });
}

/** What happened, as part of a sentence. */
export const clauseOf = (error: unknown): string => asHardenError(error).message.replace(/\.$/, "");
