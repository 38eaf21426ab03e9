import { describe, expect, it } from "vitest";
import { parseEvent } from "../../src/host/events.ts";

const b64 = (text: string) => Buffer.from(text).toString("base64");

describe("events", () => {
  it("reads a refusal, and strips what a host has no business to send", () => {
    const line = `@harden r1 refused stale ${b64("/etc/x\u001b[31m")} ${b64("found:\r\nfile\u0007")} -`;
    expect(parseEvent(line, "r1")).toEqual({
      run: "r1",
      event: "refused",
      code: "stale",
      object: "/etc/x [31m",
      text: "found:\nfile ",
      address: "",
    });
  });

  it.each([
    "",
    "Welcome!",
    "@harden",
    "@harden r1",
    "@harden r1 dance",
    "@harden r1 end happily",
    "@harden r1 step 1 x",
  ])("takes %j for noise", (line) => expect(parseEvent(line)).toBeUndefined());

  it("keeps out another run's events", () => {
    expect(parseEvent("@harden other end waiting", "r1")).toBeUndefined();
    expect(parseEvent("@harden r1 end waiting\r", "r1")).toEqual({
      run: "r1",
      event: "end",
      outcome: "waiting",
    });
  });
});
