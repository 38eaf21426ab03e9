/** docs/cloud.md: its example passes, and it has a row for each check. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { cloudChecks } from "../../src/cloud/judge.ts";
import { roles } from "../../src/project/tiers.ts";
import { judged, wrong } from "./world.ts";

const page = readFileSync(new URL("../../docs/cloud.md", import.meta.url), "utf8");

it("has an example that passes", () => {
  const [, example = ""] = /^( {4}tiers:\n(?: {4}.*\n)+)/m.exec(page) ?? [];
  const found = judged(example.replace(/^ {4}/gm, ""));
  expect(wrong(found)).toEqual([]);
  expect(found.tiers).toEqual(["vpn", "bastion", "web", "app", "db"]);
});

it("says when each check holds, and names each role", () => {
  const rows = [...page.matchAll(/^\| `(cloud\.[a-z-]+)` \|/gm)].map(([, id]) => id);
  expect(rows).toEqual(cloudChecks.map(({ id }) => id));
  for (const role of roles) expect(page).toContain(role);
});
