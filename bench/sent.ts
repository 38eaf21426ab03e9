/** What a plan sends to a host, made without one: compiled into a file of its own by `collect-script.mjs`. */

import { controls } from "../src/controls/index.ts";
import { nodeFiles } from "../src/profile/files.ts";
import { loadProfile } from "../src/profile/load.ts";
import { gather } from "../src/run/gather.ts";
import type { Ports } from "../src/run/ports.ts";
import type { Transport } from "../src/transports/transport.ts";

export interface Planned {
  /** Path of the profile. */
  readonly file: string;
  /** Sections that are left out. */
  readonly skip: readonly string[];
  readonly address: string;
}

/** The library and the script of the one round trip. */
export async function sentBy({ file, skip, address }: Planned): Promise<string> {
  const places = { ...nodeFiles, sections: controls, checks: [], cwd: "/", packagedDir: "/" };
  const choice = { profile: await loadProfile(file, places), only: [], skip };
  const route = { kind: "ssh", host: address } as const;
  const end = new Error("the script is known");
  let sent = "";
  const transport = {
    identity: { login: "root", privilege: { level: "root" }, callerAddress: address },
    run: (text, { library = "" }) => {
      sent = `${library}\n${text}`;
      return Promise.reject(end);
    },
  } satisfies Partial<Transport> as unknown as Transport;
  const ports = {
    random: () => "0".repeat(32),
    now: () => 0,
    signal: new AbortController().signal,
  } satisfies Partial<Ports> as unknown as Ports;
  await gather(transport, { choice, target: "host", route, ports, depth: "plan" }).catch((error) => {
    if (error !== end) throw error;
  });
  return sent;
}
