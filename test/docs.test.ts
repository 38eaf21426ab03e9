import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { controls } from "../src/controls/index.ts";
import { projectJsonSchema } from "../src/project/jsonschema.ts";
import { jsonText } from "../src/text.ts";
import { composeDoc } from "./compose-doc.ts";
import { controlsDoc } from "./docs.ts";
import { frameworksDoc } from "./frameworks-doc.ts";
import { resultsSchema } from "./results-schema.ts";

const root = new URL("..", import.meta.url);

it.each<[string, () => string | Promise<string>]>([
  ["docs/controls.md", () => controlsDoc(controls)],
  ["docs/compose.md", composeDoc],
  ["docs/frameworks.md", frameworksDoc],
  ["schema/project.json", () => `${jsonText(projectJsonSchema(controls))}\n`],
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
