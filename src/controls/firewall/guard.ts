/** What speaks against the firewall's changes, or what the operator should know of them. */
import type { Finding, FindingRecord } from "../../checks/finding.ts";
import { forwarding, findings as ofForwarding } from "./guards/forwarding.ts";
import { init, findings as ofInit } from "./guards/init.ts";
import { neighbours, findings as ofNeighbours } from "./guards/neighbours.ts";
import { next, findings as ofNext } from "./guards/next.ts";
import { findings as ofOthers, others } from "./guards/others.ts";
import { findings as ofPorts, ports } from "./guards/ports.ts";
import { findings as ofPublished, published } from "./guards/published.ts";
import { findings as ofReadable, unreadable } from "./guards/readable.ts";
import { findings as ofRelay, relay } from "./guards/relay.ts";
import { findings as ofShut, shut } from "./guards/shut.ts";
import { findings as ofStale, stale } from "./guards/stale.ts";
import type { FirewallInput } from "./model.ts";
import { findings as ofRelease } from "./release.ts";

/** The records of all that is said. */
export const findings: readonly FindingRecord[] = [
  ...ofForwarding,
  ...ofInit,
  ...ofNeighbours,
  ...ofNext,
  ...ofOthers,
  ...ofPorts,
  ...ofPublished,
  ...ofReadable,
  ...ofRelay,
  ...ofShut,
  ...ofStale,
  ...ofRelease,
];

export function guard(input: FirewallInput): readonly Finding[] {
  const { view } = input;
  const blind = unreadable(input, view);
  if (blind.length > 0) return blind;
  return [
    ...shut(input, view),
    ...neighbours(input, view),
    ...others(input, view),
    ...init(input, view),
    ...stale(input, view),
    ...ports(input, view),
    ...relay(input, view),
    ...forwarding(input, view),
    ...published(input, view),
    ...next(input, view),
  ];
}
