import type { Described } from "../../command/command.ts";
import { format } from "../../command/formats.ts";
import { onProfiles } from "../../command/on-profiles.ts";
import { word } from "../../command/words.ts";
import { dayOf } from "../../day.ts";
import { HardenError } from "../../errors.ts";
import type { Project } from "../../project/project.ts";
import { jsonText } from "../../text.ts";

export const project: Described = { words: "project", summary: "show and check harden.yaml" };

async function needed(read: () => Promise<Project | undefined>): Promise<Project> {
  const found = await read();
  if (found !== undefined) return found;
  throw new HardenError("usage", "There is no project file here.", {
    hint: "It is called harden.yaml, in this folder or above it to the root of the git work tree; harden init writes one.",
    hostState: "no host was contacted",
  });
}

const targets = word<readonly string[]>({
  spelled: "[target...]",
  text: "hosts of the project, and @groups; none: all of them",
});

export const projectShow = onProfiles({
  words: "project show",
  summary: "each host with its profile and groups, and where that is written",
  arguments: { targets },
  options: format,
  async act() {
    const [{ hostsOf, mustBeHosts }, { showProject }] = await Promise.all([
      import("../../project/project.ts"),
      import("../../project/show.ts"),
    ]);
    return async ({ targets }, _places, read) => {
      const project = await needed(read);
      const hosts = hostsOf(project, targets);
      mustBeHosts(project, hosts);
      return { report: showProject(project, hosts), status: 0 };
    };
  },
  text: async () => (await import("./text.ts")).projectShowText,
});

export const projectValidate = onProfiles({
  words: "project validate",
  summary:
    "every error of harden.yaml and of its hosts' profiles, with file, line and column, and compose files that aren't there",
  arguments: {},
  options: format,
  async act() {
    const [{ assignedTo }, { missingFiles }, { createChecker, emptiness }] = await Promise.all([
      import("../../project/project.ts"),
      import("../../project/files.ts"),
      import("../../profile/checker.ts"),
    ]);
    const today = dayOf(Date.now());
    return async (_given, places, read) => {
      const project = await needed(read);
      const hosts = Object.keys(project.values.hosts);
      const check = createChecker({ ...places, today });
      const checked = await Promise.all(
        hosts.map(async (host) => {
          const { name, ...over } = assignedTo(project, host)!;
          const found = await check(name, over);
          return { name: host, problems: found.ok ? emptiness(found.profile) : found.problems };
        }),
      );
      const problems = await missingFiles(project, places);
      const status = [...checked, { problems }].some((each) => each.problems.length > 0) ? 78 : 0;
      return { report: { file: project.file, problems, hosts: checked }, status };
    };
  },
  text: async () => (await import("./text.ts")).projectValidateText,
});

export const projectSchema = onProfiles({
  words: "project schema",
  summary: "the JSON schema of harden.yaml, for editors",
  arguments: {},
  options: {},
  async act() {
    const { projectJsonSchema } = await import("../../project/jsonschema.ts");
    return async (_given, { sections }) => ({ report: projectJsonSchema(sections), status: 0 });
  },
  text: async () => jsonText,
});
