/** The code of a page in docs/how-to. */
import { readFileSync } from "node:fs";

/** Its blocks of code, in order, without the indent of the step that they belong to. */
export function codeOf(page: string): readonly string[] {
  const text = readFileSync(new URL(`../docs/how-to/${page}.md`, import.meta.url), "utf8");
  return [...text.matchAll(/^( *)```\w+\n(.*?)^ *```$/gms)].map(([, indent = "", code = ""]) =>
    code.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  );
}
