// src/controls/index.ts: every module of its folder that defines a control, those that stand there in their order.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const indexPath = "src/controls/index.ts";

const head =
  "/** The controls in the order in which they plan and apply, the way in last. Made by `npm run generate`. */";

/** A new one comes first: what guards the way in stays last. @param {string} root of the tree @returns {string} its text */
export function controlsIndex(root) {
  const folder = join(root, "src/controls");
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => {
      const text = readFileSync(join(folder, file), "utf8");
      const [, name] = /^export const (\w+) = defineControl\(/m.exec(text) ?? [];
      return name === undefined ? [] : [{ name, file }];
    });
  const index = join(root, indexPath);
  const now = existsSync(index) ? readFileSync(index, "utf8") : "";
  const listed = [...now.slice(now.indexOf("= [")).matchAll(/^ {2}(\w+),$/gm)].map(([, name]) => name);
  const before = listed.filter((each) => names.some(({ name }) => name === each));
  const added = names.filter(({ name }) => !listed.includes(name)).map(({ name }) => name);
  const imports = [
    ...names.map(({ name, file }) => `import { ${name} } from "./${file}";`),
    'import type { Control } from "../plan/control.ts";',
  ].sort((one, other) => (pathIn(one) < pathIn(other) ? -1 : 1));
  const list = [...added, ...before].map((name) => `  ${name},`);
  return [head, ...imports, "", "export const controls: readonly Control[] = [", ...list, "];", ""].join(
    "\n",
  );
}

/** @param {string} line */
const pathIn = (line) => line.slice(line.indexOf('"'));
