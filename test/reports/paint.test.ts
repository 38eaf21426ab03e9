/** Colours: asked for by the terminal, by FORCE_COLOR, refused by NO_COLOR. */
import { describe, expect, it } from "vitest";
import { coloured, isPainted } from "../../src/reports/paint.ts";

const [terminal, pipe] = [{ isTTY: true }, { isTTY: false }];

describe("colours", () => {
  it.each([
    ["a terminal has them, a pipe and a file don't", {}, true, false],
    ["NO_COLOR takes them away, whatever it says", { NO_COLOR: "0" }, false, false],
    ["an empty NO_COLOR says nothing", { NO_COLOR: "" }, true, false],
    ["FORCE_COLOR gives them to a pipe, too, whatever it says", { FORCE_COLOR: "yes" }, true, true],
    ["an empty FORCE_COLOR says nothing", { FORCE_COLOR: "" }, true, false],
    ["FORCE_COLOR=0 takes them away", { FORCE_COLOR: "0" }, false, false],
    ["of both NO_COLOR counts", { FORCE_COLOR: "1", NO_COLOR: "1" }, false, false],
    ["a terminal that knows none has none", { TERM: "dumb" }, false, false],
    ["a terminal that knows none is forced", { TERM: "dumb", FORCE_COLOR: "1" }, true, true],
  ])("%s", (_what, env, onTerminal, onPipe) => {
    expect([isPainted(terminal, env), isPainted(pipe, env)]).toEqual([onTerminal, onPipe]);
  });

  it("are those of every terminal, and end with the word, whatever this process writes to", () => {
    expect(coloured("add", "x")).toBe("\u001b[32mx\u001b[39m");
    expect(coloured("bad", "x")).toMatch(/^\u001b\[1m\u001b\[31mx\u001b\[39m\u001b\[22m$/);
  });
});
