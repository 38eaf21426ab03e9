/** The filter: whether the running one counts what sshd says of failed logins, and who made it otherwise. */
import type { Jail } from "../../facts/fail2ban.ts";
import type { CheckResult } from "../../plan/control.ts";
import { byOthers, verdicts } from "../verdict.ts";
import { nextValue } from "./next.ts";
import type { Fail2banView, FailInput } from "./state.ts";

/** sshd's own, in any mode; `%(__name__)s` is the jail's name. */
const isSshd = (value: string | undefined) =>
  value === undefined || /^(sshd|%\(__name__\)s)(\[mode=[^\]]*\])?$/.test(value.replace(/\s/g, ""));

/** Messages of failed logins that the running filter lets pass. */
export const uncounted = ({ judged }: Jail) => judged.filter(({ counts }) => counts !== "yes");

/** Files of somebody's that make the filter what it is: no change of a plan could alter them. */
export function filterMakers({ files }: Fail2banView, jail: Jail): readonly string[] {
  const settings = files.flatMap(({ path, settings }) =>
    settings.filter(({ key, value }) => /^(fail|ignore)regex$/.test(key) && value !== "").map(() => path),
  );
  return [...new Set([...jail.foreignFilter, ...settings])];
}

export function filterOf({ view }: FailInput, jail: Jail): CheckResult {
  const { pass, fail, error, later } = verdicts("the filter sshd, which counts failed logins");
  const missed = uncounted(jail);
  if (jail.judged.length === 0) return byOthers(error("the running filter was not tried"));
  const makers = filterMakers(view, jail);
  const byWhom = makers.length === 0 ? "" : `, by ${makers.join(", ")}`;
  const texts = missed.map(({ said }) => `"${said}"`).join(", ");
  if (missed.some(({ counts }) => counts === "no")) {
    const deaf = fail(`these don't count: ${texts}${byWhom}`);
    return makers.length > 0 ? byOthers(deaf) : deaf;
  }
  const narrow = jail.narrow.map((each) => `; others may not, by its expression "${each}"`).join("");
  if (missed.length > 0) return byOthers(error(`not known whether these count: ${texts}${narrow}${byWhom}`));
  const next = nextValue(view.files, "filter");
  const changes = isSshd(next)
    ? jail.changed.filter.map((path) => `${path} was changed since it started`)
    : [`the files say filter = ${next}`];
  if (changes.length > 0) return later(`counts now; ${changes.join(", ")}`);
  return pass(`counts ${jail.judged.map(({ said }) => `"${said}"`).join(", ")}`);
}
