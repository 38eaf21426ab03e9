/** Names of the profile that nobody on the host goes by: sshd takes them without a word, and they let nobody in. */
import { findingsOf } from "../../../checks/finding.ts";
import { isLiteral, literalUsers } from "../params.ts";
import type { Guard } from "./context.ts";

const say = findingsOf("ssh", {
  "nobody-allowed": ["warn", "A list of the profile lets in somebody who isn't there"],
});

export const findings = say.records;

export const namesNote: Guard = ({ input, accounts: { accounts, left } }) => {
  const { params } = input;
  const coming = input.access.coming ?? new Map();
  const users = literalUsers(params).filter(
    (name) => !coming.has(name) && !accounts.some((account) => account.name === name),
  );
  const inGroup = (name: string) =>
    [...accounts, ...coming.values()].some(({ groups }) => groups.includes(name));
  // A member may be among those that were not looked at.
  const groups =
    left > 0 ? [] : (params.allowGroups ?? []).filter((name) => isLiteral(name) && !inGroup(name));
  const told = [
    ...(users.length === 0 ? [] : [`ssh.allowUsers names ${users.join(", ")}: no such account is here`]),
    ...(groups.length === 0 ? [] : [`ssh.allowGroups names ${groups.join(", ")}: no login is in that group`]),
  ];
  return told.flatMap((message) =>
    say(
      "nobody-allowed",
      `${message}.`,
      "Correct the name in the profile, or make the account or the membership on the host.",
    ),
  );
};
