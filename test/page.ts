/** The code of `docs/adding-a-control.md`. */
import { readFileSync } from "node:fs";

const page = readFileSync(new URL("../docs/adding-a-control.md", import.meta.url), "utf8");

/** The first block of a language. */
export const pageBlock = (language: string) =>
  new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, "s").exec(page)?.[1] ?? "";
