/** What sudo allows, out of a fact that may be missing. */
import type { Fact } from "../../../facts/probe.ts";
import type { Sudo } from "../../../facts/sudo.ts";

export function readableSudo(fact: Fact<ReadonlyMap<string, Sudo>>, name: string): Sudo | "absent" {
  if (fact.state === "present") return fact.value.get(name) ?? "none";
  return fact.state === "absent" ? "absent" : "none";
}
