/** `npm run demo` as a newcomer runs it: with an empty HOME and no terminal. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { testKey } from "../../docker/key.mjs";
import { hasDocker } from "./hosts.ts";
import { runProgram } from "./process.ts";

const demo = join(import.meta.dirname, "../../demo/demo.mjs");
/** An empty one would have all images built once more. */
const cache = dirname(dirname(dirname(testKey)));

describe.skipIf(!hasDocker())("npm run demo", () => {
  it("needs no HOME and no terminal, and leaves nothing at home", { timeout: 400_000 }, async () => {
    const home = mkdtempSync(join(tmpdir(), "harden-demo-"));
    try {
      const env = { PATH: process.env.PATH, HOME: home, XDG_CACHE_HOME: cache };
      const words = ["--wait", process.execPath, demo];
      const { code, stdout, stderr } = await runProgram("setsid", words, { env, timeoutMs: 380_000 });
      expect(code, `${stdout}${stderr}`).toBe(0);
      expect(stdout).toContain("The demo went as it should.");
      expect(`${stdout}${stderr}`).not.toContain("\u001b");
      expect(readdirSync(home)).toEqual([]);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
