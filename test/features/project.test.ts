/** The commands on harden.yaml: what is shown, and every error of it and of its hosts' profiles. */
import { describe, expect, it } from "vitest";
import type { Outside } from "../../src/command/command.ts";
import { loadProject } from "../../src/command/load-project.ts";
import { projectSchema, projectShow, projectValidate } from "../../src/features/project/words.ts";
import { plainPage } from "../../src/reports/page.ts";
import { memoryFiles } from "../profile/memory.ts";
import { checks, sections } from "../profile/sections.ts";

const team = `profile: staging
hosts:
  web1: {groups: [web]}
  db1: {profile: own, values: {ssh: {port: 2222}}}
groups:
  web: {values: {ssh: {maxAuthTries: 4}}}
`;

/** The paths that were read, as often as they were. */
const reads: string[] = [];

const outside = (files: Readonly<Record<string, string>>) => {
  const memory = memoryFiles({ "/pkg/staging.yaml": "ssh: {}", "/w/profiles/own.yaml": "ssh: {}", ...files });
  const places = {
    cwd: "/w",
    packagedDir: "/pkg",
    sections,
    checks,
    ...memory,
    readFile: async (path: string) => {
      reads.push(path);
      return memory.readFile(path);
    },
  };
  return {
    version: "0",
    page: plainPage,
    sidePage: plainPage,
    places: async () => places,
    project: async () => loadProject(places),
  } as unknown as Outside;
};
const at = outside({ "/w/harden.yaml": team });
const line = (given: object) => ({ given: { format: "text", ...given }, typed: new Set<string>() });

describe("project show", () => {
  it("has each host with its profile and groups, and where each is written", async () => {
    const { out, status } = await projectShow.run(line({ targets: [] }), at);
    expect(status).toBe(0);
    expect(out).toBe(`# harden.yaml
web1  # harden.yaml:3:3
  profile: staging  # harden.yaml:1:10
  groups: web
  values: harden.yaml:6:17
db1  # harden.yaml:4:3
  profile: own  # harden.yaml:4:18
  values: harden.yaml:4:31
`);
  });

  it("has only those that are named, and refuses others", async () => {
    const { out } = await projectShow.run(line({ targets: ["@web"] }), at);
    expect(out).toContain("web1");
    expect(out).not.toContain("db1");
    await expect(projectShow.run(line({ targets: ["wbe1"] }), at)).rejects.toMatchObject({
      message: "wbe1 is no host of the project.",
    });
  });

  it("needs a project file", async () => {
    for (const command of [projectShow, projectValidate])
      await expect(command.run(line({ targets: [] }), outside({}))).rejects.toMatchObject({
        code: "usage",
        message: "There is no project file here.",
      });
  });
});

describe("project validate", () => {
  it("is 0 where the file and each host's profile hold", async () => {
    expect(await projectValidate.run(line({}), at)).toMatchObject({
      status: 0,
      out: "harden.yaml: valid (hosts: 2)\n",
    });
  });

  it("looks at a profile once, however many hosts have it", async () => {
    const readsOf = async (hosts: string) => {
      reads.length = 0;
      const { status } = await projectValidate.run(line({}), outside({ "/w/harden.yaml": hosts }));
      expect(status).toBe(0);
      return reads.filter((path) => path === "/pkg/staging.yaml").length;
    };
    const one = await readsOf("profile: staging\nhosts: {a: {}}");
    expect(one).toBeGreaterThan(0);
    expect(await readsOf("profile: staging\nhosts: {a: {}, b: {profile: staging}, c: {}}")).toBe(one);
    const own = "{values: {ssh: {port: 2222}}}";
    expect(await readsOf(`profile: staging\nhosts: {a: {}, b: ${own}, c: ${own}}`)).toBe(3 * one);
  });

  it("tells compose files that aren't there, each with its place, beside what else is wrong", async () => {
    const project = `${team}compose:
  shop: {files: [shop/compose.yaml, shop/missing.yaml]}
  blog: {files: blog.yaml}
`;
    const files = { "/w/harden.yaml": project, "/w/shop/compose.yaml": "services: {}" };
    const { out, status } = await projectValidate.run(line({}), outside(files));
    expect(status).toBe(78);
    expect(out.trimEnd().split("\n")).toEqual([
      "harden.yaml:8:37: compose.shop.files[1]: shop/missing.yaml is not there",
      "harden.yaml:9:17: compose.blog.files: blog.yaml is not there",
    ]);
    const all = { ...files, "/w/shop/missing.yaml": "services: {}", "/w/blog.yaml": "services: {}" };
    expect(await projectValidate.run(line({}), outside(all))).toMatchObject({ status: 0 });
    const data = JSON.parse((await projectValidate.run(line({ format: "json" }), outside(files))).out);
    expect(data.problems).toMatchObject([{ line: 8, column: 37 }, { path: "compose.blog.files" }]);
  });

  it("refuses what every command on hosts would, as profile validate does: a profile of nothing, a waiver that is over", async () => {
    const files = (profile: string) => ({
      "/w/harden.yaml": "profile: own\nhosts: {a: {}}\n",
      "/w/profiles/own.yaml": profile,
    });
    const outOf = async (profile: string) =>
      (await projectValidate.run(line({}), outside(files(profile)))).out;
    expect(await outOf("description: none\n")).toBe(
      "profiles/own.yaml:1:1: it manages nothing: it has no section of a control\n",
    );
    const waiver = (until: string) =>
      `ssh: {}\nwaivers: [{check: host.leftovers, found: x, reason: r, owner: o, until: ${until}}]\n`;
    expect(await outOf(waiver("2999-01-01"))).not.toContain("until");
    expect(await outOf(waiver("2020-01-01"))).toMatch(/^profiles\/own\.yaml:2:\d+: waivers\[0\]\.until: /);
  });

  it("has each place that names a profile that isn't there", async () => {
    const hosts = "profile: staging\nhosts:\n  a: {profile: nope}\n  b: {profile: nope}\n";
    const { out, status } = await projectValidate.run(line({}), outside({ "/w/harden.yaml": hosts }));
    expect(status).toBe(78);
    expect(out.match(/^harden\.yaml:\d+:\d+: profile: no profile `nope`/gm)).toEqual([
      expect.stringContaining("harden.yaml:3:16"),
      expect.stringContaining("harden.yaml:4:16"),
    ]);
  });

  it("has each error of a profile once, however many hosts have it, and is 78", async () => {
    const wrong = {
      "/w/harden.yaml": `${team}  x: {}\n`.replace("web1: {", "web0: {groups: [web]}\n  web1: {"),
      "/pkg/staging.yaml": "ssh: {port: 0}",
    };
    const { out, status } = await projectValidate.run(line({}), outside(wrong));
    expect(status).toBe(78);
    expect(out.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/staging\.yaml:1:13: ssh\.port: must be at least 1/),
    ]);
  });
});

it("project schema is a JSON schema", async () => {
  const { out } = await projectSchema.run(line({}), at);
  expect(JSON.parse(out)).toMatchObject({ title: "Project of harden", $defs: { values: {} } });
});
