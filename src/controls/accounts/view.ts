/** What claims, guards and checks of the accounts control go by: each user of the profile, as it is and as it will be. */
import { type Account, type KeyFile, keysHere } from "../../facts/accounts.ts";
import { type Fact, unknown, valueOr } from "../../facts/probe.ts";
import type { KeysFact } from "../../kinds/keys.ts";
import type { Coming } from "../../plan/access.ts";
import type { Input } from "../../plan/control.ts";
import { comingOf } from "./coming.ts";
import { foreseenAccount, foreseenFiles, keysFile, keysFileOf } from "./foreseen.ts";
import type { AccountsParams } from "./params.ts";
import type { AccountsProbes, AccountsSeen } from "./probes.ts";

export interface Login {
  readonly coming: Coming;
  /** As it is; undefined where it isn't there. */
  readonly account: Account | undefined;
  /** Others with its number: whoever gets in there has all that this one has. */
  readonly sharing: readonly Account[];
  readonly foreseen: Account;
  /** What is in its authorized_keys. */
  readonly keys: Fact<KeysFact>;
  /** Where sshd looks for its keys today, and what it will find. */
  readonly files: readonly KeyFile[];
  readonly filesThen: readonly KeyFile[];
  /** Where sshd looks for its keys, where that isn't where harden writes. */
  readonly elsewhere: string | undefined;
}

export interface AccountsView {
  readonly logins: readonly Login[];
}

export type AccountsInput = Input<AccountsParams, AccountsProbes, AccountsView>;

export const viewOf = (seen: AccountsSeen): AccountsView => ({
  logins: [...comingOf(seen.params).values()].map((coming) => loginOf(coming, seen)),
});

function loginOf(coming: Coming, seen: AccountsSeen): Login {
  const { facts } = seen;
  const all = valueOr(facts.accounts, undefined)?.accounts ?? [];
  const account = all.find(({ name }) => name === coming.name);
  const foreseen = foreseenAccount(account, coming)!;
  const files = keysHere(valueOr(facts.keys, []), coming.name);
  return {
    coming,
    account,
    sharing: all.filter(({ name, uid }) => uid === account?.uid && name !== coming.name),
    foreseen,
    keys: facts[`keys of ${coming.name}`] ?? unknown("it was not asked for"),
    files,
    filesThen: foreseenFiles(files, foreseen, coming),
    elsewhere: elsewhereOf(files, foreseen, seen),
  };
}

/** By the files that were found for it, else by what sshd does for everybody, or for the planned login. */
function elsewhereOf(
  files: readonly KeyFile[],
  { home, name }: Account,
  { facts, access }: AccountsSeen,
): string | undefined {
  const paths = files.map(({ path }) => path);
  if (paths.length > 0) return paths.includes(keysFileOf(home)) ? undefined : paths.join(" and ");
  const effective = valueOr(facts.effective, undefined);
  const of = name === access.planned.login ? effective?.planned : effective?.global;
  const patterns = of?.get("authorizedkeysfile")?.[0]?.split(" ");
  const ours = [keysFile, `%h/${keysFile}`, `/home/%u/${keysFile}`];
  if (patterns === undefined || patterns.some((pattern) => ours.includes(pattern))) return undefined;
  return patterns.join(" and ");
}
