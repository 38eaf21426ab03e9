/** Others that filter packets, and what the kernel must be able to do. */
import type { Finding } from "../../../checks/finding.ts";
import { findingsOf } from "../../../checks/finding.ts";
import { parseTables } from "../../../facts/iptables.ts";
import { valueOr } from "../../../facts/probe.ts";
import type { RulesFact } from "../../../facts/rules.ts";
import { others as otherServices } from "../boot.ts";
import { letIn } from "../let-in.ts";
import type { FirewallInput, FirewallView } from "../model.ts";
import { toldOpenings } from "../opening.ts";
import { lostJumps } from "../operation.ts";
import { foreignInput, ownRules } from "../own.ts";
import { paths } from "../probes.ts";
import { sysctlEffects } from "../sysctls.ts";
import { takingTables, unreadTables } from "../tables.ts";
import { tupleText } from "../tuple.ts";
import type { Block } from "../user-rules.ts";
import { all, someOf } from "./list.ts";

const say = findingsOf("firewall", {
  "jumps-lost": ["block", "The kernel's chains don't lead to ufw's any more"],
  "modules-disabled": ["block", "The kernel loads no more modules, and ufw's rules would fail as a whole"],
  "other-firewall": ["block", "Another firewall is active, and loads its rules over ufw's"],
  "persistent-rules": [
    "block",
    "iptables-persistent is installed, which Debian's ufw would remove with its rules",
  ],
  "mixed-tables": ["warn", "The kernel has rules of iptables in both of its kinds"],
  nftables: ["warn", "nftables has tables of somebody else's, which were not looked at"],
  "other-rules": ["warn"],
  "foreign-rules": ["warn", "The chain INPUT has rules that are not ufw's, and may be gone at the next boot"],
  "own-rules": ["note", "The host has rules of its own, which stay"],
  "other-rules-spared": [
    "warn",
    "Rules that the profile wants removed stay, since somebody may come in by them",
  ],
  "manage-builtins": ["block", "ufw is set to throw away the rules of Docker and fail2ban when it starts"],
  "other-tables": ["warn", "A start of ufw loads rules into other tables as well"],
  "sysctl-file": ["warn", "A start of ufw also sets sysctls of a file that was not read"],
  "sysctl-keys": ["warn", "A start of ufw also sets sysctls whose live values were not read"],
  "outgoing-denied": ["warn", "What goes out is denied, and a profile has no rules to let anything out"],
});

export const findings = say.records;

export function others(input: FirewallInput, view: FirewallView): readonly Finding[] {
  const { facts } = input;
  const { operation } = view.needed();
  return [
    ...(operation === "none" ? [] : modulesDisabled(input)),
    ...services(input),
    ...(view.installed ? [] : persistent(input)),
    ...(view.rules === undefined
      ? []
      : [...mixed(view.rules), ...nativeTables(view.rules), ...openings(input, view)]),
    ...jumpsLost(view),
    ...foreign(view),
    ...own(view),
    ...spared(view),
    ...(operation === "enable" || operation === "reload" ? starting(input, view) : []),
    ...(input.params.defaultOutgoing === "deny" && valueOr(facts.package, undefined) !== undefined
      ? outgoing()
      : []),
  ];
}

/** ufw sets its jumps only together with its chains, so that neither enable nor reload brings lost ones back. */
function jumpsLost({ families }: FirewallView): readonly Finding[] {
  const lost = families.filter(({ live }) => live !== undefined).flatMap(lostJumps);
  if (lost.length === 0) return [];
  return say(
    "jumps-lost",
    `Somebody removed ufw's jumps from the kernel's chains (${all(lost)}), and ufw itself doesn't set them again while its chains are there.`,
    "Set them again, or reboot: at boot ufw sets up everything anew.",
  );
}

function modulesDisabled({ facts }: FirewallInput): readonly Finding[] {
  if (valueOr(facts.modulesDisabled, "0").trim() !== "1") return [];
  return say(
    "modules-disabled",
    "The kernel loads no more modules (kernel.modules_disabled is 1): ufw's rules would fail as a whole and leave the policy DROP.",
    "Reboot with the setting off, apply, and switch it on again.",
  );
}

function services(input: FirewallInput): readonly Finding[] {
  const names = [...new Set([...otherServices(input, "active"), ...otherServices(input, "enabled")])];
  return names.flatMap((name) =>
    say(
      "other-firewall",
      `${name} is active or starts at boot, and loads rules of its own over ufw's.`,
      `Keep one of the two: systemctl disable --now ${name}, or leave the firewall out (--skip firewall).`,
    ),
  );
}

function persistent({ facts }: FirewallInput): readonly Finding[] {
  const there = [facts.iptablesPersistent, facts.netfilterPersistent].some(
    (fact) => valueOr(fact, undefined)?.installed,
  );
  if (!there) return [];
  return say(
    "persistent-rules",
    "iptables-persistent is installed, and Debian's ufw would remove it: its rules would be gone at the next boot.",
    "Take its rules over into the profile, then: apt-get remove iptables-persistent netfilter-persistent",
  );
}

