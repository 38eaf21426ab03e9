/** Which hosts a line means in a project, and by which profile each is planned. */
import { describe, expect, it } from "vitest";
import type { Outside } from "../../src/command/command.ts";
import { loadProject } from "../../src/command/load-project.ts";
import { choicesIn, oneHost, withNamedHosts } from "../../src/command/named-hosts.ts";
import { HardenError } from "../../src/errors.ts";
import { memoryFiles } from "../profile/memory.ts";
import { checks, sections } from "../profile/sections.ts";

const files = {
  "/w/harden.yaml": `
profile: base
hosts:
  web1: {groups: [web]}
  web2: {groups: [web]}
  db1: {values: {ssh: {port: 2222}}}
groups: {web: {profile: strict}}
`,
  "/w/profiles/base.yaml": "ssh: {}",
  "/w/profiles/strict.yaml": "extends: base\nssh: {maxAuthTries: 1}",
  "/w/profiles/twin.yaml": "extends: strict",
  "/w/profiles/broken.yaml": "ssh: {port: 0}",
};

const places = (more: Readonly<Record<string, string>> = {}) => ({
  cwd: "/w",
  packagedDir: "/pkg",
  sections,
  checks,
  ...memoryFiles({ ...files, ...more }),
});

const outside = (more?: Readonly<Record<string, string>>) =>
  ({ places: async () => places(more), project: () => loadProject(places(more)) }) as unknown as Outside;

const without = { ...outside(), project: async () => undefined } as Outside;

interface Typed {
  readonly profile?: string;
  readonly otherProfile?: boolean;
}

async function profiles(targets: readonly string[], typed: Typed = {}, from = outside()) {
  const given = { profile: "production", otherProfile: undefined, only: [], skip: [], ...typed };
  const line = { given, typed: new Set(Object.keys(typed)) };
  const { choiceOf } = await choicesIn(await from.project(), { line, targets }, from);
  return targets.map((target) => {
    const { name, sections } = choiceOf(target).profile;
    return `${name} ${sections.ssh?.port} ${sections.ssh?.maxAuthTries}`;
  });
}

const errorOf = (promise: Promise<unknown>): Promise<HardenError> =>
  promise.then(
    () => Promise.reject(new Error("it is refused")),
    (error: unknown) => (error instanceof HardenError ? error : Promise.reject(error)),
  );

describe("the hosts of a line", () => {
  const hosts = async (
    given: Parameters<typeof withNamedHosts>[0]["given"],
    every: Parameters<typeof withNamedHosts>[1] = "may be meant",
    from = outside(),
  ) => (await withNamedHosts({ given }, every, from)).given.targets;

  it("are those of the project where none is typed, and where a group is", async () => {
    expect(await hosts({ targets: [] })).toEqual(["web1", "web2", "db1"]);
    expect(await hosts({ targets: ["@web", "other"], limit: ["web2", "other"] })).toEqual(["web2", "other"]);
    expect(await hosts({ targets: [] }, "is none of them")).toEqual([]);
  });

  it("must be typed where what is done is asked by no plan", async () => {
    expect(await errorOf(hosts({ targets: [] }, "must be typed"))).toMatchObject({
      message: expect.stringContaining("Which hosts are meant?"),
      details: { where: "harden.yaml" },
    });
    expect(await hosts({ targets: ["@all"] }, "must be typed")).toHaveLength(3);
  });

  it("must be typed where a command takes one: this machine is none of them by silence", async () => {
    const of = (target: string | undefined, from = outside()) => oneHost({ target, run: undefined }, from);
    for (const target of [undefined, "20261125-140007-dc57cfcf", "@web"])
      expect(await errorOf(of(target))).toMatchObject({ details: { hostState: "no host was contacted" } });
    await of("web1");
    await of("this machine");
    await of(undefined, without);
    await of("20261125-140007-dc57cfcf", without);
  });

  it.each([{ targets: ["@web"] }, { targets: [], limit: ["web1"] }])(
    "need a project file for groups and --limit: %j",
    async (given) => {
      expect(await hosts({ targets: ["web1"] }, "may be meant", without)).toEqual(["web1"]);
      expect((await errorOf(hosts(given, "may be meant", without))).message).toMatch(
        /^There is no project file/,
      );
    },
  );
});

describe("the profile of each host", () => {
  it("is its own", async () => {
    expect(await profiles(["web1", "db1"])).toEqual(["strict undefined 1", "base 2222 3"]);
  });

  it("is read once for hosts that share it", async () => {
    const line = {
      given: { profile: "production", otherProfile: undefined, only: [], skip: [] },
      typed: new Set<string>(),
    };
    const project = await outside().project();
    const { choiceOf } = await choicesIn(project, { line, targets: ["web1", "web2", "db1"] }, outside());
    expect(choiceOf("web1").profile).toBe(choiceOf("web2").profile);
    expect(choiceOf("web1").profile).not.toBe(choiceOf("db1").profile);
  });

  it("is another one only where that is said twice, and keeps what is so on the host", async () => {
    const error = await errorOf(profiles(["web1", "db1"], { profile: "strict" }));
    expect(error).toMatchObject({
      message: "db1 has the profile base by the project, not strict.",
      details: { hostState: "no host was contacted" },
    });
    expect(await profiles(["db1"], { profile: "strict", otherProfile: true })).toEqual(["strict 2222 1"]);
    expect(await profiles(["web1"], { profile: "strict" })).toEqual(["strict undefined 1"]);
    expect(await profiles(["web1"], { profile: "twin" })).toEqual(["twin undefined 1"]);
  });

  it("must be typed for what is no host of the project", async () => {
    const error = await errorOf(profiles(["web1", "wbe2"]));
    expect(error.message).toBe("wbe2 is no host of the project.");
    expect(error.details.hint).toMatch(/^Did you mean web2\?/);
    expect(await profiles(["other"], { profile: "strict" })).toEqual(["strict undefined 1"]);
  });

  it("is that of the line without a project", async () => {
    expect(await profiles(["a", "b"], { profile: "strict" }, without)).toEqual([
      "strict undefined 1",
      "strict undefined 1",
    ]);
  });

  it("is refused with all that is wrong with any of them", async () => {
    const from = outside({
      "/w/harden.yaml":
        "hosts: {a: {profile: broken}, b: {profile: nope}, c: {profile: broken}, d: {profile: base}, e: {profile: nope}}",
    });
    const { message } = await errorOf(profiles(["a", "b", "c", "d", "e"], {}, from));
    expect(message.split("\n").slice(1)).toEqual([
      expect.stringMatching(/^profiles\/broken.yaml:1:13: ssh.port: must be at least 1/),
      expect.stringMatching(/^harden.yaml:1:44: profile: no profile `nope`/),
      expect.stringMatching(/^harden.yaml:1:106: profile: no profile `nope`/),
    ]);
  });
});
