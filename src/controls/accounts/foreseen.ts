/** Accounts and their keys as they will be once the profile's accounts are applied. Pure. */
import type { Account, KeyFile, PathStep } from "../../facts/accounts.ts";
import { homeOf } from "../../kinds/account.ts";
import { keyOf } from "../../kinds/keys/line.ts";
import type { Coming } from "../../plan/access.ts";

/** Undefined for a login that neither is there nor comes. */
export function foreseenAccount(
  account: Account | undefined,
  coming: Coming | undefined,
): Account | undefined {
  if (coming === undefined) return account;
  const { name, shell, groups } = coming;
  if (account !== undefined) return { ...account, groups: [...new Set([...account.groups, ...groups])] };
  return {
    // Whatever useradd will choose.
    name,
    uid: -1,
    gid: -1,
    home: homeOf(name),
    shell,
    shellRuns: true,
    groups: [name, ...groups],
    shadow: { password: "none" },
  };
}

/** Below a home; what harden writes to. */
export const keysFile = ".ssh/authorized_keys";

export const keysFileOf = (home: string) => `${home.replace(/\/$/, "")}/${keysFile}`;

/** The files in which sshd will look for keys of an account. */
export function foreseenFiles(
  files: readonly KeyFile[],
  { name, home, uid, gid }: Account,
  coming: Coming | undefined,
): readonly KeyFile[] {
  if (coming === undefined || (coming.keys.length === 0 && !coming.onlyThese)) return files;
  const path = keysFileOf(home);
  const now = files.find((file) => file.path === path);
  const step = (of: string, mode: number): PathStep => ({ path: of, mode, uid, gid });
  const above = now?.steps.slice(2) ?? [];
  const written: KeyFile = {
    user: name,
    home,
    path,
    steps: [step(path, 0o100600), step(path.replace(/\/[^/]*$/, ""), 0o040700), ...above],
    lines: [...linesLeft(now?.lines ?? [], coming), ...coming.keys],
  };
  return [written, ...files.filter((file) => file !== now)];
}

/** Of the lines that are there; a listed key counts as the profile has it. */
function linesLeft(lines: readonly string[], { keys, onlyThese }: Coming): readonly string[] {
  const listed = new Set(keys.map((line) => keyOf(line)?.blob));
  return onlyThese ? [] : lines.filter((line) => !listed.has(keyOf(line)?.blob));
}
