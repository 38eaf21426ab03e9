/** The ssh2 library; costs some 30 ms to load, so only a run that connects loads it. */
import type { Client } from "ssh2";
export type Ssh2 = typeof import("ssh2");

export type SshClient = Client;

export async function loadSsh2(): Promise<Ssh2> {
  const module = await import("ssh2");
  return module.default;
}
