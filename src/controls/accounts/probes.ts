/** All that the accounts control reads of a host. */
import { accounts, authorizedKeys } from "../../facts/accounts.ts";
import { chroots } from "../../facts/chroots.ts";
import { emptyHashes } from "../../facts/empty-hashes.ts";
import { debianPackage, file } from "../../facts/files.ts";
import type { Probe } from "../../facts/probe.ts";
import { sshdEffective, sshdFiles, type Visit } from "../../facts/sshd.ts";
import { sudo, sudoBeside, sudoEnds } from "../../facts/sudo.ts";
import { sudoUnasked } from "../../facts/sudo-unasked.ts";
import { madeAccounts } from "../../kinds/account/made.ts";
import { accountProbe } from "../../kinds/account.ts";
import { type KeysFact, keysProbe } from "../../kinds/keys.ts";
import { memberProbe } from "../../kinds/member.ts";
import type { Seen } from "../../plan/control.ts";
import type { AccountsParams } from "./params.ts";

/** Sorted behind what others have there: of several rules for a login sudo takes the last. */
export const sudoersPath = "/etc/sudoers.d/zz-harden";

type OfUsers = Readonly<Record<`keys of ${string}`, Probe<KeysFact>>>;

/** Root needs no sudo. */
const becomingRoot = (names: readonly string[], { planned }: Visit) =>
  [planned, ...names].filter((name) => name !== "root");

export const accountsProbes = ({ users }: AccountsParams, visit: Visit) => {
  const names = users.map(({ name }) => name);
  const own: OfUsers = Object.fromEntries(names.map((name) => [`keys of ${name}`, keysProbe(name)]));
  const fixed = {
    ...Object.fromEntries(names.map((name) => [`account ${name}`, accountProbe(name)])),
    ...Object.fromEntries(
      users.flatMap(({ name, groups }) =>
        groups.map((group) => [`${name} in ${group}`, memberProbe(name, group)]),
      ),
    ),
    accounts: accounts([visit.login, visit.planned, ...names]),
    emptyHashes,
    keys: authorizedKeys(visit),
    effective: sshdEffective(visit),
    sshdFiles: sshdFiles(),
    chroots: chroots(names),
    sudo: sudo(becomingRoot(names, visit)),
    sudoEnds: sudoEnds(becomingRoot(names, visit)),
    sudoBeside: sudoBeside(becomingRoot(names, visit)),
    sudoUnasked: sudoUnasked(becomingRoot(names, visit)),
    sudoPackage: debianPackage("sudo"),
    sudoers: file(sudoersPath),
    made: madeAccounts(names),
  };
  return { ...own, ...fixed } as OfUsers & typeof fixed;
};

export type AccountsProbes = ReturnType<typeof accountsProbes>;
export type AccountsSeen = Seen<AccountsParams, AccountsProbes>;
