import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collectScript, parseCollected } from "../../src/facts/collect.ts";
import { type Probe, probeKey } from "../../src/facts/probe.ts";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

const nonce = "0123456789abcdef0123456789abcdef";

/** Both begin with what could be taken for the whole, and have a child of their own that waits. */
const stuck = "#!/bin/sh\necho 'enabled 1'\nsh -c 'sleep 300; true'\n";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-late-"));
  for (const name of ["auditctl", "apt-config"]) {
    writeFileSync(join(folder, name), stuck);
    chmodSync(join(folder, name), 0o755);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Call = Pick<Probe<unknown>, "collector" | "args">;
const sysctl: Call = { collector: "sysctl", args: ["net.ipv4.ip_forward"] };
/** One in each of two lanes, and what comes after it there. */
const late: readonly Call[] = [
  { collector: "audit", args: [] },
  { collector: "apt_config", args: [] },
];
const others: readonly Call[] = [sysctl, { collector: "exists", args: ["/etc"] }];

describe.skipIf(process.getuid?.() !== 0).each(shells.map((shell) => ({ shell })))("$shell", ({ shell }) => {
  test("a program whose time is over costs its own probe the answer, and no other", () => {
    const [program = "", ...args] = shell;
    const probes = [...late, ...others];
    const script = collectScript(probes, nonce).replaceAll(/^(probe '\d+') '\d+'/gm, "$1 '1'");
    const input = `${library}\nPATH=${folder}${delimiter}$PATH\n${script}`;
    const { stdout, stderr } = spawnSync(program, args, { input, timeout: 60_000 });
    const { facts, complete } = parseCollected(probes, { stdout, stderr, nonce });
    expect(complete).toBe(true);
    const states = (calls: readonly Call[]) => calls.map((call) => facts.get(probeKey(call))?.state);
    expect(states(others)).toEqual(["present", "present"]);
    expect(states(late)).toEqual(["unknown", "unknown"]);
    for (const call of late)
      expect(facts.get(probeKey(call))?.data.toString()).toBe("reading it took more than 1 s");
    expect(spawnSync("pgrep", ["-f", folder]).stdout.toString()).toBe("");
  });
});
