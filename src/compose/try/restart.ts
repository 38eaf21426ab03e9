/** Whether a service is started again by itself, as its definition wants it. Pure. */
import { type Definition, mapOf, stringOf } from "./config.ts";

/** `always`: even after it has ended well. */
export function lasting(definition: Definition): "always" | "on failure" | "no" {
  const policy = mapOf(definition.deploy).restart_policy;
  const said =
    policy === undefined ? stringOf(definition.restart) : stringOf(mapOf(policy).condition) || "any";
  if (/^(always|unless-stopped|any)$/.test(said)) return "always";
  return said.startsWith("on-failure") ? "on failure" : "no";
}
