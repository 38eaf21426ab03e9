import { describe, expect, test } from "vitest";
import { z } from "zod";
import { findingsOf } from "../../src/checks/finding.ts";
import { defineControl } from "../../src/controls/define.ts";
import { ofParts } from "../../src/controls/verdict.ts";
import { unit } from "../../src/facts/files.ts";
import { absent, present, probeKey, unknown, unsupported } from "../../src/facts/probe.ts";
import { held, probesOf, type Resource } from "../../src/kinds/index.ts";
import { daemon, rootFile } from "../../src/plan/claim.ts";
import { access, debian, fileOf, inputOf, packageOf, unitOf, verdict } from "./facts.ts";
import { group, record } from "./record.ts";

const about = { ...record, reason: "So it is wanted." } as const;
const tool = { kind: "package", name: "tool", brings: "a tool" } as const;
const service = daemon("tool.service", { how: "reload" });

const control = defineControl({
  id: "tool",
  title: "A tool",
  rationale: "For this test.",
  schema: z.strictObject({ on: z.boolean().default(true).describe("Whether it is wanted") }),
  probes: () => ({ service: unit("tool.service") }),
  ...group,
  checks: [
    { ...about, id: "tool.there", title: "It is there and runs", want: [tool, service] },
    {
      ...about,
      id: "tool.on",
      title: "It is on",
      role: "audit",
      want: ({ params }) => (params.on ? [service] : "the profile doesn't ask for it"),
    },
    { ...about, id: "tool.file", title: "A file alone", want: [rootFile("/etc/tool.conf", "absent")] },
  ],
});

const probeName = probeKey({ collector: "package", args: ["tool"] });
const hostWith = (facts: object, on = true) =>
  inputOf(control, { params: { on }, access, host: debian("12"), facts });
const fine = { service: unitOf(), [probeName]: packageOf() };

describe("a row that wants resources", () => {
  test("brings its claims for its reason, and the probes of what is wanted on every host, each once", () => {
    const claims = control.desired(hostWith(fine));
    expect(claims.map(({ resource: { kind } }) => kind)).toEqual(["package", "service", "service", "file"]);
    expect(new Set(claims.map((claim) => `${claim.control} ${claim.reason}`))).toEqual(
      new Set(["tool So it is wanted."]),
    );
    const probes = control.probes({ on: true }, access.visit);
    expect(Object.keys(probes)).toEqual(["service", probeName]);
  });

  test("holds where all that it wants does, by the facts under whatever name", () => {
    expect(verdict(control, "tool.there", hostWith(fine))).toEqual({
      verdict: "pass",
      expected: "installed; enabled, active",
      found: "1 (ii); enabled, active",
    });
    const stopped = { ...fine, service: unitOf("enabled", "inactive") };
    expect(verdict(control, "tool.there", hostWith(stopped))).toMatchObject({
      verdict: "fail",
      expected: "enabled, active",
      found: "enabled, inactive",
    });
  });

  test("is an error where something of it is unreadable, and fails where another is surely not so", () => {
    const unread = { ...fine, [probeName]: unknown("no dpkg") };
    expect(verdict(control, "tool.there", hostWith(unread))).toMatchObject({
      verdict: "error",
      found: "no dpkg",
    });
    expect(verdict(control, "tool.there", hostWith({ ...unread, service: absent }))).toMatchObject({
      verdict: "fail",
      found: "not there",
    });
    expect(verdict(control, "tool.there", hostWith({ service: unitOf() })).verdict).toBe("error");
    const never = { ...fine, service: unsupported("no systemd") };
    expect(verdict(control, "tool.there", hostWith(never))).toMatchObject({
      verdict: "not applicable",
      found: "no systemd",
    });
  });

  test("doesn't apply where it says why, and claims nothing then", () => {
    const off = hostWith(fine, false);
    expect(verdict(control, "tool.on", off)).toMatchObject({
      verdict: "not applicable",
      found: "the profile doesn't ask for it",
    });
    expect(control.desired(off).filter(({ resource }) => resource.kind === "service")).toHaveLength(1);
  });

  test("never passes by the text of a file", () => {
    expect(verdict(control, "tool.file", hostWith(fine)).verdict).toBe("error");
  });

  test("is a proof that needs no fact beforehand, unless it says otherwise", () => {
    expect(control.checks.map(({ role, needs }) => [role, needs])).toEqual([
      ["proof", []],
      ["audit", []],
      ["proof", []],
    ]);
  });
});

describe("the kinds tell what is so", () => {
  const key = "net.ipv4.tcp_syncookies";
  const mode = { kind: "mode", path: "/etc/a", mode: "0600", owner: "root", group: "root" } as const;
  test.each<[string, Resource, unknown, unknown, string]>([
    ["sysctl", { kind: "sysctl", key, value: "1" }, present("1\n"), present("0"), "0"],
    ["found", { kind: "sysctl", key, value: "1", found: "1" }, absent, unknown("not asked"), ""],
    ["group", { kind: "group", name: "g", gid: 7 }, present({ gid: 7 }), present({ gid: 8 }), "8"],
    ["no group", { kind: "group", name: "g", gid: 7 }, present({ gid: 7 }), present({}), "not there"],
    ["mode", mode, fileOf("", { mode: "0600" }), fileOf(""), "0644 root:root"],
    ["package", tool, packageOf(), present({ version: "1", status: "rc", installed: false }), "1 (rc)"],
    ["service", service, unitOf(), unitOf("disabled"), "disabled, active"],
    [
      "off",
      { ...service, enabled: false, active: false },
      unitOf("masked", "inactive"),
      unitOf(),
      "enabled, active",
    ],
    [
      "off, and not there",
      { ...service, enabled: false, active: false },
      absent,
      unitOf("masked"),
      "masked, active",
    ],
  ])("%s", (_name, resource, right, wrong, found) => {
    expect(held(resource, () => right as never)).toMatchObject({ so: true });
    if (found === "") return expect(probesOf(resource)).toEqual([]);
    expect(probesOf(resource)).toHaveLength(1);
    expect(held(resource, () => wrong as never)).toMatchObject({ so: false, found });
    expect(held(resource, () => unknown("why"))).toMatchObject({ so: "unknown", found: "why" });
  });
});

test("a finding for each message, at the level of its record or another, and none where there is nothing to say", () => {
  const say = findingsOf("sysctl", { overridden: ["warn", "A file wins"], unread: ["block"] });
  expect(say("overridden", ["a", "b"], "Do.").map(({ message }) => message)).toEqual(["a", "b"]);
  expect(say("overridden", false)).toEqual([]);
  expect(say("overridden", undefined)).toEqual([]);
  expect(say.at("block", "overridden", "a")).toEqual([
    { control: "sysctl", id: "sysctl.overridden", level: "block", message: "a" },
  ]);
  expect(say.records).toEqual([
    { id: "sysctl.overridden", level: "warn", about: "A file wins" },
    { id: "sysctl.unread", level: "block" },
  ]);
});

test("of several things a failing one says more than an unknown one", () => {
  const part = (each: "fail" | "error") => ({ object: each, verdict: each, found: each }) as const;
  expect(ofParts("all", [part("error"), part("fail")], "none")).toMatchObject({ verdict: "fail" });
  expect(ofParts("all", [part("error")], "none")).toMatchObject({ verdict: "error", found: "error" });
  expect(ofParts("all", [], "none")).toEqual({ verdict: "pass", expected: "all", found: "none" });
});
