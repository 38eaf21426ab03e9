/** Many targets: at most ten at a time, one host's failure never stops the others. */
import { HardenError } from "../errors.ts";

export type Settled<T> =
  | { readonly target: string; readonly ok: true; readonly value: T }
  | { readonly target: string; readonly ok: false; readonly error: HardenError };

const atOnce = 10;

/** Runs `work` for every target; results in the order of the targets. Never rejects. */
export async function each<T>(
  targets: readonly string[],
  work: (target: string) => Promise<T>,
): Promise<readonly Settled<T>[]> {
  const results: Settled<T>[] = new Array(targets.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < targets.length; index = next++) {
      results[index] = await settle(targets[index]!, work);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, targets.length) }, worker));
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
