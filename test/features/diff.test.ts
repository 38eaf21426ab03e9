/** What `harden diff` takes for hosts, and what it refuses to. */
import { describe, expect, it } from "vitest";
import type { Outside } from "../../src/command/command.ts";
import { loadProject } from "../../src/command/load-project.ts";
import { diff } from "../../src/features/diff/words.ts";
import { plainPage } from "../../src/reports/page.ts";
import { memoryFiles } from "../profile/memory.ts";
import { checks, sections } from "../profile/sections.ts";

class Reached extends Error {}

/** Hosts are reached by an error of the test's own. */
const outside = (project: string | undefined) => {
  const files = { "/pkg/production.yaml": "ssh: {}", "/w/profiles/web.yaml": "ssh: {}" };
  const places = {
    cwd: "/w",
    packagedDir: "/pkg",
    sections,
    checks,
    ...memoryFiles(project === undefined ? files : { ...files, "/w/harden.yaml": project }),
  };
  return {
    version: "0",
    page: plainPage,
    sidePage: plainPage,
    begin: () => {},
    places: async () => places,
    project: () => loadProject(places),
    ports: () => Promise.reject(new Reached()),
  } as unknown as Outside;
};

const compared = (sides: readonly string[], typed: readonly string[] = [], project?: string) =>
  diff.run(
    {
      given: { sides, profile: "production", only: [], skip: [], identity: [], format: "text" },
      typed: new Set(typed),
    },
    outside(project),
  );

describe("two names", () => {
  it("that are profiles are not taken for hosts, and what compares them is told", async () => {
    await expect(compared(["production", "web"])).rejects.toMatchObject({
      code: "usage",
      message: "production and web are profiles.",
      details: {
        hint: "They are compared by: harden diff profile:production profile:web; hosts that are called so by: harden diff ssh://production ssh://web",
        hostState: "no host was contacted",
      },
    });
  });

  it("are hosts where one is no profile, where they are typed as hosts, and where their profile is typed", async () => {
    await expect(compared(["production", "web1"])).rejects.toBeInstanceOf(Reached);
    await expect(compared(["ssh://production", "ssh://web"])).rejects.toBeInstanceOf(Reached);
    await expect(compared(["production", "web"], ["profile"])).rejects.toBeInstanceOf(Reached);
  });

  it("are hosts of the project before they are profiles", async () => {
    const hosts = "profile: production\nhosts: {web: {}, production: {}}";
    await expect(compared(["production", "web"], [], hosts)).rejects.toBeInstanceOf(Reached);
    await expect(compared(["production", "web"], [], "hosts: {web: {}}")).rejects.toMatchObject({
      message: "production is no host of the project.",
    });
  });
});
