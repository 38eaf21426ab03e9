/** The claims: keys of daemon.json, and the restart by which dockerd reads them. Pure. */
import { valueOr } from "../../facts/probe.ts";
import { type Claim, claimsOf, daemon } from "../../plan/claim.ts";
import { units } from "../../platform.ts";
import { configPath } from "./probes.ts";
import { type DaemonInput, idle } from "./view.ts";

const claim = claimsOf("daemon");

export function desired({ view, facts }: DaemonInput): readonly Claim[] {
  if (idle(view) !== undefined) return [];
  const unit = valueOr(facts.unit, undefined);
  const { active = false, enabled = "" } = unit ?? {};
  const edit = claim("What containers may do, and what their logs take, is bounded where they don't say.", {
    kind: "edit",
    path: configPath,
    format: "json",
    set: view.set,
    unset: [],
    missing: "create",
    mode: "0644",
    owner: "root",
    group: "root",
    proof: { check: "docker", words: [configPath] },
  });
  // An engine that doesn't run reads its file when somebody starts it.
  if (!active) return [edit];
  const on = [`edit:${configPath}`];
  const more = { enabled: enabled === "enabled", on, stale: view.stale };
  return [edit, claim("dockerd reads its file when it starts.", daemon(units.docker, more))];
}
