/** What the profile's accounts want of a host. */
import { valueOr } from "../../facts/probe.ts";
import { type Claim, claimsOf, debian, rootFile } from "../../plan/claim.ts";
import type { WantedUser } from "./params.ts";
import { sudoersPath } from "./probes.ts";
import { sudoersMode, sudoersOf, sudoersText } from "./sudoers.ts";
import type { AccountsInput } from "./view.ts";

const claim = claimsOf("accounts");

/** The accounts themselves come by their rule. */
export const desired = ({ params, view, facts, access }: AccountsInput): readonly Claim[] => [
  ...view.logins
    .filter(
      ({ elsewhere, coming: { keys, onlyThese } }) =>
        elsewhere === undefined && (keys.length > 0 || onlyThese),
    )
    .map(({ coming: { name, keys, onlyThese } }) =>
      claim("Whoever holds one of the keys can log in.", {
        kind: "keys",
        user: name,
        lines: keys,
        others: onlyThese ? "remove" : "keep",
        vital: name === access.planned.login,
      }),
    ),
  ...sudoClaims(params.users, {
    installed: valueOr(facts.sudoPackage, undefined)?.installed === true,
    written: sudoersOf(facts),
  }),
];

function sudoClaims(
  users: readonly WantedUser[],
  { installed, written }: { readonly installed: boolean; readonly written: string | undefined },
): readonly Claim[] {
  const able = users.filter(({ sudo }) => sudo !== false);
  if (able.length === 0)
    return written?.startsWith("# Written by harden") === true
      ? [claim("The profile lets nobody become root any more.", rootFile(sudoersPath, "absent"))]
      : [];
  const reason = "These logins become root by it.";
  return [
    ...(installed ? [] : [claim(reason, debian("sudo", "how a login becomes root"))]),
    claim(
      reason,
      rootFile(sudoersPath, Buffer.from(sudoersText(users)), {
        mode: sudoersMode,
        proof: { check: "sudo", words: [sudoersPath] },
      }),
    ),
  ];
}
