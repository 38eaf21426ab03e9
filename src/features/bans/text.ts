/** Whom fail2ban has banned, for a person. */
import type { Ban, BanJail } from "../../facts/bans.ts";
import { resultsText } from "../../reports/end.ts";
import { fold, type Page } from "../../reports/page.ts";
import { clean, count, indent } from "../../reports/paint.ts";
import { timeText } from "../../reports/time.ts";
import type { Settled } from "../../results/settled.ts";
import type { HostBans } from "./work.ts";

export const bansText = (report: readonly Settled<HostBans>[], page: Page): string =>
  resultsText(report, (target, host) => fold(hostText(target, host, page), page));

function hostText(target: string, host: HostBans, { paint }: Page): string {
  const name = paint("strong", target);
  switch (host.fail2ban) {
    case "not installed":
      return `${name}: fail2ban is not installed, so it bans nobody.`;
    case "not running":
      return `${name}: fail2ban does not run, so nobody is banned before it starts again.`;
    case "not asked":
      return `${name}: nobody was let in; nothing was changed.`;
    case "running":
      return [
        `${name}:${letInText(host)}`,
        ...host.jails.map(jailText),
        ...host.unasked.map(unaskedText),
      ].join("\n");
  }
}

function letInText({ letIn }: Extract<HostBans, { fail2ban: "running" }>): string {
  if (letIn === undefined) return "";
  const { address, by } = letIn;
  return by.length === 0
    ? ` ${address} was not banned; nothing was changed. The bans:`
    : ` ${address} was banned by ${by.map(clean).join(", ")}, and is let in again. It counts anew if it fails again. The bans that are left:`;
}

const jailText = ({ name, bans, more }: BanJail) =>
  [
    `  ${clean(name)}: ${bans.length === 0 ? "nobody is banned" : `${count(bans.length + more, "ban")}`}`,
    ...bans.map((ban) => indent(banText(ban), 4)),
    ...(more === 0 ? [] : [`    and ${more} more, which are not listed`]),
  ].join("\n");

const banText = ({ address, since, until }: Ban) =>
  `${clean(address)}  since ${timeText(since)}, ${until === "never" ? "for ever" : `until ${timeText(until)}`}`;

const unaskedText = (name: string) =>
  `  ${clean(name)}: its name can't be asked for, so its bans are not known`;
