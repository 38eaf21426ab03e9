import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collectScript, parseCollected } from "../../src/facts/collect.ts";
import { type Facts, type Probe, probeKey } from "../../src/facts/probe.ts";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

const nonce = "0123456789abcdef0123456789abcdef";
const warning = "# Warning: iptables-legacy tables present";
const saved = (rule: string) => `*filter\n:INPUT ACCEPT [0:0]\n${rule}\nCOMMIT`;

/** What each program prints, with a warning on stderr in the middle of a line of it. */
const programs: Readonly<Record<string, string>> = {
  "iptables-save": saved("-A INPUT -p tcp -j DROP"),
  "ip6tables-save": saved("-A INPUT -p udp -j DROP"),
  "iptables-legacy-save": saved("-A INPUT -j ACCEPT"),
  "iptables-nft-save": saved("-A INPUT -j ACCEPT"),
  nft: "table ip filter",
  auditctl: "enabled 1\npid 5",
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-stderr-"));
  for (const [name, text] of Object.entries(programs)) {
    const middle = text.length / 2;
    const print = (part: string) => `printf '%s' '${part}'`;
    const lines = [print(text.slice(0, middle)), `echo '${warning}' >&2`, print(text.slice(middle))];
    writeFileSync(join(folder, name), `#!/bin/sh\n${lines.join("\n")}\n`);
    chmodSync(join(folder, name), 0o755);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const probes: readonly Pick<Probe<unknown>, "collector" | "args">[] = [
  { collector: "rules", args: [] },
  { collector: "audit", args: [] },
];

function collect([shell = "", ...args]: readonly string[]): Facts {
  const fakes = `PATH=${folder}${delimiter}$PATH\n`;
  const input = `${library}\n${fakes}\n${collectScript(probes, nonce)}`;
  const { stdout, stderr } = spawnSync(shell, args, { input });
  const { facts, complete } = parseCollected(probes, { stdout, stderr, nonce });
  expect(complete).toBe(true);
  return facts;
}

describe.skipIf(process.getuid?.() !== 0).each(shells.map((shell) => ({ shell })))("$shell", ({ shell }) => {
  test("what a program prints on stderr is no part of what it says", () => {
    const facts = collect(shell);
    for (const probe of probes) {
      const raw = facts.get(probeKey(probe));
      expect(raw?.state).toBe("present");
      expect(raw?.data.toString()).not.toContain("Warning");
    }
    expect(facts.get(probeKey(probes[0]!))?.data.toString()).toContain(programs["iptables-save"]);
  });
});
