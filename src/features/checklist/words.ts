import { parted } from "../../command/auditing.ts";
import { onLines } from "../../command/on-lines.ts";

export const checklist = parted(
  onLines("checklist", {
    words: "checklist",
    summary:
      "whether to deploy: each line of the list before a deployment, by checks or by who attests it; exit 0: deploy",
  }),
);
