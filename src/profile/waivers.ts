/** What is wrong with a waiver beside its shape: the check that it names, and its day. */
import { nearest } from "./nearest.ts";
import { type Problem, problem } from "./problem.ts";
import { printable } from "./text.ts";
import { at, type MapTree, type Tree } from "./tree.ts";
import { day } from "./types.ts";

/** A check as the profile needs to know it: what is always a proof is waived by nobody. */
export interface KnownCheck {
  readonly id: string; // CONTROL.NAME
  readonly role: string;
}

interface Fault {
  readonly message: string;
  readonly suggestion?: string | undefined;
}

/** By the tree, so that they are told with all that is wrong elsewhere. */
export function waiverProblems(
  tree: MapTree,
  { checks, today = "" }: { readonly checks: readonly KnownCheck[]; readonly today?: string | undefined },
): readonly Problem[] {
  const waivers = at(tree, ["waivers"]);
  if (waivers?.kind !== "list") return [];
  return waivers.items.flatMap((item, index) => {
    const said = (key: string, faultIn: (value: string) => Fault | undefined) => {
      const node = at(item, [key]);
      if (node?.kind !== "scalar" || typeof node.value !== "string") return [];
      const fault = faultIn(node.value);
      return fault === undefined ? [] : [problem(node.origin, ["waivers", index, key], fault)];
    };
    return [
      ...said("check", (check) => faultOf(check, tree, checks)),
      ...said("until", (until) => (day.safeParse(until).success && until < today ? over : undefined)),
    ];
  });
}

const over = {
  message: "is over, and the waiver counts no more: agree on a new day, or take the waiver out",
};

function faultOf(id: string, tree: Tree, checks: readonly KnownCheck[]): Fault | undefined {
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
