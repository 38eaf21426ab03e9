/** What a reset would take with it: the journal of a run above all, without which nothing rolls back. Pure. */
import { type Facts, type Probe, readFact } from "../facts/probe.ts";
import type { Visit } from "../facts/sshd.ts";
import { lostAt, type Place, storage, storageOf } from "../facts/storage.ts";
import type { Managed } from "./managed.ts";
import type { Finding } from "./plan.ts";
import { controlProbes } from "./planner.ts";

const journal = "/var/lib/harden";
const units = "/etc/systemd/system";

/** Where a run keeps what rolls it back, also after a reset. */
const wayBack = [
  ...["", "/runs", "/pending", "/rolling", "/confirmed", "/rolled-back"].map((name) => `${journal}${name}`),
  ...["", "/sysinit.target.wants", "/multi-user.target.wants"].map((name) => `${units}${name}`),
];

const folderOf = (path: string) => path.slice(0, path.lastIndexOf("/")) || "/";

/** The storage of a run's journal and units, and of all folders that the controls read. */
export function storageProbes(managed: readonly Managed[], visit: Visit): readonly Probe<readonly Place[]>[] {
  const read = controlProbes(managed, visit).flatMap(({ collector, args: [path = ""] }) =>
    collector === "file" ? [folderOf(path)] : collector === "glob" ? [path] : [],
  );
  return [...new Set([...wayBack, ...read])].map(storageOf);
}

/** Nothing would roll back after a reset. */
export function wayBackFindings(facts: Facts): readonly Finding[] {
  const fact = readFact(facts, storage);
  const whys = new Set(wayBack.flatMap((path) => lostAt(fact, path)?.why ?? []));
  if (whys.size === 0) return [];
  return [
    {
      control: "host",
      id: "host.way-back",
      level: "block",
      message: `A reset would lose the journal of a run, or its units, so that nothing could roll back: ${[...whys].join("; ")}.`,
      hint: `Have ${journal} and ${units} on a disk that each boot mounts, by /etc/fstab or a unit.`,
    },
  ];
}
