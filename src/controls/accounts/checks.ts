/** Checks of accounts: their keys, the days on which a login ends, and what sudo lets them do. */
import { valueOr } from "../../facts/probe.ts";
import { eachOf } from "../each.ts";
import { references } from "../references.ts";
import type { TestRow } from "../row.ts";
import { readableSudo } from "../ssh/guards/sudo.ts";
import { part } from "../verdict.ts";
import { expiry } from "./expiry.ts";
import { keyChecks } from "./key-checks.ts";
import type { Params, User } from "./params.ts";
import type { AccountsProbes } from "./probes.ts";
import { asCalled, sudoersInSync } from "./sudoers.ts";
import type { AccountsInput, View } from "./view.ts";

type AccountsCheck = TestRow<Params, AccountsProbes, View>;

/** What sudo does for a user where that isn't what the profile says. */
function sudoFault({ name, sudo }: User, { facts, view }: AccountsInput): string | undefined {
  if (facts.sudo.state === "absent") return "sudo is not installed";
  const account = view.logins.find(({ coming }) => coming.name === name)?.account;
  const may = readableSudo(facts.sudo, name);
  if (may !== "all") return `${name}: ${may}${asCalled(account)}`;
  const asks = !valueOr(facts.sudoUnasked, new Set<string>()).has(name);
  if (account?.uid === 0 || asks === (sudo === "password")) return undefined;
  return `${name}: sudo asks for ${asks ? "a" : "no"} password`;
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
  leavesOpen: "Who may become root may do all that root may, and change the log of it.",
  stricter:
    "sudo for named commands alone, in a file of your own below /etc/sudoers.d: each new need is a new line.",
  look: "sudo -l -U LOGIN",
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
      return found === undefined ? undefined : part("fail", user.name, found);
    },
    right: (wanted) => wanted.map(({ name }) => name).join(", "),
    role: (input, parts) => (parts.length > 0 && isOthers(input) ? "audit" : undefined),
    remedy: (input) =>
      isOthers(input)
        ? "Another rule of sudo, or a default such as !authenticate, decides: sudo -l -U LOGIN shows them, and the last rule counts. Take it out of its file, or change sudo in the profile."
        : undefined,
  }),
};

export const checks: readonly AccountsCheck[] = [...keyChecks, expiry, sudo];
