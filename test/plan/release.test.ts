import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { type FileFact, file } from "../../src/facts/files.ts";
import type { HostFacts } from "../../src/facts/host.ts";
import { type Facts, probeKey, type RawFact } from "../../src/facts/probe.ts";
import type { Claim } from "../../src/plan/claim.ts";
import { releaseChanges } from "../../src/plan/release.ts";
import type { UndoItem } from "../../src/plan/undo.ts";

const path = "/etc/ufw/user.rules";
const raw = (text: string): RawFact => ({
  state: "present",
  data: Buffer.from(`81a4 644 root root ${text.length} '${path}'\n--------\n\n${text}`),
});
const factsOf = (text: string): Facts => new Map([[probeKey(file(path)), raw(text)]]);
const claim = (text: string): Claim => ({
  control: "firewall",
  reason: "ours",
  resource: {
    kind: "file",
    path,
    content: Buffer.from(text),
    mode: "0644",
    owner: "root",
    group: "root",
  } satisfies Claim["resource"] & Partial<FileFact>,
});
const item: UndoItem = {
  undo: { kind: "file", path, run: "r", backup: 1, before: "file 0000 0644 root root" },
  owner: { control: "firewall", address: `firewall/file:${path}` },
  release: true,
};
const host = { systemd: true } as HostFacts;
const released = (now: string, partial: readonly Claim[] = [], written?: string) =>
  releaseChanges({
    items: [item],
    partial,
    facts: factsOf(now),
    host,
    desired: [claim("ours\n")],
    written: () => written,
  });

describe("a control that is switched off", () => {
  it("gives back the original of a file that is as it was written", () => {
    const { changes, findings } = released("ours\n");
    expect(findings).toEqual([]);
    expect(changes[0]?.steps).toMatchObject([
      { verb: "restore", path, run: "r", backup: 1, release: item.owner },
    ]);
  });

  it("gives back the original of what an earlier profile had other values for", () => {
    const sha = createHash("sha256").update("ours, other values\n").digest("hex");
    const { changes, findings } = released("ours, other values\n", [], `file ${sha} 0644 root root`);
    expect(findings).toEqual([]);
    expect(changes[0]?.steps).toMatchObject([{ verb: "restore", path }]);
  });

  it("takes out only its own part of a file that somebody has added to", () => {
    const { changes, findings } = released("ours\ntheirs\n", [claim("theirs\n")]);
    expect(findings).toEqual([]);
    expect(changes[0]?.steps).toMatchObject([{ verb: "file", release: item.owner }]);
    const [step] = changes[0]!.steps;
    expect(step?.verb === "file" && step.content.value.toString()).toBe("theirs\n");
  });

  it("never loses what somebody added where it can't tell the parts", () => {
    const { changes, findings } = released("ours\ntheirs\n");
    expect(changes).toEqual([]);
    expect(findings).toMatchObject([{ id: "undo.changed", level: "block" }]);
    expect(findings[0]?.message).toContain(path);
  });
});
