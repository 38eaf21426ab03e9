import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { clockReport, clocksOf } from "../../src/assess/clocks.ts";
import { dayOf } from "../../src/day.ts";
import { host, hostClock } from "../../src/facts/host.ts";
import { probeKey } from "../../src/facts/probe.ts";

const at = Date.parse;

test.each([
  ["2027-01-31T00:00Z", "2027-01-31T23:59Z", { today: "2027-01-31" }],
  ["2027-01-31T23:00Z", "2027-02-01T01:00Z", { today: "2027-02-01" }],
  ["2027-02-01T01:00Z", "2027-01-31T23:00Z", { today: "2027-02-01" }],
  [
    "2026-11-30T00:00Z",
    "2027-02-01T00:00Z",
    {
      today: "2027-02-01",
      apart: "by the host's clock (2027-02-01; the controller's clock says 2026-11-30)",
    },
  ],
  [
    "2027-02-01T00:00Z",
    "1970-01-01T00:00Z",
    {
      today: "2027-02-01",
      apart: "by the controller's clock (2027-02-01; the host's clock says 1970-01-01)",
    },
  ],
])("the later clock has the day when the controller says %s and the host %s", (controller, host, day) => {
  expect(clocksOf(at(controller), at(host))).toEqual(day);
});

it("the controller's clock has the day when the host's is not known", () => {
  expect(clocksOf(at("2027-01-31"), undefined)).toEqual({ today: "2027-01-31" });
});

it("no clock of a host sets the day back", () => {
  const now = at("2027-01-31");
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 99_999_999_999 }), (seconds) => {
      expect(clocksOf(now, seconds * 1000).today >= dayOf(now)).toBe(true);
    }),
    { seed: 1 },
  );
});

test.each([
  ["ID=debian\nharden_clock=1801353600\n", 1_801_353_600_000],
  ["ID=debian\n", undefined],
  ["harden_clock=\n", undefined],
  ["harden_clock=-1\n", undefined],
  ["harden_clock=999999999999\n", undefined],
])("the host's clock of %j is %s", (text, ms) => {
  expect(hostClock.parse(Buffer.from(text))).toBe(ms);
});

describe("host.clock", () => {
  const factsOf = (text: string) =>
    new Map([[probeKey(host), { state: "present" as const, data: Buffer.from(text) }]]);
  const asked = at("2027-01-31T12:00:00Z");
  const of = (clock: string) => factsOf(`harden_clock=${at(clock) / 1000}\n`);
  const near = "within 5m of the clock of the machine that runs harden";

  it.each([
    ["2027-01-31T12:00:20Z", "pass", near],
    ["2027-01-31T12:05:00Z", "pass", near],
    ["2027-01-31T12:05:01Z", "fail", "5m1s ahead: 2027-01-31T12:05:01Z there, 2027-01-31T12:00:00Z here"],
    ["2027-01-10T12:00:00Z", "fail", "3w behind: 2027-01-10T12:00:00Z there, 2027-01-31T12:00:00Z here"],
  ])("of a host at %s is %s", (clock, verdict, found) => {
    expect(clockReport(of(clock), asked)).toMatchObject({ verdict, found, role: "audit" });
  });

  it("is not measured by recorded facts, nor by a host that says no time", () => {
    expect(clockReport(of("2027-01-10T12:00:00Z"), undefined).verdict).toBe("not applicable");
    expect(clockReport(factsOf("ID=debian\n"), asked).verdict).toBe("error");
  });
});
