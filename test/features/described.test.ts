/** Each recorded host as a profile: what is written has an empty plan. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { catalogue } from "../../src/assess/catalogue.ts";
import { controls } from "../../src/controls/index.ts";
import { parseRecorded, type Recorded } from "../../src/facts/recorded.ts";
import { describedHost } from "../../src/features/init/described.ts";
import { bareNext } from "../../src/next.ts";
import { nodeFiles } from "../../src/profile/files.ts";
import { loadProfile } from "../../src/profile/load.ts";
import { look } from "../../src/run/look.ts";

const packagedDir = new URL("../../profiles", import.meta.url).pathname;
const path = "/w/profiles/found.yaml";

const load = (text: string) =>
  loadProfile(path, {
    cwd: "/w",
    packagedDir,
    sections: controls,
    checks: catalogue,

    listDir: nodeFiles.listDir,
    readFile: async (file) => (file === path ? text : nodeFiles.readFile(file)),
  });

const production = () =>
  loadProfile(`${packagedDir}/production.yaml`, {
    cwd: "/w",
    packagedDir,
    sections: controls,
    checks: catalogue,
    ...nodeFiles,
  });

const hosts = ["debian12", "debian13"].map((name) => ({
  name,
  recorded: parseRecorded(readFileSync(new URL(`../fixtures/hosts/${name}.json`, import.meta.url), "utf8")),
}));

const about = async ({ facts, ...transport }: Recorded) => ({
  facts,
  transport,
  target: "web1",
  name: "web1",
  version: "0",
  next: bareNext,
  base: await production(),
  load,
  ask: async () => new Map(),
});

describe.each(hosts)("$name as a profile", ({ recorded }) => {
  it("has an empty plan, by the text as it would be written", async () => {
    const { text, profile, outlines, plan } = await describedHost(await about(recorded));
    const again = look(recorded.facts, {
      choice: { profile: await load(text), only: [], skip: [] },
      target: "web1",
      tool: "0",
      next: bareNext,
      transport: recorded,
    });
    for (const each of [plan, again.plan]) {
      expect(each.changes.map(({ address }) => address)).toEqual([]);
      expect(each.findings.filter(({ level }) => level === "block")).toEqual([]);
    }
    const { sections } = await production();
    expect(outlines.map(({ control }) => control)).toEqual(Object.keys(sections));
    // What sshd has by itself is its release's.
    for (const name of ["ciphers", "macs", "kexAlgorithms", "port"])
      expect(profile.sections.ssh).not.toHaveProperty(name);
    const kept = outlines.filter(({ as }) => as !== "left out").map(({ control }) => control);
    expect(Object.keys(profile.sections).sort()).toEqual([...kept].sort());
    for (const each of outlines) if (each.as !== "managed") expect(each.why, each.control).toBeTruthy();
    expect(Object.keys(parse(text) as object)).toContain("access");
  });
});

/** The host with ufw on, and these tuples in its rules. */
function withRules({ facts, ...recorded }: Recorded, tuples: readonly string[]): Recorded {
  const edited = (path: string, edit: (text: string) => string) => {
    const raw = facts.get(`file\0${path}`)!;
    const [head = "", ...rest] = raw.data.toString("latin1").split("\n\n");
    const content = Buffer.from(edit(rest.join("\n\n")), "latin1");
    const sized = head.replace(/^(\S+ \S+ \S+ \S+ )\d+/, `$1${content.length}`);
    const data = Buffer.concat([Buffer.from(`${sized}\n\n`, "latin1"), content]);
    return [`file\0${path}`, { ...raw, data }] as const;
  };
  const blocks = tuples.map((tuple) => `\n### tuple ### ${tuple}\n-A ufw-user-input -j ACCEPT\n`).join("");
  const rules = (text: string) => text.replace("### RULES ###\n", `### RULES ###\n${blocks}`);
  const on = edited("/etc/ufw/ufw.conf", (text) => text.replace("ENABLED=no", "ENABLED=yes"));
  return { ...recorded, facts: new Map([...facts, on, edited("/etc/ufw/user.rules", rules)]) };
}

describe("rules of the host's own", () => {
  const recorded = hosts[1]!.recorded;
  const describedBy = async (tuples: readonly string[]) =>
    describedHost(await about(withRules(recorded, tuples)));

  it("are those of the profile, with where logins come from", async () => {
    const { profile, outlines } = await describedBy([
      "allow tcp 22 0.0.0.0/0 any 203.0.113.0/24 in",
      "allow tcp 8080 0.0.0.0/0 any 10.0.0.0/8 in comment=68617264656e3a20617070",
      "allow udp 6000:6010 0.0.0.0/0 any 192.0.2.7 in",
      "limit tcp 25 0.0.0.0/0 any 0.0.0.0/0 in",
    ]);
    // The kernel has none of them: no apply may load them here.
    expect(outlines.find(({ control }) => control === "firewall")?.as).toBe("measured");
    expect(profile.access.from).toEqual(["203.0.113.0/24"]);
    expect(profile.sections.firewall).toMatchObject({
      apply: false,
      otherRules: "keep",
      rules: [
        { port: 8080, protocol: "tcp", from: "10.0.0.0/8", comment: "app" },
        { port: "6000:6010", protocol: "udp", from: "192.0.2.7/32" },
      ],
    });
  });

  it.each([
    "allow tcp 22 0.0.0.0/0 any $(id) in",
    "allow tcp 22 0.0.0.0/0 any 0.0.0.0 in",
    "allow tcp 22 0.0.0.0/0 any 10.0.0.1/8 in",
    "allow tcp 99999 0.0.0.0/0 any 0.0.0.0/0 in",
    "allow tcp 9:1 0.0.0.0/0 any 0.0.0.0/0 in",
    "allow any 9:10 0.0.0.0/0 any 0.0.0.0/0 in",
    "allow tcp 80 0.0.0.0/0 any 0.0.0.0/0 in comment=68617264656e3a2022270a7373683a207b7d",
  ])("are no profile's where they can't be: %s", async (tuple) => {
    const { plan, profile } = await describedBy([tuple]);
    expect(plan.changes).toEqual([]);
    expect(Object.keys(profile.sections)).toContain("ssh");
    for (const each of profile.access.from) expect(each).toMatch(/^[0-9a-f.:]+\/\d+$/);
  });
});
