import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findKnownKeys } from "../../src/transports/known-hosts.ts";
import type { SshHost } from "../../src/transports/ssh-config.ts";

fc.configureGlobal({ seed: 831610384 });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-oracle-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxsbGxs";

/** The lines that ssh-keygen finds. */
function byOpenssh(name: string, file: string): readonly number[] {
  const { stdout } = spawnSync("ssh-keygen", ["-F", name, "-f", file], { encoding: "utf8" });
  return [...stdout.matchAll(/^# Host .* found: line (\d+)/gm)].map((match) => Number(match[1]));
}

async function byUs(name: string, file: string): Promise<readonly number[]> {
  const host = { userKnownHosts: [file], globalKnownHosts: [] } as unknown as SshHost;
  const found = findKnownKeys(host, name);
  return found.map(({ where }) => Number(where.slice(file.length + 1)));
}

const hostName = fc.constantFrom("a", "ab", "a.b", "10.0.0.1", "[a.b]:2222", "[::1]:22", "::1", "a+b");
const pattern = fc
  .array(fc.constantFrom("a", "b", "A", ".", "*", "?", "!", "[", "]", ":2222", "1", "10.0.0.1", "+"), {
    minLength: 1,
    maxLength: 5,
  })
  .map((parts) => parts.join(""));
const names = fc.oneof(
  hostName,
  fc.array(fc.oneof(pattern, hostName), { minLength: 1, maxLength: 3 }).map((list) => list.join(",")),
);
const line = fc
  .tuple(
    fc.constantFrom("", "", "  ", "@revoked ", "@cert-authority ", "# "),
    names,
    fc.constantFrom(" ", "\t", "  "),
  )
  .map(([before, list, gap]) => `${before}${list}${gap}${key}`);

test("the lines that name a host are those that ssh-keygen -F finds", async () => {
  const file = join(folder, "known_hosts");
  const check = async (lines: readonly string[], name: string) => {
    writeFileSync(file, `${lines.join("\n")}\n`);
    expect(await byUs(name, file)).toEqual(byOpenssh(name, file));
  };
  await fc.assert(fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 20 }), hostName, check), {
    numRuns: 150,
  });
});

test("so are those with a hashed name", async () => {
  const file = join(folder, "hashed");
  const all = ["a", "ab", "[a.b]:2222", "10.0.0.1"];
  writeFileSync(file, all.map((name) => `${name} ${key}\n`).join(""));
  execFileSync("ssh-keygen", ["-H", "-f", file], { stdio: "ignore" });
  expect(readFileSync(file, "utf8")).toMatch(/^\|1\|/);
  for (const name of [...all, "b", "[ab]:2222"])
    expect(await byUs(name, file)).toEqual(byOpenssh(name, file));
});
