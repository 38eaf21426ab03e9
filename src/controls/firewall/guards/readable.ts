/** What could not be read, or can't be kept: nothing is claimed then. */
import type { Finding } from "../../../checks/finding.ts";
import { findingsOf } from "../../../checks/finding.ts";
import { asRoot, hintOfWhy } from "../../../facts/probe.ts";
import type { FirewallInput, FirewallView } from "../model.ts";
import { paths } from "../probes.ts";
import { all } from "./list.ts";

const say = findingsOf("firewall", {
  "not-applicable": ["note", "The firewall can't be managed here, as in a container"],
  "rules-unreadable": ["block", "The kernel's rules could not be read"],
  "package-unreadable": ["block", "Whether ufw is installed could not be read"],
  "file-unreadable": ["block", "A file of ufw's could not be read, or is missing"],
  "user-rules-by-hand": ["block", "A file of ufw's has lines that ufw loses when it writes it again"],
});

export const findings = say.records;

export function unreadable({ facts }: FirewallInput, view: FirewallView): readonly Finding[] {
  const { rules } = facts;
  if (rules.state === "unsupported")
    return say(
      "not-applicable",
      `The kernel's rules can't be read here, not even by root (${rules.why}): the firewall is not managed.`,
      "In a container the firewall is the machine's that it runs on.",
    );
  return [
    ...(rules.state === "unknown"
      ? say("rules-unreadable", `The kernel's rules could not be read: ${rules.why}.`, rulesHint(rules.why))
      : []),
    ...(facts.package.state === "unknown"
      ? say("package-unreadable", `Whether ufw is installed could not be read: ${facts.package.why}.`)
      : []),
    ...view.unreadable.flatMap((why) =>
      say(
        "file-unreadable",
        `${why}.`,
        why.includes("is missing")
          ? "Bring ufw's files back: apt-get install --reinstall -o Dpkg::Options::=--force-confmiss ufw"
          : hintOfWhy(why),
      ),
    ),
    ...view.families.flatMap(({ family, user }) => strange(paths[`user${family}`], user.strange)),
  ];
}

const rulesHint = (why: string) =>
  /don't close|not understood/.test(why)
    ? "Look for that rule with iptables-save and ip6tables-save, and remove it or set it again without what is odd in it."
    : asRoot;

const strange = (path: string, lines: readonly string[]): readonly Finding[] =>
  lines.length === 0
    ? []
    : say(
        "user-rules-by-hand",
        `${path} has lines that are not ufw's, and ufw loses them when it next writes the file: ${all(lines)}.`,
        "Move them to before.rules or after.rules, which belong to the administrator.",
      );
