/** The filter: whether the running one counts what sshd says of failed logins, and who made it otherwise. */
import type { Jail } from "../../facts/fail2ban.ts";
import { valueOr } from "../../facts/probe.ts";
import type { CheckResult } from "../control.ts";
import { nextValue } from "./next.ts";
import type { FailInput } from "./state.ts";

/** sshd's own, in any mode; `%(__name__)s` is the jail's name. */
const isSshd = (value: string | undefined) =>
  value === undefined || /^(sshd|%\(__name__\)s)(\[mode=[^\]]*\])?$/.test(value.replace(/\s/g, ""));

/** Messages of failed logins that the running filter lets pass. */
export const uncounted = ({ judged }: Jail) => judged.filter(({ counts }) => counts !== "yes");

/** Files of somebody's that make the filter what it is: no change of a plan could alter them. */
export function filterMakers({ facts }: Pick<FailInput, "facts">, jail: Jail): readonly string[] {
  const settings = valueOr(facts.files, []).flatMap(({ path, settings }) =>
    settings.filter(({ key, value }) => /^(fail|ignore)regex$/.test(key) && value !== "").map(() => path),
  );
  return [...new Set([...jail.foreignFilter, ...settings])];
}

export function filterOf(input: FailInput, jail: Jail): CheckResult {
  const expected = "the filter sshd, which counts failed logins";
  const missed = uncounted(jail);
  if (jail.judged.length === 0)
    return { verdict: "error", role: "audit", expected, found: "the running filter was not tried" };
  const makers = filterMakers(input, jail);
  const byWhom = makers.length === 0 ? "" : `, by ${makers.join(", ")}`;
  const texts = missed.map(({ said }) => `"${said}"`).join(", ");
  if (missed.some(({ counts }) => counts === "no")) {
    const found = `these don't count: ${texts}${byWhom}`;
    return { verdict: "fail", expected, found, ...(makers.length > 0 ? { role: "audit" } : {}) };
  }
  if (missed.length > 0)
    return { verdict: "error", role: "audit", expected, found: `not known whether these count: ${texts}` };
  const next = nextValue(valueOr(input.facts.files, []), "filter");
  const later = isSshd(next)
    ? jail.changedFilter.map((path) => `${path} was changed since it started`)
    : [`the files say filter = ${next}`];
  if (later.length > 0)
    return { verdict: "until the next boot", expected, found: `counts now; ${later.join(", ")}` };
  return {
    verdict: "pass",
    expected,
    found: `counts ${jail.judged.map(({ said }) => `"${said}"`).join(", ")}`,
  };
}
