/** Verdicts in words, for every format. */
import { isAdvised } from "../assess/assess.ts";
import type { Assessed } from "../assess/report.ts";
import type { Verified } from "../commands/verify.ts";
import type { Verdict } from "../controls/control.ts";
import { hinders } from "../plan/unsettled.ts";
import { clean, count } from "./paint.ts";

/** What doesn't hold: what was wanted and found, and what to do. */
export function checkLines({ object, expected, found, waiver, remedy }: Assessed): readonly string[] {
  const lines = [
    ["object", object],
    ["expected", expected],
    ["found", found],
    [
      "waived",
      waiver?.state === "waived" ? `until ${waiver.until} by ${waiver.owner}: ${waiver.reason}` : "",
    ],
    ["next", remedy ?? ""],
  ] as const;
  return lines.flatMap(([name, text]) => (text === "" ? [] : [`${`${name}:`.padEnd(9)} ${clean(text)}`]));
}

const words: Readonly<Record<Verdict, string>> = {
  pass: "passed",
  fail: "failed",
  error: "not measured",
  "not applicable": "not applicable",
  "until the next boot": "until the next boot",
};

/** The tally, and what is not green whatever it says. */
export function verifySummary({ checks, findings }: Pick<Verified, "checks" | "findings">): string {
  const ids = [...new Set(findings.filter(hinders).map(({ id }) => id))];
  return `${tally(checks)}${ids.length === 0 ? "" : ` Not green: ${ids.join(", ")}.`}`;
}

/** `3 checks: 1 passed, 1 failed (1 by a waiver that is over), 1 waived until 2027-01-31.` */
function tally(checks: readonly Assessed[]): string {
  const waived = checks.filter(({ waiver }) => waiver?.state === "waived");
  const advised = checks.filter(isAdvised);
  const counted = checks.filter((check) => !waived.includes(check) && !advised.includes(check));
  const by = (Object.keys(words) as Verdict[]).flatMap((verdict) => {
    const own = counted.filter((check) => check.verdict === verdict);
    const over = own.filter(({ waiver }) => waiver?.state === "expired").length;
    const waivers = over === 1 ? "a waiver that is" : "waivers that are";
    const late = over === 0 ? "" : ` (${over} by ${waivers} over)`;
    return own.length === 0 ? [] : [`${own.length} ${words[verdict]}${late}`];
  });
  return `${count(checks.length, "check")}: ${[...by, ...adviceText(advised), ...waivedText(waived)].join(", ")}.`;
}

const adviceText = (advised: readonly Assessed[]) =>
  advised.length === 0
    ? []
    : [`${advised.length} of advice that ${advised.length === 1 ? "doesn't" : "don't"} hold`];

function waivedText(waived: readonly Assessed[]): readonly string[] {
  const days = waived.flatMap(({ waiver }) => (waiver === undefined ? [] : [waiver.until])).sort();
  if (days[0] === undefined) return [];
  return [`${waived.length} waived${days.length === 1 ? "" : ", the first"} until ${days[0]}`];
}
