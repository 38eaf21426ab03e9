/** A failure for a person: what, where, the state that the host is in, and what to do next. */
import type { Settled } from "../commands/each.ts";
import type { HardenError } from "../errors.ts";
import { clean } from "./paint.ts";

export function errorText(error: HardenError, target?: string): string {
  const { where, hostState, hint } = error.details;
  const place = [target, where]
    .filter((each) => each !== undefined && !error.message.includes(each))
    .join(", ");
  return [
    `harden: ${place === "" ? "" : `${clean(place)}: `}${clean(error.message)}`,
    ...(hostState === undefined ? [] : [`  host: ${clean(hostState)}`]),
    ...(hint === undefined ? [] : [`  next: ${clean(hint)}`]),
  ].join("\n");
}

/** A result as JSON has it: of an error all but its cause, which is for developers. */
export function plainResult<T>(result: Settled<T>) {
  if (result.ok) return result;
  const { code, message, details } = result.error;
  const { cause: _cause, ...rest } = details;
  return { target: result.target, ok: false, error: { code, message, ...rest } };
}
