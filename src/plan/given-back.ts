/** What a rollback gives back, in the words of the controls that it concerns. Pure. */
import type { HostFacts } from "../facts/host.ts";
import { type Facts, type Probe, readAll } from "../facts/probe.ts";
import type { Access } from "./access.ts";
import { type Control, type GivenBack, Input } from "./control.ts";
import type { Change } from "./plan.ts";
import type { UndoItem } from "./undo.ts";

/** Those that say it themselves. */
const concerned = (controls: readonly Control[], items: readonly UndoItem[]) =>
  controls.filter(
    ({ id, givenBack, takes }) =>
      (givenBack ?? takes) !== undefined && items.some(({ owner }) => owner.control === id),
  );

const paramsOf = ({ schema }: Control): unknown => schema.parse({});

/** What they read for it. */
export const givenBackProbes = (
  controls: readonly Control[],
  items: readonly UndoItem[],
  visit: Access["visit"],
): readonly Probe<unknown>[] =>
  concerned(controls, items).flatMap((control) =>
    Object.values(control.probes(paramsOf(control), visit)).filter(({ deep }) => !deep),
  );

interface About {
  readonly controls: readonly Control[];
  readonly items: readonly UndoItem[];
  /** By path, what comes back of files. */
  readonly contents: ReadonlyMap<string, Buffer>;
  readonly facts: Facts;
  readonly access: Access;
  readonly host: HostFacts;
}

export function givenBackOf(changes: readonly Change[], about: About): GivenBack {
  const { controls, items, contents, facts, access, host } = about;
  return concerned(controls, items).reduce<GivenBack>(
    (told, control) => {
      const params = paramsOf(control);
      const read = readAll(facts, control.probes(params, access.visit));
      const own = told.changes.filter((change) => change.control === control.id);
      const input = new Input(control, { params, facts: read, access, host });
      const restored = { changes: own, contents };
      const back = control.givenBack?.(input, restored) ?? { changes: [], findings: [] };
      const now = new Map(back.changes.map((change) => [change.address, change]));
      return {
        changes: told.changes.map((change) => now.get(change.address) ?? change),
        findings: [...told.findings, ...back.findings, ...(control.takes?.(input, restored) ?? [])],
      };
    },
    { changes, findings: [] },
  );
}
