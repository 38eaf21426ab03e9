/** Names that somebody has chosen to break things: what means a host, and what a file is called. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { loadProject } from "../../src/command/load-project.ts";
import { isName } from "../../src/profile/search.ts";
import { withEntries } from "../../src/project/edit.ts";
import { freeName, hostKey, profileNameOf } from "../../src/project/names.ts";
import { assignedTo, hostsOf, membersOf, type Project } from "../../src/project/project.ts";
import { showProject } from "../../src/project/show.ts";
import { hostile } from "../controls/facts.ts";
import { memoryFiles } from "../profile/memory.ts";

fc.configureGlobal({ seed: 831610384 });

const inherited = fc.constantFrom(
  ...["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "prototype", "__defineGetter__"],
);
const unicode = fc.string({ unit: "binary", maxLength: 12 });
const name = fc.oneof(
  inherited,
  hostile,
  unicode,
  fc.constantFrom("@all", "all", "@", "-o", "a b", "this machine"),
);

const read = (text: string) =>
  loadProject({
    cwd: "/w",
    packagedDir: "/pkg",
    ...memoryFiles({ "/w/harden.yaml": text }),
  });

async function projectOf(text: string): Promise<Project> {
  const project = await read(text);
  if (project === undefined) throw new Error("there is a project file");
  return project;
}

/** What isn't a HardenError would be a defect. */
function attempt<T>(work: () => T): T | "refused" {
  try {
    return work();
  } catch (error) {
    expect((error as Error).name).toBe("HardenError");
    return "refused";
  }
}

describe("hosts by hostile words", () => {
  it("are those of the project, or the word itself, and no group that isn't there", async () => {
    const project = await projectOf("hosts: {a: {groups: [web]}, b: {}}\ngroups: {web: {}}");
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 4 }),
        fc.array(name, { maxLength: 2 }),
        (words, limit) => {
          const hosts = attempt(() => hostsOf(project, words, limit));
          if (hosts === "refused") return;
          for (const host of hosts) expect(["a", "b", ...words]).toContain(host);
          expect(new Set(hosts).size).toBe(hosts.length);
          for (const word of [...words, ...limit])
            if (word.startsWith("@")) expect(["@all", "@web"]).toContain(word);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("have a profile only where the project names them", async () => {
    const project = await projectOf("hosts: {a: {}}");
    fc.assert(
      fc.property(name, (host) => {
        expect(assignedTo(project, host) !== undefined).toBe(host === "a");
        expect(membersOf(project, host)).toEqual([]);
        expect(showProject(project, [host]).hosts).toHaveLength(host === "a" ? 1 : 0);
      }),
      { numRuns: 2000 },
    );
  });

  it("are read from the file as they are written there, or refused with their place", async () => {
    await fc.assert(
      fc.asyncProperty(name, name, async (host, group) => {
        const text = JSON.stringify({
          hosts: { [`x${host}`]: { groups: [group] } },
          groups: { [group]: {} },
        });
        const project = await read(text).catch((error: unknown) => {
          expect((error as Error).name).toBe("HardenError");
          expect((error as Error).message).toMatch(/harden\.yaml:1:\d+: /);
          return undefined;
        });
        if (project === undefined) return;
        expect(hostsOf(project, [])).toEqual([`x${host}`]);
        expect(hostsOf(project, [`@${group}`])).toEqual([`x${host}`]);
        expect(assignedTo(project, `x${host}`)?.name).toBe("production");
      }),
      { numRuns: 1000, seed: 287603798 },
    );
  });
});

describe("names of what init writes", () => {
  it("are plain words, whatever the host calls itself, and nobody's already", () => {
    fc.assert(
      fc.property(fc.oneof(name, fc.constant("10.0.0.1")), name, (alias, hostname) => {
        const target = attempt(() => hostKey(alias)) === "refused" ? "10.0.0.1" : alias;
        const called = profileNameOf(target, hostname);
        expect(isName(called)).toBe(true);
        expect(called).not.toMatch(/\.ya?ml$/i);
        const taken = [called, `${called}-host`];
        expect(taken).not.toContain(freeName(called, taken));
        expect(isName(freeName(called, taken))).toBe(true);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ["web1", "x", "web1"],
    ["deploy@web1.example.org:22", "x", "web1.example.org"],
    ["root@10.0.0.1", "db-1", "db-1"],
    ["[fd00::1]:22", "$(id)/../..", "id"],
    ["this machine", "laptop", "laptop"],
    ["this machine", "…", "host"],
    ["10.0.0.1", "evil.yaml", "evil"],
  ])("%s, which calls itself %s, is %s", (target, hostname, called) => {
    expect(profileNameOf(target, hostname)).toBe(called);
  });
});

describe("what is added to a project file", () => {
  it("is one host, whatever it is called, and all else stays", () => {
    fc.assert(
      fc.property(name, (host) => {
        fc.pre(host !== "a");
        const before = "# mine\nhosts:\n  a: {groups: [web]} # x\n\ngroups: {web: {}} # last\n";
        const text = attempt(() => withEntries(before, "f", [[["hosts", host], { profile: "p" }]]));
        if (text === "refused") return;
        const hosts = parse(text).hosts as object;
        expect(Object.entries(hosts)).toEqual(
          Object.entries({ a: { groups: ["web"] }, ...Object.fromEntries([[host, { profile: "p" }]]) }),
        );
        for (const line of before.split("\n")) expect(text).toContain(line);
      }),
      { numRuns: 500, seed: 287603798 },
    );
  });
});
