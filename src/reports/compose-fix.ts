/** What `compose fix` adds, and what it leaves to a person. */
import type { Fixed } from "../commands/compose-fix.ts";
import type { Tried } from "../commands/compose-try.ts";
import { fileText } from "./compose.ts";
import { tryText } from "./compose-try.ts";
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

interface Ended {
  readonly fixed: Fixed;
  /** Left out where nothing was tried. */
  readonly tried: Tried | undefined;
  readonly written: boolean;
  /** The difference has been shown, and what was tried, before the question. */
  readonly isShown: boolean;
}

/** What `compose fix` gives, as text and as data; neither has a secret that was found. */
export const fixReport = ({ fixed, tried, written, isShown }: Ended, page: Page = plainPage) => ({
  text: () =>
    [
      ...(isShown ? [] : [fixDiffText(fixed, page)]),
      ...(tried === undefined || (isShown && tried.verdict === "works") ? [] : [tryText(tried, page)]),
      ...(written ? [`${fixed.file} is written.`] : []),
      ...(tried === undefined || tried.verdict === "works" ? [leftText(fixed, page)] : []),
    ].join("\n\n"),
  failures: () => [],
  data: () => {
    const { file, diff, byHand, before, left } = fixed;
    return { file, written, diff, byHand, before, left, ...(tried === undefined ? {} : { tried }) };
  },
});
