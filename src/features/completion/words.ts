import { InvalidArgumentError } from "commander";
import type { Command, Line } from "../../command/command.ts";
import { word } from "../../command/words.ts";

const shells = ["bash", "zsh", "fish"] as const;

type Shell = (typeof shells)[number];

const isShell = (typed: string): typed is Shell => shells.some((shell) => shell === typed);

const shell = word<Shell>({
  spelled: "<shell>",
  text: "bash, zsh or fish",
  values: { words: shells },
  parse(typed) {
    if (isShell(typed)) return typed;
    throw new InvalidArgumentError("It must be bash, zsh or fish.");
  },
});
const words = { arguments: { shell }, options: {} };

const scripts: Readonly<Record<Shell, () => Promise<{ readonly default: string }>>> = {
  bash: () => import("./harden.bash"),
  zsh: () => import("./harden.zsh"),
  fish: () => import("./harden.fish"),
};

export const completion: Command = {
  words: "completion",
  summary: "print a shell's completion of harden; for bash: source <(harden completion bash)",
  ...words,
  run: async (line) => {
    const { given } = line as Line<typeof words.arguments>;
    return { out: (await scripts[given.shell]()).default, errors: [], status: 0, hosts: [] };
  },
};
