/** What `compose fix` adds, and what it leaves to a person. */
import { fileText } from "../../reports/compose.ts";
import { diffText, fold, type Page, plainPage } from "../../reports/page.ts";
import { clean } from "../../reports/paint.ts";
import type { Fixed, Tried } from "../../results/compose.ts";
import { tryText } from "./try-text.ts";

export const fixDiffText = ({ file, diff, secrets }: Fixed, page: Page = plainPage): string =>
  diff === ""
    ? `${clean(file)}: nothing is to be added.`
    : [diffText(diff, page), ...secretsText(secrets, page)].join("\n\n");

function secretsText(secrets: Fixed["secrets"], page: Page): readonly string[] {
  if (secrets.length === 0) return [];
  const rows = secrets.map(({ path, owner, content }) => {
    const what = content.kind === "kept" ? "what stood in the file" : "a password that is generated";
    return fold(clean(`  ${path}: mode 0400, owner ${owner}: ${what}`), page);
  });
  return [["New files, whose content is never shown:", ...rows].join("\n")];
}

/** A heading, and lines of which each may be long. */
const section = (heading: string, lines: readonly string[], page: Page) =>
  lines.length === 0 ? [] : [[heading, ...lines.map((each) => fold(clean(`  ${each}`), page))].join("\n")];

export function leftText(fixed: Fixed, page: Page = plainPage): string {
  const { file, byHand, before, told, left } = fixed;
  return [
    ...section(
      "To be written by hand:",
      byHand.map(({ key, why }) => `${key}: ${why}`),
      page,
    ),
    ...section("Before it is started:", before, page),
    ...section("Of passwords:", told, page),
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
    const { file, diff, byHand, before, told, left } = fixed;
    const secrets = fixed.secrets.map(({ path, owner, content }) => ({ path, owner, from: content.kind }));
    const all = { file, written, diff, secrets, byHand, before, told, left };
    return tried === undefined ? all : { ...all, tried };
  },
});
