import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDrawn } from "../setup/sample.ts";
import type { TestHost } from "./hosts.ts";
import { type ExecResult, runProgram } from "./process.ts";
import { expectProven } from "./proven.ts";

export const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

export interface HardenOptions {
  /** Leave out the verify after each apply, where a test counts connections, or asks for it itself on a slow machine. */
  readonly alone?: true;
  readonly timeoutMs?: number;
  readonly stdin?: string;
  /** With a project file, for one. */
  readonly cwd?: string;
  /** By a controller whose clock is four minutes fast, which no check names. */
  readonly fastClock?: true;
}

const fastClock = [
  "--import",
  "data:text/javascript,const now = Date.now; Date.now = () => now() + 4 * 60_000;",
];

/**
 * The built tool as a process of its own, with an ssh configuration that knows the host by its name and address.
 * What it has confirmed is looked at: it must be what was proven, and verify must say so.
 */
export async function harden(
  host: TestHost,
  args: readonly string[],
  { alone, fastClock: isFast, ...options }: HardenOptions = {},
): Promise<ExecResult> {
  const node = isFast ? fastClock : [];
  const words = [...node, cli, ...args, ...reach(host, args)];
  const ended = await runProgram(process.execPath, words, { ...options, env });
  const confirms = ["apply", "rollback"].includes(args[0] ?? "") && !args.includes("--no-confirm");
  if (confirms) await expectProven(host, ended);
  if (args[0] === "apply" && ended.code === 0 && !alone) remember(host, args, options);
  return alone || ended.code !== 0 ? ended : { ...ended, code: await afterwards(host, args, options) };
}

interface Applied {
  /** With the file of a profile at `at`, whose text this is: a test may take its own away before its host goes. */
  readonly args: readonly string[];
  readonly at: number;
  readonly text: string;
  readonly options: Pick<HardenOptions, "cwd" | "stdin">;
}

const latest = new Map<string, Applied>();

/** What was applied to the host last, by a profile of a file, and ended with 0; `profile` is that file anew. */
export function latestApply({ address }: TestHost) {
  const applied = latest.get(address);
  if (applied === undefined) return undefined;
  const profile = profileFile(applied.text);
  return { args: applied.args.with(applied.at, profile), profile, options: applied.options };
}

function remember(host: TestHost, args: readonly string[], { cwd, stdin }: HardenOptions): void {
  const at = args.indexOf("--profile") + 1;
  const file = args[at] ?? "";
  if (at === 0 || !file.includes("/") || args.includes("--no-confirm")) return;
  const options = { ...(cwd && { cwd }), ...(stdin !== undefined && { stdin }) };
  latest.set(host.address, { args, at, text: readFileSync(file, "utf8"), options });
}

let applies = 0;

/** Apply 0 means verify 0, on the same facts: asked after an apply that isn't left pending, in CI after a sixth of them. */
export async function afterwards(
  host: TestHost,
  args: readonly string[],
  options: Pick<HardenOptions, "cwd"> = {},
): Promise<0> {
  const [command, target = ""] = args;
  if (command !== "apply" || args.includes("--no-confirm") || /[/]/.test(target)) return 0;
  applies += 1;
  if (!isDrawn(`apply ${applies}`, 6)) return 0;
  const verified = await verifyOf(host, args, options);
  if (verified.code === 0) return 0;
  throw new Error(
    `apply ended with 0, and verify with ${verified.code}: ${verified.stdout}${verified.stderr}`,
  );
}

/** The verify of what these words of an apply set, with its data where that is wanted. */
export function verifyOf(
  host: TestHost,
  args: readonly string[],
  { cwd, json }: Pick<HardenOptions, "cwd"> & { readonly json?: true } = {},
): Promise<ExecResult> {
  const applying = /^--(yes|confirm-timeout|format)$/;
  const same = args.slice(1).filter((word, at, all) => {
    const option = /^\d+$|^json$|^text$/.test(word) ? all[at - 1] : word;
    return !applying.test(option ?? "");
  });
  const words = ["verify", ...same, ...(json ? ["--format", "json"] : []), ...reach(host, args)];
  return runProgram(process.execPath, [cli, ...words], { env, ...(cwd && { cwd }) });
}

/** The same, still running: to be killed, interrupted, or watched. */
export function hardenProcess(host: TestHost, args: readonly string[]) {
  return spawn(process.execPath, [cli, ...args, ...reach(host, args)], { stdio: "pipe", env });
}

/** A script for bash in which HARDEN stands for the tool, and HOST for the host's name and where it is found. */
export function inShell(host: TestHost, script: string, more: NodeJS.ProcessEnv = {}): Promise<ExecResult> {
  const on = `${host.target("root")} --ssh-config '${join(host.home, ".ssh/config")}'`;
  const text = script.replaceAll("HARDEN", `'${process.execPath}' '${cli}'`).replaceAll("HOST", on);
  return runProgram("bash", ["-c", text], { env: { ...env, ...more } });
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
