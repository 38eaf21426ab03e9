/** The three commands on real files: what is read, written and told, and with which status. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cloudResults } from "../../generate/results-schema.ts";
import type { Command, Outside } from "../../src/command/command.ts";
import { loadProject } from "../../src/command/load-project.ts";
import type { HardenError } from "../../src/errors.ts";
import { cloudCheck, cloudDraw, cloudExport } from "../../src/features/cloud/words.ts";
import { nodeFiles } from "../../src/profile/files.ts";
import { type FormatName, formatNames } from "../../src/reports/names.ts";
import { plainPage } from "../../src/reports/page.ts";
import { planOf } from "../cloud/plan-of.ts";
import * as shop from "../cloud/shop.ts";
import { attestations, changed, good } from "../cloud/world.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-cloud-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const until = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
const hosts = "hosts: {bastion1: {}, lb1: {}, app1: {groups: [app]}, db1: {}}\ngroups: {app: {}}\n";
const said = attestations.map(
  ({ line }) => `  - {line: ${line}, who: Ada, when: 2026-01-01, until: ${until}, evidence: wiki}\n`,
);
const project = `${hosts}${good}attestations:\n${said.join("")}`;

const savable: unknown[] = [];
const places = { ...nodeFiles, sections: [], checks: [], packagedDir: "/nowhere" };
const outside = (piped = "") =>
  ({
    version: "0",
    page: plainPage,
    sidePage: plainPage,
    piped: async () => Buffer.from(piped),
    checkSavable: async (file: unknown) => void savable.push(file),
    places: async () => ({ ...places, cwd: folder }),
    project: async () => loadProject({ ...places, cwd: folder }),
  }) as unknown as Outside;

const run = (command: Command, given: Readonly<Record<string, unknown>>, piped?: string) =>
  command.run({ given, typed: new Set() }, outside(piped));
const check = (file?: string, format: FormatName = "text", piped?: string) =>
  run(cloudCheck, { file, format }, piped);
const thrown = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: HardenError) => error,
  );

describe("cloud check", () => {
  it("takes the project file, and is 0 where all of it holds", async () => {
    write("harden.yaml", project);
    const { out, status } = await check();
    expect(status).toBe(0);
    expect(out).toBe("harden.yaml (5 tiers: vpn, bastion, web, app, db)\n\n12 checks: 12 passed.");
  });

  it("is 2 where something doesn't hold, and says where and what to do", async () => {
    write("harden.yaml", changed(project, ["{from: web}", "{from: db}"]));
    const { out, status } = await check();
    expect(status).toBe(2);
    const line = project.split("\n").findIndex((text) => text.includes("{from: web}")) + 1;
    expect(out).toContain(
      `fail     cloud.app-source  The app tier is reached by the load balancer alone\n      harden.yaml:${line}:9: app 8080/tcp: 8080 from db\n      next: Let it in from the load balancer's tier alone.`,
    );
  });

  it("takes another file, and what is piped in", async () => {
    const path = write("other.yaml", changed(project, ["{from: web}", "{from: db}"]));
    expect((await check(path)).out).toContain("other.yaml:");
    expect((await check("-", "text", project)).status).toBe(0);
  });

  it("takes Terraform's plan alone, or beside a project file whose tiers and attestations count", async () => {
    const named = shop.changed(shop.good, "resource/aws_lb/front/tags/tier", "web");
    const alone = write("plan.json", planOf(named));
    expect((await check(alone)).status).toBe(0);
    const bare = write("bare.json", planOf(shop.changed(named, "resource/aws_cloudtrail", undefined)));
    expect((await check(bare)).out).toContain("fail     cloud.audit-trail");
    write("harden.yaml", project);
    const { out, status } = await check(bare);
    expect(out).toMatch(/bare\.json \(5 tiers: vpn, bastion, web, app, db\)\n\n12 checks: 12 passed\.$/);
    expect(status).toBe(0);
  });

  it.each(formatNames)("tells it as %s", async (format) => {
    write("harden.yaml", changed(project, ["{from: web}", "{from: db}"]));
    const { out, status } = await check(undefined, format);
    expect(status).toBe(2);
    expect(out).toContain("cloud.app-source");
    if (format === "json") expect(cloudResults.safeParse(JSON.parse(out)).error).toBeUndefined();
    if (format === "sarif") expect(out).toContain('"startLine"');
  });

  it("says what is missing: no project file, no tiers, a tier or host that isn't there, half a plan", async () => {
    expect((await thrown(check()))?.message).toBe("There is no project file here.");
    write("harden.yaml", hosts);
    expect((await thrown(check()))?.message).toBe("The project file has no tiers.");
    write("harden.yaml", changed(project, ["{from: web}", "{from: wbe}"], ["hosts: [lb1]", "hosts: [lb7]"]));
    const wrong = await thrown(check());
    expect(wrong?.code).toBe("profile");
    expect(wrong?.message).toMatch(
      /harden\.yaml:\d+:\d+: tiers\.app\.inbound\[0\]\.from: must be a tier of this file, found the text "wbe" \(did you mean `web`\?\)/,
    );
    write("harden.yaml", changed(project, ["hosts: [lb1]", "hosts: [lb7]"]));
    expect((await thrown(check()))?.message).toMatch(
      /tiers\.web\.hosts\[0\]: there is no host or group `lb7`/,
    );
    const half = write("half.json", planOf(shop.good).slice(0, 500));
    expect((await thrown(check(half)))?.message).toMatch(
      /(?:half\.json can't be used: it is no JSON|tiers\.web\.hosts)/,
    );
  });
});

describe("cloud draw", () => {
  it("gives Mermaid's text, or SVG into a file that could be written", async () => {
    write("harden.yaml", project);
    expect((await run(cloudDraw, { format: "mermaid" })).out).toMatch(/^flowchart TB\n/);
    const drawn = await run(cloudDraw, { format: "svg", out: "tiers.svg" });
    expect(savable).toEqual([{ path: "tiers.svg", what: "drawing" }]);
    expect(drawn.out).toBe("");
    expect(drawn.file).toMatchObject({
      path: "tiers.svg",
      text: expect.stringMatching(/<svg[\s\S]*<\/svg>\s*$/),
    });
  });

  it("draws Terraform's plan, too", async () => {
    const { out } = await run(cloudDraw, { format: "mermaid", file: write("plan.json", planOf(shop.good)) });
    expect(out).toMatch(/subgraph public.*\n.*bastion.*\n.*load-balancer/);
    expect(out).toContain('-->|"8080"|');
  });
});

describe("cloud export", () => {
  it("gives each form, and is told what it can't give", async () => {
    write("harden.yaml", project);
    expect((await run(cloudExport, { to: "table" })).out).toMatch(/^\| tier \|/);
    expect((await run(cloudExport, { to: "ufw" })).out).toMatch(/^# bastion bastion1\naccess:/);
    expect(JSON.parse((await run(cloudExport, { to: "terraform" })).out)).toHaveProperty(
      "resource.aws_security_group.app",
    );
    const plan = write("plan.json", planOf(shop.good));
    expect((await thrown(run(cloudExport, { to: "table", file: plan })))?.code).toBe("usage");
  });
});
