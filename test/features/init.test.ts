/** What `init` refuses before it asks any host. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { catalogue } from "../../src/assess/catalogue.ts";
import type { Outside } from "../../src/command/command.ts";
import { loadProject } from "../../src/command/load-project.ts";
import { controls } from "../../src/controls/index.ts";
import { init } from "../../src/features/init/words.ts";
import { nodeFiles } from "../../src/profile/files.ts";
import { plainPage } from "../../src/reports/page.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-init-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const packagedDir = new URL("../../profiles", import.meta.url).pathname;
const places = () => ({ ...nodeFiles, sections: controls, checks: catalogue, cwd: folder, packagedDir });
const outside = {
  version: "0",
  page: plainPage,
  sidePage: plainPage,
  places: async () => places(),
  project: async () => loadProject(places()),
  ports: async () => {
    throw new Error("a host is asked");
  },
} as unknown as Outside;

const given = { profile: "production", identity: [], format: "text", write: true };
const start = (more: object) =>
  init.run({ given: { ...given, ...more }, typed: new Set(Object.keys(more)) }, outside);

it.each([
  ["a host that the project has", { target: "ssh://web1/" }, "web1 is a host of the project already."],
  ["this machine, where it has that", {}, "this machine is a host of the project already."],
  ["a name that a profile of theirs has", { target: "a", name: "mine" }, "There is a profile mine already."],
  ["a name that one of ours has", { target: "a", name: "web" }, "There is a profile web already."],
  ["a name that is a path", { target: "a", name: "../x" }, '"../x" is no name of a profile.'],
  ["a name that is read as a file's", { target: "a", name: "x.yaml" }, '"x.yaml" is no name of a profile.'],
  ["what is no target", { target: "-oProxyCommand=x" }, "is not a target"],
  ["a profile to compare with that isn't there", { target: "a", profile: "nope" }, "no profile `nope`"],
])("refuses %s", async (_what, more, message) => {
  mkdirSync(join(folder, "profiles"));
  writeFileSync(join(folder, "profiles/mine.yaml"), "extends: production\n");
  writeFileSync(join(folder, "harden.yaml"), "hosts: {web1: {}, this machine: {}}\n");
  const before = readdirSync(folder, { recursive: true });
  await expect(start(more)).rejects.toMatchObject({ message: expect.stringContaining(message) });
  expect(readdirSync(folder, { recursive: true })).toEqual(before);
});

it("says what is wrong with the project file, before it goes on", async () => {
  writeFileSync(join(folder, "harden.yaml"), "host: {}\n");
  await expect(start({ target: "web1" })).rejects.toMatchObject({ code: "profile" });
});

it("asks a host that nobody named before", async () => {
  await expect(start({ target: "web1" })).rejects.toThrow("a host is asked");
});
