/** ufw's live ruleset, from the files that earlier steps wrote. Whether it differs is the control's to say, from the facts. */
import { debianPackage, lacksPackage } from "../facts/files.ts";
import { type Facts, readFact } from "../facts/probe.ts";
import { rules } from "../facts/rules.ts";
import { units } from "../platform.ts";
import flows from "./firewall/flows.sh";
import rulesShell from "./firewall/rules.sh";
import tables from "./firewall/tables.sh";
import shell from "./firewall.sh";
import { type Action, change, defineKind, same, valueLine } from "./kind.ts";

/**
 * enable: from inactive; load: user.rules and user6.rules of an active ufw in one load each;
 * reload: everything of an active ufw; disable: policies accept, ufw's chains gone, others' kept.
 */
const operations = ["enable", "load", "reload", "disable"] as const;
type Operation = (typeof operations)[number];

export interface FirewallResource {
  readonly kind: "firewall";
  readonly operation: Operation | "none";
  /** For a person: what the live ruleset is, and what it will be. */
  readonly before: string;
  readonly after: string;
  readonly on: readonly string[];
}

export interface FirewallStep {
  readonly verb: "firewall";
  readonly operation: Operation;
}

export interface FirewallUndo {
  readonly kind: "firewall";
  /** `active` or `inactive`. */
  readonly before: string;
}

const actions: Readonly<Record<Operation, Action>> = {
  enable: "enable",
  load: "load",
  reload: "load",
  disable: "disable",
};

/** ufw's own notion of running; undefined where the rules could not be read. */
function isActive(facts: Facts): "active" | "inactive" | undefined {
  const fact = readFact(facts, rules);
  if (fact.state !== "present") return undefined;
  return fact.value.v4?.get("filter")?.has("ufw-user-input") ? "active" : "inactive";
}

export const firewall = defineKind<FirewallResource, FirewallStep, FirewallUndo>({
  name: "firewall",
  address: () => "ufw",
  diff: ({ resource: { operation, before, after }, installing }) =>
    operation === "none"
      ? same
      : change({
          action: actions[operation],
          before,
          after,
          effect: "now",
          ...(installing ? { afterInstall: "address" as const } : {}),
          undo: "full",
          stage: "access",
          steps: [{ verb: "firewall", operation }],
        }),
  line: (draft) => valueLine(draft, ""),
  words: { firewall: ({ operation }) => [operation] },
  shell: [shell, rulesShell, tables, flows],
  readAtBootBy: ["network-pre.target", units.ufw],
  // Its start and its reload load IPT_SYSCTL, /etc/ufw/sysctl.conf.
  writes: ["sysctl"],
  undo: {
    words: operations.map((operation) => `firewall-${operation}`),
    fromJournal: ([{ before }]) => ({ kind: "firewall", before }),
    fromManifest: ([, before = ""]) => ({ kind: "firewall", before }),
    join: (older) => older,
    probes: () => [rules, debianPackage("ufw")],
    changes: ({ before }, facts, release) => {
      const active = before === "active";
      const now = isActive(facts);
      if (lacksPackage(facts, "ufw") && now === "inactive" && !active && !release) return same;
      return change({
        action: active ? (now === "inactive" ? "enable" : "load") : "disable",
        ...(now === undefined ? {} : { before: `ufw ${now}` }),
        after: active ? "ufw active, with the rules of its restored files" : "ufw inactive, as before",
        effect: "now",
        undo: "full",
        stage: "access",
        steps: [{ verb: "firewall", operation: active ? "reload" : "disable" }],
      });
    },
    lookBack: () => undefined,
    after: ["edit"],
    atBoot: "by itself",
  },
});
