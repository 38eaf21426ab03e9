/** A failure for a person: what, where, the state that the host is in, and what to do next. */
import type { Judged } from "../commands/host-verdict.ts";
import type { HardenError } from "../errors.ts";
import { clean, cleanLines } from "./paint.ts";

export function errorText(error: HardenError, target?: string): string {
  const { where, hostState, hint } = error.details;
  const place = [target, where]
    .filter((each) => each !== undefined && !error.message.includes(each))
    .join(", ");
  return [
    `harden: ${place === "" ? "" : `${clean(place)}: `}${message(error)}`,
    ...(hostState === undefined ? [] : [`  host: ${clean(hostState)}`]),
    ...(hint === undefined ? [] : [`  next: ${clean(hint)}`]),
  ].join("\n");
}

/** A profile's and a compose file's errors are a line each, all of which escape what is no text of a line; else whatever is quoted is one. */
const message = (error: HardenError) =>
  (error.code === "profile" || error.code === "compose" ? cleanLines : clean)(error.message);

/** A result as JSON has it: of an error all but its cause, which is for developers. */
export function plainResult<T>(result: Judged<T>) {
  const { target, verdict, status } = result;
  if (result.ok) return { target, verdict, status, value: result.value };
  const { code, message, details } = result.error;
  const { cause: _cause, ...rest } = details;
  return { target, verdict, status, error: { code, message, ...rest } };
}
