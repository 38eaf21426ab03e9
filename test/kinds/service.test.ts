import { describe, expect, it } from "vitest";
import { unit } from "../../src/facts/files.ts";
import type { HostFacts } from "../../src/facts/host.ts";
import { probeKey, type RawFact } from "../../src/facts/probe.ts";
import { diffResource } from "../../src/kinds/index.ts";

const name = "a.service";
const absent: RawFact = { state: "absent", data: Buffer.alloc(0) };
const shown = (enabled: string, active: string): RawFact => ({
  state: "present",
  data: Buffer.from(`Id=${name}\nActiveState=${active}\nUnitFileState=${enabled}\n`),
});

const diff = (
  wanted: { enabled: boolean; active: boolean; stale?: string; finalize?: true },
  fact: RawFact,
  installing = false,
) =>
  diffResource({
    control: "x",
    owned: [],
    off: new Set<string>(),
    host: {} as HostFacts,
    installing,
    changed: new Set<string>(),
    facts: new Map([[probeKey(unit(name)), fact]]),
    resource: { kind: "service", unit: name, on: [], how: "restart", ...wanted },
  });

const off = { enabled: false, active: false };
const on = { enabled: true, active: true };

describe("a service that is wanted off", () => {
  it.each<[string, RawFact]>([
    ["is not there", absent],
    ["is masked", shown("masked", "inactive")],
    ["is masked until the next boot", shown("masked-runtime", "failed")],
    ["is disabled", shown("disabled", "inactive")],
  ])("is so already where its unit %s", (_how, fact) => {
    expect(diff(off, fact)).toEqual({ kind: "same" });
  });

  it("is stopped and disabled where it runs", () => {
    expect(diff(off, shown("enabled", "active"))).toMatchObject({
      draft: { steps: [{ operation: "disable" }, { operation: "stop" }] },
    });
  });

  it("is a block where it is masked and runs: nothing could bring it back", () => {
    expect(diff(off, shown("masked", "active"))).toMatchObject({
      kind: "blocked",
      why: expect.stringContaining("no rollback could start it again"),
    });
  });

  it("can't be told where its unit could not be read", () => {
    expect(diff(off, { state: "unknown", data: Buffer.from("no") })).toMatchObject({ kind: "blocked" });
  });
});

describe("a service that is wanted", () => {
  it("is restarted after the confirm where that can't be taken back", () => {
    const stale = { ...on, stale: "x" };
    expect(diff(stale, shown("enabled", "active"))).toMatchObject({
      draft: { stage: "services", undo: "full" },
    });
    expect(diff({ ...stale, finalize: true }, shown("enabled", "active"))).toMatchObject({
      draft: { stage: "finalize", undo: "none", steps: [{ operation: "restart" }] },
    });
  });

  it.each<[string, typeof on, RawFact]>([
    ["on, and not there", on, absent],
    ["on, and masked", on, shown("masked", "inactive")],
    ["to run, and masked", { enabled: false, active: true }, shown("masked", "inactive")],
    ["at boot, and masked", { enabled: true, active: false }, shown("masked", "inactive")],
    ["at boot, and not there", { enabled: true, active: false }, absent],
  ])("%s: a block", (_how, wanted, fact) => {
    expect(diff(wanted, fact)).toMatchObject({ kind: "blocked" });
  });
});
