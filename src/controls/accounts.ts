/** accounts: who logs in, with which keys, and who becomes root by it. */
import type { Reads } from "../checks/reads.ts";
import { homeOf } from "../facts/accounts.ts";
import { valueOr } from "../facts/probe.ts";
import { checks } from "./accounts/checks.ts";
import { desired } from "./accounts/desired.ts";
import { findings, guard } from "./accounts/guard.ts";
import { schema } from "./accounts/params.ts";
import { accountsProbes } from "./accounts/probes.ts";
import { sudoersOf } from "./accounts/sudoers.ts";
import { findings as ofTaken, takenFrom } from "./accounts/taken.ts";
import { type AccountsInput, viewOf } from "./accounts/view.ts";
import { defineControl } from "./define.ts";
import { references } from "./references.ts";

const atLogin: Reads = {
  only: ["file"],
  because: "Each login looks its account and its groups up anew.",
};

export const accounts = defineControl({
  id: "accounts",
  boot: "accounts",
  title: "Give each person a login of their own",
  layer: "host",
  criteria: ["CC6.1"],
  rationale:
    "A fresh server has one login, root, which everybody shares and a password opens. Here the profile names the people: accounts that are missing are made without a password, with the keys that it lists and with sudo where it says so. An account that is there is taken as it is, and nobody's is ever removed. The undo of a run removes an account that the run made, unless something needs it, or it has a password or a group that no run gave it. What lies in a home is read and written with the rights of its owner, never through a link; the run that makes the planned login is confirmed by that login, with its key and with sudo, or it comes back.",
  schema,
  adds: ["users"],
  probes: accountsProbes,
  view: viewOf,
  checks: [
    {
      id: "accounts.users",
      title: "The accounts of the profile are there",
      severity: "medium",
      why: "Without an account of their own people share root's, and nobody can tell who did what, nor shut one of them out.",
      leavesOpen: "root can make more accounts, and one that the profile doesn't name stays as it is.",
      stricter:
        "Accounts of one directory (SSSD) with `allowUsers` for them alone: while it is away, only cached logins get in.",
      look: "getent passwd",
      reads: atLogin,
      references: references({ anssi: "R30" }),
      reason: "Each person has a login of their own.",
      want: ({ params }: AccountsInput) =>
        params.users.length === 0
          ? "the profile names no account"
          : params.users.map(({ name, shell }) => ({ kind: "account" as const, name, shell })),
    },
    {
      id: "accounts.groups",
      title: "They are members of the groups that the profile says",
      severity: "low",
      why: "A login that lacks a group can't do its work, and somebody will give it more than the group would.",
      breaks: "Some groups are as good as root: docker, disk, lxd.",
      by: ["users"],
      leavesOpen:
        "Groups that the profile doesn't name aren't judged: a member of docker or disk is root by another way.",
      stricter: "A line of sudo for the one command in place of such a group: each new need is a new line.",
      look: "id LOGIN",
      reads: atLogin,
      reason: "What the group may do is theirs, too.",
      want: ({ params }: AccountsInput) => {
        const wanted = params.users.flatMap(({ name, groups }) =>
          groups.map((group) => ({ kind: "member" as const, user: name, group })),
        );
        return wanted.length === 0 ? "the profile names no group" : wanted;
      },
    },
    ...checks,
  ],
  desired,
  describe: () => ({ why: "who may log in is a person's to say" }),
  guard,
  findings: [...findings, ...ofTaken],
  takes: ({ access, facts }, restored) =>
    takenFrom(restored, { access, sudoers: sudoersOf(facts), beside: valueOr(facts.sudoBeside, new Set()) }),
  keptAt: ({ params, facts }) => {
    const known = valueOr(facts.accounts, undefined)?.accounts ?? [];
    const homes = params.users.map(({ name }) => homeOf(name, known));
    return ["/etc/passwd", "/etc/shadow", "/etc/group", ...homes];
  },
});
