/** What a plan sends to a host is all that it calls. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { controls } from "../../src/controls/index.ts";
import { parseRecorded } from "../../src/facts/recorded.ts";
import { library, planLibrary } from "../../src/host/library.ts";
import { type Depth, probesOf } from "../../src/run/gather.ts";

const ofChecks = library.slice(planLibrary.length);
const namesIn = (text: string) => [...text.matchAll(/^([A-Za-z_]\w*)(?:\(\)|=)/gm)].map(([, name]) => name!);

test("the library of a plan has every collector of the plan's probes", () => {
  const recorded = parseRecorded(
    readFileSync(new URL("../fixtures/hosts/debian13.json", import.meta.url), "utf8"),
  );
  const managed = controls.map((control) => ({
    control,
    params: control.schema.parse({}),
    mode: "apply" as const,
  }));
  const profile = { access: { from: ["0.0.0.0/0", "::/0"] } } as never;
  const collectors = (depth: Depth) =>
    probesOf(managed, { profile, transport: recorded as never, depth }).map(
      ({ collector }) => `collect_${collector}`,
    );
  expect(namesIn(planLibrary)).toEqual(expect.arrayContaining(collectors("plan")));
  expect(namesIn(library)).toEqual(expect.arrayContaining(collectors("whole")));
  expect(namesIn(planLibrary)).not.toEqual(expect.arrayContaining(collectors("whole")));
});

test("the library of a plan uses no name that only the library of checks defines", () => {
  expect(library.startsWith(`${planLibrary}\n`)).toBe(true);
  const used = new Set(planLibrary.match(/\w+/g));
  const defined = new Set(namesIn(planLibrary));
  expect(namesIn(ofChecks).filter((name) => used.has(name) && !defined.has(name))).toEqual([]);
});
