/** A service of a compose file, and what the checks of logins say of it. */
import { expect } from "vitest";
import { word } from "./server-row.ts";
import { composed } from "./world.ts";

/** A service's own lines, and files beside it. */
export type Case = readonly [lines: string, files?: Readonly<Record<string, string>> | undefined];

export type Row = readonly [
  id: string,
  what: string,
  lines: string,
  files?: Readonly<Record<string, string>>,
];

/** The verdicts of one check, each once; the others are red nowhere, and no text hides a word of its own. */
export async function verdictOf(
  id: string,
  [lines, files = {}]: Case,
  above = "",
): Promise<readonly string[]> {
  const text = `${above}services:\n  it:\n${lines.replace(/^/gm, "    ")}\n`;
  const { checks } = await composed({ "compose.yaml": text, ...files });
  expect(JSON.stringify(checks)).not.toContain(word);
  const own = checks.filter((each) => /^auth\./.test(each.id));
  expect(JSON.stringify(own)).not.toContain("…");
  const others = own.filter((each) => each.id !== id);
  expect(others.filter(({ verdict }) => verdict === "fail" || verdict === "error")).toEqual([]);
  return [...new Set(own.filter((each) => each.id === id).map(({ verdict }) => verdict))];
}

export const env = (image: string, ...pairs: readonly string[]): string =>
  [
    `image: ${image}`,
    ...(pairs.length === 0 ? [] : ["environment:"]),
    ...pairs.map((pair) => `  - ${JSON.stringify(pair)}`),
  ].join("\n");

export const named = (rows: readonly Row[]) =>
  rows.map(([id, what, lines, files]) => ({ id, what: `${id} ${what}`, lines, files }));
