/**
 * The invariant "proven is what stays": the firewall that the proof's login came through is the one after the confirm.
 * Each test host records it at every login while a run is pending (docker/rootfs, record-proof).
 */
import { expect } from "vitest";
import type { TestHost } from "./hosts.ts";
import type { ExecResult } from "./process.ts";

const isOurs = (chain: string | undefined) => /^(ufw6?-|harden-)/.test(chain ?? "");

/** Chains, jumps and policies of ours in the order in which a packet meets them; counters and others' chains don't count. */
function ours(dump: string): readonly string[] {
  return dump
    .split("\n")
    .filter((line) => {
      const [, chain, policy] = /^:(\S+) (\S+)/.exec(line) ?? [];
      if (chain !== undefined) return policy !== "-" || isOurs(chain);
      const [, of] = /^-A (\S+) /.exec(line) ?? [];
      return line === "*filter" || isOurs(of) || isOurs(/ -[jg] (\S+)/.exec(line)?.[1]);
    })
    .map((line) => line.replace(/ \[\d+:\d+\]$/, ""));
}

/** What the latest proof came through, and what is there now; undefined where no login was recorded. */
async function proofOf(host: TestHost) {
  const { stdout } = await host.exec(
    `cat "$(ls -t /run/proofs/* | head -n 1)"; rm -rf /run/proofs; echo @now; iptables-save -t filter; ip6tables-save -t filter`,
  );
  const [proven = "", now = ""] = stdout.split("@now\n");
  return proven === "" ? undefined : { proven: ours(proven), now: ours(now) };
}

/** After an apply or a rollback: whatever run it has confirmed was proven by what stays. */
export async function expectProven(host: TestHost, { stdout }: Pick<ExecResult, "stdout">): Promise<void> {
  if (!/verified and confirmed|(is|are) undone and verified|"outcome": ?"(confirmed|undone)"/.test(stdout))
    return;
  const proof = await proofOf(host);
  expect(proof, "the proof's login was recorded").toBeDefined();
  expect(proof?.now, "proven is what stays").toEqual(proof?.proven);
}
