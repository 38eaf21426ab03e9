/** What is ours on a host, from the manifest that the runs wrote there, and how a switched-off control gives it back. */
import type { Probe } from "../facts/probe.ts";
import type { Managed } from "./managed.ts";
import type { Undo, UndoItem } from "./undo.ts";

export interface OwnedItem {
  readonly address: string;
  readonly control: string;
  /** The run that made it ours; it holds the original. */
  readonly run: string;
  readonly undo: Undo;
}

export type Owned = readonly OwnedItem[];

/** Lines `ADDRESS TAB CONTROL TAB RUN TAB UNDO`; see host/script.ts for the words of UNDO. */
export const owned: Probe<Owned> = { collector: "owned", args: [], parse: parseManifest };

function parseManifest(data: Buffer): Owned {
  const lines = data
    .toString("utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines.flatMap((line) => {
    const [address = "", control = "", run = "", words = ""] = line.split("\t");
    const undo = parseUndo(unquote(words), run);
    return undo === undefined ? [] : [{ address, control, run, undo }];
  });
}

/** Words as `quote` of host/quote.ts wrote them. */
export function unquote(text: string): readonly string[] {
  const words = text.match(/(?:'[^']*'|\\'|[^\s'\\])+/g) ?? [];
  return words.map((word) =>
    word.replace(
      /'([^']*)'|\\(')/g,
      (_all, quoted: string | undefined, escaped: string | undefined) => quoted ?? escaped ?? "",
    ),
  );
}

function parseUndo([kind, ...rest]: readonly string[], run: string): Undo | undefined {
  const [first = "", second = "", third = ""] = rest;
  switch (kind) {
    case "file":
      return { kind, path: first, run: second, backup: Number(third), before: rest.slice(3).join(" ") };
    case "mode":
      return { kind, path: first, before: rest.slice(1).join(" ") };
    case "sysctl":
      return { kind, key: first, before: second };
    case "unit":
      // What it reads was ours, and is given back with it.
      return { kind, unit: first, enabled: second, active: third, refresh: "reload" };
    case "packages":
      return { kind, run, names: rest };
    case "firewall":
      return { kind, before: second };
    case "audit":
      return { kind };
    default:
      throw new Error(`the manifest of run ${run} has words that this version does not know: ${kind}`);
  }
}

/** What the switched-off controls own, to be given back. A control that is only absent from the profile keeps it. */
export function toRelease(managed: readonly Managed[], all: Owned): readonly UndoItem[] {
  const off = new Set(managed.filter(({ enabled }) => !enabled).map(({ control }) => control.id));
  return all
    .filter(({ control }) => off.has(control))
    .map(({ address, control, undo }) => ({ owner: { address, control }, release: true, undo }));
}
