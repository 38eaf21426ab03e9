/** The check that the logins still get in when time has passed. */
import { keysHere } from "../../facts/accounts.ts";
import { valueOr } from "../../facts/probe.ts";
import { eachOf } from "../each.ts";
import type { TestRow } from "../row.ts";
import { part } from "../verdict.ts";
import { endingsOf, keysEnding, sudoEnding } from "./endings.ts";
import type { AccountsParams } from "./params.ts";
import type { AccountsProbes } from "./probes.ts";
import type { AccountsInput, AccountsView } from "./view.ts";

/** Each day on which something of these logins ends. */
function all({ params, facts, access, host }: AccountsInput) {
  const { accounts, now } = valueOr(facts.accounts, { accounts: [], now: 0 });
  const names = new Set([access.planned.login, ...params.users.map(({ name }) => name)]);
  const logins = accounts.filter(({ name }) => names.has(name));
  if (logins.length === 0) return "none of these logins is there";
  if (host.uid !== 0) return { why: "shadow(5) needs root" };
  const linesOf = (name: string) => keysHere(valueOr(facts.keys, []), name).flatMap(({ lines }) => lines);
  return logins.flatMap((login) =>
    [
      ...endingsOf(login, now),
      ...keysEnding(login.name, linesOf(login.name), now),
      ...sudoEnding(login.name, valueOr(facts.sudoEnds, undefined)),
    ].map((ending) => ({ ...ending, name: login.name })),
  );
}

/** When another account than the planned login ends, its keys or its sudo, somebody has said so: the verdict has the day. */
export const expiry: TestRow<AccountsParams, AccountsProbes, AccountsView> = {
  id: "accounts.expiry",
  title: "No day shuts out the planned login, or one that could not change its password",
  severity: "high",
  why: "A benchmark's `PASS_MAX_DAYS` ages passwords that nobody has: on that day every key is refused, and the console is left.",
  by: ["users"],
  leavesOpen: "A login that never ends opens the host for as long as somebody holds its key.",
  stricter:
    "`usermod -e DAY LOGIN` for people who come for a while, never for the planned login: each has to be prolonged by hand.",
  look: "chage -l LOGIN",
  reads: {
    only: ["file"],
    because: "PAM, sshd and sudo read shadow, keys and sudoers anew at each login and each command.",
  },
  role: "audit",
  needs: ["accounts"],
  test: eachOf({
    expected: "the planned login never ends, and passwords age only where their owners can change them",
    things: all,
    wrong: ({ name, text, remedy, over, byOwner, of }, { access }) => {
      const isPlanned = name === access.planned.login;
      const shuts = of === "password" ? !byOwner || (over && isPlanned) : over || isPlanned;
      return shuts ? { ...part("fail", name, text), remedy: `On the host: ${remedy}` } : undefined;
    },
    right: (endings) => endings.map(({ text }) => text).join("; ") || "shadow(5) has no such day",
  }),
};
