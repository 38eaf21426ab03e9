import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { controls } from "../src/controls/index.ts";
import { controlsDoc } from "./docs.ts";

const file = new URL("../docs/controls.md", import.meta.url);

it("docs/controls.md says what the controls are", () => {
  const text = controlsDoc(controls);
  if (process.env.UPDATE_DOCS === "1") writeFileSync(file, text);
  expect(readFileSync(file, "utf8")).toBe(text);
});
