/** The verdicts for a person: what was expected, and what was found. */

import type { Settled } from "../commands/each.ts";
import type { Verified } from "../commands/verify.ts";
import type { Verdict } from "../controls/control.ts";
import type { CheckReport } from "../plan/checks.ts";
import { clean, count, type Paint, plain, type Style } from "./paint.ts";
import { findingText, profileText } from "./plan.ts";

const styles: Readonly<Record<Verdict, Style>> = {
  pass: "good",
  fail: "bad",
  error: "bad",
  "not applicable": "faint",
  "until the next boot": "warn",
};

export function checkText(check: CheckReport, paint: Paint = plain): string {
  const head = `  ${paint(styles[check.verdict], check.verdict.padEnd(14))} ${clean(`${check.id}  ${check.title}`)}`;
  if (check.verdict === "pass") return head;
  const lines = [
    ...(check.expected === "" ? [] : [`expected: ${clean(check.expected)}`]),
    ...(check.found === "" ? [] : [`found:    ${clean(check.found)}`]),
  ];
  return [head, ...lines.map((line) => `      ${line}`)].join("\n");
}

function verifiedText(target: string, { host, profile, checks, findings }: Verified, paint: Paint): string {
  const head = `${paint("strong", clean(target))} (${clean(host.hostname)}, ${clean(host.distro)} ${clean(host.version)}), ${profileText(profile)}`;
  const tally = (Object.keys(styles) as Verdict[]).flatMap((verdict) => {
    const number = checks.filter((check) => check.verdict === verdict).length;
    return number === 0 ? [] : [`${number} ${verdict}`];
  });
  return [
    head,
    ...(findings.length === 0 ? [] : [findings.map((finding) => findingText(finding, paint)).join("\n")]),
    checks.map((check) => checkText(check, paint)).join("\n"),
    `${count(checks.length, "check")}: ${tally.join(", ")}.`,
  ].join("\n\n");
}

export const verifyText = (report: readonly Settled<Verified>[], paint: Paint = plain) =>
  report
    .flatMap((result) => (result.ok ? [verifiedText(result.target, result.value, paint)] : []))
    .join("\n\n");
