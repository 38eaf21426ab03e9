/** The claims of all controls as one wish a thing: equal ones merge, edits of a file fold, others conflict. Pure. */
import type { Finding } from "../checks/finding.ts";
import { type FindingRecord, findingOf } from "../checks/finding.ts";
import { compose, type Resource, resourceName } from "../kinds/index.ts";
import type { Claim } from "./claim.ts";
import type { Owned } from "./owned.ts";

export const conflict: FindingRecord = {
  id: "plan.conflict",
  level: "block",
  about: "Two controls want different things of one and the same",
};

export interface ComposedClaims {
  readonly claims: readonly Claim[];
  readonly findings: readonly Finding[];
}

/** `off`: controls that are switched off, whose edits are let go of. */
export function composeClaims(
  claims: readonly Claim[],
  { owned, off }: { readonly owned: Owned; readonly off: ReadonlySet<string> },
): ComposedClaims {
  const byName = new Map<string, Claim[]>();
  for (const claim of [...claims, ...lettingGo(owned, off)]) {
    const name = resourceName(claim.resource);
    byName.set(name, [...(byName.get(name) ?? []), claim]);
  }
  const each = [...byName].map(([name, group]) => one(name, group as [Claim, ...Claim[]]));
  const all = each.flatMap((group) => group.claims);
  return { claims: all, findings: [...each.flatMap(({ findings }) => findings), ...besides(all)] };
}

/** What a change of the claim's resource says of itself, as its control has it. */
export const detailsOf = ({ details = [] }: Claim) => (details.length === 0 ? {} : { details });

function one(name: string, group: readonly [Claim, ...Claim[]]): ComposedClaims {
  const made = compose(group);
  if (made === undefined) return merged(name, group);
  const [first] = group;
  if (Array.isArray(made))
    return { claims: [], findings: made.map(({ controls, why }) => conflicting(controls[0], why)) };
  // Of several, one has the last word, or all of them together.
  const last = group.find(({ resource }) => resource === made);
  if (last !== undefined) return { claims: [last], findings: [] };
  const reason = [...new Set(group.map((claim) => claim.reason))].join(" ");
  return { claims: [{ ...first, reason, resource: made as Resource }], findings: [] };
}

/** Equal claims are one. */
function merged(name: string, group: readonly [Claim, ...Claim[]]): ComposedClaims {
  const [first, ...others] = group;
  const text = (claim: Claim) => JSON.stringify(claim.resource);
  const findings = others
    .filter((other) => text(other) !== text(first))
    .map((other) =>
      conflicting(
        first.control,
        `The controls ${first.control} and ${other.control} want different things of ${name}.`,
      ),
    );
  return { claims: [first], findings };
}

/** A whole file and edits of it can't both be. */
function besides(claims: readonly Claim[]): readonly Finding[] {
  const whole = new Map(
    claims.flatMap((each) => (each.resource.kind === "file" ? [[each.resource.path, each]] : [])),
  );
  return claims.flatMap(({ control, resource }) => {
    if (resource.kind !== "edit") return [];
    const other = whole.get(resource.path);
    if (other === undefined) return [];
    return [
      conflicting(
        other.control,
        `The control ${other.control} wants ${resource.path} as a whole, and ${control} edits it.`,
      ),
    ];
  });
}

/** Of files in which switched-off controls own keys: nothing is wanted there, so that they are let go. */
const lettingGo = (owned: Owned, off: ReadonlySet<string>): readonly Claim[] =>
  owned.flatMap(({ control, undo }) =>
    undo.kind !== "edit" || !off.has(control)
      ? []
      : [
          {
            control,
            reason: "Gives back what was there before.",
            resource: {
              kind: "edit",
              path: undo.path,
              format: undo.format,
              set: [],
              unset: [],
              missing: "skip",
              mode: "0644",
              owner: "root",
              group: "root",
            } as const,
          },
        ],
  );

const conflicting = (control: string, message: string): Finding =>
  findingOf(conflict, control, message, "Change one of them in the profile, or switch it off.");
