/** What the firewall control wants of a host. */
import type { FileFact } from "../../facts/files.ts";
import { valueOr } from "../../facts/probe.ts";
import type { Resource } from "../../kinds/index.ts";
import { type Claim, claimsOf, daemon, debian, rootFile } from "../../plan/claim.ts";
import { packages, units } from "../../platform.ts";
import { driftLines } from "./drift.ts";
import { ruleLines } from "./lines.ts";
import type { FamilyView, FirewallInput, FirewallView } from "./model.ts";
import { isStarted } from "./operation.ts";
import { paths } from "./probes.ts";
import { publishedClaims } from "./published/claims.ts";
import type { FirewallParams } from "./schema.ts";
import { editConf, editDefaults, hasCarriageReturns } from "./settings.ts";
import { sysctlEffects } from "./sysctls.ts";
import type { Family } from "./tuple.ts";

const own = claimsOf("firewall");
const claim = (resource: Resource, reason: string, details?: readonly string[]): Claim => ({
  ...own(reason, resource),
  ...(details === undefined ? {} : { details }),
});

const asItIs = (fact: FileFact | undefined, mode: string) => ({
  mode: fact?.mode ?? mode,
  owner: fact?.owner ?? "root",
  group: fact?.group ?? "root",
});

/** Nothing where ufw's files or the kernel's rules can't be read, or the host can't have them: a finding says so. */
export function desired(input: FirewallInput): readonly Claim[] {
  const { facts } = input;
  if (facts.rules.state === "unsupported" || facts.package.state === "unknown") return [];
  const { view } = input;
  if (!view.installed) return beforeInstall(input);
  if (view.unreadable.length > 0 || view.families.some(({ user }) => user.strange.length > 0)) return [];
  const { operation } = view.needed();
  return [
    packageClaim,
    serviceClaim(input),
    ...settingsClaims(input),
    ...view.families.map((each) => rulesClaim(each, view)),
    ...(view.rules === undefined ? [] : [firewallClaim(view)]),
    ...(operation === "enable" || operation === "reload" ? sysctlClaims(input, view) : []),
    ...publishedClaims(input),
  ];
}

const packageClaim = claim(
  debian(
    packages.ufw,
    "the program ufw, its files in /etc/ufw, and ufw.service, which loads the rules at boot",
  ),
  "the firewall is ufw",
);

/** ufw.service only loads the rules at boot: whether it ran already says nothing, and starting it would not ask us. */
const serviceClaim = ({ facts }: FirewallInput): Claim =>
  claim(
    daemon(units.ufw, { active: valueOr(facts.service, undefined)?.active ?? false, how: "reload" }),
    "the rules must come back at boot",
  );

function settingsClaims({ params, facts }: FirewallInput): readonly Claim[] {
  const edit = (key: "defaults" | "conf", change: (content: Buffer) => Buffer, reason: string) => {
    const fact = valueOr(facts[key], undefined);
    if (fact?.content === undefined) return [];
    const content = change(fact.content);
    const why = hasCarriageReturns(fact.content)
      ? `${reason}; Windows line ends keep it from starting`
      : reason;
    return [claim(rootFile(paths[key], content, asItIs(fact, "0644")), why)];
  };
  return [
    ...edit("defaults", (content) => editDefaults(content, params), policyText(params)),
    ...edit("conf", editConf, "ufw starts at boot"),
  ];
}

const policyText = ({ defaultIncoming, defaultOutgoing }: FirewallParams) =>
  `${defaultIncoming} incoming and ${defaultOutgoing} outgoing traffic that no rule names, IPv4 and IPv6`;

const rulesClaim = ({ family, userFile, wantedText }: FamilyView, view: FirewallView): Claim =>
  userClaim(
    rootFile(paths[`user${family}`], wantedText, {
      ...asItIs(userFile, "0640"),
      proof: { check: "ufw", words: [] },
    }),
    family,
    view,
  );

const userClaim = (resource: Resource, family: Family, { families }: FirewallView): Claim =>
  claim(
    resource,
    `the profile's allow rules for IPv${family}, sshd's port first`,
    ruleLines(families).get(family),
  );

const fileNames = [paths.defaults, paths.conf, paths.user4, paths.user6].map((path) => `file:${path}`);

function firewallClaim(view: FirewallView): Claim {
  const { operation, reasons } = view.needed();
  return claim(
    { kind: "firewall", operation, before: nowText(view), after: wantedText(view), on: fileNames },
    operation === "none" ? "the kernel has the rules" : reasonText(reasons),
    driftLines(view),
  );
}

/** At most three, so that a line stays readable. */
const reasonText = (reasons: readonly string[]) =>
  [...reasons.slice(0, 3), ...(reasons.length > 3 ? [`${reasons.length - 3} more differences`] : [])].join(
    "; ",
  );

const count = (many: number, one: string) => `${many} ${one}${many === 1 ? "" : "s"}`;

/** For a person: the live ruleset in one line. */
export function nowText({ families }: FirewallView): string {
  const [v4] = families;
  if (v4 === undefined || !isStarted(v4)) return "ufw inactive";
  const policy = (chain: string) => v4.live?.get(chain)?.policy ?? "ACCEPT";
  const rules = families.map(
    ({ family, live, prefix }) =>
      `${count(live?.get(`${prefix}-user-input`)?.rules.length ?? 0, "rule")} for incoming IPv${family}`,
  );
  return `ufw active: INPUT ${policy("INPUT")}, OUTPUT ${policy("OUTPUT")}; ${rules.join(", ")}`;
}

/** The same as it will be. */
export function wantedText({ policies, families }: FirewallView): string {
  const policy = `${policies.input} incoming, ${policies.output} outgoing`;
  const rules = families.map(({ family, wanted }) => {
    const ours = wanted.blocks.filter((block) => block.ours).length;
    const own = wanted.blocks.length - ours;
    return `IPv${family} ${count(ours, "rule")} of the profile${own > 0 ? ` and ${own} of the host's own` : ""}`;
  });
  return `ufw active: ${policy}; ${rules.join(", ")}`;
}

/** ufw's start loads these; another control that wants the same keys has the last word, and edits the file. */
function sysctlClaims({ facts }: FirewallInput, view: FirewallView): readonly Claim[] {
  const file = view.installed ? valueOr(facts.sysctls, undefined)?.content : undefined;
  const applies = !view.installed || view.settings?.sysctlFile === paths.sysctls;
  if (!applies || (view.installed && file === undefined)) return [];
  const why = `ufw sets it from ${paths.sysctls} whenever it starts`;
  return sysctlEffects(facts, file).changes.map(({ key, value }) =>
    claim({ kind: "sysctl", key, value, consequence: true }, why),
  );
}

/** What is known before the package is there; facts are read again after it. */
function beforeInstall(input: FirewallInput): readonly Claim[] {
  const { view } = input;
  const file = (path: string, mode: string, reason: string): Claim =>
    claim(rootFile(path, "after install", { mode }), reason);
  const rules = view.families.map(({ family }) =>
    userClaim(rootFile(paths[`user${family}`], "after install", { mode: "0640" }), family, view),
  );
  return [
    packageClaim,
    serviceClaim(input),
    file(paths.defaults, "0644", policyText(input.params)),
    file(paths.conf, "0644", "ufw starts at boot"),
    ...rules,
    ...(view.rules === undefined ? [] : [firewallClaim(view)]),
    ...sysctlClaims(input, view),
    ...publishedClaims(input),
  ];
}
