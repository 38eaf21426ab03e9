/** Debian packages: installed, with nothing of theirs started before our configuration is there. */
import { debianPackage } from "../facts/files.ts";
import { readFact } from "../facts/probe.ts";
import { blocked, change, type DiffInput, type Outcome, same } from "./diff.ts";
import type { Resource } from "./resource.ts";

export function diffPackage({ resource, facts }: DiffInput<Extract<Resource, { kind: "package" }>>): Outcome {
  const fact = readFact(facts, debianPackage(resource.name));
  if (fact.state === "unknown" || fact.state === "unsupported")
    return blocked(`whether ${resource.name} is installed could not be read: ${fact.why}`);
  if (fact.state === "present") {
    if (fact.value.installed) return same;
    if (/^.[UFHWt]/.test(fact.value.status))
      return blocked(
        `the package ${resource.name} is half configured (dpkg says ${fact.value.status})`,
        "Finish it first: dpkg --configure -a",
      );
  }
  return change({
    action: "install",
    after: resource.brings,
    effect: "now",
    undo: "full",
    stage: "prepare",
    steps: [{ verb: "install", packages: [resource.name] }],
  });
}
