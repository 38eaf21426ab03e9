/** A control that is switched off: what it owns goes back to the original, and what somebody added since stays. Pure. */
import { file } from "../facts/files.ts";
import { type Facts, readFact } from "../facts/probe.ts";
import { diffResource } from "../resources/index.ts";
import type { Claim } from "../resources/resource.ts";
import type { Step } from "../resources/step.ts";
import type { Change, Finding, HostFacts } from "./plan.ts";
import { look, type UndoItem, type Undone, undoChanges } from "./undo.ts";

export interface Releasing {
  /** What the control owns, by the manifest. */
  readonly items: readonly UndoItem[];
  /** What the control would write now: a file that still looks so is ours alone. */
  readonly desired: readonly Claim[];
  /** The control's own way of taking out only its part, by resource. */
  readonly partial: readonly Claim[];
  readonly facts: Facts;
  readonly host: HostFacts;
}

export function releaseChanges({ items, desired, partial, facts, host }: Releasing): Undone {
  const shared = items.filter((item) => !isOursAlone(item, { desired, facts }));
  const whole = undoChanges(
    items.filter((item) => !shared.includes(item)),
    facts,
  );
  const parts = shared.map((item) => releasePart(item, { partial, facts, host }));
  return {
    changes: [...whole.changes, ...parts.flatMap(({ changes }) => changes)],
    findings: [...whole.findings, ...parts.flatMap(({ findings }) => findings)],
  };
}

function isOursAlone({ undo }: UndoItem, { desired, facts }: Pick<Releasing, "desired" | "facts">): boolean {
  if (undo.kind !== "file") return true;
  const fact = readFact(facts, file(undo.path));
  if (fact.state !== "present") return true;
  if (look(fact.value) === undo.before) return true;
  return desired.some(
    ({ resource }) =>
      resource.kind === "file" &&
      resource.path === undo.path &&
      Buffer.isBuffer(resource.content) &&
      fact.value.content?.equals(resource.content) === true,
  );
}

function releasePart(
  { undo, owner }: UndoItem,
  { partial, facts, host }: Pick<Releasing, "partial" | "facts" | "host">,
): Undone {
  const path = undo.kind === "file" ? undo.path : "";
  const claim = partial.find(({ resource }) => resource.kind === "file" && resource.path === path);
  if (claim === undefined) return { changes: [], findings: [changedSince(owner.control, path)] };
  const input = {
    claim,
    resource: claim.resource,
    facts,
    host,
    installing: false,
    changed: new Set<string>(),
  };
  const outcome = diffResource(input);
  if (outcome.kind !== "change") return { changes: [], findings: [] };
  const [first, ...rest] = outcome.draft.steps;
  const steps: Step[] = first === undefined ? [] : [{ ...first, release: owner }, ...rest];
  const change: Change = {
    reason: claim.reason,
    ...outcome.draft,
    address: owner.address,
    control: owner.control,
    kind: "file",
    steps,
  };
  return { changes: [change], findings: [] };
}

const changedSince = (control: string, path: string): Finding => ({
  control,
  id: "undo.changed",
  level: "block",
  message: `${path} was changed since harden wrote it, so giving back the original would lose that.`,
  hint: "Keep what you want of it in a file of your own, put back what harden wrote or delete the file, and plan again.",
});
