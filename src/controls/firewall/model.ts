/** What the firewall control makes of a host: types alone. */
import type { FileFact } from "../../facts/files.ts";
import type { Chains } from "../../facts/iptables.ts";
import type { RulesFact } from "../../facts/rules.ts";
import type { Input, Seen } from "../../plan/control.ts";
import type { NextStart } from "../next-boot/next-start.ts";
import type { LogLevel, Policies } from "./logging.ts";
import type { FirewallProbes } from "./probes.ts";
import type { Chained } from "./published/chains.ts";
import type { RulesReader } from "./reader.ts";
import type { FirewallParams } from "./schema.ts";
import type { UfwSettings } from "./settings.ts";
import type { Allow, Family } from "./tuple.ts";
import type { Block, UserRules } from "./user-rules.ts";
import type { Ruleset } from "./walk.ts";

/** What has to be done to the kernel's rules. */
export interface Needed {
  readonly operation: "enable" | "load" | "reload" | "none";
  /** Why, each a part of a sentence: `INPUT's policy is ACCEPT`. */
  readonly reasons: readonly string[];
}

export type NextBoot =
  /** The host as it will be: the same input with the rules that ufw loads, and what others have beside iptables'. */
  { readonly as: "known"; readonly input: FirewallInput } | Exclude<NextStart, { as: "packaged" }>;

export type FirewallSeen = Seen<FirewallParams, FirewallProbes>;
export type FirewallInput = Input<FirewallParams, FirewallProbes, FirewallView>;

/** The rules of one family: in the kernel, in ufw's files, and as the profile wants them. */
export interface FamilyRules {
  readonly family: Family;
  readonly prefix: "ufw" | "ufw6";
  readonly policies: Policies;
  /** The kernel's filter table; undefined where it could not be read. */
  readonly live: Chains | undefined;
  /** All of the kernel's tables, of both backends; none where they could not be read. */
  readonly ruleset: Ruleset;
  readonly read: RulesReader;
  /** The interfaces that others than the host and its own containers come in by. */
  readonly links: readonly string[];
  /** The container engine's, by its own rules. */
  readonly bridges: readonly string[];
  /** user.rules as it is. */
  readonly user: UserRules;
  readonly userFile: FileFact | undefined;
  /** before.rules and after.rules. */
  readonly before: Chains;
  readonly after: Chains;
  /** What the profile wants of user.rules. */
  readonly allows: readonly Allow[];
  readonly wanted: UserRules;
  /** Rules of the host's own that the profile wants to be gone, and that stay: the planned login comes in by them. */
  readonly spared: readonly Block[];
  /** Such ones that stay since the planned login may come by a tunnel that they carry. */
  readonly carriers: readonly Block[];
  readonly wantedText: Buffer;
  /** What holds containers' ports to these rules; undefined where nothing does. */
  readonly published: Chained | undefined;
}

/** With what is derived from them where somebody asks. */
export interface FamilyView extends FamilyRules {
  /** All tables as the kernel will have them. */
  readonly planned: () => Ruleset;
  /** As it would have them with the profile's rules, and everything else as it is. */
  readonly loaded: () => Ruleset;
  /** The rules of user.rules by what they do: whose, and as ufw says them. */
  readonly userRuleTexts: () => ReadonlyMap<string, string>;
}

export interface FirewallView {
  readonly installed: boolean;
  /** Whole sentences: what could not be read, or is not there though ufw is installed. */
  readonly unreadable: readonly string[];
  readonly settings: UfwSettings | undefined;
  readonly policies: Policies;
  readonly level: LogLevel;
  readonly rules: RulesFact | undefined;
  /** Scripts of the administrator's run whenever ufw starts, and may set rules that are in none of its files. */
  readonly scripts: readonly ("beforeInit" | "afterInit")[];
  /** IPv4, and IPv6 where the kernel has it. */
  readonly families: readonly FamilyView[];
  /** What has to be done to the kernel's rules. */
  readonly needed: () => Needed;
  /** Undefined where ufw or its unit isn't there at all. */
  readonly next: () => NextBoot | undefined;
}
