/** The host as the firewall control sees it: ufw's files, the kernel's rules, and both as the profile wants them. */
import type { FileFact } from "../../facts/files.ts";
import { type Chains, parseTables, type Tables } from "../../facts/iptables.ts";
import { type Fact, valueOr } from "../../facts/probe.ts";
import type { RulesFact } from "../../facts/rules.ts";
import { onceByParts } from "../../once.ts";
import type { Input } from "../control.ts";
import type { LogLevel, Policies } from "./logging.ts";
import { type FirewallFacts, type FirewallProbes, paths } from "./probes.ts";
import type { Params } from "./schema.ts";
import { readSettings, type UfwSettings } from "./settings.ts";
import { anyLink } from "./space.ts";
import { type Allow, type Family, prefixOf } from "./tuple.ts";
import { parseUserRules, renderUserRules, type UserRules, withAllows } from "./user-rules.ts";
import type { Ruleset } from "./walk.ts";
import { wantedAllows } from "./wanted.ts";

export type FirewallInput = Input<Params, FirewallProbes>;

export interface FamilyView {
  readonly family: Family;
  readonly prefix: "ufw" | "ufw6";
  readonly policies: Policies;
  /** The kernel's filter table; undefined where it could not be read. */
  readonly live: Chains | undefined;
  /** All of the kernel's tables, of both backends; none where they could not be read. */
  readonly ruleset: Ruleset;
  /** The interfaces that others than the host and its own containers come in by. */
  readonly links: readonly string[];
  /** user.rules as it is. */
  readonly user: UserRules;
  readonly userFile: FileFact | undefined;
  /** before.rules and after.rules. */
  readonly before: Chains;
  readonly after: Chains;
  /** What the profile wants of user.rules. */
  readonly allows: readonly Allow[];
  readonly wanted: UserRules;
  readonly wantedText: Buffer;
}

export interface View {
  readonly installed: boolean;
  /** Whole sentences: what could not be read, or is not there though ufw is installed. */
  readonly unreadable: readonly string[];
  readonly settings: UfwSettings | undefined;
  readonly policies: Policies;
  readonly level: LogLevel;
  readonly rules: RulesFact | undefined;
  /** Scripts of the administrator's run whenever ufw starts, and may set rules that are in none of its files. */
  readonly scripted: boolean;
  /** IPv4, and IPv6 where the kernel has it. */
  readonly families: readonly FamilyView[];
}

const fileKeys = ["defaults", "conf", "user4", "user6", "before4", "before6", "after4", "after6"] as const;
type FileKey = (typeof fileKeys)[number];

const content = (facts: FirewallFacts, key: FileKey) => valueOr(facts[key], undefined)?.content;

const nothing = Buffer.alloc(0);
const empty: Chains = new Map();

const chainsOf = (text: Buffer) => parseTables(text.toString("utf8")).get("filter") ?? empty;

export const viewOf = onceByParts(
  ({ params, facts, access }: FirewallInput) => [
    ...[params, JSON.stringify(access.planned), facts.package, valueOr(facts.rules, undefined)],
    ...fileKeys.map((key) => facts[key]),
    ...[facts.beforeInit, facts.afterInit],
  ],
  newView,
);

function newView({ params, facts, access }: FirewallInput): View {
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
  const links = outerLinks(rules?.links ?? []);
  const familyView = (family: Family): FamilyView => {
    const user = parseUserRules((installed ? content(facts, `user${family}`) : undefined) ?? nothing, family);
    const allows = wantedAllows(params, access, family);
    const wanted = withAllows(user, allows);
    const table = family === 4 ? rules?.v4 : rules?.v6;
    const other = family === 4 ? rules?.other4 : rules?.other6;
    const ruleset: readonly Tables[] =
      rules === undefined ? [] : [table ?? new Map(), ...(other === undefined ? [] : [other])];
    return {
      ...{ family, prefix: prefixOf(family), policies, user, allows, wanted },
      ...{ ruleset, links },
      live: rules === undefined ? undefined : (table?.get("filter") ?? empty),
      userFile: valueOr(facts[`user${family}`], undefined),
      before: chainsOf(content(facts, `before${family}`) ?? nothing),
      after: chainsOf(content(facts, `after${family}`) ?? nothing),
      wantedText: renderUserRules(wanted, family, { level, policies }),
    };
  };
  return {
    ...{ installed, settings, policies, level, rules },
    scripted: [facts.beforeInit, facts.afterInit].some((fact) => isExecutable(valueOr(fact, undefined))),
    unreadable: installed ? unreadableFiles(facts, families) : [],
    families: families.map(familyView),
  };
}

const isExecutable = (fact: FileFact | undefined) => /[1357]/.test(fact?.mode.slice(-3) ?? "");

/** Bridges of engines and of virtual machines on the host itself, and what is on them. */
const inner =
  /^(lo$|docker\d|docker_gwbridge|br-[0-9a-f]{12}$|veth|virbr|vnet|podman|cni|cbr|lxcbr|lxdbr|incusbr)/;

export const isInner = (link: string) => inner.test(link);

function outerLinks(links: readonly string[]): readonly string[] {
  const outer = links.filter((name) => !isInner(name));
  return outer.length === 0 ? [anyLink] : outer;
}

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
