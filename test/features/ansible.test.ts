/** Inventories, read by the real ansible-inventory: what becomes of them, and what is refused. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Outside } from "../../src/command/command.ts";
import { loadProject } from "../../src/command/load-project.ts";
import { init } from "../../src/features/init/words.ts";
import { nodeFiles } from "../../src/profile/files.ts";
import { plainPage } from "../../src/reports/page.ts";

let folder: string;
let said: string[];
let answer: boolean;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-ansible-"));
  [said, answer] = [[], true];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const places = () => ({ ...nodeFiles, sections: [], checks: [], cwd: folder, packagedDir: "/nowhere" });
const outside = {
  version: "0",
  page: plainPage,
  sidePage: plainPage,
  places: async () => places(),
  project: async () => loadProject(places()),
  say: (text: string) => void said.push(text),
  ask: async () => answer,
} as unknown as Outside;

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const take = (fromAnsible: string, more: object = {}) =>
  init.run({ given: { fromAnsible, format: "text", ...more }, typed: new Set(Object.keys(more)) }, outside);
const written = () => readFileSync(join(folder, "harden.yaml"), "utf8");

const ini = `[web]
web1 ansible_host=10.0.0.1 ansible_user=deploy ansible_port=2222 secret_word=hunter2
web2
[prod:children]
web
`;

describe("an inventory", { timeout: 60_000 }, () => {
  it("becomes hosts and groups, once somebody agrees; variables are named, and never their values", async () => {
    const inventory = file("hosts.ini", ini);
    answer = false;
    expect(await take(inventory)).toMatchObject({ status: 1, errors: ["harden: nothing was written."] });
    expect(readdirSync(folder)).toEqual(["hosts.ini"]);
    answer = true;
    const { out, status } = await take(inventory);
    expect(status).toBe(0);
    expect(said.join("\n") + out).toContain("Variables are not taken over: secret_word.");
    expect(said.join("\n") + out + written()).not.toContain("hunter2");
    const { values } = (await loadProject(places()))!;
    expect(values).toMatchObject({
      hosts: { "deploy@10.0.0.1:2222": { groups: ["prod", "web"] }, web2: { groups: ["prod", "web"] } },
      groups: { prod: {}, web: {} },
    });
  });

  it("is added to a project that is there, whose hosts, comments and order stay", async () => {
    const mine = "# mine\ngroups: {web: {profile: web}} # w\nhosts:\n  web2: {profile: own} # kept\n";
    file("harden.yaml", mine);
    const { out } = await take(file("hosts.ini", ini), { write: true });
    expect(out).toContain("In the project already, and left as they are: web2.");
    for (const line of mine.split("\n").slice(2)) expect(written()).toContain(line);
    expect(written()).toMatch(/^# mine\ngroups: \{web: \{profile: web\}, .*prod.*\}.* # w\n/);
    const { values } = (await loadProject(places()))!;
    expect(values.hosts).toMatchObject({ web2: { profile: "own", groups: [] }, "deploy@10.0.0.1:2222": {} });
    const again = written();
    expect((await take(join(folder, "hosts.ini"), { write: true })).out).toContain("Nothing is to be added.");
    expect(written()).toBe(again);
  });

  it.each([
    ["that isn't there", "nope.ini", undefined, "can't read the inventory"],
    ["that is none", "bad.yaml", "all: [", "can't read the inventory"],
    ["without a host", "empty.yaml", "all: {}\n", "has no hosts"],
    ["with names that no ssh knows", "odd.yaml", "all: {hosts: {'a b': {}}}\n", "no host as ssh knows it"],
    ["named like an option", "--help", undefined, "can't read the inventory"],
    ["named like a command", "$(touch pwned); x", undefined, "can't read the inventory"],
  ])("%s is refused, and nothing is left behind", async (_what, name, text, why) => {
    const inventory = text === undefined ? name : file(name, text);
    const before = readdirSync(folder);
    await expect(take(inventory, { write: true })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining(why),
      details: { hostState: "no host was contacted, and nothing was written" },
    });
    expect(readdirSync(folder)).toEqual(before);
    expect(existsSync("pwned")).toBe(false);
  });

  it("can't be read without Ansible, which is said", async () => {
    const { PATH } = process.env;
    mkdirSync(join(folder, "bin"));
    symlinkSync("/usr/bin/env", join(folder, "bin/env"));
    process.env.PATH = join(folder, "bin");
    try {
      await expect(take(file("hosts.ini", ini), { write: true })).rejects.toMatchObject({
        details: { hint: expect.stringContaining("apt install ansible-core") },
      });
    } finally {
      process.env.PATH = PATH;
    }
    expect(readdirSync(folder).sort()).toEqual(["bin", "hosts.ini"]);
  });

  it("is taken over alone: neither a host nor a profile goes with it", async () => {
    const inventory = file("hosts.ini", ini);
    chmodSync(inventory, 0o644);
    for (const more of [{ target: "web1" }, { name: "x" }])
      await expect(take(inventory, more)).rejects.toMatchObject({ code: "usage" });
  });
});
