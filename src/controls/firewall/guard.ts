/** What speaks against the firewall's changes, or what the operator should know of them. */
import type { Finding } from "../../plan/plan.ts";
import { forwarding } from "./guards/forwarding.ts";
import { next } from "./guards/next.ts";
import { others } from "./guards/others.ts";
import { ports } from "./guards/ports.ts";
import { published } from "./guards/published.ts";
import { unreadable } from "./guards/readable.ts";
import { relay } from "./guards/relay.ts";
import { shut } from "./guards/shut.ts";
import { stale } from "./guards/stale.ts";
import type { FirewallInput } from "./model.ts";

export function guard(input: FirewallInput): readonly Finding[] {
  const { view } = input;
  const blind = unreadable(input, view);
  if (blind.length > 0) return blind;
  return [
    ...shut(input, view),
    ...others(input, view),
    ...stale(input, view),
    ...ports(input, view),
    ...relay(input, view),
    ...forwarding(input, view),
    ...published(input, view),
    ...next(input, view),
  ];
}
