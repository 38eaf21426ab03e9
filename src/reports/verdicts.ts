/** Verdicts in words, for every format. */
import { isAdvised } from "../assess/assess.ts";
import type { Assessed } from "../assess/report.ts";
import type { Verdict } from "../checks/check.ts";
import { hinders } from "../plan/unsettled.ts";
import type { Verified } from "../results/verified.ts";
import { clean, count } from "./paint.ts";

/** `compose.yaml:3:5: `; empty of what stands in no file. */
export const placeText = (place: Assessed["place"]) =>
  place === undefined ? "" : `${place.file}:${place.line}:${place.column}: `;

/** Until when, by whom where that is known, and why; empty where it isn't waived. */
export function waivedText(waiver: Assessed["waiver"]): string {
  if (waiver?.state !== "waived") return "";
  const { until, owner, reason } = waiver;
  return `until ${until}${owner === "" ? "" : ` by ${owner}`}: ${reason}`;
}

/** Of a score; empty where a check counts by itself. */
export const countedText = (hiddenBy: Assessed["hiddenBy"]) =>
  hiddenBy === undefined ? "" : `with ${hiddenBy}, by the same cause`;

/** What doesn't hold: what was wanted and found, and what to do. */
export function checkLines({
  object,
  place,
  expected,
  found,
  waiver,
  remedy,
  hiddenBy,
}: Assessed): readonly string[] {
  const lines = [
    ["object", object],
    ["expected", expected],
    ["found", `${placeText(place)}${found}`],
    ["counted", countedText(hiddenBy)],
    ["waived", waivedText(waiver)],
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
  return `${count(checks.length, "check")}: ${[...by, ...adviceText(advised), ...waivedCount(waived)].join(", ")}.`;
}

const adviceText = (advised: readonly Assessed[]) =>
  advised.length === 0
    ? []
    : [`${advised.length} of advice that ${advised.length === 1 ? "doesn't" : "don't"} hold`];

function waivedCount(waived: readonly Assessed[]): readonly string[] {
  const days = waived.flatMap(({ waiver }) => (waiver === undefined ? [] : [waiver.until])).sort();
  if (days[0] === undefined) return [];
  return [`${waived.length} waived${days.length === 1 ? "" : ", the first"} until ${days[0]}`];
}
