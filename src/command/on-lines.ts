import type { ChecklistName } from "../results/checklist.ts";
import { auditInput, auditOptions, auditWords } from "./auditing.ts";
import { byName } from "./formats.ts";
import { onHosts } from "./on-hosts.ts";

/** A list of lines, whatever it is called by. */
export const onLines = (
  list: ChecklistName,
  { words, summary }: { readonly words: string; readonly summary: string },
) =>
  onHosts({
    words,
    summary,
    arguments: auditWords,
    options: auditOptions,
    changes: "nothing",
    act: async () => (await import("../audit/checklist.ts")).checklistCommand,
    text: async () => (await import("../reports/checklist.ts")).checklistText,
    formats: async () => byName((await import("../reports/formats.ts")).formats, ({ lines }) => lines),
    input: async (line, outside) => {
      const [input, project, { tierChecks }] = await Promise.all([
        auditInput(line, outside),
        outside.project(),
        import("../cloud/input.ts"),
      ]);
      const attestations = project?.values.attestations ?? [];
      return { ...input, list, attestations, tiers: tierChecks(project, input.today) };
    },
  });
