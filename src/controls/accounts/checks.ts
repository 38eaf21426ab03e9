/** Checks of accounts: their keys, the days on which a login ends, empty passwords, and what sudo lets them do. */
import { valueOr } from "../../facts/probe.ts";
import { eachOf } from "../each.ts";
import { hasEmptyHash, untried } from "../empty-hashes.ts";
import { leftOut } from "../login-keys.ts";
import { references } from "../references.ts";
import type { TestRow } from "../row.ts";
import { readableSudo } from "../ssh/guards/sudo.ts";
import { part } from "../verdict.ts";
import { expiry } from "./expiry.ts";
import { keyChecks } from "./key-checks.ts";
import { leavers } from "./leavers.ts";
import type { AccountsParams, WantedUser } from "./params.ts";
import type { AccountsProbes } from "./probes.ts";
import { asCalled, sudoersInSync } from "./sudoers.ts";
import type { AccountsInput, AccountsView } from "./view.ts";

type AccountsCheck = TestRow<AccountsParams, AccountsProbes, AccountsView>;

/** By which setting sudo asks for something else than the user's own password. */
function otherPassword({ name }: WantedUser, { facts }: AccountsInput, isKnown: boolean): string | undefined {
  const other = valueOr(facts.sudoUnasked, undefined)?.others.get(name);
  return other?.isKnown === isKnown ? `${name}: ${other.text} (${other.setting})` : undefined;
}

/** What sudo does for a user where that isn't what the profile says. */
function sudoFault(user: WantedUser, input: AccountsInput): string | undefined {
  const { name, sudo } = user;
  const { facts, view } = input;
  if (facts.sudo.state === "absent") return "sudo is not installed";
  const account = view.logins.find(({ coming }) => coming.name === name)?.account;
  const may = readableSudo(facts.sudo, name);
  if (may !== "all") return `${name}: ${may}${asCalled(account)}`;
  const unasked = valueOr(facts.sudoUnasked, undefined)?.ways.get(name);
  const asks = sudo === "password" ? unasked === undefined : unasked !== "/bin/sh";
  if (account?.uid === 0) return undefined;
  if (asks && account?.shadow?.password === "empty")
    return `${name}: sudo asks for a password, and it is empty`;
  if (asks === (sudo === "password")) return asks ? otherPassword(user, input, true) : undefined;
  return asks ? `${name}: sudo asks for a password` : `${name}: sudo asks for no password before ${unasked}`;
}

/** Our file is as wanted, so that another one decides. */
const isOthers = ({ params, facts }: AccountsInput) =>
  facts.sudo.state !== "absent" && sudoersInSync(params.users, facts);

const sudo: AccountsCheck = {
  id: "accounts.sudo",
  title: "sudo lets these logins become root, as the profile says",
  severity: "high",
  why: "A login that can't become root can mend nothing, and with root's own login shut nobody could.",
  breaks: "nopasswd: whoever steals the key is root.",
  by: ["users"],
  leavesOpen:
    "Who is root may change the log of it, and sudo asks a session in which the password was typed no more for timestamp_timeout.",
  stricter:
    "sudo for named commands alone, in a file of your own below /etc/sudoers.d: each new need is a new line.",
  look: "sudo -l -U LOGIN",
  reads: { only: ["file"], because: "sudo says it itself, and reads its files anew at each command." },
  role: "proof or audit",
  references: references({ anssi: "R39" }),
  test: eachOf({
    expected: "every command, as root, with a password or without one as the profile says",
    things: ({ params, facts: { sudo } }: AccountsInput) => {
      const wanted = params.users.filter(({ sudo }) => sudo !== false);
      if (wanted.length === 0) return "the profile gives nobody sudo";
      return "why" in sudo ? sudo : wanted;
    },
    wrong: (user, input) => {
      const found = sudoFault(user, input);
      if (found !== undefined) return part("fail", user.name, found);
      const doubt = user.sudo === "password" ? otherPassword(user, input, false) : undefined;
      return doubt === undefined
        ? undefined
        : part("error", user.name, `${doubt}: whether for its password is not known`);
    },
    beside: ({ facts }) => {
      const left = valueOr(facts.sudoUnasked, undefined)?.left ?? 0;
      return left === 0
        ? []
        : [part("error", "", `${left} more accounts that a login may become were not looked at`)];
    },
    right: (wanted) => wanted.map(({ name }) => name).join(", "),
    role: (input, parts) => (parts.length > 0 && isOthers(input) ? "audit" : undefined),
    remedy: (input) =>
      isOthers(input)
        ? "Another rule of sudo, a default such as !authenticate or exempt_group, or an empty password decides. sudo -l -U LOGIN shows the rules, of which the last one counts: take it out of its file, or change sudo in the profile. passwd LOGIN sets a password."
        : undefined,
  }),
};

const emptyPasswords: AccountsCheck = {
  id: "accounts.empty-passwords",
  title: "No account with a login shell has an empty password",
  cause: "empty passwords",
  severity: "high",
  why: "PAM takes an empty password where it says `nullok`, as Debian has it: by `su`, by sudo or at the console every user of the host is this account.",
  leavesOpen:
    "A password that is set may be one that others guess, and accounts of a directory service are not looked at.",
  stricter:
    "No nullok in /etc/pam.d/common-auth: an empty password opens nothing, and such an account has no password at all.",
  look: "awk -F: '$2 == \"\" { print $1 }' /etc/passwd /etc/shadow",
  role: "audit",
  needs: ["accounts"],
  reads: { only: ["file"], because: "PAM reads shadow anew each time that it asks for a password." },
  references: references({ cis12: "7.2.2" }),
  test: eachOf({
    expected: "none that is empty",
    things: ({ facts, host }: AccountsInput) =>
      host.uid === 0 ? (valueOr(facts.accounts, undefined)?.accounts ?? []) : { why: "shadow(5) needs root" },
    wrong: ({ name, shadow }, { facts }) =>
      shadow?.password === "empty" || hasEmptyHash(facts.emptyHashes, name)
        ? {
            ...part("fail", name, `the password of ${name} is empty`),
            remedy: `On the host: passwd -l ${name} for one that comes in by a key, else passwd ${name}`,
          }
        : undefined,
    beside: ({ facts }) => [
      ...leftOut(facts),
      ...untried(facts.emptyHashes).map((why) => part("error", "", why)),
    ],
    right: (accounts) => `${accounts.length} accounts, none with an empty one`,
  }),
};

export const checks: readonly AccountsCheck[] = [...keyChecks, leavers, expiry, emptyPasswords, sudo];
