import fc from "fast-check";
import { expect, test } from "vitest";
import { createFrame } from "../../src/transports/frame.ts";
import { createLines } from "../../src/transports/lines.ts";

const nonce = "0123456789abcdef0123456789abcdef";

/** Feeds `text` cut at the given places. */
function feed(text: Buffer, cuts: readonly number[]) {
  const payload: Buffer[] = [];
  const frame = createFrame(nonce, (bytes) => payload.push(bytes));
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const place of [...places, text.length]) {
    frame.push(text.subarray(from, place));
    from = place;
  }
  return { frame, payload: Buffer.concat(payload) };
}

// Bytes that look like the beginnings of our own lines, and any others.
const bytes = fc
  .array(
    fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.constantFrom("0123", nonce.slice(0, 31), "\n", " ready")),
    {
      maxLength: 10,
    },
  )
  .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part as string))));

test("the script's own bytes come through exactly, wherever the chunks are cut", () => {
  fc.assert(
    fc.property(
      bytes,
      bytes,
      bytes,
      fc.array(fc.nat(), { maxLength: 30 }),
      (before, between, after, cuts) => {
        fc.pre(!before.includes(nonce) && !between.includes(nonce));
        const text = Buffer.concat([
          before,
          Buffer.from(`${nonce} ready sudo 1.2.3.4 5 6.7.8.9 22\n`),
          between,
          Buffer.from(`${nonce} end 17\n`),
          after,
        ]);
        const { frame, payload } = feed(text, cuts);
        expect(payload.equals(between)).toBe(true);
        expect(frame.ready()).toBe("sudo 1.2.3.4 5 6.7.8.9 22");
        expect(frame.end()).toBe(17);
        expect(frame.noise()).toBe(before.toString("utf8"));
      },
    ),
    { numRuns: 1000 },
  );
});

test("what looks like an end without the nonce is no end", () => {
  const { frame, payload } = feed(Buffer.from(`${nonce} ready root \n${"f".repeat(32)} end 0\n`), []);
  expect(frame.end()).toBeUndefined();
  expect(payload.toString()).toContain("end 0");
});

test("an end before the ready line is noise", () => {
  const { frame } = feed(Buffer.from(`${nonce} end 0\n`), []);
  expect(frame.end()).toBeUndefined();
});

test("endless noise, and an endless line of ours, overflow without being kept", () => {
  const noisy = createFrame(nonce, () => {});
  for (let i = 0; i < 40; i++) noisy.push(Buffer.alloc(64 * 1024, 97));
  expect(noisy.overflow()).toBe(true);
  expect(noisy.noise().length).toBeLessThanOrEqual(64 * 1024);

  const endless = createFrame(nonce, () => {});
  endless.push(Buffer.from(`${nonce} ready `));
  for (let i = 0; i < 40; i++) endless.push(Buffer.alloc(64 * 1024, 97));
  expect(endless.overflow()).toBe(true);
});

test("lines are whole and clean, however they are chunked", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("a", "é日", "\n", "\x1b[1m", "\r"), { maxLength: 60 }),
      fc.nat(),
      (parts, seed) => {
        const text = Buffer.from(parts.join(""));
        const lines: string[] = [];
        const splitter = createLines((line) => lines.push(line));
        for (let at = 0; at < text.length; ) {
          const step = 1 + ((seed + at) % 5);
          splitter.push(text.subarray(at, at + step));
          at += step;
        }
        splitter.flush();
        const clean = text
          .toString("utf8")
          .split("\n")
          .map((line) => line.replaceAll("\x1b[1m", "").replaceAll("\r", ""));
        const raw = text.toString("utf8").split("\n");
        if (raw.at(-1) === "") clean.pop();
        expect(lines).toEqual(clean);
      },
    ),
  );
});

test("a line without end is handed on in pieces", () => {
  const lines: string[] = [];
  const splitter = createLines((line) => lines.push(line));
  for (let i = 0; i < 100; i++) splitter.push(Buffer.alloc(1000, 97));
  expect(lines.length).toBeGreaterThan(20);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(4096);
});
