/** What runs have made of the files of a switched-off control, as far as the host remembers it. Pure. */
import { backups, savedIn } from "../facts/backups.ts";
import { file } from "../facts/files.ts";
import { type Facts, type Probe, readFact, valueOr } from "../facts/probe.ts";
import { inForce, type RunFact, runs } from "../facts/runs.ts";
import { look } from "../kinds/file.ts";
import { undoneAs } from "../kinds/index.ts";
import type { Past, Rewrite } from "./control.ts";
import { type Managed, switchedOff } from "./managed.ts";
import type { UndoItem } from "./undo.ts";

/** Where a control says itself what of a file comes back, it asks what each run found there. */
export function pastProbes(
  managed: readonly Managed[],
  items: readonly UndoItem[],
  facts: Facts,
): readonly Probe<unknown>[] {
  const partly = new Set(
    switchedOff(managed).flatMap(({ control }) => (control.release === undefined ? [] : [control.id])),
  );
  const paths = new Set(
    items.flatMap(({ undo, owner }) =>
      undo.kind === "file" && partly.has(owner.control) ? [undo.path] : [],
    ),
  );
  return remembered(facts)
    .filter(({ journal }) => journal.some((line) => isFile(line) && paths.has(line.object)))
    .map(({ id }) => backups(id));
}

const remembered = (facts: Facts) => valueOr(readFact(facts, runs), []).filter(inForce);

const isFile = ({ verb }: RunFact["journal"][number]) => undoneAs(verb)?.name === "file";

export function pastOf(items: readonly UndoItem[], facts: Facts): Past {
  const ownedAs = (path: string) =>
    items.flatMap(({ undo }) => (undo.kind === "file" && undo.path === path ? [undo] : []))[0];
  return {
    original: (path) => {
      const undo = ownedAs(path);
      return undo === undefined ? undefined : savedIn(facts, undo);
    },
    rewrites: (path) => {
      const undo = ownedAs(path);
      return undo === undefined ? [] : rewritesOf({ ...undo, since: undo.run }, facts);
    },
  };
}

interface Written {
  readonly run: string;
  /** As `look` says it; undefined where the host has forgotten it. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly before: Buffer | undefined;
}

function rewritesOf(
  { path, since, backup }: { readonly path: string; readonly since: string; readonly backup: number },
  facts: Facts,
): readonly Rewrite[] {
  const all = remembered(facts).flatMap((run) => writtenBy(run, path, facts));
  const first = all.findIndex(({ run }) => run === since);
  const forgotten = {
    run: since,
    from: undefined,
    to: undefined,
    before: savedIn(facts, { run: since, backup }),
  };
  const written = first < 0 ? [forgotten, ...all] : all.slice(first);
  const fact = valueOr(readFact(facts, file(path)), undefined);
  const now = { from: look(fact), before: fact?.content };
  return written.map(({ run, to, before }, index) => {
    const next = written[index + 1] ?? now;
    const after = to !== undefined && to === next.from ? next.before : undefined;
    return { run, before, ...(after === undefined ? {} : { after }) };
  });
}

function writtenBy({ id, journal }: RunFact, path: string, facts: Facts): readonly Written[] {
  const lines = journal.filter((line) => isFile(line) && line.object === path);
  const [first] = lines;
  if (first === undefined) return [];
  const { before: from, backup = 0 } = first;
  const before = from === "absent" ? Buffer.alloc(0) : savedIn(facts, { run: id, backup });
  return [{ run: id, from, to: lines.at(-1)!.after, before }];
}
