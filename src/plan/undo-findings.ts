/** Findings of an undo, which whoever owns the thing says. */
import type { FindingRecord } from "../checks/finding.ts";

export const changed: FindingRecord = {
  id: "undo.changed",
  level: "block",
  about: "What a run has made was changed since: undoing it would lose that",
};

export const forgotten: FindingRecord = {
  id: "undo.forgotten",
  level: "block",
  about: "A run undid another one that the host no longer remembers",
};

export const pruned: FindingRecord = {
  id: "undo.pruned",
  level: "warn",
  about: "Runs since then are no longer remembered, and what they alone changed stays",
};

export const unknownWords: FindingRecord = {
  id: "undo.unknown",
  level: "block",
  about: "How something was before a run can't be told: another version of harden made it",
};

export const findings: readonly FindingRecord[] = [changed, forgotten, pruned, unknownWords];
