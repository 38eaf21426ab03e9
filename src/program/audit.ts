import { InvalidArgumentError } from "commander";
import type { Severity } from "../controls/control.ts";
import { auditInput, auditOptions, auditWords, parted } from "./auditing.ts";
import { byName } from "./formats.ts";
import { onHosts } from "./on-hosts.ts";
import { word } from "./words.ts";

const severities = ["high", "medium", "low"] as const;

const weighing = {
  failOn: word<Severity>({
    spelled: "--fail-on <severity>",
    text: `exit 2 for what weighs as much at least: ${severities.join(", ")}`,
    parse(typed) {
      const found = severities.find((severity) => severity === typed);
      if (found === undefined) throw new InvalidArgumentError(`It must be ${severities.join(", ")}.`);
      return found;
    },
    initial: "low",
  }),
};

export const audit = parted(
  onHosts({
    words: "audit",
    summary:
      "judge hosts, their containers, what answers from here, and compose files: a score, and a grade for each layer; reads only",
    arguments: auditWords,
    options: { ...auditOptions, ...weighing },
    changes: "nothing",
    act: async () => (await import("../commands/audit.ts")).auditCommand,
    text: async () => (await import("../reports/audit.ts")).auditText,
    formats: async () => byName((await import("../reports/formats.ts")).formats, ({ audit }) => audit),
    input: async (line, outside) => ({
      ...(await auditInput(line, outside)),
      failOn: line.given.failOn,
    }),
  }),
);
