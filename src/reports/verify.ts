/** The verdicts for a person: what was expected, what was found, and what to do. */
import type { Assessed } from "../assess/report.ts";
import type { Settled } from "../commands/each.ts";
import type { Verified } from "../commands/verify.ts";
import type { Verdict } from "../controls/control.ts";
import { clean, type Paint, plain, type Style } from "./paint.ts";
import { findingText, profileText } from "./plan.ts";
import { checkLines, tally } from "./verdicts.ts";

const styles: Readonly<Record<Verdict, Style>> = {
  pass: "good",
  fail: "bad",
  error: "bad",
  "not applicable": "faint",
  "until the next boot": "warn",
};

export function checkText(check: Assessed, paint: Paint = plain): string {
  const isWaived = check.waiver?.state === "waived";
  const [word, style] = isWaived ? ["waived", "warn" as const] : [check.verdict, styles[check.verdict]];
  const head = `  ${paint(style, word.padEnd(14))} ${clean(`${check.id}  ${check.title}`)}`;
  if (check.verdict === "pass") return head;
  return [head, ...checkLines(check).map((line) => `      ${clean(line)}`)].join("\n");
}

function verifiedText(target: string, { host, profile, checks, findings }: Verified, paint: Paint): string {
  const head = `${paint("strong", clean(target))} (${clean(host.hostname)}, ${clean(host.distro)} ${clean(host.version)}), ${profileText(profile)}`;
  return [
    head,
    ...(findings.length === 0 ? [] : [findings.map((finding) => findingText(finding, paint)).join("\n")]),
    checks.map((check) => checkText(check, paint)).join("\n"),
    clean(tally(checks)),
  ].join("\n\n");
}

export const verifyText = (report: readonly Settled<Verified>[], paint: Paint = plain) =>
  report
    .flatMap((result) => (result.ok ? [verifiedText(result.target, result.value, paint)] : []))
    .join("\n\n");
