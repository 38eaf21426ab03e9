// Before whatever needs packages: a tree without them says what to do, and not which module can't be found.
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const at = (path) => fileURLToPath(new URL(path, new URL("..", import.meta.url)));
const { devDependencies } = JSON.parse(readFileSync(at("package.json"), "utf8"));
const missing = Object.keys(devDependencies).filter(
  (name) => !existsSync(at(`node_modules/${name}/package.json`)),
);
if (missing.length > 0) {
  const some = missing.length > 3 ? `${missing.slice(0, 3).join(", ")} and others` : missing.join(", ");
  console.error(`Not installed yet: ${some}. First: npm install`);
  process.exit(1);
}
