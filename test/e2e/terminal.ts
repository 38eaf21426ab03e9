/** The tool on a terminal of its own, so that it asks. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { listen, type Running } from "./faults.ts";
import { cli } from "./harden.ts";
import type { TestHost } from "./hosts.ts";

export interface OnTerminal extends Running {
  /** What a person types, control characters too. */
  type(keys: string): void;
}

/** `script`: what the terminal's shell runs, where it is more than the tool alone; HARDEN stands for that. */
export function startOnTerminal(host: TestHost, args: readonly string[], script = "exec HARDEN"): OnTerminal {
  const words = [process.execPath, cli, ...args, "--ssh-config", join(host.home, ".ssh/config")];
  const command = script.replaceAll("HARDEN", words.map((word) => `'${word}'`).join(" "));
  const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
    stdio: "pipe",
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TERM: "dumb", NO_COLOR: "1", SHELL: "/bin/sh" },
  });
  return { ...listen(child), type: (keys) => void child.stdin.write(keys) };
}

export const ctrlC = "\x03";
export const ctrlD = "\x04";
