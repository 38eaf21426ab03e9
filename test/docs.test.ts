import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { controls } from "../src/controls/index.ts";
import { commands } from "../src/program/index.ts";
import { manPages } from "../src/program/man.ts";
import { projectJsonSchema } from "../src/project/jsonschema.ts";
import { jsonText } from "../src/text.ts";
import { composeDoc } from "./compose-doc.ts";
import { controlsDoc } from "./docs.ts";
import { frameworksDoc } from "./frameworks-doc.ts";
import { resultsSchema } from "./results-schema.ts";

const root = new URL("..", import.meta.url);

/** With a manual page of each command: npm has no other way to know them. */
function withPages(): string {
  const about = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
  const pages = manPages(commands, { version: "", day: "" });
  about.man = pages.map(({ file }) => `dist/man/${file}`);
  return `${JSON.stringify(about, undefined, 2)}\n`;
}

it.each<[string, () => string | Promise<string>]>([
  ["docs/controls.md", () => controlsDoc(controls)],
  ["docs/compose.md", composeDoc],
  ["docs/frameworks.md", frameworksDoc],
  ["schema/project.json", () => `${jsonText(projectJsonSchema(controls))}\n`],
  ["package.json", withPages],
  ["schema/results.json", () => `${JSON.stringify(resultsSchema(), undefined, 2)}\n`],
])("%s says what is so", async (path, make) => {
  const file = new URL(path, root);
  const text = await make();
  if (process.env.UPDATE_DOCS === "1") {
    mkdirSync(new URL(".", file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(readFileSync(file, "utf8")).toBe(text);
});
