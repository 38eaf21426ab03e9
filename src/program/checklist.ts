/** Of a list of lines, whatever it is called by. */
import type { ListName } from "../results/checklist.ts";
import { auditInput, auditOptions, auditWords, parted } from "./auditing.ts";
import { byName } from "./formats.ts";
import { onHosts } from "./on-hosts.ts";
export const onLines = (
  list: ListName,
  { words, summary }: { readonly words: string; readonly summary: string },
) =>
  onHosts({
    ...{ words, summary, arguments: auditWords, options: auditOptions, changes: "nothing" },
    act: async () => (await import("../commands/checklist.ts")).checklistCommand,
    text: async () => (await import("../reports/checklist.ts")).checklistText,
    formats: async () => byName((await import("../reports/formats.ts")).formats, ({ lines }) => lines),
    input: async (line, outside) => {
      const [input, project, { tierChecks }] = await Promise.all([
        auditInput(line, outside),
        outside.project(),
        import("../commands/cloud.ts"),
      ]);
      const attestations = project?.values.attestations ?? [];
      return { ...input, list, attestations, tiers: tierChecks(project, input.today) };
    },
  });

export const checklist = parted(
  onLines("checklist", {
    words: "checklist",
    summary:
      "whether to deploy: each line of the list before a deployment, by checks or by who attests it; exit 0: deploy",
  }),
);
