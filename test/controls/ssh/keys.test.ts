import { describe, expect, it } from "vitest";
import { expiry, parseKeyLine } from "../../../src/controls/ssh/keyfile.ts";
import { type Circumstances, keysUsable } from "../../../src/controls/ssh/usable.ts";
import type { PathStep } from "../../../src/facts/accounts.ts";
import { admin, ed25519, keyFile } from "./input.ts";

const rsa = (bits: number) => {
  const part = (data: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, 0]).fill(0), data]);
  const block = (data: Buffer) => {
    const whole = part(data);
    whole.writeUInt32BE(data.length, 0);
    return whole;
  };
  const modulus = Buffer.concat([Buffer.from([0]), Buffer.alloc(bits / 8, 0xff)]);
  const blob = Buffer.concat([block(Buffer.from("ssh-rsa")), block(Buffer.from([1, 0, 1])), block(modulus)]);
  return `ssh-rsa ${blob.toString("base64")} me`;
};

const about: Circumstances = {
  account: admin,
  address: "192.0.2.7",
  now: Date.UTC(2026, 0, 1) / 1000,
  strictModes: true,
  algorithms: ["ssh-ed25519", "rsa-sha2-512"],
  rsaBits: 1024,
};
const reasons = (
  lines: readonly string[],
  change: Partial<Circumstances> = {},
  steps?: readonly PathStep[],
) => keysUsable([keyFile(admin, lines, steps)], { ...about, ...change }).reasons;

describe("a line of authorized_keys", () => {
  it("is read with its options", () => {
    const line = `from="10.0.0.0/8,!10.1.0.0/16",no-pty,environment="A=\\"x y\\"" ${ed25519}`;
    const key = parseKeyLine(line);
    expect(key?.type).toBe("ssh-ed25519");
    expect([...(key?.options ?? [])]).toEqual([
      ["from", "10.0.0.0/8,!10.1.0.0/16"],
      ["no-pty", ""],
      ["environment", 'A="x y"'],
    ]);
    expect(parseKeyLine(rsa(2048))?.bits).toBe(2048);
  });
  it("is none when it is a comment, cut off, or of another type than it says", () => {
    expect(parseKeyLine(`#${ed25519}`)).toBeUndefined();
    expect(parseKeyLine("ssh-ed25519 AAAAC3Nz")).toBeUndefined();
    expect(parseKeyLine(ed25519.replace("ssh-ed25519 ", "ssh-rsa "))).toBeUndefined();
    expect(parseKeyLine("")).toBeUndefined();
  });
  it("expires when it says", () => {
    expect(expiry("20260101")).toBe(Date.UTC(2026, 0, 1) / 1000);
    expect(expiry("202601011230Z")).toBe(Date.UTC(2026, 0, 1, 12, 30) / 1000);
    expect(expiry("soon")).toBeNaN();
  });
});

describe("a usable key", () => {
  it("is one that sshd takes from this caller, now", () => {
    for (const options of [
      "",
      "no-pty ",
      'from="192.0.2.0/24" ',
      'from="*.example.org,192.0.2.7" ',
      'expiry-time="20270101" ',
      "restrict,pty ",
    ])
      expect(reasons([`${options}${ed25519}`]), options).toEqual([]);
    expect(reasons([`from="10.0.0.1" ${ed25519}`, ed25519])).toEqual([]);
    expect(reasons([`from="10.0.0.1" ${ed25519}`], { address: "" })).toEqual([]);
    expect(reasons([rsa(2048)])).toEqual([]);
  });
  const bad: readonly (readonly [string, string, RegExp])[] = [
    ["of another caller", `from="10.0.0.0/8" ${ed25519}`, /callers from 10/],
    ["of another caller, by negation", `from="*,!192.0.2.7" ${ed25519}`, /callers from/],
    ["that has expired", `expiry-time="20250101" ${ed25519}`, /expired/],
    ["with an expiry that nobody can read", `expiry-time="soon" ${ed25519}`, /expired/],
    ["with a forced command", `command="/bin/date" ${ed25519}`, /only runs the command/],
    ["of an authority", `cert-authority ${ed25519}`, /certificate authority/],
    ["that is too short", rsa(512), /512 bits/],
    ["that is none", "ssh-ed25519 x", /holds no key/],
  ];
  for (const [name, line, why] of bad)
    it(`is not one ${name}`, () => expect(reasons([line]).join()).toMatch(why));
  it("is not one of a type that sshd does not accept", () => {
    expect(reasons([ed25519], { algorithms: ["rsa-sha2-512"] }).join()).toMatch(/PubkeyAcceptedAlgorithms/);
  });
});

describe("the file of the keys", () => {
  const steps = keyFile(admin).steps;
  const bent = (index: number, change: Partial<PathStep>) =>
    reasons(
      [ed25519],
      {},
      steps.map((step, at) => (at === index ? { ...step, ...change } : step)),
    ).join();
  it("is refused by StrictModes where others may write", () => {
    expect(bent(0, { mode: 0o100664 })).toMatch(/others may write/);
    expect(bent(1, { mode: 0o040777 })).toMatch(/\.ssh: others may write/);
    expect(bent(2, { mode: 0o040775 })).toMatch(/\/home\/admin: others may write/);
    expect(bent(2, { uid: 1001 })).toMatch(/belongs to neither|can't be read/);
    expect(bent(0, { uid: 0, mode: 0o100644 })).toBe("");
    expect(bent(3, { mode: 0o040777 })).toBe("");
  });
  it("is taken without StrictModes", () => {
    const loose = steps.map((step) => ({ ...step, mode: step.mode | 0o022 }));
    expect(reasons([ed25519], { strictModes: false }, loose)).toEqual([]);
  });
  it("is refused where the user can't read it", () => {
    expect(bent(0, { uid: 0, gid: 0, mode: 0o100600 })).toMatch(/can't be read by admin/);
    expect(bent(2, { uid: 0, gid: 0, mode: 0o040700 })).toMatch(/can't be read by admin/);
    expect(bent(0, { uid: 0, gid: 1000, mode: 0o100640 })).toBe("");
  });
  it("that could not be read is not one that is absent or empty", () => {
    const file = { ...keyFile(admin, [], []), unread: "permission denied" };
    expect(keysUsable([file], about).reasons.join()).toBe(
      `${file.path} could not be read as admin, as sshd would: permission denied`,
    );
    const part = { ...keyFile(admin, [`from="10.0.0.1" ${ed25519}`]), unread: "it is too long" };
    expect(keysUsable([part], about).reasons.join()).toMatch(
      /callers from.*could not be read as admin, as sshd would: it is too long/,
    );
    expect(keysUsable([{ ...keyFile(admin), unread: "it is too long" }], about).usable).toBe(true);
  });
  it("may be missing", () => {
    expect(reasons([ed25519], {}, []).join()).toMatch(/is not there/);
    expect(keysUsable([], about)).toEqual({ usable: false, reasons: [] });
  });
});
