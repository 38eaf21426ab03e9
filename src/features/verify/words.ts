import { auditOptions } from "../../command/auditing.ts";
import type { Command } from "../../command/command.ts";
import { anyFormat, byName } from "../../command/formats.ts";
import { choicesOf, targetsOf } from "../../command/inputs.ts";
import { onHosts } from "../../command/on-hosts.ts";
import { onLines } from "../../command/on-lines.ts";
import { choice, flag, judging, limited, reach, targets } from "../../command/words.ts";

const byProfile = onHosts({
  words: "verify",
  summary: "check the effective state against the profile; reads only",
  arguments: targets,
  options: { ...reach, ...limited, ...choice, ...anyFormat, ...judging },
  changes: "nothing",
  act: async () => (await import("./work.ts")).verifyCommand,
  text: async () => (await import("../../reports/verify.ts")).verifyText,
  formats: async () => byName((await import("../../reports/formats.ts")).formats, ({ verify }) => verify),
  input: async (line, outside) => ({
    ...(await targetsOf(line.given, outside)),
    ...(await choicesOf(line, outside)),
  }),
});

const deployed = onLines("after-deploy", byProfile);

/** Two lists of one question: whether the host is as it should be. */
export const verify: Command = {
  ...byProfile,
  options: {
    ...byProfile.options,
    afterDeploy: flag(
      "--after-deploy",
      "go through what is to be looked at after a deployment: host, containers, ports, networks and TLS",
    ),
    name: auditOptions.name,
    ca: auditOptions.ca,
  },
  run(line, outside) {
    const command = line.given.afterDeploy === true ? deployed : byProfile;
    return command.run({ ...line, given: { files: [], ...line.given } }, outside);
  },
};
