/** The guide's principles of identities: by Terraform where it says something of them, else by a person's word. */
import type { ObjectResult } from "../../checks/object.ts";
import { attested } from "../attestation.ts";
import { bad, type CloudRow, type CloudSeen, unmeasured } from "../check.ts";
import { isTold, type Placed, type RoleUse, type Said } from "../model.ts";
import { tagIt } from "./words.ts";

const resultOf = (said: Said): ObjectResult => ({
  object: said.object,
  at: said.at,
  verdict: said.verdict,
  found: said.found,
  ...(said.remedy === undefined ? {} : { remedy: said.remedy }),
});

interface Asked {
  /** Of the check, which is the line that an attestation names. */
  readonly id: string;
  readonly seen: CloudSeen;
}

type IdentityRow = Omit<CloudRow, "test"> & { readonly test: (asked: Asked) => readonly ObjectResult[] };

/** A person's word is for what no file says, and not for what stands there unread. */
const unreadOf = (identity: Placed): ObjectResult =>
  unmeasured(identity, "nothing here reads it, and by its kind it gives rights", "Look at it by hand.");

/** All that doesn't hold; one that passes where all do. */
function saidOf(
  all: readonly Said[],
  what: string,
  { id, seen, unread = [] }: Asked & { readonly unread?: readonly ObjectResult[] },
): readonly ObjectResult[] {
  if (all.length === 0 && unread.length === 0) return [attested(id, seen)];
  const wrong = [...all.filter(({ verdict }) => verdict !== "pass").map(resultOf), ...unread];
  return wrong.length > 0 ? wrong : [{ object: "", verdict: "pass", found: `${all.length} ${what}` }];
}

function trail(asked: Asked): readonly ObjectResult[] {
  const { id, seen } = asked;
  const { trails, isTerraform } = seen.cloud;
  if (trails.length > 0) return saidOf(trails, "trails of who did what", asked);
  const word = attested(id, seen);
  if (!isTerraform || seen.attestations.some(({ line }) => line === id)) return [word];
  const remedy = "Add one (aws_cloudtrail), or attest that another state has it.";
  return [
    { object: "", verdict: "fail", found: "no audit trail in it, and nobody has attested one", remedy },
  ];
}

function separation({ id, seen }: Asked): readonly ObjectResult[] {
  const { roleUses } = seen.cloud;
  if (roleUses.length === 0) return [attested(id, seen)];
  const first = owners(roleUses);
  const results = roleUses.flatMap((use): readonly ObjectResult[] => {
    const { tier, role } = use;
    if (role === undefined)
      return [unmeasured(use, "its role is not known before the apply", "Check it again after the apply.")];
    if (!isTold(tier)) return [unmeasured(use, `${role}: ${tier.untold}`, tagIt)];
    const other = first.get(role);
    if (other === tier.name) return [];
    return [
      bad(
        use,
        `the role ${role} of ${tier.name} is that of ${other}, too`,
        "Give each tier a role of its own.",
      ),
    ];
  });
  return results.length > 0
    ? results
    : [{ object: "", verdict: "pass", found: `${roleUses.length} roles, each of one tier` }];
}

/** The tier that has a role first. */
function owners(uses: readonly RoleUse[]): ReadonlyMap<string | undefined, string> {
  const found = new Map<string | undefined, string>();
  for (const { tier, role } of uses) if (isTold(tier) && !found.has(role)) found.set(role, tier.name);
  return found;
}

const rows: readonly IdentityRow[] = [
  {
    id: "cloud.least-privilege",
    title: "No policy grants more than is named",
    severity: "high",
    criteria: ["CC6.1"],
    expected: "no * in actions or resources, and no policy of administrators; or an attestation",
    why: "Who takes over one machine has all that its role may do.",
    breaks: "What uses a right that nobody has named: its log says which.",
    leavesOpen: "A named action on a named thing can still be the one that does harm, such as iam:PassRole.",
    stricter:
      "Permission boundaries and an access analyzer every night: somebody has to read it, and releases wait for rights.",
    look: "aws iam get-account-authorization-details --filter LocalManagedPolicy Role",
    test: (asked) => {
      const { policies, unread } = asked.seen.cloud;
      return saidOf(policies, "policies that name what they grant", {
        ...asked,
        unread: unread.identities.map(unreadOf),
      });
    },
  },
  {
    id: "cloud.credentials",
    title: "No credential lives for long",
    severity: "high",
    criteria: ["CC6.1"],
    expected: "roles with temporary credentials, no access keys; or an attestation",
    why: "A key that never ends is in backups, logs and old laptops, and works there.",
    breaks: "What runs outside the cloud with such a key: give it a role by OIDC.",
    leavesOpen: "A temporary credential that is stolen works until it ends, an hour or more.",
    stricter: "Sessions of 15 minutes, bound to the address of the machine: long jobs have to ask anew.",
    look: "aws iam generate-credential-report; aws iam get-credential-report",
    test: (asked) =>
      saidOf(asked.seen.cloud.credentials, "identities without a key that lives for long", asked),
  },
  {
    id: "cloud.separation",
    title: "Each tier has a role of its own",
    severity: "medium",
    criteria: ["CC6.1"],
    expected: "no role on two tiers; or an attestation",
    why: "With a shared role whoever is in one tier has the rights of the other.",
    leavesOpen: "Roles apart can still be allowed the same things.",
    stricter: "An account of its own for each tier: networks, bills and trails have to be joined again.",
    look: "aws ec2 describe-iam-instance-profile-associations",
    test: separation,
  },
  {
    id: "cloud.audit-trail",
    title: "Who did what in the cloud is kept",
    severity: "high",
    criteria: ["CC7.2"],
    expected: "an audit trail that is on; or an attestation",
    why: "Without it nobody can say afterwards who changed a rule or read a secret.",
    leavesOpen: "Who may delete the trail or its bucket can take away what was written.",
    stricter:
      "The trail in another account with object lock: nobody can delete it early, and all of it is paid for.",
    look: "aws cloudtrail describe-trails; aws cloudtrail get-trail-status --name NAME",
    test: trail,
  },
];

/** What no file says a person may attest, in a line with the check's id. */
export const identityChecks: readonly CloudRow[] = rows.map((row) => ({
  ...row,
  test: (seen) => row.test({ id: row.id, seen }),
}));
