/** Every file that is made of others: `npm run generate` writes them, and a test compares. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { hostChecks } from "../src/assess/catalogue.ts";
import { controls } from "../src/controls/index.ts";
import { jsonSchema } from "../src/profile/jsonschema.ts";
import { commands } from "../src/program/index.ts";
import { manPages } from "../src/program/man.ts";
import { projectJsonSchema } from "../src/project/jsonschema.ts";
import { jsonText } from "../src/text.ts";
import { composeDoc } from "./compose-doc.ts";
import { controlsDoc } from "./controls-doc.ts";
import { controlsIndex, indexPath } from "./controls-index.mjs";
import { frameworksDoc } from "./frameworks-doc.ts";
import { files, root } from "./imports.ts";
import { resultsSchema } from "./results-schema.ts";
import { architecturePage, importRules } from "./rooms.ts";

export interface Generated {
  readonly path: string;
  readonly make: () => string | Promise<string>;
}

const read = (path: string) => readFileSync(join(root, path), "utf8");

/** With a manual page of each command: npm has no other way to know them. */
function withPages(): string {
  const about = JSON.parse(read("package.json"));
  const pages = manPages(commands, { version: "", day: "" });
  about.man = pages.map(({ file }) => `dist/man/${file}`);
  return `${JSON.stringify(about, undefined, 2)}\n`;
}

const architecture = "docs/explanation/architecture.md";

export const generated: readonly Generated[] = [
  { path: indexPath, make: () => controlsIndex(root) },
  { path: "docs/controls.md", make: () => controlsDoc(controls, hostChecks) },
  { path: "docs/compose.md", make: composeDoc },
  { path: "docs/frameworks.md", make: frameworksDoc },
  { path: architecture, make: () => architecturePage(read(architecture)) },
  { path: "biome.rooms.json", make: () => importRules(files) },
  { path: "schema/project.json", make: () => `${jsonText(projectJsonSchema(controls))}\n` },
  { path: "schema/results.json", make: () => `${JSON.stringify(resultsSchema(), undefined, 2)}\n` },
  { path: "profiles/schema.json", make: () => `${JSON.stringify(jsonSchema(controls), undefined, 2)}\n` },
  { path: "package.json", make: withPages },
];
