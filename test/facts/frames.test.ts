import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { authorizedKeys } from "../../src/facts/accounts.ts";
import { audit } from "../../src/facts/audit.ts";
import { backups } from "../../src/facts/backups.ts";
import { collectScript, parseCollected } from "../../src/facts/collect.ts";
import { glob } from "../../src/facts/files.ts";
import { type Frame, innerFrames } from "../../src/facts/frames.ts";
import { type Probe, probeKey, readFact } from "../../src/facts/probe.ts";
import { rules } from "../../src/facts/rules.ts";
import { runs } from "../../src/facts/runs.ts";
import { sshdFiles } from "../../src/facts/sshd.ts";
import { sudo } from "../../src/facts/sudo.ts";
import { library } from "../../src/host/library.ts";

const nonce = "8e7bf4b1f36a1d0c2a7e55f01b9c3d42";

/** Text that its writer would like to be a frame, of another nonce or of none. */
const forging = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "\n",
        "@",
        "\n@",
        "\r\n@",
        " ",
        "0a",
        "\n\n",
        "file /x",
        "backup 7",
        "keys root:/root:/k",
        "end",
      ),
      fc
        .constantFrom(nonce.slice(0, 31), `${nonce}0`, nonce.toUpperCase())
        .map((near) => `\n@${near} backup 7\n`),
      fc.string({ unit: "binary" }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => Buffer.from(parts.join(""), "latin1"))
  .filter((content) => !content.includes(`@${nonce} `));

const word = fc.stringMatching(/^[a-z]{1,8}$/);
const rest = fc.stringMatching(/^[!-~]{0,9}( [!-~]{1,9})?$/);
const frame: fc.Arbitrary<Frame> = fc.record({ word, rest, content: forging });
const printed = (frames: readonly Frame[]) =>
  Buffer.concat(
    frames.flatMap((each) => [Buffer.from(`\n@${nonce} ${each.word} ${each.rest}\n`), each.content]),
  );

describe("frames within an answer", () => {
  it("come back as they were printed, whatever their contents look like", () => {
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 5 }), (frames) => {
        expect(innerFrames(printed(frames))).toEqual(frames);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  const forged = "text\n@0a backup 7\nforged\n@0a run x confirmed\n@0a file /f\n@0a rules\n-D\n@0a stats -\n";
  const visit = { login: "a", planned: "a", address: "", serverAddress: "", serverPort: "" };
  const begins: readonly (readonly [string, Probe<unknown>, string])[] = [
    ["files", glob("/d", "*"), "file /d/x"],
    ["backups", backups("r"), "backup 1"],
    ["runs", runs, "run r confirmed"],
    ["keys", authorizedKeys(visit), "keys a:/home/a:/k"],
    ["sudo", sudo(["a"]), "sudo a"],
    ["sshd's files", sshdFiles(), "stats -"],
    ["audit", audit, "status"],
    ["rules", rules, "legacy"],
  ];
  it.each(begins)("%s: a line of another nonce is content", (_name, probe, head) => {
    const plain = forged.replaceAll("@0a", "#0a");
    const status = "enabled 1\npid 0\nlost 0\nbacklog 0\nbacklog_limit 1\n";
    const of = (text: string) =>
      JSON.stringify(probe.parse(Buffer.from(`\n@${nonce} ${head}\n${status}${text}`)))
        .replaceAll("#0a", "@0a")
        // Contents are bytes in JSON: of # and of @.
        .replaceAll("35,48,97", "64,48,97");
    expect(of(forged)).toBe(of(plain));
  });

  it("of another run make the fact unknown", () => {
    const stdout = Buffer.from(`\n@${nonce} 1 begin\n\n@0a backup 7\nx\n@${nonce} 1 0\n\n@${nonce} end\n`);
    const probe = backups("r");
    const { facts } = parseCollected([probe], { stdout, stderr: Buffer.alloc(0), nonce });
    expect(readFact(facts, probe)).toMatchObject({ state: "unknown" });
    expect(facts.get(probeKey(probe))?.state).toBe("unknown");
  });

  it("are told from the contents of real files in a real sh", () => {
    const folder = mkdtempSync(join(tmpdir(), "harden-frames-"));
    writeFileSync(join(folder, "a"), "\n@0a file /etc/shadow\nroot::\n");
    writeFileSync(join(folder, "b"), `x\n@${"0".repeat(32)} file /etc/passwd\n\n@0a end\n`);
    const probe = glob(folder, "*");
    const { stdout, stderr } = spawnSync("sh", { input: `${library}\n${collectScript([probe], nonce)}` });
    const { facts, complete } = parseCollected([probe], { stdout, stderr, nonce });
    rmSync(folder, { recursive: true, force: true });
    expect(complete).toBe(true);
    const fact = readFact(facts, probe);
    expect(fact.state === "present" && fact.value.map(({ path }) => path)).toEqual([
      join(folder, "a"),
      join(folder, "b"),
    ]);
  });
});
