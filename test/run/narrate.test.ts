import { expect, it } from "vitest";
import type { Work } from "../../src/plan/steps.ts";
import { narrate } from "../../src/run/narrate.ts";
import type { Ports } from "../../src/run/ports.ts";

const work: readonly Work[] = [
  { address: "x/file:/a", stage: "files", steps: [], line: "/a" },
  { address: "x/package:p", stage: "finalize", steps: [], line: "purge p" },
];

it("a step after the confirm keeps its number when it is heard by itself", () => {
  const said: string[] = [];
  const ports = {
    now: () => 0,
    every: () => ({ stop: () => {} }),
    emit: (event: { readonly kind: string; readonly text?: string }) => said.push(event.text ?? ""),
  } as unknown as Ports;
  const { hear } = narrate("web1", work, ports);
  hear({ run: "r", event: "step", number: 2, phase: "start", address: "x/package:p" });
  expect(said).toEqual(["[2/2] purge p"]);
});
