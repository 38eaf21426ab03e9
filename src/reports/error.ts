/** A failure for a person: what, where, the state that the host is in, and what to do next. */
import type { HardenError } from "../errors.ts";
import type { Judged } from "../results/verdict.ts";
import { redact, redactAll } from "../secrets/index.ts";
import type { Page } from "./page.ts";
import { clean, cleanLines } from "./paint.ts";

export const errorText = (error: HardenError, target?: string): string =>
  [whatText(error, target), ...restOf(error)].join("\n");

interface Failed {
  readonly target: string;
  readonly error: HardenError;
}

/** Of several hosts: what to do is said once, behind all that it is good for. */
export function errorTexts(failed: readonly Failed[]): readonly string[] {
  const groups = new Map<string, Failed[]>();
  for (const each of failed) {
    const key = restOf(each.error).join("\n");
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  return [...groups].map(([rest, all]) =>
    [...all.map(({ error, target }) => whatText(error, target)), ...(rest === "" ? [] : [rest])].join("\n"),
  );
}

/** In a host's own place among others: that there is `none` of what the others have, why, and what to do. */
export const failedText = ({ target, error }: Failed, none: string, { paint }: Page): string =>
  [
    `${paint("strong", clean(target))}: ${paint("bad", none)}: ${placed(error, [error.details.where])}`,
    ...restOf(error),
  ].join("\n");

function whatText(error: HardenError, target: string | undefined): string {
  return `harden: ${placed(error, [target, error.details.where])}`;
}

/** The message, behind those of the places that it doesn't name. */
function placed(error: HardenError, places: readonly (string | undefined)[]): string {
  const unsaid = places.filter((each) => each !== undefined && !error.message.includes(each)).join(", ");
  return `${unsaid === "" ? "" : `${clean(unsaid)}: `}${message(error)}`;
}

const restOf = ({ details: { hostState, hint } }: HardenError): readonly string[] => [
  ...(hostState === undefined ? [] : [`  host: ${clean(redact(hostState))}`]),
  ...(hint === undefined ? [] : [`  next: ${clean(redact(hint))}`]),
];

/** A profile's and a compose file's errors are a line each, all of which escape what is no text of a line; else whatever is quoted is one. */
const message = (error: HardenError) =>
  (error.code === "profile" || error.code === "compose" ? cleanLines : clean)(redact(error.message));

/** A result as JSON has it: of an error all but its cause, which is for developers. */
export function plainResult<T>(result: Judged<T>) {
  const { target, verdict, status } = result;
  if (result.ok) return { target, verdict, status, value: result.value };
  const { code, message, details } = result.error;
  const { cause: _cause, ...rest } = details;
  return { target, verdict, status, error: redactAll({ code, message, ...rest }) };
}
