import { z } from "zod";
import { absolutePath, flag } from "../../profile/types.ts";

export const schema = z.strictObject({
  worldWritable: z
    .strictObject({
      paths: z
        .array(absolutePath)
        .max(16)
        .prefault([])
        .describe(
          "Folders besides /etc in which to look for what everybody may write to, each on its own file system alone; a plan looks only where it is to be fixed",
        ),
      fix: flag(false, "Take the right to write away from everybody else, where that was found"),
    })
    .prefault({})
    .describe("Files that everybody may write to, and such folders without the sticky bit"),
});

export type PermissionsParams = z.output<typeof schema>;
