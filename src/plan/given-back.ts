/** What a rollback gives back, in the words of the controls that it concerns. Pure. */
import { type Control, type GivenBack, Input } from "../controls/control.ts";
import { savedIn } from "../facts/backups.ts";
import type { HostFacts } from "../facts/host.ts";
import { type Facts, type Probe, readAll, readFact, valueOr } from "../facts/probe.ts";
import { keysBackProbe, keysPath } from "../kinds/keys.ts";
import type { Access } from "./access.ts";
import type { Change } from "./plan.ts";
import type { UndoItem } from "./undo.ts";

/** Those that say it themselves. */
const concerned = (controls: readonly Control[], items: readonly UndoItem[]) =>
  controls.filter(
    ({ id, givenBack }) => givenBack !== undefined && items.some(({ owner }) => owner.control === id),
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
  readonly facts: Facts;
  readonly access: Access;
  readonly host: HostFacts;
}

export function givenBackOf(changes: readonly Change[], about: About): GivenBack {
  const { controls, items, facts, access, host } = about;
  const contents = new Map(
    items.flatMap(({ undo }) => {
      if (undo.kind === "keys") {
        const later = valueOr(readFact(facts, keysBackProbe(undo.user, undo.run)), undefined);
        return later === undefined ? [] : [[keysPath(undo.user), later] as const];
      }
      if (undo.kind !== "file") return [];
      const content = undo.before === "absent" ? Buffer.alloc(0) : savedIn(facts, undo);
      return content === undefined ? [] : [[undo.path, content] as const];
    }),
  );
  return concerned(controls, items).reduce<GivenBack>(
    (told, control) => {
      const params = paramsOf(control);
      const read = readAll(facts, control.probes(params, access.visit));
      const own = told.changes.filter((change) => change.control === control.id);
      const input = new Input(control, { params, facts: read, access, host });
      const back = control.givenBack!(input, { changes: own, contents });
      const now = new Map(back.changes.map((change) => [change.address, change]));
      return {
        changes: told.changes.map((change) => now.get(change.address) ?? change),
        findings: [...told.findings, ...back.findings],
      };
    },
    { changes, findings: [] },
  );
}
