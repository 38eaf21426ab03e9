import { type ChildProcess, spawn } from "node:child_process";

export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecOptions {
  readonly timeoutMs?: number;
  readonly stdin?: string;
}

interface RunOptions extends ExecOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** The folder that it works in. */
  readonly cwd?: string;
  /** Its own end is enough, where what it has left in the background keeps its output open. */
  readonly leaves?: boolean;
}

/** The loop reads what pipes still hold between two immediates. */
const afterReading = (next: () => void) => setImmediate(() => setImmediate(next));

function hangUp({ stdout, stderr }: ChildProcess) {
  stdout?.destroy();
  stderr?.destroy();
}

/** Runs a program to its end; an exit status is a result, not an error. 124 when it took too long. */
export function runProgram(program: string, args: readonly string[], options: RunOptions = {}) {
  return new Promise<ExecResult>((resolve, reject) => {
    const child = spawn(program, [...args], {
      stdio: "pipe",
      ...(options.env && { env: options.env }),
      ...(options.cwd && { cwd: options.cwd }),
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, options.timeoutMs ?? 120_000);
    child.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => err.push(chunk));
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? "");
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    let left: NodeJS.Timeout | undefined;
    if (options.leaves)
      child.on("exit", () => (left = setTimeout(() => afterReading(() => hangUp(child)), 200)));
    child.on("close", (code) => {
      clearTimeout(timer);
      clearTimeout(left);
      resolve({
        code: late ? 124 : (code ?? 255),
        stdout: Buffer.concat(out).toString(),
        stderr: Buffer.concat(err).toString(),
      });
    });
  });
}

/** The same, where anything but success is a fault of the test's own. */
export async function mustRun(program: string, args: readonly string[], options: RunOptions = {}) {
  const { code, stdout, stderr } = await runProgram(program, args, options);
  if (code !== 0) throw new Error(`${program} ${args.slice(0, 3).join(" ")}…: ${code}: ${stderr.trim()}`);
  return stdout.trim();
}
