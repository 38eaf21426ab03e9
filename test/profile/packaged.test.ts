import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { controls as sections } from "../../src/controls/index.ts";
import { nodeFiles } from "../../src/profile/files.ts";
import { loadProfile } from "../../src/profile/load.ts";
import { checks } from "./sections.ts";

const packagedDir = fileURLToPath(new URL("../../profiles", import.meta.url));
const load = (name: string) =>
  loadProfile(name, { cwd: "/nowhere", packagedDir, sections, checks, ...nodeFiles });

test.each(["base", "development", "staging", "production", "web", "database", "bastion", "docker-host"])(
  "%s is valid and says what it is for",
  async (name) => {
    const profile = await load(name);
    expect(profile.name).toBe(name);
    expect(profile.description).not.toBe("");
    expect(profile.access.from).not.toEqual([]);
  },
);

test("production has the checklist's values", async () => {
  const { sections: found } = await load("production");
  expect(found.ssh).toMatchObject({ maxAuthTries: 3, permitRootLogin: "prohibit-password", usePam: true });
  expect(found.fail2ban).toMatchObject({ maxRetry: 3, findTime: 600, banTime: 86400 });
  expect(found.firewall).toMatchObject({ rules: [{ port: 80 }, { port: 443 }] });
});

describe("roles", () => {
  const rulesOf = async (extended: string) => {
    const readFile = async (path: string) =>
      path === "/w/profiles/p.yaml" ? `extends: [${extended}]\n` : nodeFiles.readFile(path);
    const places = { cwd: "/w", packagedDir, sections, checks };
    const profile = await loadProfile("p", { ...places, ...nodeFiles, readFile });
    const { rules } = profile.sections.firewall as unknown as { rules: readonly { port: number }[] };
    return rules.map(({ port }) => port);
  };

  test.each([
    ["production", [80, 443]],
    ["production, web", [80, 443]],
    ["production, database", [5432]],
    ["database, production", [5432]],
    ["production, bastion", []],
    ["production, web, database", [80, 443, 5432]],
    ["staging, database, bastion, docker-host", [5432]],
  ])("extends: [%s] opens %j", async (extended, ports) => {
    expect(await rulesOf(extended)).toEqual(ports);
  });
});
