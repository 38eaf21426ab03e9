/** The way in, now and as planned: one pure function of profile and facts, given to every control and guard. */

import type { Facts, Probe } from "../facts/probe.ts";

export interface Way {
  readonly login: string;
  /** TCP ports on which sshd listens, or will. */
  readonly ports: readonly number[];
  /** Networks that may come in, CIDR; both zero networks mean anywhere. */
  readonly callers: readonly string[];
}

/** What this tool's own ssh client speaks, for the guard that looks for a common algorithm. */
export interface Client {
  readonly kex: readonly string[];
  readonly ciphers: readonly string[];
  readonly macs: readonly string[];
  readonly hostKeys: readonly string[];
  /** Public keys tried up to and including the accepted one; sshd counts each against MaxAuthTries. */
  readonly keysOffered: number;
}

export interface Access {
  readonly now: Way;
  readonly planned: Way;
  readonly via: "ssh" | "local";
  /** The address that the host's sshd sees this run come from; undefined on a console. */
  readonly caller?: string;
  readonly client?: Client;
}

export const anywhere: readonly string[] = ["0.0.0.0/0", "::/0"];

export interface Connection {
  readonly login: string;
  readonly via: "ssh" | "local";
  readonly caller?: string;
  readonly keysOffered?: number;
}

export function accessProbes(_profile: { readonly user?: string | undefined }): readonly Probe<unknown>[] {
  return [];
}

export function accessOf(input: {
  readonly profileAccess: { readonly user?: string | undefined; readonly from: readonly string[] };
  readonly sshParams: unknown;
  readonly facts: Facts;
  readonly connection: Connection;
}): Access {
  const { profileAccess, connection } = input;
  const now = { login: connection.login, ports: [22], callers: profileAccess.from };
  return { now, planned: now, via: connection.via };
}
