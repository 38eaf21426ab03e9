import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { runtimeText } from "../../src/host/runtime.ts";
import { shells } from "./root.ts";

it("shellcheck has nothing to say about the runtime", () => {
  const checked = spawnSync("shellcheck", ["-s", "sh", "-"], { input: runtimeText, encoding: "utf8" });
  expect(checked).toMatchObject({ status: 0, stdout: "" });
});

it.each(shells.map((shell) => [shell.join(" "), shell] as const))("%s reads the runtime", (_, shell) => {
  const [program = "", ...args] = shell;
  const read = spawnSync(program, [...args, "-n"], { input: runtimeText, encoding: "utf8" });
  expect(read.stderr).toBe("");
});
