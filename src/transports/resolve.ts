/** All addresses of the host's name. Throws HardenError `connect` where there is none in `host.connectTimeoutMs`. */
import { lookup } from "node:dns/promises";
import { HardenError } from "../errors.ts";
import type { SshHost } from "./ssh-config.ts";
export async function resolve(host: SshHost): Promise<readonly string[]> {
  try {
    const late = AbortSignal.timeout(host.connectTimeoutMs);
    const found = await Promise.race([
      lookup(host.hostname, { all: true, family: host.family }),
      new Promise<never>((_, reject) => late.addEventListener("abort", () => reject(late.reason))),
    ]);
    return found.map((entry) => entry.address);
  } catch (error) {
    throw new HardenError("connect", `The name ${host.hostname} cannot be resolved.`, {
      hint: "Check the spelling, and that name resolution works on this machine.",
      cause: error,
    });
  }
}
