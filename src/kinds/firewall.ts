/** ufw's live ruleset, from the files that earlier steps wrote. Whether it differs is the control's to say, from the facts. */
import { units } from "../platform.ts";
import flows from "./firewall/flows.sh";
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
  line: valueLine,
  words: { firewall: ({ operation }) => [operation] },
  shell: [shell, tables, flows],
  readAtBootBy: ["network-pre.target", units.ufw],
  undo: {
    words: operations.map((operation) => `firewall-${operation}`),
    fromJournal: ([{ before }]) => ({ kind: "firewall", before }),
    fromManifest: ([, before = ""]) => ({ kind: "firewall", before }),
    probes: () => [],
    changes: ({ before }) => {
      const active = before === "active";
      return change({
        action: active ? "load" : "disable",
        after: active ? "ufw's rules as its restored files say" : "ufw inactive, as before",
        effect: "now",
        undo: "full",
        stage: "access",
        steps: [{ verb: "firewall", operation: active ? "reload" : "disable" }],
      });
    },
    lookBack: () => undefined,
    order: 40,
    atBoot: "by itself",
  },
});
