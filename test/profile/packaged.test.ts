import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { nodeFiles } from "../../src/profile/files.ts";
import { loadProfile } from "../../src/profile/load.ts";
import { checks, sections } from "./sections.ts";

const packagedDir = fileURLToPath(new URL("../../profiles", import.meta.url));
const load = (name: string) =>
  loadProfile(name, { cwd: "/nowhere", packagedDir, sections, checks, ...nodeFiles });

test.each(["base", "development", "staging", "production"])(
  "%s is valid and says what it is for",
  async (name) => {
    const profile = await load(name);
    expect(profile.name).toBe(name);
    expect(profile.description).not.toBe("");
    expect({ access: profile.access, sections: profile.sections }).toMatchSnapshot();
  },
);

test("production has every control, with the checklist's values", async () => {
  const { sections: found } = await load("production");
  expect(Object.keys(found)).toEqual(sections.map(({ id }) => id));
  expect(found.ssh).toMatchObject({ maxAuthTries: 3, permitRootLogin: "prohibit-password", usePam: true });
  expect(found.fail2ban).toMatchObject({ maxRetry: 3, findTime: 600, banTime: 86400 });
  expect(found.firewall).toMatchObject({ rules: [{ port: 80 }, { port: 443 }] });
});

test("production's commented example of a rule is valid when it is switched on", async () => {
  const text = readFileSync(join(packagedDir, "production.yaml"), "utf8");
  const switchedOn = text.replace(/^( {4})# (?=(- port: 5432| {2}(protocol|from|comment): ))/gm, "$1");
  const readFile = async (path: string) =>
    path.endsWith("/production.yaml") ? switchedOn : nodeFiles.readFile(path);
  const profile = await loadProfile("production", {
    cwd: "/nowhere",
    packagedDir,
    sections,
    checks,
    ...nodeFiles,
    readFile,
  });
  expect(profile.sections.firewall).toMatchObject({
    rules: [{}, {}, { port: 5432, protocol: "tcp", from: "10.0.0.0/8" }],
  });
});

test.each(["base", "development", "staging", "production"])("%s names the schema for editors", (name) => {
  const text = readFileSync(join(packagedDir, `${name}.yaml`), "utf8");
  expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/schema\.json\n/);
});
