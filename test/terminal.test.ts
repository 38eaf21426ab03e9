import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { askSecret, type Terminal } from "../src/terminal.ts";

it("a secret is asked for only when the terminal no longer echoes, and is never written", async () => {
  const seen: string[] = [];
  const keys = new PassThrough();
  const input = Object.assign(keys, {
    isTTY: true,
    setRawMode: (raw: boolean) => void seen.push(raw ? "quiet" : "echo"),
  }) as unknown as Terminal["input"];
  const output = {
    write: (text: string) => {
      seen.push(text);
      if (text.startsWith("password")) keys.write("s3cret\r");
      return true;
    },
  } as unknown as Terminal["output"];
  expect(await askSecret("password: ", { input, output })).toBe("s3cret");
  expect(seen.slice(0, 2)).toEqual(["quiet", "password: "]);
  expect(seen.at(-1)).toBe("\n");
  expect(seen.join("")).not.toContain("s3cret");
});
