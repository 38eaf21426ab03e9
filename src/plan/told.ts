/** What each finding is about that no control tells, and what may be a finding's id at all. */
import type { RuleName } from "../controls/auditd/rules.ts";
import type { toldByControls } from "../controls/told.ts";

export const told = {
  "audit.one-layer": "A login, a database or the secrets are guarded by one layer alone, or by none",
  "cloud.not-looked-at": "Terraform has resources of kinds that no check here knows",
  "compose.not-known": "A compose file has a key or a variable that nothing is known of",
  "compose.unused-waiver": "A waiver in a compose file waives nothing where it stands",
  "containers.not-running": "Of services of a compose file no container runs on this host",
  "containers.other-engine": "The host has another container engine as well, which was not looked at",
  "containers.ports-not-asked": "More ports are open than are asked in one audit",
  "containers.removed": "A restart of the engine stops containers that go with their data when they end",
  "containers.stopped": "A restart of the engine stops containers, and starts them again",
  "containers.which-project":
    "A compose file could be any of several projects that run here, and was compared with none",
  "host.caller-not-covered": "This run comes from an address that access.from doesn't cover",
  "host.owned-unknown": "What harden has set on this host could not be read, so that it can't be given back",
  "host.no-rights": "The login is not root, and may not become root",
  "host.no-systemd":
    "systemd is not the first process of the host, so that nothing could roll back by itself",
  "host.storage": "Files of the profile lie where the next boot may not have them",
  "host.stray-units": "A run has left units and no journal, as after a reset that took its folder",
  "host.unread": "The host could tell nothing at all of one kind of thing",
  "host.unsettled":
    "A run on this host waits for its confirm, or is being rolled back: what is there may not last",
  "host.unsettled-unknown": "Whether a run is pending on this host could not be read",
  "host.way-back": "A reset would lose the journal of a run or its units, so that nothing would roll back",
  "networks.beyond-firewall": "A container is on a network where no rule of the host's firewall is asked",
  "networks.proxy-reaches-data": "A proxy shares a network with what holds the data",
  "plan.conflict": "Two controls want different things of one and the same",
  "plan.packages-unknown": "What comes along with a package is not known yet",
  "profile.measured": "A section of the profile says apply: false, so that it is measured alone",
  "profile.nearby": "The packaged profile is used, though a file of that name lies nearby",
  "profile.unused-waiver": "A waiver of the profile waives nothing on this host",
  "secrets.not-all-read": "Of git's history not all could be searched for secrets",
  "undo.changed": "What a run has made was changed since: undoing it would lose that",
  "undo.forgotten": "A run undid another one that the host no longer remembers",
  "undo.lasting": "What a run has done can't be undone by a rollback",
  "undo.pruned": "Runs since then are no longer remembered, and what they alone changed stays",
  "undo.purged": "A run has purged a package, and a rollback installs nothing",
  "undo.unknown": "How something was before a run can't be told: another version of harden made it",
} as const;

/** Checks whose id a finding has as well, where a plan tells what they find. */
export const alsoChecks = [
  "auditd.lost",
  "firewall.other-rules",
  "firewall.ssh-from-anywhere",
  "host.leftovers",
  "ssh.port",
  "updates.kept-back",
] as const;

/** `plan.KIND`: a resource of that kind can't be made so. `auditd.no-folder-GROUP`: of a group of audit rules. */
export type FindingId =
  | keyof typeof told
  | keyof typeof toldByControls
  | (typeof alsoChecks)[number]
  | `plan.${string}`
  | `auditd.no-folder-${RuleName}`;
