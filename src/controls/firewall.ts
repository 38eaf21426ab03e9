/** ufw: what may come in, for IPv4 and IPv6. The ruleset is one resource, loaded at once. */
import { defineControl } from "./define.ts";
import { checks } from "./firewall/checks.ts";
import { desired } from "./firewall/claims.ts";
import { describe } from "./firewall/describe.ts";
import { fromAnywhere } from "./firewall/from-anywhere.ts";
import { givenBack } from "./firewall/given-back.ts";
import { findings, guard } from "./firewall/guard.ts";
import { firewallProbes } from "./firewall/probes.ts";
import { release } from "./firewall/release.ts";
import { schema } from "./firewall/schema.ts";
import { viewOf } from "./firewall/view.ts";

export const firewall = defineControl({
  id: "firewall",
  title: "Let in only what is meant to be reached",
  layer: "network",
  cause: "ufw",
  criteria: ["CC6.6"],
  rationale:
    "A service that listens by accident can't be reached by accident. Rules are written into ufw's own files, as ufw itself writes them, so that `ufw status` and later `ufw` commands know them; they are told apart by the comment `harden`, and everybody else's rules stay, unless `otherRules` says otherwise. What counts is what the kernel does: its rules are read, never ufw's word.",
  schema,
  adds: ["rules"],
  probes: () => firewallProbes,
  view: viewOf,
  guardsWayIn: true,
  desired,
  describe,
  guard,
  findings,
  release,
  givenBack,
  checks: [...checks, fromAnywhere],
});
