/** A host's facts as harden reads them, by its own connection. */
import type { Recorded } from "../../src/facts/recorded.ts";
import type { Managed } from "../../src/plan/managed.ts";
import type { Profile } from "../../src/profile/profile.ts";
import { collect } from "../../src/run/collect.ts";
import { probesOf } from "../../src/run/gather.ts";
import type { Ports } from "../../src/run/ports.ts";
import { createConnector } from "../../src/transports/connect.ts";
import type { TestHost } from "./hosts.ts";

/** All that a verify reads, as root. */
export async function recordOf(
  host: TestHost,
  managed: readonly Managed[],
  profile: Profile,
): Promise<Recorded> {
  const { connect } = createConnector({
    askSecret: async () => undefined,
    sshConfig: { env: process.env, file: `${host.home}/.ssh/config` },
  });
  const transport = await connect({ kind: "ssh", host: host.address, user: "root" });
  const ports = { random: () => "0".repeat(32), signal: new AbortController().signal } as unknown as Ports;
  try {
    const facts = await collect(transport, probesOf(managed, { profile, transport, depth: "whole" }), ports);
    return { identity: transport.identity, facts };
  } finally {
    await transport.close();
  }
}
