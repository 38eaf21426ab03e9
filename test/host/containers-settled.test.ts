/** A process that the engine is just starting in a container, for a health check: looked at again, and never hidden for its name. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { shells } from "./root.ts";

const collector = fileURLToPath(new URL("../../src/host/collect/containers.sh", import.meta.url));
const line = (name: string) => `${"a".repeat(64)}\\t1\\t42\\t0 0 0 0\\t0\\t\\t0\\t0\\t0\\t0\\t${name}\\n`;
const [starting, running] = [line("runc:[2:INIT]"), line("sleep")];

describe.each(shells)("processes of containers in %s", (...words) => {
  const [program = "", ...args] = words.flat();
  /** What is told where each look finds the next of these, and the last one from then on. */
  const told = (...looks: readonly string[]) => {
    const script = `. '${collector}'
sleep() { :; }
containers_processes() {
  echo >>"$count"
  case $(grep -c '' "$count") in ${looks.map((each, at) => `${at === looks.length - 1 ? "*" : at + 1}) printf '${each}' ;;`).join(" ")} esac
}
count=$(mktemp)
containers_settled
grep -c '' "$count"
rm "$count"`;
    const { stdout, stderr } = spawnSync(program, [...args, "-c", script], { encoding: "utf8" });
    expect(stderr).toBe("");
    return stdout;
  };
  const shown = (text: string) => text.replaceAll("\\t", "\t").replaceAll("\\n", "\n");

  it("are told at the first look where none is being started, and where there are none", () => {
    expect(told(running)).toBe(`${shown(running)}1\n`);
    expect(told("")).toBe("1\n");
  });

  it("are looked at again while one is being started", () => {
    expect(told(starting + running, starting, running)).toBe(`${shown(running)}3\n`);
  });

  it("are told with one that stays by such a name", () => {
    expect(told(running + starting)).toBe(`${shown(running + starting)}10\n`);
  });
});