/** Tables of both backends at once: iptables shows one of them, the kernel obeys both. */
function mixed(rules: RulesFact): readonly Finding[] {
  const others = [rules.other4, rules.other6].flatMap((tables) => [...(tables ?? [])]);
  const ruled = others.filter(([, chains]) =>
    [...chains.values()].some((chain) => chain.rules.length > 0 || chain.policy === "DROP"),
  );
  const unread = unreadTables(rules);
  if (ruled.length === 0 && unread.length === 0) return [];
  const names = [...new Set([...ruled.map(([name]) => name), ...unread])];
  return say(
    "mixed-tables",
    `The kernel has iptables rules of both kinds, legacy and nft, and the host's iptables shows one of them; ${unread.length > 0 ? "not looked at" : "the others count too"}: ${all(names)}.`,
    "See iptables-legacy-save and iptables-nft-save, and remove what is left over.",
  );
}

function nativeTables({ nft }: RulesFact): readonly Finding[] {
  const strangers = takingTables(nft);
  if (strangers.length === 0) return [];
  return say(
    "nftables",
    `nftables has tables of somebody else's beside ufw: ${all(strangers)}. What they drop is dropped, whatever ufw allows, and was not looked at.`,
    "See nft list ruleset.",
  );
}

/** What comes in all the same, once the plan is applied. */
function openings({ params }: FirewallInput, view: FirewallView): readonly Finding[] {
  if (params.otherRules === "keep") return [];
  const open = toldOpenings(view, (each) => letIn(each, each.planned()).openings).map(({ text }) => text);
  if (open.length === 0) return [];
  return say(
    "other-rules",
    `Let in besides the profile, and it stays so: ${all(open)}.`,
    "Name it in the profile, or remove it: ufw delete RULE, or otherRules: remove in the profile; what a container publishes: bind it to 127.0.0.1. firewall.published: rules closes all that Docker asks DOCKER-USER about.",
  );
}

function foreign(view: FirewallView): readonly Finding[] {
  const rules = foreignInput(view).map(({ text }) => text);
  if (rules.length === 0) return [];
  return say(
    "foreign-rules",
    `Rules of the chain INPUT that are not ufw's stay, and are gone at the next boot unless something sets them again: ${all(rules)}.`,
  );
}

function own(view: FirewallView): readonly Finding[] {
  const rules = ownRules(view);
  if (rules.length === 0) return [];
  return say("own-rules", `Rules of the host's own that stay as they are: ${someOf(rules)}.`);
}

/** The profile wants them gone, and whoever comes in by them could be shut out. */
const spared = ({ families }: FirewallView): readonly Finding[] => [
  ...sparedFor(
    families.flatMap((each) => each.spared),
    "the planned login, or this run, comes in by them",
    "When the profile's own rules let you in without them: ufw status numbered; ufw delete NUMBER.",
  ),
  ...sparedFor(
    families.flatMap((each) => each.carriers),
    "they may let in the tunnel by which the planned login, or this run, comes: it doesn't come over the interface of the default route, or that can't be told",
    "Name in the profile what carries your way in. What doesn't: ufw status numbered; ufw delete NUMBER.",
  ),
];

function sparedFor(blocks: readonly Block[], why: string, hint: string): readonly Finding[] {
  const rules = [...new Set(blocks.map(({ tuple }) => tupleText(tuple)))];
  if (rules.length === 0) return [];
  return say("other-rules-spared", `Not removed, for ${why}: ${all(rules)}.`, hint);
}

/** What a start of ufw does beside loading rules. */
function starting({ facts }: FirewallInput, view: FirewallView): readonly Finding[] {
  const { settings } = view;
  if (settings === undefined) return [];
  const others = view.families.some(({ live }) =>
    [...(live ?? [])].some(([name, { policy }]) => policy === undefined && !/^ufw6?-/.test(name)),
  );
  const sysctls = valueOr(facts.sysctls, undefined)?.content;
  const tables = otherTables(facts);
  const elsewhere = settings.sysctlFile !== "" && settings.sysctlFile !== paths.sysctls;
  const unread = elsewhere || sysctls === undefined ? [] : sysctlEffects(facts, sysctls).unread;
  return [
    ...(settings.managesBuiltins && others
      ? say(
          "manage-builtins",
          `MANAGE_BUILTINS=yes in ${paths.defaults}: when ufw starts it throws away all rules, those of Docker and fail2ban too.`,
          "Set MANAGE_BUILTINS=no.",
        )
      : []),
    ...(tables.length > 0
      ? say(
          "other-tables",
          `When it starts, ufw also loads ${all(tables)} of its before.rules and after.rules, and adds to what is there. A rollback takes away what of that can be told apart.`,
          "Look at it with iptables-save after the apply.",
        )
      : []),
    ...(elsewhere
      ? say(
          "sysctl-file",
          `When it starts, ufw also sets the sysctls of ${settings.sysctlFile}, which was not read.`,
        )
      : []),
    ...(unread.length > 0
      ? say(
          "sysctl-keys",
          `When it starts, ufw also sets ${all(unread)} (${paths.sysctls}); their live values were not read.`,
        )
      : []),
  ];
}

/** Names of the tables in ufw's own files that are not the filter table. */
function otherTables(facts: FirewallInput["facts"]): readonly string[] {
  const files = [facts.before4, facts.before6, facts.after4, facts.after6];
  const texts = files.map((fact) => valueOr(fact, undefined)?.content?.toString("utf8") ?? "");
  const names = texts.flatMap((text) => [...parseTables(text).keys()]);
  return [...new Set(names)].filter((name) => name !== "filter");
}

const outgoing = () =>
  say(
    "outgoing-denied",
    "defaultOutgoing is deny, and a profile has no outgoing rules: updates, DNS, time and mail stop unless the host has rules of its own for them.",
  );
