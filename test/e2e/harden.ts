import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestHost } from "./hosts.ts";
import { type ExecResult, runProgram } from "./process.ts";

export const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

export interface HardenOptions {
  readonly timeoutMs?: number;
  readonly stdin?: string;
}

/** The built tool as a process of its own, with an ssh configuration that knows the host by its name and address. */
export function harden(
  host: TestHost,
  args: readonly string[],
  options: HardenOptions = {},
): Promise<ExecResult> {
  return runProgram(process.execPath, [cli, ...args, ...reach(host, args)], { ...options, env });
}

/** The same, still running: to be killed, interrupted, or watched. */
export function hardenProcess(host: TestHost, args: readonly string[]) {
  return spawn(process.execPath, [cli, ...args, ...reach(host, args)], { stdio: "pipe", env });
}

const env = { PATH: process.env.PATH, HOME: process.env.HOME, HARDEN_DEBUG: "1" };

function reach(host: TestHost, args: readonly string[]): readonly string[] {
  return args[0] === "profile" ? [] : ["--ssh-config", join(host.home, ".ssh/config")];
}

/** A profile of its own file; returns its path, which `--profile` takes. */
export function profileFile(yaml: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "harden-profile-")), "test.yaml");
  writeFileSync(file, yaml);
  return file;
}
