/** What a host's certbot came to, for a person. */
import { resultsText } from "../../reports/end.ts";
import { fold, type Page } from "../../reports/page.ts";
import { clean, indent } from "../../reports/paint.ts";
import type { Settled } from "../../results/settled.ts";
import type { HostRenewal } from "./work.ts";

export const renewText = (report: readonly Settled<HostRenewal>[], page: Page): string =>
  resultsText(report, (target, host) => fold(hostText(target, host, page), page));

type Ran = Extract<HostRenewal, { certbot: "ran" }>;

function hostText(target: string, host: HostRenewal, { paint }: Page): string {
  const name = paint("strong", target);
  switch (host.certbot) {
    case "not installed":
      return `${name}: certbot is not installed${keeperText(host.keeper)}.`;
    case "nothing to renew":
      return `${name}: certbot has no certificate to renew${keeperText(host.keeper)}.`;
    case "not asked":
      return `${name}: nothing was renewed; nothing was changed.`;
    case "ran":
      return [
        `${name}: ${resultText(host)}`,
        ...host.lineages.map(({ name, outcome }) => `  ${clean(name)}: ${outcomeText(outcome, host)}`),
        ...host.failures.flatMap(({ id, found, remedy }) => [
          `  ${paint("bad", id)}: ${clean(found)}`,
          indent(`${remedy} More: harden explain ${id}`, 4),
        ]),
        ...(host.said.length === 0
          ? []
          : ["  certbot's last lines:", ...host.said.map((line) => indent(clean(line), 4))]),
      ].join("\n");
  }
}

const keeperText = (keeper: string | undefined) =>
  keeper === undefined ? "" : `; ${clean(keeper)} runs there, which can fetch and renew its own`;

function resultText({ dryRun, status, failures, lineages }: Ran): string {
  const what = dryRun ? "the trial renewal" : "the renewal";
  if (status !== 0) return `${what} failed (certbot ended with ${status}).`;
  if (failures.length > 0) return `${what} went well, and something is wrong after it.`;
  if (lineages.every(({ outcome }) => outcome === "not due"))
    return "no certificate is due; nothing was renewed.";
  return dryRun ? `${what} went well; no certificate was changed.` : `${what} went well.`;
}

const outcomeText = (outcome: Ran["lineages"][number]["outcome"], { dryRun }: Ran) =>
  outcome === "renewed" && dryRun ? "would be renewed" : outcome;
