/** Hashes that stand in files which everybody reads. Pure. */
import { type FileFact, isShared } from "../../facts/files.ts";
import { type Fact, notLooked } from "../../facts/probe.ts";
import type { Part } from "../../plan/control.ts";
import { part } from "../verdict.ts";
import { openLists } from "./targets.ts";
import type { PermissionsInput } from "./view.ts";

/** Whether root and the group shadow alone read it. */
function isKept({ facts }: PermissionsInput, path: string): boolean {
  const fact = (facts as Readonly<Record<string, Fact<Omit<FileFact, "content">>>>)[path];
  if (fact?.state !== "present") return fact?.state === "absent";
  const { mode, group } = fact.value;
  const bits = Number.parseInt(mode, 8) & (/^(root|shadow)$/.test(group) ? 0o004 : 0o044);
  return bits === 0 && !isShared(fact.value);
}

/** A part for each account and group whose hash can be read: no run moves it. */
export function openHashParts(input: PermissionsInput): readonly Part[] {
  const fact = input.facts.openHashes;
  if (fact.state !== "present") {
    const why = "why" in fact ? fact.why : "it is not there";
    return why === notLooked
      ? []
      : [part("error", "hashes", `what /etc/passwd and /etc/group hold is not known: ${why}`)];
  }
  return openLists.flatMap(({ path, what, mend }) => {
    const found = fact.value.find((each) => each.path === path);
    if (found === undefined || isKept(input, path)) return [];
    const { names, left, isUnread } = found;
    const remedy = path.endsWith("-")
      ? `rm ${path}: the next change of an account or a group makes it anew.`
      : `${mend} moves each hash to where only root and the group shadow read it; then rm ${path}-, which has a copy. Have these passwords changed: whoever was on the host may have them.`;
    return [
      ...[...new Set(names)].map((name) => ({
        ...part("fail", `${path} ${name}`, `${path} holds the hash of the ${what} ${name}`),
        remedy,
      })),
      ...(left === 0 ? [] : [{ ...part("fail", path, `${path} holds ${left} more hashes`), remedy }]),
      ...(isUnread ? [part("error", path, `${path} could not be read`)] : []),
    ];
  });
}
