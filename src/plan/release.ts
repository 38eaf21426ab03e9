/** A control that is switched off: what it owns goes back to the original, and what somebody added since stays. Pure. */
import type { Finding } from "../checks/finding.ts";
import { findingOf } from "../checks/finding.ts";
import { savedIn } from "../facts/backups.ts";
import { file } from "../facts/files.ts";
import type { HostFacts } from "../facts/host.ts";
import { type Facts, readFact } from "../facts/probe.ts";
import { look } from "../kinds/file.ts";
import { diffResource, resourceName, type Step } from "../kinds/index.ts";
import type { Claim } from "./claim.ts";
import { detailsOf } from "./claims.ts";
import type { Change } from "./plan.ts";
import { type UndoItem, type Undone, undoChanges } from "./undo.ts";
import { changed } from "./undo-findings.ts";

export interface Releasing {
  /** What the control owns, by the manifest. */
  readonly items: readonly UndoItem[];
  /** What the control would write now: a file that still looks so is ours alone. */
  readonly desired: readonly Claim[];
  /** The control's own way of taking out only its part, by resource; it may be the original. */
  readonly partial: readonly Claim[];
  /** `file SHA256 MODE OWNER GROUP` as the last run left a path, where a run is remembered that wrote it. */
  readonly written?: (path: string) => string | undefined;
  readonly facts: Facts;
  readonly host: HostFacts;
}

export function releaseChanges(input: Releasing): Undone {
  const { items, facts } = input;
  const shared = items.filter((item) => !comesBack(item, input));
  const whole = undoChanges(
    items.filter((item) => !shared.includes(item)),
    facts,
  );
  const told = (change: Change) => ({ ...change, ...detailsIn(input.partial, change) });
  const parts = shared.map((item) => releasePart(item, input));
  return {
    changes: [...whole.changes.map(told), ...parts.flatMap(({ changes }) => changes)],
    findings: [...whole.findings, ...parts.flatMap(({ findings }) => findings)],
  };
}

/** What comes back as a whole is what the control's own part of it says, too. */
function detailsIn(partial: readonly Claim[], { address, control }: Change) {
  const claim = partial.find(({ resource }) => `${control}/${resourceName(resource)}` === address);
  return claim === undefined ? {} : detailsOf(claim);
}

/** Whether the original can come back as a whole: nobody but us has made anything of the file since. */
function comesBack(item: UndoItem, { desired, partial, facts, written }: Releasing): boolean {
  const { undo } = item;
  if (undo.kind !== "file") return true;
  const fact = readFact(facts, file(undo.path));
  if (fact.state !== "present") return true;
  if (look(fact.value) === undo.before) return true;
  const own = contentOf(partial, undo.path);
  if (own !== undefined) return originalOf(item, facts)?.equals(own) === true;
  if (look(fact.value) === written?.(undo.path)) return true;
  return (
    fact.value.content !== undefined && contentOf(desired, undo.path)?.equals(fact.value.content) === true
  );
}

function contentOf(claims: readonly Claim[], path: string): Buffer | undefined {
  const [resource] = claims.flatMap((claim) =>
    claim.resource.kind === "file" && claim.resource.path === path ? [claim.resource] : [],
  );
  return resource !== undefined && Buffer.isBuffer(resource.content) ? resource.content : undefined;
}

/** The content that a file had before it became ours; undefined where there was none, or it could not be read. */
const originalOf = ({ undo }: UndoItem, facts: Facts): Buffer | undefined =>
  undo.kind === "file" ? savedIn(facts, undo) : undefined;

function releasePart(
  { undo, owner }: UndoItem,
  { partial, facts, host }: Pick<Releasing, "partial" | "facts" | "host">,
): Undone {
  const path = undo.kind === "file" ? undo.path : "";
  const claim = partial.find(({ resource }) => resource.kind === "file" && resource.path === path);
  if (claim === undefined) return { changes: [], findings: [changedSince(owner.control, path)] };
  const { resource, effect } = claim;
  const outcome = diffResource({
    control: owner.control,
    owned: [],
    off: new Set(),
    resource,
    ...(effect === undefined ? {} : { effect }),
    facts,
    host,
    installing: false,
    changed: new Set<string>(),
  });
  if (outcome.kind !== "change") return { changes: [], findings: [] };
  const [first, ...rest] = outcome.draft.steps;
  const steps: Step[] = first === undefined ? [] : [{ ...first, release: owner }, ...rest];
  const change: Change = {
    reason: claim.reason,
    ...outcome.draft,
    ...detailsOf(claim),
    address: owner.address,
    control: owner.control,
    kind: "file",
    steps,
  };
  return { changes: [change], findings: [] };
}

const changedSince = (control: string, path: string): Finding =>
  findingOf(
    changed,
    control,
    `${path} was changed since harden wrote it, so giving back the original would lose that.`,
    "Keep what you want of it in a file of your own, put back what harden wrote or delete the file, and plan again.",
  );
