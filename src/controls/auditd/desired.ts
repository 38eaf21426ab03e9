/** The claims: package, files, the kernel's rules, the service, and the lock after the confirm. Pure. */
import { valueOr } from "../../facts/probe.ts";
import type { Resource } from "../../kinds/index.ts";
import { type Claim, claimsOf, daemon, debian, rootFile } from "../../plan/claim.ts";
import { packages, units } from "../../platform.ts";
import { logEdit, unread } from "./log.ts";
import { confPath } from "./probes.ts";
import { lockPath, rulesPath } from "./rules.ts";
import {
  type AuditInput,
  contentOf,
  isLoaded,
  isLocked,
  lockContent,
  maskedUnit,
  switchedOffBy,
} from "./state.ts";

export function desired(input: AuditInput): readonly Claim[] {
  if (input.view.impossible !== undefined || input.view.unreadable !== undefined) return [];
  if (valueOr(input.facts.kernel, undefined)?.offAtBoot) return [];
  const effect = input.view.needsReboot() === undefined ? "now" : "reboot";
  return [
    claim("events are recorded by auditd", debian(packages.auditd, "auditd, its rules folder and auditctl")),
    { ...claim("the rules come back at each boot", rulesFile(input)), effect },
    lockFile(input),
    { ...claim("the log holds long enough to be looked at", logEdit(input)), effect: "restart" },
    ...load(input),
    ...(maskedUnit(input) === undefined
      ? [claim("a daemon takes the kernel's events to disk", service(input))]
      : []),
    ...lock(input),
  ];
}

const claim = claimsOf("auditd");
const mode = "0640";

const rulesFile = (input: AuditInput) =>
  rootFile(rulesPath, contentOf(input.view.groups()), { mode, proof: { check: "audit", words: [] } });

/** Written only after the confirm: whatever loads the rules before (auditd's own start) would lock them too soon. */
function lockFile(input: AuditInput): Claim {
  const locked = rootFile(lockPath, lockContent, { mode, finalize: true });
  if (input.params.immutable) return claim("the rules stay locked after each boot", locked);
  const free = claim("the profile wants rules that can be changed", rootFile(lockPath, "absent", { mode }));
  return { ...free, effect: isLocked(input) ? "reboot" : "now" };
}

function load(input: AuditInput): readonly Claim[] {
  if (input.view.needsReboot() !== undefined) return [];
  const { missing, surplus } = input.view.difference();
  const why = [
    ...(missing.length > 0 ? [`${missing.length} wanted rules are not in the kernel`] : []),
    ...(surplus.length > 0 ? [`${surplus.length} that are not wanted are`] : []),
  ];
  const resource: Resource = {
    kind: "audit-rules",
    loaded: isLoaded(input.view),
    why: why.join(", ") || "the rules of all files",
    on: [`file:${rulesPath}`],
  };
  return [claim("only what the kernel has is recorded", resource)];
}

function service(input: AuditInput): Resource {
  const kernel = valueOr(input.facts.kernel, undefined);
  const running = valueOr(input.facts.unit, undefined)?.active === true;
  const off =
    kernel?.enabled === 0 && switchedOffBy(input.view) === undefined
      ? "auditing is switched off (auditctl -e 0)"
      : undefined;
  const deaf = kernel?.pid === 0 ? "the kernel sends its events to nobody" : undefined;
  const stale = running ? (off ?? deaf ?? unread(input)) : undefined;
  return daemon(units.auditd, { stale, on: [`edit:${confPath}`] });
}

/** Only rules that are all there are locked: a lock on the wrong ones would keep them wrong. */
function lock(input: AuditInput): readonly Claim[] {
  if (!input.params.immutable) return [];
  const waits = input.view.needsReboot() !== undefined && !isLoaded(input.view);
  return [
    claim("nobody, root included, can switch recording off", {
      kind: "audit-lock",
      locked: isLocked(input) || waits,
    }),
  ];
}
