/** How ufw's jumps come back into chains that others have changed meanwhile; the lines are what iptables-restore(8) gets. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";

/** A command that reads both parts. */
const runtime = ["firewall.sh", "firewall/rules.sh"]
  .map((name) => `. '${fileURLToPath(new URL(`../../src/kinds/${name}`, import.meta.url))}'`)
  .join("; ");
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-rules-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const dump = (rules: readonly string[]) =>
  [
    ...["*filter", ":INPUT DROP [0:0]", ":ufw-a - [0:0]", ":ufw-b - [0:0]"],
    ...rules.map((target) => `-A INPUT -j ${target}`),
    "COMMIT\n",
  ].join("\n");

/** The chain INPUT after what the runtime would load; `known` are the rules that are ours in another table. */
function back(
  saved: readonly string[],
  now: readonly string[],
  known?: readonly string[],
): readonly string[] {
  const files = [join(folder, "saved"), join(folder, "now"), join(folder, "known")] as const;
  writeFileSync(files[0], dump(saved));
  writeFileSync(files[1], dump(now));
  writeFileSync(files[2], dump(known ?? []));
  const ours = known === undefined ? '-v ours="$UFW_OURS" -v policies=1' : '-v table=nat -v known="$3"';
  const script = `${runtime}; awk ${ours} -v loopback= "$RULES_BACK" "$1" "$2"`;
  const text = execFileSync("sh", ["-c", script, "sh", ...files], { encoding: "utf8" });
  const chain = [...now];
  for (const line of text.split("\n")) {
    const [, gone] = /^-D INPUT -j (\S+)$/.exec(line) ?? [];
    if (gone !== undefined) chain.splice(chain.indexOf(gone), 1);
    const [, at, fresh] = /^-I INPUT (\d+) -j (\S+)$/.exec(line) ?? [];
    if (fresh !== undefined) {
      expect(Number(at)).toBeLessThanOrEqual(chain.length + 1);
      chain.splice(Number(at) - 1, 0, fresh);
    }
  }
  return chain;
}

it("before the rules that they stood before, though somebody was banned meanwhile", () => {
  expect(back(["ufw-a", "DROP"], ["f2b", "harden-flows", "ufw-a", "DROP"])).toEqual(["f2b", "ufw-a", "DROP"]);
  expect(back(["f2b", "ufw-a", "ufw-b"], ["harden-flows", "ufw-b", "late"])).toEqual([
    "late",
    "ufw-a",
    "ufw-b",
  ]);
});

it("in their order, each before what followed it and is still there; others' rules are left alone", () => {
  const others = fc.shuffledSubarray(["o1", "o2", "o3", "o4"]);
  const jumps = fc.shuffledSubarray(["ufw-a", "ufw-b"]);
  const mixed = fc
    .tuple(others, jumps, fc.array(fc.nat(4), { minLength: 2, maxLength: 2 }))
    .map(([foreign, own, places]) => {
      const chain = [...foreign];
      own.forEach((jump, index) => {
        chain.splice(places[index]! % (chain.length + 1), 0, jump);
      });
      return chain;
    });
  const isOurs = (target: string) => target.startsWith("ufw-") || target === "harden-flows";
  fc.assert(
    fc.property(mixed, mixed, (saved, now) => {
      const changed = ["harden-flows", ...now];
      const after = back(saved, changed);
      expect(after.filter((one) => !isOurs(one))).toEqual(changed.filter((one) => !isOurs(one)));
      expect(after.filter(isOurs)).toEqual(saved.filter(isOurs));
      for (const [index, one] of saved.entries()) {
        const next = saved.slice(index + 1).find((each) => !isOurs(each) && after.includes(each));
        if (isOurs(one) && next !== undefined) expect(after.indexOf(one)).toBeLessThan(after.indexOf(next));
      }
    }),
    { numRuns: 150, seed: 20 },
  );
});

it("a rule of ufw's files for another table is there as often as before, and in its place", () => {
  const files = ["a", "b"];
  expect(back(["a", "o", "b"], ["a", "o", "b", "a", "b"], files)).toEqual(["a", "o", "b"]);
  expect(back(["a", "b"], ["new", "a", "b", "a", "b"], files)).toEqual(["new", "a", "b"]);
  expect(back(["a", "a"], ["a", "a", "a", "late"], files)).toEqual(["late", "a", "a"]);
  expect(back(["o"], ["o", "a", "b"], files)).toEqual(["o"]);
  expect(back(["a", "o"], ["a", "o"], files)).toEqual(["a", "o"]);
});

it("a chain of somebody else's that is gone is made before a jump goes into it, and no other", () => {
  const files = [join(folder, "saved"), join(folder, "now")];
  writeFileSync(
    files[0]!,
    `*filter\n:INPUT DROP [0:0]\n:theirs - [0:0]\n:other - [0:0]\n:ufw-a - [0:0]
-A INPUT -j ufw-a\n-A theirs -j ufw-a\n-A other -j theirs\nCOMMIT\n`,
  );
  writeFileSync(files[1]!, "");
  const script = `${runtime}; awk -v ours="$UFW_OURS" "$RULES_BACK" "$1" - <"$2"`;
  const text = (now: string) => {
    writeFileSync(files[1]!, now);
    return execFileSync("sh", ["-c", script, "sh", ...files], { encoding: "utf8" }).split("\n");
  };
  const gone = text("# nothing\n");
  expect(gone.filter((line) => line.startsWith("-N"))).toEqual(["-N theirs"]);
  expect(gone.indexOf("-N theirs")).toBeLessThan(gone.indexOf("-I theirs 1 -j ufw-a"));
  const there = text("*filter\n:theirs - [0:0]\n-A theirs -j DROP\nCOMMIT\n");
  expect(there.filter((line) => line.startsWith("-N"))).toEqual([]);
});

const lines = (text: string) =>
  spawnSync("sh", ["-c", `${runtime}; awk "$RULES_LINES"`], { input: text, encoding: "utf8" });

it("a rule a line, whatever its comment holds; and nothing where quotes stay open", () => {
  const comment = '-A INPUT -m comment --comment "a\\" \\\\\n-A INPUT -j ufw-a\n# x" -j ACCEPT';
  expect(lines(`*filter\n${comment}\n-A INPUT -j ufw-b\n`)).toMatchObject({
    status: 0,
    stdout: `*filter\n${comment.replaceAll("\n", " ")}\n-A INPUT -j ufw-b\n`,
  });
  expect(lines('-A INPUT -i x" -j DROP\n-A INPUT -j ufw-a\n-A INPUT -i y" -j DROP\n').status).toBe(1);
});

it("what a tool says that ends before it has read all: its own words alone", () => {
  writeFileSync(join(folder, "toolong-save"), "#!/bin/sh\nprintf '*filter\\n:ufw-a - [0:0]\\nCOMMIT\\n'\n", {
    mode: 0o755,
  });
  writeFileSync(join(folder, "toolong-restore"), "#!/bin/sh\necho no more rules\nexit 1\n", { mode: 0o755 });
  // More than a pipe holds, so that the writer is always late.
  writeFileSync(
    join(folder, "long"),
    dump([]).replace("COMMIT", `${"-A ufw-a -p tcp -j ACCEPT\n".repeat(4000)}COMMIT`),
  );
  const script = `trap '' PIPE; R=; PATH="$1:$PATH"; ${runtime}; load_back toolong "$UFW_OURS" 1 "$1/long"`;
  const done = spawnSync("sh", ["-c", script, "sh", folder], { encoding: "utf8" });
  expect(done).toMatchObject({ status: 1, stdout: "no more rules\n", stderr: "" });
});
