/** Mode and owner of a file whose content isn't ours. */
import { file, preimage } from "../facts/files.ts";
import { readFact } from "../facts/probe.ts";
import { blocked, change, type DiffInput, type Outcome, same } from "./diff.ts";
import { modeText } from "./file.ts";
import type { Resource } from "./resource.ts";

export function diffMode({ resource, facts }: DiffInput<Extract<Resource, { kind: "mode" }>>): Outcome {
  const fact = readFact(facts, file(resource.path));
  if (fact.state === "absent") return same;
  if (fact.state !== "present") return blocked(`${resource.path} could not be read: ${fact.why}`);
  const { value: now } = fact;
  if (modeText(now) === modeText(resource)) return same;
  if (now.immutable) return blocked(`${resource.path} is immutable (chattr +i or +a)`);
  const { path, mode, owner, group } = resource;
  return change({
    action: "update",
    before: modeText(now),
    after: modeText(resource),
    effect: "now",
    undo: "full",
    stage: "files",
    steps: [{ verb: "mode", path, mode, owner, group, before: preimage(now) }],
  });
}
