/** docker/example: the hardened file is what `compose fix` makes of the weak one, and its page says what is left to a person. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { composeFix } from "../../src/features/compose/fix.ts";
import { leftText } from "../../src/features/compose/fix-text.ts";
import { composed, keep, today } from "./world.ts";

const folder = join(import.meta.dirname, "../../docker/example");
const read = (name: string) => readFileSync(join(folder, name), "utf8");
const fix = (name: string) =>
  composeFix("compose.yaml", {
    read: async (path) => (path === "compose.yaml" ? read(name) : undefined),
    keep,
    today,
  });

it("is exactly what fix makes of the weak one, and is left alone by a second fix", async () => {
  expect((await fix("weak/compose.yaml")).text).toBe(read("compose.yaml"));
  expect((await fix("compose.yaml")).diff).toBe("");
});

it("says on its page what must be done before, and what is a person's", async () => {
  const left = leftText(await fix("weak/compose.yaml"));
  const block = left.replace(/^(?=.)/gm, "    ");
  expect(read("README.md")).toContain(`\n${block}\n`);
});

it("leaves health, secrets and digests to a person and nothing else, and publishes no data", async () => {
  const { checks } = await composed(read("compose.yaml"));
  const open = checks.filter(({ verdict }) => verdict === "fail" || verdict === "error");
  expect([...new Set(open.map(({ id }) => id))]).toEqual([
    "containers.health",
    "secrets.visible",
    "images.digest",
  ]);
  const text = read("compose.yaml");
  expect(text).not.toMatch(/5432:|6379:/);
  expect(text).toMatch(/ {2}internal:\n {4}internal: true\n$/);
});
