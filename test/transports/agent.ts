import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { until } from "./real-sshd.ts";

export interface Agent {
  readonly socket: string;
  add(...files: string[]): void;
  stop(): void;
}

let agents = 0;

/** A real ssh-agent with its socket in `folder`. */
export async function startAgent(folder: string): Promise<Agent> {
  agents++;
  const socket = join(folder, `agent${agents}`);
  const child = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
  await until("the agent's socket", () => existsSync(socket));
  return {
    socket,
    add(...files) {
      execFileSync("ssh-add", ["-q", ...files], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
    },
    stop() {
      child.kill();
    },
  };
}
