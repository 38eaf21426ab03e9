// Turns a Handlebars template into a module at build time: only the small runtime is loaded when the tool runs.
import { readFileSync } from "node:fs";
import Handlebars from "handlebars";

const options = { strict: true, noEscape: true, knownHelpersOnly: true, preventIndent: true };

/** The text of an ES module whose default export renders the template: `(values: object) => string`. */
export function templateModule(text) {
  return `import Handlebars from "handlebars/runtime.js";\nexport default Handlebars.template(${Handlebars.precompile(text, options)});\n`;
}

/** A shell file as it goes to a host: only the comments stay that shellcheck and src/host/parts.ts read. */
const textOf = (path) => {
  const text = readFileSync(path, "utf8");
  return path.endsWith(".sh") ? text.replace(/^[ \t]*#(?! (?:collect_|state_|shellcheck )).*\n/gm, "") : text;
};

/** For esbuild. */
export const esbuildTemplates = {
  name: "templates",
  setup(build) {
    build.onLoad({ filter: /\.hbs$/ }, ({ path }) => ({
      contents: templateModule(readFileSync(path, "utf8")),
      loader: "js",
      resolveDir: import.meta.dirname,
    }));
    build.onLoad({ filter: /\.(sh|bash|zsh|fish)$/ }, ({ path }) => ({
      contents: textOf(path),
      loader: "text",
    }));
  },
};

/** For vitest. */
export const viteTemplates = {
  name: "templates",
  enforce: "pre",
  load(id) {
    const [path] = id.split("?");
    if (path.endsWith(".hbs")) return templateModule(readFileSync(path, "utf8"));
    if (/\.(sh|bash|zsh|fish)$/.test(path)) return `export default ${JSON.stringify(textOf(path))};`;
    return undefined;
  },
};
