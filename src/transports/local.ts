/** For the ready line; sudo's own delay after a wrong password is some 2 s. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { bootstrapArgv, createNonce } from "./bootstrap.ts";
import { exitGraceMs, openSession, type Pipe, type Session } from "./session.ts";
import { createShells } from "./shells.ts";
import { openWithRights, type SudoPassword } from "./sudo.ts";
import type { LocalRoute, Transport } from "./transport.ts";
import { currentUser } from "./user.ts";

const readyTimeoutMs = 15_000;

/** This machine, as root or through sudo like any other host. Child processes inherit the environment. */
export async function connectLocal(
  route: LocalRoute,
  o: { readonly sudo: SudoPassword; readonly signal?: AbortSignal },
): Promise<Transport> {
  const { session: first, password } = await openWithRights(
    (sudoPassword) => openLocalSession(sudoPassword, o.signal),
    { given: route.sudoPassword, sudo: o.sudo },
  );
  const shells = createShells(first, (signal) => openLocalSession(password, signal));
  const callerAddress = first.callerAddress ?? callerOfParents();
  return {
    identity: {
      login: currentUser().username,
      privilege: first.privilege,
      ...(callerAddress === undefined ? {} : { callerAddress }),
    },
    run: shells.run,
    async close() {
      shells.cancel();
    },
  };
}

function openLocalSession(
  sudoPassword: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Session> {
  const nonce = createNonce();
  const [command, ...args] = bootstrapArgv(nonce, sudoPassword !== undefined);
  // An own process group can be killed whole; without root it would lose the terminal's sudo ticket.
  const detached = process.getuid?.() === 0;
  const child = spawn(command as string, args, { stdio: "pipe", detached });
  const release = () => {
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
  };
  const pipe: Pipe = {
    stdin: child.stdin,
    stdout: child.stdout,
    stderr: child.stderr,
    closed: new Promise((resolve) => {
      child.on("error", () => resolve({}));
      // A shell that was killed may leave children that hold the outputs open.
      child.on("exit", (_code, name) => {
        setTimeout(() => resolve(name === null ? {} : { signal: name }), exitGraceMs).unref();
      });
      child.on("close", (_code, name) => resolve(name === null ? {} : { signal: name }));
    }),
    kill() {
      if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
        try {
          process.kill(detached ? -child.pid : child.pid, "SIGKILL");
        } catch {
          // Ended in this very moment, or root's by sudo: closing its outputs is all that is left.
        }
      }
      release();
    },
    release,
  };
  return openSession(pipe, {
    nonce,
    timeoutMs: readyTimeoutMs,
    ...(sudoPassword === undefined ? {} : { sudoPassword }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Whether this process was started over ssh, and from where: sudo drops SSH_CONNECTION, its parents still have it. */
const maxParents = 32;

/** The client's address, found in the environment of the nearest parent that has one; undefined on a console. */
function callerOfParents(pid = process.ppid): string | undefined {
  for (let parents = 0; pid > 1 && parents < maxParents; parents++) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
      const connection = environment.find((entry) => entry.startsWith("SSH_CONNECTION="));
      if (connection !== undefined) return connection.slice("SSH_CONNECTION=".length).split(" ")[0];
      // Field 4, counted behind the name in parentheses, which may hold anything.
      pid = Number(
        readFileSync(`/proc/${pid}/stat`, "latin1")
          .replace(/^.*\) /s, "")
          .split(" ")[1],
      );
    } catch {
      return undefined;
    }
  }
  return undefined;
}
