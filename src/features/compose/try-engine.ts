/** The docker command of this machine, and what takes away all that a try has made, whatever becomes of harden. */
import { type ChildProcess, spawn } from "node:child_process";
import { HardenError } from "../../errors.ts";
import { oneLine } from "../../text.ts";

export interface EndedCommand {
  /** 127 where there is no such command; undefined where it was ended by the time-out or an interrupt. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TryEngine {
  readonly docker: (
    words: readonly string[],
    options?: { readonly stdin?: string; readonly timeoutMs?: number },
  ) => Promise<EndedCommand>;
  readonly signal: AbortSignal;
}

/** Of each output; what is more is let go. */
const mostBytes = 4 << 20;

/** `told`: hears which processes are running, whenever that changes. */
export function createEngine(
  signal: AbortSignal,
  told: (pids: readonly number[]) => void = () => {},
): TryEngine {
  const running = new Set<number>();
  return {
    signal,
    docker: (words, { stdin = "", timeoutMs = 60_000 } = {}) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve({ code: undefined, stdout: "", stderr: "" });
        // A group of its own: Ctrl-C is harden's to hear, and what it starts ends with it.
        const child = spawn("docker", [...words], { stdio: "pipe", detached: true });
        const [out, err] = [collected(child.stdout), collected(child.stderr)];
        let cut = false;
        const end = () => {
          cut = true;
          killGroup(child);
        };
        const timer = setTimeout(end, timeoutMs);
        signal.addEventListener("abort", end, { once: true });
        const done = (code: number | undefined) => {
          clearTimeout(timer);
          signal.removeEventListener("abort", end);
          if (child.pid !== undefined) running.delete(child.pid);
          told([...running]);
          resolve({ code: cut ? undefined : code, stdout: out(), stderr: err() });
        };
        child.on("spawn", () => told([...running.add(child.pid!)]));
        child.on("error", () => done(127));
        child.on("close", (code) => done(code ?? 255));
        child.stdin.on("error", () => {});
        child.stdin.end(stdin);
      }),
  };
}

function killGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended in this very moment.
  }
}

function collected(stream: NodeJS.ReadableStream): () => string {
  const parts: Buffer[] = [];
  let size = 0;
  stream.on("data", (part: Buffer) => {
    if (size < mostBytes) parts.push(part);
    size += part.length;
  });
  return () => Buffer.concat(parts).toString();
}

const nothing = { hostState: "nothing was tried, and the file is as it was" };

/** Throws HardenError `host` where nothing can be tried here. */
export async function checkEngine({ docker }: TryEngine): Promise<void> {
  const version = await docker(["compose", "version", "--short"]);
  if (version.code === 127)
    throw new HardenError("host", "There is no docker command on this machine.", {
      hint: "Install Docker with the compose plugin, or try it where they are.",
      ...nothing,
    });
  if (version.code !== 0 || !/^v?([2-9]|\d\d)\./.test(version.stdout.trim()))
    throw new HardenError("host", "`docker compose` is not on this machine, version 2 or later.", {
      hint: "Install Docker's compose plugin (Debian 13: docker-compose, elsewhere: docker-compose-plugin); the old docker-compose 1 won't do.",
      ...nothing,
    });
  const engine = await docker(["version", "--format", "{{.Server.Version}}"]);
  if (engine.code !== 0)
    throw new HardenError("host", `No container engine answers: ${lastLine(engine.stderr)}.`, {
      hint: "Start it, or run this as somebody who may use it.",
      ...nothing,
    });
  const context = await docker(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"]);
  if (!/^(unix|npipe):/.test(context.stdout.trim()))
    throw new HardenError(
      "host",
      "The container engine is not on this machine, so that it can't be given copies of files.",
      {
        hint: "Run this on the engine's own machine.",
        ...nothing,
      },
    );
}

export const lastLine = (text: string) => oneLine(text.trim().split("\n").at(-1) ?? "").replace(/\.$/, "");

/**
 * Waits until its input ends, which it does with harden, and then takes away all that has the label. The last line of its input has
 * the process groups that may still be at work for harden. Prints what is left.
 */
const script = `while IFS= read -r line; do child=$line; done
for group in $child; do kill -s KILL -- "-$group" 2>/dev/null; done
if [ -n "$child" ]; then sleep 1; fi
made() {
  docker ps --all --quiet --filter "label=$label"
  docker volume ls --quiet --filter "label=$label"
  docker network ls --quiet --filter "label=$label"
  docker image ls --quiet --filter "label=$label"
}
for round in 1 2 3 4 5; do
  for id in $(docker ps --all --quiet --filter "label=$label"); do docker rm --force --volumes "$id"; done
  for id in $(docker volume ls --quiet --filter "label=$label"); do docker volume rm "$id"; done
  for id in $(docker network ls --quiet --filter "label=$label"); do docker network rm "$id"; done
  for id in $(docker image ls --quiet --filter "label=$label"); do docker image rm --force "$id"; done
  [ -n "$(made)" ] || break
  sleep 1
done >/dev/null 2>&1
rm -rf -- "$folder" 2>/dev/null
made 2>&1
if [ -e "$folder" ]; then echo "$folder"; fi`;

export interface TryGuard {
  /** See {@link createEngine}. */
  readonly told: (pids: readonly number[]) => void;
  /** Takes all away; what is left, which is nothing where all is well. */
  readonly clean: () => Promise<string>;
}

/** Starts it. `name`: of the try; `folder`: its own, for temporary files. */
export function startGuard(label: string, folder: string): TryGuard {
  // A session of its own: neither Ctrl-C, a terminal that hangs up, nor harden's death ends it.
  const child = spawn("sh", ["-c", `label=$1 folder=$2 child=\n${script}`, "sh", label, folder], {
    stdio: ["pipe", "pipe", "ignore"],
    detached: true,
  });
  const left = collected(child.stdout);
  const ended = new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", () => resolve(left().trim()));
  });
  child.stdin.on("error", () => {});
  return {
    told: (pids) => void child.stdin.write(`${pids.join(" ")}\n`),
    clean() {
      child.stdin.end();
      return ended;
    },
  };
}
