/** What a half-typed line can go on with: the same words as the help, and names that are there. */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { controls } from "../../src/controls/index.ts";
import { listsFor } from "../../src/program/completion/lists.ts";
import { type Lists, offerOf, offerText } from "../../src/program/completion/offer.ts";
import { commands } from "../../src/program/index.ts";
import { program } from "../../src/program/program.ts";
import { typedAs } from "../../src/quote.ts";
import { formatNames } from "../../src/reports/names.ts";
import { aliases, aliasesIn } from "../../src/transports/aliases.ts";

fc.configureGlobal({ seed: 831610384 });

const named = (...values: readonly string[]) => values.map((value) => ({ value, about: "" }));
const lists: Lists = async (name) =>
  ({
    hosts: named("web1", "web2", "@all", "$(touch x)"),
    profiles: named("production", "staging", "a b"),
    controls: named("ssh", "sysctl", "firewall"),
    checks: named("ssh", "ssh.port"),
  })[name];
const offer = (...words: readonly string[]) => offerOf(words, { commands, lists });
const values = async (...words: readonly string[]) =>
  (await offer(...words)).candidates.map(({ value }) => value);

describe("the words of a line", () => {
  it("are the commands first, and those below a word", async () => {
    const all = await values("");
    const first = commands.map(({ words }) => words).filter((words) => !words.includes(" "));
    expect(all).toEqual(first);
    expect(await values("ver")).toEqual(["verify"]);
    expect(await values("profile", "")).toEqual(["list", "show", "validate", "schema"]);
    expect(await values("runs", "")).toEqual(["prune", "web1", "web2", "@all"]);
  });

  it("are every option that the help has, of every command", async () => {
    const quiet = () => {};
    const whole = program({ version: "0", print: quiet, complain: quiet, run: async () => {} });
    for (const { words } of commands) {
      const command = words
        .split(" ")
        .reduce((at, word) => at.commands.find((each) => each.name() === word)!, whole);
      const wanted = command.options.flatMap(({ short, long }) =>
        [short, long].filter((each) => each !== undefined),
      );
      const offered = await values(...words.split(" "), "-");
      expect([words, [...offered].sort()]).toEqual([words, [...wanted, "--help"].sort()]);
    }
  });

  it.each([
    [["plan", "--format", ""], [...formatNames]],
    [
      ["plan", "-o", "j"],
      ["json", "junit"],
    ],
    [["plan", "--format=ju"], ["--format=junit"]],
    [
      ["runs", "--format", ""],
      ["text", "json"],
    ],
    [
      ["plan", "web1", "--only", "s"],
      ["ssh", "sysctl"],
    ],
    [
      ["plan", "--skip", "ssh,s"],
      ["ssh,ssh", "ssh,sysctl"],
    ],
    [["plan", "--profile", "st"], ["staging"]],
    [["explain", "ssh."], ["ssh.port"]],
    [
      ["completion", ""],
      ["bash", "zsh", "fish"],
    ],
    [
      ["compose", "fix", "--from", "web"],
      ["web1", "web2"],
    ],
    [
      ["plan", "web1", "w"],
      ["web1", "web2"],
    ],
    [
      ["plan", "--log", "--format", "w"],
      ["web1", "web2"],
    ],
    [["plan", "--", "-"], []],
    [["runs", "web1", "x", ""], []],
    [
      ["nonsense", "-"],
      ["--help", "--version"],
    ],
  ])("go on by what was typed: %j", async (words, expected) => {
    expect(await values(...words)).toEqual(expected);
  });

  it("say where a file can stand", async () => {
    const files = async (...words: readonly string[]) => (await offer(...words)).files;
    expect(await files("plan", "--profile", "")).toBe(true);
    expect(await files("audit", "comp")).toBe(true);
    expect(await files("plan", "-i", "")).toBe(true);
    expect(await files("plan", "w")).toBe(false);
    expect(await files("plan", "--format", "")).toBe(false);
  });

  it("are never anything that a shell would read otherwise, a line each", async () => {
    expect(await values("plan", "--profile", "")).toEqual(["production", "staging"]);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), async (value, about) => {
        const hostile: Lists = async () => [
          { value, about },
          { value: "web1", about },
        ];
        const text = offerText(await offerOf(["plan", ""], { commands, lists: hostile }));
        const [head, ...lines] = text.split("\n").slice(0, -1);
        expect(head).toBe(":words");
        for (const line of lines) {
          expect(line.split("\t")).toHaveLength(2);
          expect(typedAs(line.split("\t")[0]!)).toBe(line.split("\t")[0]);
        }
      }),
    );
  });
});

describe("what is looked up", () => {
  it("are the names that are there, and a project that is broken is none", async () => {
    const looked = listsFor({
      project: () => Promise.reject(new Error("a broken project file")),
      places: () => Promise.reject(new Error("no folder")),
    });
    expect((await looked("controls")).map(({ value }) => value)).toEqual(controls.map(({ id }) => id));
    expect((await looked("checks")).map(({ value }) => value)).toContain("ssh.idle-shells");
    expect(await looked("profiles")).toEqual([]);
  });

  it("are ssh's own aliases, without patterns", async () => {
    const config =
      'Host web1 "db-?" "db1"\n  HostName x\nHost *\nhost=mail !bad web? $(touch)\nMatch host other\n#Host no\nHostName y\n';
    expect(aliasesIn(config)).toEqual(["web1", "db1", "mail"]);
    const home = mkdtempSync(join(tmpdir(), "harden-aliases-"));
    expect(await aliases(home)).toEqual([]);
    mkdirSync(join(home, ".ssh"));
    const path = join(home, ".ssh/config");
    // Whoever reads a pipe waits for who writes it, and takes it from them.
    execFileSync("mkfifo", [path]);
    const writer = spawn("sh", ["-c", 'echo "Host piped" >"$0"', path]);
    expect(await aliases(home)).toEqual([]);
    writer.kill();
    rmSync(path);
    writeFileSync(join(home, ".ssh/config"), config);
    expect(await aliases(home)).toContain("web1");
    rmSync(home, { recursive: true });
  });
});
