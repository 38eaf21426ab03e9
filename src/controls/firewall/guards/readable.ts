/** What could not be read, or can't be kept: nothing is claimed then. */
import { asRoot } from "../../../facts/probe.ts";
import type { Finding } from "../../../plan/plan.ts";
import type { FirewallInput, View } from "../model.ts";
import { paths } from "../probes.ts";
import { all, block, note } from "./finding.ts";

export function unreadable({ facts }: FirewallInput, view: View): readonly Finding[] {
  const { rules } = facts;
  if (rules.state === "unsupported")
    return [
      note(
        "not-applicable",
        `The kernel's rules can't be read here, not even by root (${rules.why}): the firewall is not managed.`,
        "In a container the firewall is the machine's that it runs on.",
      ),
    ];
  return [
    ...(rules.state === "unknown"
      ? [
          block(
            "rules-unreadable",
            `The kernel's rules could not be read: ${rules.why}.`,
            rulesHint(rules.why),
          ),
        ]
      : []),
    ...(facts.package.state === "unknown"
      ? [block("package-unreadable", `Whether ufw is installed could not be read: ${facts.package.why}.`)]
      : []),
    ...view.unreadable.map((why) =>
      block(
        "file-unreadable",
        `${why}.`,
        why.includes("is missing")
          ? "Bring ufw's files back: apt-get install --reinstall -o Dpkg::Options::=--force-confmiss ufw"
          : asRoot,
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
    : [
        block(
          "user-rules-by-hand",
          `${path} has lines that are not ufw's, and ufw loses them when it next writes the file: ${all(lines)}.`,
          "Move them to before.rules or after.rules, which belong to the administrator.",
        ),
      ];
