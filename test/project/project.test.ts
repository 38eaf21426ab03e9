/** harden.yaml, from text to the profile of each host. */
import { describe, expect, it } from "vitest";
import { loadProject } from "../../src/command/load-project.ts";
import { loadProfile } from "../../src/profile/load.ts";
import { assignedTo, hostsOf, membersOf } from "../../src/project/project.ts";
import { memoryFiles } from "../profile/memory.ts";
import { checks, sections } from "../profile/sections.ts";

const world = (files: Readonly<Record<string, string>>) => ({
  cwd: "/w",
  packagedDir: "/pkg",
  sections,
  checks,
  ...memoryFiles(files),
});

async function projectOf(text: string) {
  const project = await loadProject(world({ "/w/harden.yaml": text }));
  if (project === undefined) throw new Error("there is a project file");
  return project;
}

const faultsOf = async (text: string) => {
  const error: unknown = await loadProject(world({ "/w/harden.yaml": text })).catch(
    (error: unknown) => error,
  );
  return error instanceof Error ? error.message.split("\n").slice(1) : [];
};

const team = `
profile: staging
hosts:
  web1: {groups: [web]}
  web2:
    groups: [web, blue]
    values: {ssh: {port: 2222}}
  db1:
    profile: profiles/data.yaml
  bare: {}
groups:
  web: {profile: web, values: {ssh: {maxAuthTries: 4, port: 2200}}}
  blue: {values: {ssh: {maxAuthTries: 5}}}
  none: {}
`;

