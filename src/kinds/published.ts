/** The kernel's rules for what containers publish, from the script that an earlier step wrote. Whether they differ is the control's to say. */
import { type Facts, readFact } from "../facts/probe.ts";
import { rules } from "../facts/rules.ts";
import { units } from "../platform.ts";
import { change, defineKind, same, valueLine } from "./kind.ts";
import shell from "./published.sh";

/** Of ours: DOCKER-USER leads to it. */
export const chain = "harden-published";

export interface PublishedResource {
  readonly kind: "published";
  /** drop: the chains go, and the way to them. */
  readonly operation: "load" | "drop" | "none";
  /** For a person: what is held now, and will be. */
  readonly before: string;
  readonly after: string;
}

export interface PublishedStep {
  readonly verb: "published";
  readonly operation: "load" | "drop";
}

export interface PublishedUndo {
  readonly kind: "published";
  /** `held` or `open`. */
  readonly before: string;
}

/** Whether the kernel has the chains; undefined where that could not be read. */
function isHeld(facts: Facts): boolean | undefined {
  const fact = readFact(facts, rules);
  if (fact.state !== "present") return undefined;
  return fact.value.v4?.get("filter")?.has(chain) === true;
}

export const published = defineKind<PublishedResource, PublishedStep, PublishedUndo>({
  name: "published",
  address: () => "DOCKER-USER",
  diff: ({ resource: { operation, before, after } }) =>
    operation === "none"
      ? same
      : change({
          action: operation === "load" ? "load" : "disable",
          before,
          after,
          effect: "now",
          undo: "full",
          stage: "services",
          steps: [{ verb: "published", operation }],
        }),
  line: (draft) => valueLine(draft, "ports of containers"),
  words: { published: ({ operation }) => [operation] },
  shell: [shell],
  readAtBootBy: [units.docker],
  undo: {
    words: ["published-load", "published-drop"],
    fromJournal: ([{ before }]) => ({ kind: "published", before }),
    fromManifest: ([, before = ""]) => ({ kind: "published", before }),
    join: (older) => older,
    probes: () => [rules],
    changes: ({ before }, facts) => {
      const held = isHeld(facts);
      if (before === "open" && held === false) return same;
      return change({
        action: before === "held" ? "load" : "disable",
        ...(held === undefined ? {} : { before: held ? "held to rules" : "not held" }),
        after: before === "held" ? "held to the rules of the restored script" : "not held, as before",
        effect: "now",
        undo: "full",
        stage: "services",
        steps: [{ verb: "published", operation: before === "held" ? "load" : "drop" }],
      });
    },
    lookBack: () => undefined,
    after: ["firewall"],
    atBoot: "by itself",
  },
});
