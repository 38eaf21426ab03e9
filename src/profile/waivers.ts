/** What is wrong with a waiver beside its shape: the check that it names. */
import { nearest } from "./nearest.ts";
import { type Problem, problem } from "./problem.ts";
import { printable } from "./text.ts";
import { at, type MapTree, type Tree } from "./tree.ts";

/** A check as the profile needs to know it: what is always a proof is waived by nobody. */
export interface KnownCheck {
  readonly id: string; // CONTROL.NAME
  readonly role: string;
}

/** By the tree, so that they are told with all that is wrong elsewhere. */
export function waiverProblems(tree: MapTree, checks: readonly KnownCheck[]): readonly Problem[] {
  const waivers = at(tree, ["waivers"]);
  if (waivers?.kind !== "list") return [];
  return waivers.items.flatMap((item, index) => {
    const check = at(item, ["check"]);
    if (check?.kind !== "scalar" || typeof check.value !== "string") return [];
    const fault = faultOf(check.value, tree, checks);
    return fault === undefined ? [] : [problem(check.origin, ["waivers", index, "check"], fault)];
  });
}

function faultOf(id: string, tree: Tree, checks: readonly KnownCheck[]) {
  const known = checks.find((each) => each.id === id);
  if (known === undefined) {
    const suggestion = nearest(
      id,
      checks.map((each) => each.id),
    );
    return { message: `there is no check \`${printable(id)}\``, suggestion };
  }
  if (known.role !== "proof" || isMeasured(tree, id)) return undefined;
  return {
    message: `${id} is what an apply proves, or rolls back for: it can't be waived; with \`apply: false\` in its section it is only measured`,
  };
}

/** Whether the section of the check is only measured: all its checks are audits then. */
function isMeasured(tree: Tree, id: string): boolean {
  const apply = at(tree, [id.slice(0, id.indexOf(".")), "apply"]);
  return apply?.kind === "scalar" && apply.value === false;
}
