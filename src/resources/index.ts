/** The table of the kinds: add a primitive here, never an `exec`. */
import type { DiffInput, Outcome } from "./diff.ts";
import { diffFile } from "./file.ts";
import { diffAuditLock, diffAuditRules, diffFirewall } from "./kernel-rules.ts";
import { diffMode } from "./mode.ts";
import { diffPackage } from "./package.ts";
import type { Resource } from "./resource.ts";
import { diffService } from "./service.ts";
import { diffSysctl } from "./sysctl.ts";

type Diffs = {
  readonly [K in Resource["kind"]]: (input: DiffInput<Extract<Resource, { kind: K }>>) => Outcome;
};

const diffs: Diffs = {
  package: diffPackage,
  file: diffFile,
  mode: diffMode,
  sysctl: diffSysctl,
  "audit-rules": diffAuditRules,
  firewall: diffFirewall,
  service: diffService,
  "audit-lock": diffAuditLock,
};

/** Kinds in the order of planning: what others depend on comes first. */
export const kinds = Object.keys(diffs) as readonly Resource["kind"][];

/** Compares one claim with the facts. */
export function diffResource(input: DiffInput): Outcome {
  return (diffs[input.resource.kind] as (input: DiffInput) => Outcome)(input);
}
