/** GitHub's Markdown, as a comment on a merge request: what asks for something, and in folds what it is made of. */
import { oneLine } from "../text.ts";
import { ofItems } from "./format.ts";
import type { HostItems, Item } from "./items.ts";
import { cleanLines } from "./paint.ts";

/** Everything but letters, digits and what means nothing to Markdown, as an entity: no mark-up, link, mention or cell can begin. */
const inert = (text: string) =>
  oneLine(text, 2000).replace(/[^\p{L}\p{N} .,;()=/+-]|(?<=www)\./giu, (char) => `&#${char.codePointAt(0)};`);

/** In `code`, where nobody is mentioned by a name and nothing becomes a link. */
const code = (text: string) => (text === "" ? "" : `<code>${inert(text)}</code>`);

const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

function table(items: readonly Item[]): readonly string[] {
  if (items.length === 0) return [];
  return [
    row(["", "what", "about", "says"]),
    row(["---", "---", "---", "---"]),
    ...items.map(({ word, rule, object, title, lines }) =>
      row([`**${inert(word)}**`, code(rule), code(object), [title, ...lines].map(code).join("<br>")]),
    ),
    "",
  ];
}

/** Longer than any fence that the text could close it with. */
function fenced(text: string): readonly string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return [`${fence}diff`, text, fence];
}

const fold = (title: string, lines: readonly string[]) => [
  "<details>",
  `<summary>${title}</summary>`,
  "",
  ...lines,
  "",
  "</details>",
  "",
];

function section({ target, about, summary, items, error }: HostItems): readonly string[] {
  const open = items.filter(({ state }) => state === "bad" || state === "unmeasured");
  const beside = items.filter(({ state }) => state === "told" || state === "waived");
  const diffs = items.flatMap(({ object, diff }) =>
    diff === undefined ? [] : fold(code(object), fenced(cleanLines(diff))),
  );
  return [
    `### ${code(target)}`,
    "",
    ...(about === "" ? [] : [code(about), ""]),
    `**${inert(summary)}**`,
    "",
    ...(error === undefined ? [] : [...error.split("\n").map((line) => `- ${code(line)}`), ""]),
    ...table(open),
    ...diffs,
    ...(beside.length === 0 ? [] : fold(`${beside.length} waived or to be read`, table(beside))),
  ];
}

export const markdown = ofItems((command, hosts) =>
  [`## harden ${command}`, "", ...hosts.flatMap(section)].join("\n"),
);
