/** The host as the firewall control sees it: ufw's files, the kernel's rules, and both as the profile wants them. */
import type { FileFact } from "../../facts/files.ts";
import { type Chains, parseTables, type Tables } from "../../facts/iptables.ts";
import { type Fact, valueOr } from "../../facts/probe.ts";
import { lazy } from "../../once.ts";
import { outerLinks, outgoingLinks } from "./links.ts";
import type { Policies } from "./logging.ts";
import type { FamilyRules, FamilyView, FirewallSeen, FirewallView } from "./model.ts";
import { nextBoot } from "./next-boot.ts";
import { userRuleTexts } from "./opening.ts";
import { neededOperation } from "./operation.ts";
import { comersOf, type NamedRules, otherRules } from "./other-rules.ts";
import { type FirewallFacts, paths } from "./probes.ts";
import { enginesBridges } from "./published/bridges.ts";
import { chained } from "./published/holding.ts";
import { readers } from "./reader.ts";
import { readSettings } from "./settings.ts";
import { loadedRuleset, plannedRuleset } from "./skeleton.ts";
import { type Family, prefixOf } from "./tuple.ts";
import { parseUserRules, renderUserRules, withAllows, withoutBlocks } from "./user-rules.ts";
import { rulesetOf } from "./walk.ts";
import { wantedAllows } from "./wanted.ts";

const fileKeys = ["defaults", "conf", "user4", "user6", "before4", "before6", "after4", "after6"] as const;
type FileKey = (typeof fileKeys)[number];

const content = (facts: FirewallFacts, key: FileKey) => valueOr(facts[key], undefined)?.content;

const nothing = Buffer.alloc(0);
const empty: Chains = new Map();

const chainsOf = (text: Buffer) => parseTables(text.toString("utf8")).get("filter") ?? empty;

export function viewOf(seen: FirewallSeen): FirewallView {
  const { params, facts, access } = seen;
  const installed = valueOr(facts.package, undefined)?.installed ?? false;
  const rules = valueOr(facts.rules, undefined);
  const families: readonly Family[] = rules?.ipv6 === false ? [4] : [4, 6];
  const [defaults, conf] = [content(facts, "defaults"), content(facts, "conf")];
  const settings =
    installed && defaults !== undefined && conf !== undefined ? readSettings(defaults, conf) : undefined;
  const policies: Policies = {
    input: params.defaultIncoming,
    output: params.defaultOutgoing,
    forward: settings?.policies.forward ?? "deny",
  };
  const level = settings?.level ?? "low";
  const script = valueOr(facts.publishedScript, undefined)?.content?.toString("latin1");
  const bridges = enginesBridges(rules, script);
  const links = outerLinks(rules?.links ?? [], bridges);
  const linkTo = outgoingLinks(valueOr(facts.routes, undefined));
  const familyRules = (family: Family): FamilyRules => {
    // A package that is to come takes over what an earlier one has left there.
    const user = parseUserRules(content(facts, `user${family}`) ?? nothing, family);
    const allows = wantedAllows(params, access, family);
    const table = family === 4 ? rules?.v4 : rules?.v6;
    const other = family === 4 ? rules?.other4 : rules?.other6;
    const read = readers[family];
    const tables: readonly Tables[] =
      rules === undefined ? [] : [table ?? new Map(), ...(other === undefined ? [] : [other])];
    const named: NamedRules = { family, prefix: prefixOf(family), policies, allows, links, bridges, read };
    const { removed, spared, carriers } =
      params.otherRules === "remove"
        ? otherRules(user.blocks, named, comersOf(seen))
        : { removed: [], spared: [], carriers: [] };
    const wanted = withAllows(withoutBlocks(user, removed), allows);
    return {
      ...named,
      user,
      wanted,
      spared,
      carriers,
      ruleset: rulesetOf(tables, read, linkTo),
      published: chained(seen, { family, allows, bridges, links: rules?.links ?? [] }),
      live: rules === undefined ? undefined : (table?.get("filter") ?? empty),
      userFile: valueOr(facts[`user${family}`], undefined),
      before: chainsOf(content(facts, `before${family}`) ?? nothing),
      after: chainsOf(content(facts, `after${family}`) ?? nothing),
      wantedText: renderUserRules(wanted, family, { level, policies }),
    };
  };
  const view = {
    installed,
    settings,
    policies,
    level,
    rules,
    scripts: (["beforeInit", "afterInit"] as const).filter((key) =>
      isExecutable(valueOr(facts[key], undefined)),
    ),
    unreadable: installed ? unreadableFiles(facts, families) : [],
    families: families.map((family) => familyView(familyRules(family))),
  };
  return { ...view, needed: lazy(() => neededOperation(view)), next: lazy(() => nextBoot(seen, viewOf)) };
}

const familyView = (rules: FamilyRules): FamilyView => ({
  ...rules,
  planned: lazy(() => plannedRuleset(rules)),
  loaded: lazy(() => loadedRuleset(rules)),
  userRuleTexts: lazy(() => userRuleTexts(rules)),
});

const isExecutable = (fact: FileFact | undefined) => /[1357]/.test(fact?.mode.slice(-3) ?? "");

function unreadableFiles(facts: FirewallFacts, families: readonly Family[]): readonly string[] {
  return fileKeys
    .filter((key) => !key.endsWith("6") || families.includes(6))
    .flatMap((key) => {
      const why = unreadable(facts[key], !key.startsWith("user"));
      return why === undefined ? [] : [`${paths[key]} ${why}`];
    });
}

function unreadable(fact: Fact<FileFact>, needed: boolean): string | undefined {
  switch (fact.state) {
    case "absent":
      return needed ? "is missing though ufw is installed" : undefined;
    case "unknown":
    case "unsupported":
      return `could not be read: ${fact.why}`;
    case "present":
      return fact.value.content === undefined ? "could not be read" : undefined;
  }
}
