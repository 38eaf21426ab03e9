/** What is made of other files is as they are, and what the recorded hosts are asked they answer. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { generated } from "../generate/files.ts";
import { controls } from "../src/controls/index.ts";
import { probeKey } from "../src/facts/probe.ts";
import { parseRecorded } from "../src/facts/recorded.ts";
import { probesOf } from "../src/run/gather.ts";

it.each(generated)("$path is as `npm run generate` writes it", async ({ path, make }) => {
  const text = readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
  expect(text === (await make()) || `run: npm run generate`).toBe(true);
});

it.each(["debian12", "debian13"])("the recorded %s answers all that is asked", (name) => {
  const file = new URL(`fixtures/hosts/${name}.json`, import.meta.url);
  const recorded = parseRecorded(readFileSync(file, "utf8"));
  const managed = controls.map((control) => ({
    control,
    params: control.schema.parse({}),
    mode: "apply" as const,
  }));
  const profile = { access: { from: ["0.0.0.0/0", "::/0"] } } as never;
  const asked = probesOf(managed, { profile, transport: recorded as never, depth: "whole" }).map(probeKey);
  const unanswered = asked.filter((key) => !recorded.facts.has(key));
  expect(unanswered.length === 0 || [...unanswered, "run: npm run generate -- --record"]).toBe(true);
});
