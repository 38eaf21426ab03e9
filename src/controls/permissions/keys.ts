/** The files and folders of keys that open logins, each with the accounts that it opens. Pure. */
import { dirname } from "node:path/posix";
import type { Account, KeyFile, PathStep } from "../../facts/accounts.ts";
import { valueOr } from "../../facts/probe.ts";
import { ownGroupOf } from "../accounts/shut.ts";
import type { PermissionsSeen } from "./probes.ts";

/** One file or folder, wherever the name that sshd looks for really leads. */
export interface KeyThing {
  readonly path: string;
  readonly type: "file" | "folder";
  /** Four octal digits. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  /** Those that sshd looks here for by this very name, or by a link of root's, or that it belongs to: it is theirs to care for. */
  readonly accounts: readonly Account[];
  /** Those that only a link in their home leads here: none of them says what becomes of it. */
  readonly linked: readonly Account[];
  /** As `mode`, with what others may not do taken away. */
  readonly wanted: string;
  /** The loosest that is fine. */
  readonly most: string;
}

export interface Logins {
  readonly things: readonly KeyThing[];
  /** Files that could not be read, and why: where they are is not known. */
  readonly unread: readonly { readonly path: string; readonly why: string }[];
}

interface Found {
  readonly step: PathStep;
  readonly type: KeyThing["type"];
  readonly account: Account;
  /** The path that sshd was told. */
  readonly named: string;
  /** It lies in the account's home, where its owner may make a link of it. */
  readonly isAtHome: boolean;
}

/**
 * sshd reads with the rights of the account: what belongs to it is for nobody else, and what is root's, or opens a second
 * account, must stay readable, and is only for nobody else to change.
 */
export function loginsOf({ facts }: Pick<PermissionsSeen, "facts">): Logins {
  const accounts = new Map(
    valueOr(facts.accounts, undefined)?.accounts.map((account) => [account.name, account]),
  );
  const files = valueOr(facts.keys, []);
  const found = files.flatMap((file) => {
    const account = accounts.get(file.user);
    return account === undefined ? [] : foundOf(file, account);
  });
  const byPath = new Map<string, Found[]>();
  for (const each of found) byPath.set(each.step.path, [...(byPath.get(each.step.path) ?? []), each]);
  return {
    things: [...byPath.values()].map((all) => thingOf(all as [Found, ...Found[]])),
    unread: [
      ...new Map(
        files.flatMap(({ path, steps, unread }) =>
          unread !== undefined && steps.length === 0 ? [[path, unread] as const] : [],
        ),
      ),
    ].map(([path, why]) => ({ path, why })),
  };
}

/** The folder only where its name lies in the home: /etc/ssh, or the home itself, is for others, too. */
function foundOf({ steps, folder, home, path }: KeyFile, account: Account): readonly Found[] {
  const [file] = steps;
  const parent = dirname(path);
  const isIn = (place: string) => place.startsWith(`${home.replace(/\/$/, "")}/`);
  const of = { account, isAtHome: isIn(path) };
  return [
    ...(file === undefined ? [] : [{ ...of, step: file, type: "file" as const, named: path }]),
    ...(folder !== undefined && isIn(parent)
      ? [{ ...of, step: folder, type: "folder" as const, named: parent }]
      : []),
  ];
}

function thingOf(all: readonly [Found, ...Found[]]): KeyThing {
  const [{ step, type }] = all;
  const isTheirs = ({ account, named, isAtHome }: Found) =>
    named === step.path || account.uid === step.uid || !isAtHome;
  const accounts = all.filter(isTheirs).map(({ account }) => account);
  const linked = all.filter((each) => !isTheirs(each)).map(({ account }) => account);
  const alone = accounts.length > 0 && accounts.every(({ uid }) => uid === step.uid);
  const mode = step.mode & 0o7777;
  const allowed = alone ? 0o7700 : 0o7755;
  const digits = (bits: number) => bits.toString(8).padStart(4, "0");
  return {
    path: step.path,
    type,
    uid: step.uid,
    gid: step.gid,
    accounts,
    linked,
    mode: digits(mode),
    wanted: digits(mode & allowed),
    most: digits((type === "folder" ? 0o777 : 0o666) & allowed),
  };
}

/** Where sshd has StrictModes off: what others can replace on the way to a file of keys, whether or not it is there. */
export function openWays({
  facts,
}: Pick<PermissionsSeen, "facts">): readonly { readonly path: string; readonly names: string }[] {
  const accounts = valueOr(facts.accounts, undefined)?.accounts ?? [];
  const open = new Map<string, Set<string>>();
  for (const { user, way = [] } of valueOr(facts.keys, [])) {
    const account = accounts.find(({ name }) => name === user);
    if (account === undefined) continue;
    const ownGroup = ownGroupOf(account, accounts);
    for (const [at, step] of way.entries())
      if (isReplaceable(step, { uid: account.uid, ownGroup, isLast: at === way.length - 1 }))
        open.set(step.path, (open.get(step.path) ?? new Set()).add(user));
  }
  return [...open].map(([path, names]) => ({ path, names: [...names].join(", ") }));
}

/** In a sticky folder only what isn't there yet is for others to make. */
function isReplaceable(
  { mode, uid: owner, gid }: PathStep,
  about: { readonly uid: number; readonly ownGroup: number | undefined; readonly isLast: boolean },
): boolean {
  const type = mode & 0o170000;
  if (type === 0o100000) return false;
  if (owner !== 0 && owner !== about.uid) return true;
  if (type !== 0o040000) return false;
  const isShared = (mode & (gid === 0 || gid === about.ownGroup ? 0o002 : 0o022)) !== 0;
  return isShared && (about.isLast || (mode & 0o1000) === 0);
}
