/** Whose hash is that of the empty password. */
import { expect, test } from "vitest";
import { emptyHashes } from "../../src/facts/empty-hashes.ts";

const tried = (text: string) => emptyHashes.parse(Buffer.from(text));

test("hashes that were not tried are counted", () => {
  expect(tried("of 4\ntried\nempty root\n")).toEqual({ names: new Set(["root"]), left: 2 });
  expect(tried("of 0\n")).toEqual({ names: new Set(), left: 0 });
  expect(() => tried("")).toThrow();
});
