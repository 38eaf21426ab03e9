/** What to do next, for somebody who typed `harden` and nothing else. */
import { commandText } from "../../next.ts";
import { fold, type Page, plainPage } from "../../reports/page.ts";
import { clean, count } from "../../reports/paint.ts";
import type { Here } from "./work.ts";

type Step = readonly [words: readonly string[], what: string];

const about = "harden shows what it would change on a Debian or Ubuntu server, changes that, and proves it.";

/** The three that follow each other on a host, whatever is known of it. */
const onHost = (options: readonly string[], wanted: string): readonly Step[] => [
  [["plan", "HOST", ...options], `what ${wanted} would change; reads only`],
  [["apply", "HOST", ...options], "asks, applies, proves; else all is undone"],
  [["verify", "HOST", ...options], "whether it still holds; reads only"],
];

function stepsOf(here: Here): { readonly so: string; readonly steps: readonly Step[] } {
  switch (here.kind) {
    case "nothing": {
      const [plan, ...others] = onHost([], "the packaged profile");
      return {
        so: "Nothing here says yet what your hosts should be. In this order:",
        steps: [plan!, [["init", "HOST"], "writes harden.yaml and a profile: the host as it is"], ...others],
      };
    }
    case "project":
      return {
        so: `${clean(here.file)} says which hosts there are, and what each should be. In this order:`,
        steps: [
          [["project", "validate"], "every error in it and its profiles at once"],
          [["plan"], "what would change on each of them; reads only"],
          [["apply", "@all"], "asks, applies, proves; else all is undone"],
          [["verify"], "whether it still holds; reads only"],
        ],
      };
    case "profile": {
      const { name, file, others } = here;
      const options = name === "production" ? [] : ["--profile", name];
      const beside = others === 0 ? "" : `, and ${count(others, "other")} beside it,`;
      return {
        so: `${clean(file)}${beside} says what your hosts should be. In this order:`,
        steps: [[["profile", "validate"], "every error in it at once"], ...onHost(options, "it")],
      };
    }
  }
}

export function stepsText(here: Here, page: Page = plainPage): string {
  const { so, steps } = stepsOf(here);
  const rows = steps.map(([words, what]) => [commandText(words), what] as const);
  const width = Math.max(...rows.map(([command]) => command.length));
  return [
    fold(about, page, 0),
    "",
    fold(so, page, 0),
    "",
    ...rows.map(([command, what]) =>
      fold(`  ${page.paint("strong", command)}${" ".repeat(width - command.length)}  ${what}`, page),
    ),
    "",
    fold(
      here.kind === "project"
        ? "Instead of all of them: a host, or @group."
        : "HOST: user@host:port or a Host alias of ~/.ssh/config; left out, this machine.",
      page,
    ),
    "All commands: harden --help",
  ].join("\n");
}
