import { expect } from "vitest";
import { harden } from "./harden.ts";
import type { TestHost } from "./hosts.ts";

/** The parts of a verify's checks that aren't right, from root's login: sudo may be out of order. A kind of the inventory by its own name. */
export async function wrongParts(host: TestHost, profile: string, ...more: readonly string[]) {
  const words = ["verify", host.target("root"), "--profile", profile, ...more, "--format", "json"];
  const { stdout, stderr } = await harden(host, words);
  const [{ value }] = JSON.parse(stdout) as [
    { value: { checks: { id: string; object: string; verdict: string }[] } },
  ];
  expect(value?.checks, stderr).toBeDefined();
  return value.checks
    .filter(({ verdict }) => verdict !== "pass" && verdict !== "not applicable")
    .map(({ id, object, verdict }) => ({ kind: id.replace("privileges.", ""), object, verdict }));
}
