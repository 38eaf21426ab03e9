/** What holds for every kind of the table: whoever adds one hears here what is missing. */
import { existsSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { library } from "../../src/host/library.ts";
import { partsOf } from "../../src/host/parts.ts";
import { runtimeText } from "../../src/host/runtime.ts";
import { changeLine, kinds, lastingOf, rollbackOrder, undoneAs } from "../../src/kinds/index.ts";
import type { Draft } from "../../src/kinds/kind.ts";

const folder = new URL("../../src/kinds/", import.meta.url);
const shellName = (word: string) => word.replaceAll("-", "_");
const functions = (text: string) => [...text.matchAll(/^([a-z_0-9]+)\(\)/gm)].map(([, name]) => name);

describe.each(kinds.map((kind) => [kind.name, kind] as const))("the kind %s", (name, kind) => {
  const parts = partsOf(kind.shell);
  const verbs = Object.keys(kind.words).map(shellName);

  it("is NAME.ts and NAME.sh", () => {
    expect([".ts", ".sh"].filter((end) => !existsSync(new URL(name + end, folder)))).toEqual([]);
  });

  it("has preflight, snapshot and apply of each of its steps", () => {
    const wanted = verbs.flatMap((verb) =>
      ["preflight", "snapshot", "apply"].map((pass) => `${pass}_${verb}`),
    );
    expect(functions(runtimeText)).toEqual(expect.arrayContaining(wanted));
  });

  it("knows each word that it writes into the journal: how it is undone, or why it can't be", () => {
    const written = [...parts.work.matchAll(/\bjournal "?([a-z-]+?)(?:-\$\w+)?"? /g)].map(
      ([, verb]) => verb!,
    );
    const known = [...(kind.undo?.words ?? []), ...Object.keys(kind.lasting ?? {})];
    expect(
      written.filter((verb) => !known.some((word) => word === verb || word.startsWith(`${verb}-`))),
    ).toEqual([]);
  });

  it("is undone by a line of its own, and reads what it owns back from the manifest", () => {
    if (kind.undo === undefined) return expect(Object.keys(kind.lasting ?? {})).not.toEqual([]);
    expect(kind.undo.fromManifest([], "r")).toMatchObject({ kind: name });
    // Edits are undone as the file that they are in.
    if (name === "edit") return expect(parts.work).toContain("quote edit ");
    expect(parts.work).toContain(`undo_${shellName(name)}`);
    expect(parts.work).toMatch(new RegExp(`\\bown ${name} |changed_file\\(\\)|own package `));
  });

  it("says what tests compare hosts by, and collects what no other collector has", () => {
    // Modes and edits are seen with their files, and the lock of the rules with the rules.
    const seen =
      {
        mode: "file",
        bits: "file",
        keys: "file",
        member: "group",
        edit: "file",
        "audit-lock": "audit-rules",
      }[name as string] ?? name;
    const of = kinds.find((each) => each.name === seen)!;
    expect(functions(partsOf(of.shell).state)).toContain(`state_${shellName(seen)}`);
    expect(functions(library)).toEqual(expect.arrayContaining(functions(parts.collect)));
  });
});

it("a rollback undoes each kind behind those that it names, and behind those that write its things", () => {
  const order = rollbackOrder.map(({ name }) => name as string);
  const before = (name: string, undo: { readonly after: readonly string[] }) => [
    ...undo.after,
    ...kinds.flatMap((kind) => (kind.writes?.includes(name) ? [kind.name as string] : [])),
  ];
  const wrong = rollbackOrder.flatMap(({ name, undo }, at) =>
    before(name, undo).filter((other) => !order.slice(0, at).includes(other)),
  );
  expect(wrong).toEqual([]);
  expect(order).toHaveLength(kinds.filter(({ undo }) => undo !== undefined).length);
});

it("no two kinds are undone by the same words", () => {
  const words = kinds.flatMap(({ undo, lasting }) => [...(undo?.words ?? []), ...Object.keys(lasting ?? {})]);
  expect(new Set(words).size).toBe(words.length);
  expect([undoneAs("service-reload")?.name, lastingOf("purge")?.record.id]).toEqual([
    "service",
    "undo.purged",
  ]);
});

it("every kind of the folder is in the table", () => {
  const shells = readdirSync(folder).filter((file) => file.endsWith(".sh") && file !== "checks.sh");
  expect(shells.map((file) => file.slice(0, -3)).sort()).toEqual(
    kinds.map(({ name }) => name as string).sort(),
  );
});

const draft: Draft<never> = { action: "update", effect: "now", undo: "full", stage: "files", steps: [] };
it.each([
  [
    "x/file:/etc/a",
    { action: "create", after: "0644 root:root", diff: "---\n+++\n@@\n+a\n+b" },
    "/etc/a (2 lines)",
  ],
  ["x/file:/etc/a", { action: "delete", diff: "---\n+++\n@@\n-a" }, "/etc/a (1 line)"],
  [
    "x/file:/etc/a",
    { before: "0644 a:a", after: "0644 a:a", diff: "---\n+++\n@@\n-a\n+b\n+c" },
    "/etc/a (+2 -1)",
  ],
  ["x/file:/etc/a", { before: "0644 a:a", after: "0600 a:a", diff: "---\n+++" }, "/etc/a (mode 0644 → 0600)"],
  ["x/file:/etc/a", { after: "known after install" }, "/etc/a (known after install)"],
  ["x/mode:/etc/a", { before: "0644 a:a", after: "0600 a:a" }, "/etc/a mode 0644 → 0600"],
  ["x/sysctl:net.a", { before: "0", after: "1" }, "net.a 0 → 1"],
  ["x/package:ufw", { action: "install", after: "a firewall" }, "install ufw: a firewall"],
  ["x/group:g", { action: "create", after: "gid 1002" }, "g gid 1002"],
  ["x/audit-rules:kernel", { action: "load" }, "kernel"],
] as const)("%s has a line for a person: %j", (address, more, expected) => {
  const kind = /\/(.*):/.exec(address.replace(/:\/.*/, ":"))![1]!;
  expect(changeLine({ ...draft, ...more, address, kind } as Parameters<typeof changeLine>[0])).toBe(expected);
});
