import { anyFormat, byName } from "./formats.ts";
import { choicesOf, targetsOf } from "./inputs.ts";
import { onHosts } from "./on-hosts.ts";
import { choice, limited, reach, targets } from "./words.ts";

export const verify = onHosts({
  words: "verify",
  summary: "check the effective state against the profile; reads only",
  arguments: targets,
  options: { ...reach, ...limited, ...choice, ...anyFormat },
  changes: "nothing",
  act: async () => (await import("../commands/verify.ts")).verifyCommand,
  text: async () => (await import("../reports/verify.ts")).verifyText,
  formats: async () => byName((await import("../reports/formats.ts")).formats, ({ verify }) => verify),
  input: async (line, outside) => ({
    ...(await targetsOf(line.given, outside)),
    ...(await choicesOf(line, outside)),
  }),
});
