/** Accounts that sshd itself calls locked. Pure. */
import type { Account } from "../../facts/accounts.ts";

/** On Linux by a `!` before the hash (LOCKED_PASSWD_PREFIX), and only where it doesn't ask PAM; `*` is no lock. */
export const isLockedToSshd = ({ shadow }: Pick<Account, "shadow">, usePam: string | undefined): boolean =>
  usePam === "no" && shadow?.password === "locked";
