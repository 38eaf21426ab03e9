/** What `compose fix` adds, and what it leaves to a person. */
import type { Fixed } from "../commands/compose-fix.ts";
import { fileText } from "./compose.ts";
import { fold, type Page, plainPage } from "./page.ts";
import { clean, cleanLines } from "./paint.ts";

/** Lines as diff(1) has them, in colours. */
const diffText = (diff: string, { paint }: Page) =>
  cleanLines(diff)
    .split("\n")
    .map((line) => {
      if (/^(\+\+\+|---|@@)/.test(line)) return paint("faint", line);
      return line.startsWith("+") ? paint("add", line) : line.startsWith("-") ? paint("remove", line) : line;
    })
    .join("\n");

export const fixDiffText = ({ file, diff }: Fixed, page: Page = plainPage): string =>
  diff === "" ? `${clean(file)}: nothing is to be added.` : diffText(diff, page);

export function leftText(fixed: Fixed, page: Page = plainPage): string {
  const { file, byHand, before, left } = fixed;
  return [
    ...(byHand.length === 0
      ? []
      : [
          [
            "To be written by hand:",
            ...byHand.map(({ key, why }) => fold(clean(`  ${key}: ${why}`), page)),
          ].join("\n"),
        ]),
    ...(before.length === 0
      ? []
      : [["Before it is started:", ...before.map((each) => fold(clean(`  ${each}`), page))].join("\n")]),
    `What is left to you:\n\n${fileText(file, left, page)}`,
  ].join("\n\n");
}
