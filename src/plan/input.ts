/** What a control gets of one host: the same for plan and checks, each from the facts that it has. Pure. */
import type { HostFacts } from "../facts/host.ts";
import { type Facts, type Probes, readAll } from "../facts/probe.ts";
import type { Access } from "./access.ts";
import { Input } from "./control.ts";
import type { Managed } from "./managed.ts";

export interface KnownFacts {
  readonly facts: Facts;
  readonly access: Access;
  readonly host: HostFacts;
  /** Of checks: when the host was asked, by the controller's clock in ms since 1970. */
  readonly askedAt?: number | undefined;
}

export function inputOf(
  { control, params }: Managed,
  { facts, access, host, askedAt }: KnownFacts,
): Input<unknown, Probes, unknown> {
  const read = readAll(facts, control.probes(params, access.visit));
  return new Input(control, { params, facts: read, access, host, askedAt });
}
