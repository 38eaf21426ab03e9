/**
 * Giving back what a run changed: by hand (`rollback`), or because a control was switched off. What was done is
 * read from the host's journal or manifest, and becomes changes like any others: shown, armed, proven.
 */

import { backups } from "../facts/backups.ts";
import { debianPackage, type FileFact, file, preimage, sysctl, unit } from "../facts/files.ts";
import { type Probe, probeKey } from "../facts/probe.ts";
import type { Owner } from "../resources/step.ts";

/** How one thing was before a run; `after` is what the run made of it, where that is known. */
export type Undo =
  | {
      readonly kind: "file";
      readonly path: string;
      readonly run: string;
      readonly backup: number;
      readonly before: string;
      readonly after?: string;
    }
  | { readonly kind: "mode"; readonly path: string; readonly before: string; readonly after?: string }
  | { readonly kind: "sysctl"; readonly key: string; readonly before: string; readonly after?: string }
  | {
      readonly kind: "unit";
      readonly unit: string;
      readonly enabled: string;
      readonly active: string;
      readonly refresh?: "reload" | "restart";
    }
  | { readonly kind: "packages"; readonly run: string; readonly names: readonly string[] }
  | { readonly kind: "firewall"; readonly before: string }
  | { readonly kind: "audit" };

export interface UndoItem {
  readonly undo: Undo;
  readonly owner: Owner;
  /** The manifest's entry ends with this. */
  readonly release: boolean;
  /** A later run in force that changed the same thing, and the command that undoes it. */
  readonly later?: { readonly run: string; readonly command: string };
}

/** What must be read to undo these: their facts now, and the backups. */
export function undoProbes(items: readonly UndoItem[]): readonly Probe<unknown>[] {
  const probes = items.flatMap(({ undo }) => probesOf(undo));
  return [...new Map(probes.map((probe) => [probeKey(probe), probe])).values()];
}

function probesOf(undo: Undo): readonly Probe<unknown>[] {
  switch (undo.kind) {
    case "file":
      return [file(undo.path), backups(undo.run)];
    case "mode":
      return [file(undo.path)];
    case "sysctl":
      return [sysctl(undo.key)];
    case "unit":
      return [undo.unit, ...socketOf(undo.unit)].map(unit);
    case "packages":
      return undo.names.map(debianPackage);
    case "firewall":
    case "audit":
      return [];
  }
}

/** The socket by which systemd may listen for a service; at most one. */
export const socketOf = (name: string): readonly string[] => (name === "ssh.service" ? ["ssh.socket"] : []);

/** `absent`, or `file SHA256 MODE OWNER GROUP`: the runtime's words for how a file looks. */
export function look(fact: FileFact | undefined): string {
  const now = preimage(fact);
  if (now.state === "absent") return "absent";
  return `file ${now.sha256} ${now.mode} ${now.owner} ${now.group}`;
}