describe("the project file", () => {
  it("is that of the folder, or the nearest above it within the work tree", async () => {
    const files = { "/w/harden.yaml": "hosts: {a: {}}", "/w/x/harden.yaml": "hosts: {b: {}}" };
    const at = async (cwd: string, root?: string) =>
      (await loadProject({ ...world(files), cwd, root }))?.file;
    expect(await at("/w/x/y", "/w")).toBe("/w/x/harden.yaml");
    expect(await at("/w/z", "/w")).toBe("/w/harden.yaml");
    expect(await at("/w/z/y", "/w/z")).toBeUndefined();
    expect(await at("/w/z")).toBeUndefined();
  });

  it("names hosts and groups, and all of them where no word does", async () => {
    const project = await projectOf(team);
    expect(hostsOf(project, [])).toEqual(["web1", "web2", "db1", "bare"]);
    expect(hostsOf(project, ["@web"])).toEqual(["web1", "web2"]);
    expect(hostsOf(project, ["db1", "@all", "other"])).toEqual(["db1", "web1", "web2", "bare", "other"]);
    expect(hostsOf(project, ["@web"], ["@blue", "db1"])).toEqual(["web2"]);
    expect(membersOf(project, "blue")).toEqual(["web2"]);
  });

  it.each([
    [["@wbe"], [], "There is no group wbe.", "Did you mean @web?"],
    [["@x\u001b"], [], "There is no group x\\u{1b}.", "The groups are @all, @web, @blue, @none."],
    [["db1"], ["@web"], "--limit leaves none of the hosts that were named: @web.", ""],
    [["@web"], ["@web", "wbe2"], "wbe2 is no host of the project.", "Did you mean web2?"],
    [["@web", "@none"], [], "No host is in @none.", ""],
  ])("refuses %j of which --limit is %j", async (words, limit, message, hint) => {
    const project = await projectOf(team);
    expect(() => hostsOf(project, words, limit)).toThrow(
      expect.objectContaining({
        message,
        details: expect.objectContaining({ hint: expect.stringContaining(hint) }),
      }),
    );
  });

  it("can have the machine that harden runs on", async () => {
    const project = await projectOf("hosts: {this machine: {profile: local}, a: {}}");
    expect(hostsOf(project, [])).toEqual(["this machine", "a"]);
    expect(assignedTo(project, "this machine")?.name).toBe("local");
  });

  it("without a host is no project for all of them", async () => {
    const project = await projectOf("profile: staging");
    expect(() => hostsOf(project, [])).toThrow("The project has no hosts.");
  });

  it("gives each host its own profile, else that of a group, else the project's", async () => {
    const project = await projectOf(team);
    const nameOf = (host: string) => assignedTo(project, host)?.name;
    expect(["web1", "web2", "db1", "bare"].map(nameOf)).toEqual([
      "web",
      "web",
      "/w/profiles/data.yaml",
      "staging",
    ]);
    expect(nameOf("__proto__")).toBeUndefined();
    expect(nameOf("other")).toBeUndefined();
  });

  it("writes values of groups over the profile, and the host's own over them, each with its place", async () => {
    const project = await projectOf(team);
    const { name, ...over } = assignedTo(project, "web2")!;
    const places = world({ "/pkg/web.yaml": "ssh: {maxAuthTries: 2, port: 22, permitRootLogin: 'no'}" });
    const { sections: values, origin, files } = await loadProfile(name, places, over);
    expect(values.ssh).toMatchObject({ maxAuthTries: 5, port: 2222, permitRootLogin: "no" });
    expect(origin(["ssh", "port"])).toEqual({ file: "harden.yaml", line: 7, column: 26 });
    expect(origin(["ssh", "permitRootLogin"])).toMatchObject({ file: "/pkg/web.yaml" });
    expect(files).toEqual(["/pkg/web.yaml", "harden.yaml"]);
  });

  it("says where a value is wrong that is written over a profile, and where a profile is named that isn't there", async () => {
    const project = await projectOf("hosts: {a: {values: {ssh: {port: 0, prot: 1}}}, b: {profile: nope}}");
    const faults = async (host: string) => {
      const { name, ...over } = assignedTo(project, host)!;
      const error: unknown = await loadProfile(
        name,
        world({ "/pkg/production.yaml": "ssh: {}" }),
        over,
      ).catch((error: unknown) => error);
      return String((error as Error).message)
        .split("\n")
        .slice(1);
    };
    expect(await faults("a")).toEqual([
      "harden.yaml:1:34: ssh.port: must be at least 1, found the number 0",
      "harden.yaml:1:37: ssh.prot: unknown key (did you mean `port`?)",
    ]);
    expect((await faults("b"))[0]).toMatch(/^harden.yaml:1:62: profile: no profile `nope`: looked for/);
  });

  it.each([
    [
      "hosts: {a: {groups: [wbe]}}\ngroups: {web: {}}",
      ["1:22: hosts.a.groups[0]: there is no group `wbe` (did you mean `web`?)"],
    ],
    ["hosts: {'root:pw@a': {}}", ['1:9: hosts."root:pw@a": A target has no password: root:…@… has one']],
    [
      "hosts: {'-oProxyCommand=x': {}}",
      [
        '1:9: hosts."-oProxyCommand=x": must be a host as ssh knows it: an alias of ~/.ssh/config, or user@host:port',
      ],
    ],
    [
      "hosts: {a: {groups: [x, y]}}\ngroups: {x: {profile: p}, y: {profile: q}}",
      ["1:9: hosts.a: its groups have several profiles (p, q): write which one it has as `profile`"],
    ],
    [
      "hosts: {a: {groups: [wbe], nope: 1}, b: {groups: [x]}}\ngroups: {web: {}}",
      [
        "1:22: hosts.a.groups[0]: there is no group `wbe` (did you mean `web`?)",
        "1:28: hosts.a.nope: unknown key",
        "1:51: hosts.b.groups[0]: there is no group `x`",
      ],
    ],
    ["groups: {all: {}}", ["1:10: groups.all: every host is in @all: call it otherwise"]],
    [
      "compose: {shop: {files: a.yaml, hosts: ['@web']}}",
      ["1:41: compose.shop.hosts[0]: there is no host or group `@web`"],
    ],
    ["host: {a: {}}", ["1:1: host: unknown key (did you mean `hosts`?)"]],
    ["hosts: {a: null}", ["1:12: hosts.a: null takes nothing back here: write {}"]],
    [
      "hosts: {a: {values: {extends: base}}}",
      ["1:21: hosts.a.values: has sections of a profile, and no extends, found a map"],
    ],
    [
      "attestations: [{line: server.firewall, who: a, when: 2026-02-01, until: 2026-03-01, evidence: e}]",
      [
        "1:23: attestations[0].line: nobody may attest `server.firewall`: it is no line of the checklist, or checks answer it",
      ],
    ],
    [
      "attestations: [{line: monitoring.access, who: a, when: 2026-02-01, until: 2026-01-01, evidence: e}]",
      [
        '1:75: attestations[0].until: must not be before the day on which it was looked at, found the text "2026-01-01"',
      ],
    ],
    [
      "hosts: [a",
      ["1:10: bad YAML: Flow sequence in block collection must be sufficiently indented and end with a ]"],
    ],
  ])("refuses %s", async (text, lines) => {
    const found = await faultsOf(text);
    expect(found.slice(0, lines.length)).toEqual(lines.map((line) => `harden.yaml:${line}`));
  });
});
