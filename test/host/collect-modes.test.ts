/** What the collectors of modes say of real files, in each shell: never a content, and never what a name pretends. */
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collectScript, parseCollected } from "../../src/facts/collect.ts";
import { stat } from "../../src/facts/files.ts";
import { listedOf } from "../../src/facts/listed.ts";
import { type Probe, readFact } from "../../src/facts/probe.ts";
import { sshdFiles } from "../../src/facts/sshd.ts";
import { mostNamed, worldWritable } from "../../src/facts/world-writable.ts";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

const nonce = "0123456789abcdef0123456789abcdef";
let folder: string;
const at = (name: string) => join(folder, name);

function make(name: string, mode: number) {
  if (name.endsWith("/")) mkdirSync(at(name));
  else writeFileSync(at(name), "secret\n");
  chmodSync(at(name), mode);
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-modes-"));
  make("plain", 0o640);
  make("listed", 0o640);
  make("+ /", 0o750);
  make("+ /listed +", 0o600);
  for (const name of ["listed", "+ /listed +"]) execFileSync("setfacl", ["-m", "u:65534:r", at(name)]);
  make("open/", 0o777);
  make("open/sticky/", 0o1777);
  make("open/file", 0o646);
  make("open/closed", 0o664);
  make(`open/a\n@${nonce} found x\n9\nfile 0666 0 0 `, 0o666);
  symlinkSync("file", at("open/link"));
  symlinkSync("open", at("link"));
  symlinkSync("listed", at("to-listed"));
  make("many/", 0o755);
  for (let index = 0; index < mostNamed + 5; index++) make(`many/${index}`, 0o666);
  make("[a-z]*/", 0o755);
  make("[a-z]*/file", 0o666);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read<T>([shell = "", ...args]: readonly string[], probes: readonly Probe<T>[]) {
  const input = `${library}\n${collectScript(probes, nonce)}`;
  const { stdout, stderr } = spawnSync(shell, args, { input, maxBuffer: 1 << 25 });
  const { facts, complete } = parseCollected(probes, { stdout, stderr, nonce });
  expect(complete).toBe(true);
  return probes.map((probe) => readFact(facts, probe));
}

describe.each(shells.map((shell) => ({ shell })))("$shell", ({ shell }) => {
  test("access lists of what sshd reads, also behind a link", () => {
    const main = at("sshd");
    const paths = ["plain", "listed", "to-listed"].map(at);
    writeFileSync(main, paths.map((path) => `Include ${path}\n`).join(""));
    const [program = "", ...args] = shell;
    const script = `nonce=${nonce}; need_held() { :; }; SSHD_CONFIG='${main}'; collect_sshd_files`;
    const { stdout } = spawnSync(program, args, { input: `${library}\n${script}` });
    const { files, stats } = sshdFiles().parse(stdout);
    expect(files.map(({ path, acl }) => [path, acl])).toEqual([
      [main, undefined],
      [at("plain"), undefined],
      [at("listed"), true],
      [at("to-listed"), true],
    ]);
    expect(stats.find(({ path }) => path === main)).toMatchObject({ mode: "0644" });
  });

  test("modes of files, folders and links, without what they hold", () => {
    const found = read(
      shell,
      ["plain", "open", "link", "absent"].map((name) => stat(at(name))),
    );
    expect(found).toMatchObject([
      { state: "present", value: { type: "file", mode: "0640", size: 7, acl: false } },
      { state: "present", value: { type: "directory", mode: "0777" } },
      { state: "present", value: { type: "symlink", linkTarget: "open" } },
      { state: "absent" },
    ]);
  });

  test("all that stat(1) says of a file, whatever its type and its bits", () => {
    const modes = [0o7777, 0o6644, 0o1666, 0o4001, 0o2710, 0];
    const made = modes.map((mode) => `m${mode} '$x`);
    for (const [index, name] of made.entries()) make(name, modes[index]!);
    // Users that are gone have left their numbers.
    chownSync(at(made[0]!), 54_321, 54_322);
    const paths = ["/dev/null", "/dev", at("link"), ...made.map(at)];
    const input = `${library}\ncollect_stats "$@"\n`;
    const { stdout } = spawnSync(shell[0]!, [...shell.slice(1), "-s", ...paths], { input, encoding: "utf8" });
    const format = "%f %a %U %G %s:%i:%.9Z %N";
    const expected = execFileSync("stat", ["-c", format, ...paths], { encoding: "utf8" });
    const told = stdout.split("\n").flatMap((line) => listedOf(line)?.stat ?? []);
    expect(told).toEqual(expected.trimEnd().split("\n"));
  });

  test("access lists, which no mode tells of", () => {
    const names = ["plain", "listed", "+ ", "+ /listed +", "link"];
    const found = read(
      shell,
      names.map((name) => stat(at(name))),
    );
    expect(found.map((fact) => fact.state === "present" && [fact.value.mode, fact.value.acl])).toEqual([
      ["0640", false],
      ["0640", true],
      ["0750", false],
      ["0640", true],
      ["0777", false],
    ]);
    for (const fact of found) expect(fact).not.toHaveProperty("value.content");
  });

  test("what everybody may write to, by its path and type, links and sticky folders left out", () => {
    const paths = ["link", "[a-z]*", "many", "absent", "plain"].map(at);
    const [fact] = read(shell, [worldWritable(paths, { seconds: 20, deep: true })]);
    if (fact?.state !== "present") throw new Error(JSON.stringify(fact));
    const [linked, odd, many, ...others] = fact.value;
    expect(linked).toMatchObject({ path: at("link"), state: "found", count: 3 });
    expect(linked?.named.map(({ type, path, mode }) => `${type} ${path} ${mode}`).sort()).toEqual([
      `file ${at("open/a")}?@${nonce} found x?9?file 0666 0 0  0666`,
      `file ${at("open/file")} 0646`,
      `folder ${at("open")} 0777`,
    ]);
    expect(odd).toMatchObject({ count: 1, named: [{ path: at("[a-z]*/file") }] });
    expect(many).toMatchObject({ state: "found", count: mostNamed + 5 });
    expect(many?.named).toHaveLength(mostNamed);
    expect(others).toMatchObject([{ state: "missing" }, { state: "no-folder" }]);
  });

  test("what there was no time for is unfinished, never clean", () => {
    const [fact] = read(shell, [worldWritable([at("many")], { seconds: 0, deep: true })]);
    expect(fact).toMatchObject({ value: [{ state: "unfinished" }] });
  });
});
