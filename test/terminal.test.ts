import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import { ask, askSecret, type Terminal } from "../src/process/terminal.ts";

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

it("nobody to ask is told the command that asks nothing", async () => {
  const terminal = { input: new PassThrough(), output: new PassThrough() } as unknown as Terminal;
  const asked = ask("Apply?", { ...terminal, unasked: "harden apply --yes" }, new AbortController().signal);
  await expect(asked).rejects.toMatchObject({
    message: "There is no terminal to ask on.",
    details: { hint: "To go on without the question: harden apply --yes", hostState: "nothing was changed" },
  });
});

it.each([
  ["a yes", "y\r", true],
  ["a no", "n\r", false],
  ["a yes and more lines", "y\rn\r", true],
  ["a yes with Ctrl-C right behind it", "y\r\x03", false],
  ["a yes with Ctrl-D right behind it", "yes\r\x04", false],
])("%s, in one write", async (_what, keys, yes) => {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  const terminal = { input, output } as unknown as Terminal;
  const asked = ask("Apply?", { ...terminal, unasked: "harden apply --yes" }, new AbortController().signal);
  input.write(keys);
  expect(await asked).toBe(yes);
});
