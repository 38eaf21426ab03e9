/** What is ours on a host, from the manifest that the runs wrote there, and how a switched-off control gives it back. */
import type { Finding } from "../checks/finding.ts";
import { findingOf } from "../checks/finding.ts";
import { manifestRows } from "../facts/manifest.ts";
import type { Probe } from "../facts/probe.ts";
import { baseOf } from "../kinds/edit-keys.ts";
import { type Undo, undoRules } from "../kinds/index.ts";
import { idsOf, type Managed, switchedOff } from "./managed.ts";
import type { UndoItem } from "./undo.ts";
import { unknownWords } from "./undo-findings.ts";

export interface OwnedItem {
  readonly address: string;
  readonly control: string;
  /** The run that made it ours; it holds the original. */
  readonly run: string;
  /** How it was before; words that this version does not know are kept as they are. */
  readonly undo: Undo | { readonly kind: "unknown"; readonly words: string };
}

export type Owned = readonly OwnedItem[];

const parseManifest = (data: Buffer): Owned =>
  manifestRows(data).map(({ address, control, run, words: [kind = "", ...rest], text }) => {
    const undo = undoRules(kind)?.fromManifest(rest, run) ?? ({ kind: "unknown", words: text } as const);
    return { address, control, run, undo };
  });

/** See host/script.ts for the words. */
export const owned: Probe<Owned> = { collector: "owned", args: [], parse: parseManifest };

/** What the switched-off controls own, to be given back. A control that is only absent from the profile keeps it. */
export function toRelease(managed: readonly Managed[], all: Owned): readonly UndoItem[] {
  return ofSwitchedOff(managed, all).flatMap(({ address, control, undo }) =>
    // Keys of a file are let go by the diff of its edits.
    undo.kind === "unknown" || undo.kind === "edit"
      ? []
      : [{ owner: { address, control }, release: true, undo }],
  );
}

/** What must be read to let go of edits: the files, and as they were before the first one. */
export function editsToRelease(managed: readonly Managed[], all: Owned): readonly { readonly undo: Undo }[] {
  const edits = ofSwitchedOff(managed, all).flatMap(({ undo }) => (undo.kind === "edit" ? [undo] : []));
  const bases = new Set(edits.map(({ path }) => baseOf(path).address));
  const originals = all.flatMap(({ address, undo }) =>
    bases.has(address) && undo.kind !== "unknown" ? [{ undo }] : [],
  );
  return [...edits.map((undo) => ({ undo })), ...originals];
}

/** What they own and nobody can give back: a block each. */
export const unknownToRelease = (managed: readonly Managed[], all: Owned): readonly Finding[] =>
  ofSwitchedOff(managed, all).flatMap(({ address, control, run, undo }) =>
    undo.kind === "unknown"
      ? [
          findingOf(
            unknownWords,
            control,
            `How ${address} was before run ${run} can't be told: this version of harden does not know the words ${undo.words}.`,
            "Plan with the version of harden that made that run; `harden runs` says which.",
          ),
        ]
      : [],
  );

function ofSwitchedOff(managed: readonly Managed[], all: Owned): Owned {
  const off = idsOf(switchedOff(managed));
  return all.filter(({ control }) => off.has(control));
}
