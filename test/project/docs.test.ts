/** The example of docs/project.md is a project file, and README's is one as well. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalogue } from "../../src/assess/catalogue.ts";
import { checklist } from "../../src/checks/lines.ts";
import { loadProject } from "../../src/command/load-project.ts";
import { controls } from "../../src/controls/index.ts";
import { nodeFiles } from "../../src/profile/files.ts";
import { loadProfile } from "../../src/profile/load.ts";
import { assignedTo, hostsOf } from "../../src/project/project.ts";
import { projectSchema } from "../../src/project/schema.ts";

const root = new URL("../../", import.meta.url);
const packagedDir = new URL("profiles", root).pathname;

/** The indented paragraph that begins with a comment of this file's name. */
function example(page: string): string {
  const lines = readFileSync(new URL(page, root), "utf8").split("\n");
  const start = lines.findIndex((line) => line.startsWith("    # harden.yaml"));
  const end = lines.findIndex((line, at) => at > start && !line.startsWith("    "));
  return lines
    .slice(start, end)
    .map((line) => line.slice(4))
    .join("\n");
}

async function projectIn(page: string) {
  const text = example(page);
  const places = {
    cwd: "/w",
    packagedDir,
    sections: controls,
    checks: catalogue,
    listDir: nodeFiles.listDir,
    readFile: async (path: string) => (path === "/w/harden.yaml" ? text : nodeFiles.readFile(path)),
  };
  const project = await loadProject(places);
  if (project === undefined) throw new Error(`${page} has no example`);
  return { project, text, places };
}

describe.each(["docs/project.md", "README.md"])("the example of %s", (page) => {
  it("is a project file whose hosts have a profile each", async () => {
    const { project, places } = await projectIn(page);
    const hosts = hostsOf(project, []);
    expect(hosts.length).toBeGreaterThan(2);
    for (const host of hosts) {
      const { name, ...over } = assignedTo(project, host)!;
      expect(Object.keys((await loadProfile(name, places, over)).sections), host).toContain("ssh");
    }
  });
});

it("docs/project.md's example has each section, and attests a line that there is", async () => {
  const { project, places } = await projectIn("docs/project.md");
  expect([...project.tree.entries.keys()].sort()).toEqual(Object.keys(projectSchema.shape).sort());
  for (const { line } of project.values.attestations) expect(checklist.map(({ id }) => id)).toContain(line);
  const { name, ...over } = assignedTo(project, "deploy@203.0.113.7:2222")!;
  const { sections } = await loadProfile(name, places, over);
  expect(sections.fail2ban).toMatchObject({ maxRetry: 4 });
  expect(JSON.stringify(sections.firewall?.rules)).toContain("8443");
});
