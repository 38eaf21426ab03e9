/** Each recorded host as a profile: what is written has an empty plan. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { catalogue } from "../../src/assess/catalogue.ts";
import { describedHost } from "../../src/commands/described.ts";
import { look } from "../../src/commands/look.ts";
import { controls } from "../../src/controls/index.ts";
import { parseRecorded, type Recorded } from "../../src/facts/recorded.ts";
import { bareNext } from "../../src/next.ts";
import { nodeFiles } from "../../src/profile/files.ts";
import { loadProfile } from "../../src/profile/load.ts";

const packagedDir = new URL("../../profiles", import.meta.url).pathname;
const path = "/w/profiles/found.yaml";

const load = (text: string) =>
  loadProfile(path, {
    ...{ cwd: "/w", packagedDir, sections: controls, checks: catalogue },
    ...{
      listDir: nodeFiles.listDir,
      readFile: async (file) => (file === path ? text : nodeFiles.readFile(file)),
    },
  });

const production = () =>
  loadProfile(`${packagedDir}/production.yaml`, {
    ...{ cwd: "/w", packagedDir, sections: controls, checks: catalogue },
    ...nodeFiles,
  });

const hosts = ["debian12", "debian13"].map((name) => ({
  name,
  recorded: parseRecorded(readFileSync(new URL(`../fixtures/hosts/${name}.json`, import.meta.url), "utf8")),
}));

const about = async ({ facts, ...transport }: Recorded) => ({
  ...{ facts, transport, target: "web1", name: "web1", version: "0", next: bareNext },
  ...{ base: await production(), load, ask: async () => new Map() },
});

describe.each(hosts)("$name as a profile", ({ recorded }) => {
  it("has an empty plan, by the text as it would be written", async () => {
    const { text, profile, outlines, plan } = await describedHost(await about(recorded));
    const again = look(recorded.facts, {
      ...{ choice: { profile: await load(text), only: [], skip: [] }, target: "web1", tool: "0" },
      ...{ next: bareNext, transport: recorded },
    });
    for (const each of [plan, again.plan]) {
      expect(each.changes.map(({ address }) => address)).toEqual([]);
      expect(each.findings.filter(({ level }) => level === "block")).toEqual([]);
    }
    expect(outlines.map(({ control }) => control)).toEqual(controls.map(({ id }) => id));
    // What sshd has by itself is its release's.
    for (const name of ["ciphers", "macs", "kexAlgorithms", "port"])
      expect(profile.sections.ssh).not.toHaveProperty(name);
    const kept = outlines.filter(({ as }) => as !== "left out").map(({ control }) => control);
    expect(Object.keys(profile.sections).sort()).toEqual([...kept].sort());
    for (const each of outlines) if (each.as !== "managed") expect(each.why, each.control).toBeTruthy();
    expect(Object.keys(parse(text) as object)).toContain("access");
  });
});
