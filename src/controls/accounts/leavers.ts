/** The check of accounts that harden made and the profile no longer names, whatever they are called by now. */
import type { KeyFile } from "../../facts/accounts.ts";
import { valueOr } from "../../facts/probe.ts";
import type { MadeAccount } from "../../kinds/account/made.ts";
import { keyOf } from "../../kinds/keys/line.ts";
import { eachOf } from "../each.ts";
import { keysUnread, leftOut } from "../login-keys.ts";
import { references } from "../references.ts";
import type { TestRow } from "../row.ts";
import { part } from "../verdict.ts";
import { atLogin, named, notWhole } from "./key-texts.ts";
import type { AccountsParams } from "./params.ts";
import type { AccountsProbes } from "./probes.ts";
import type { AccountsInput, AccountsView } from "./view.ts";

const blobsIn = (lines: readonly string[]) => lines.flatMap((line) => keyOf(line)?.blob ?? []);

/**
 * The files of keys that open an account that harden made: those of its name, of what it is called now, and of each account of
 * its number. Where it is gone its number may be another's by now, who has none of its keys.
 */
function filesOf(
  { name, now, uid, keys }: MadeAccount,
  { facts, params }: AccountsInput,
): readonly KeyFile[] {
  const accounts = valueOr(facts.accounts, undefined)?.accounts ?? [];
  const files = valueOr(facts.keys, []);
  const itself = [name, now];
  const numbers = accounts.filter((each) => itself.includes(each.name)).map((each) => each.uid);
  const listed = new Set(blobsIn(keys));
  const isHeir = (user: string) =>
    files.some((file) => file.user === user && blobsIn(file.lines).some((blob) => listed.has(blob)));
  const names = accounts
    .filter((each) => numbers.includes(each.uid) || (each.uid === uid && isHeir(each.name)))
    .map((each) => each.name);
  const users = new Set([...itself, ...names]);
  return files.filter(({ user }) => users.has(user) && params.users.every((each) => each.name !== user));
}

/** `kim2, made as kim`. */
const called = (user: string, name: string) =>
  user === name ? name : `${user}, made as ${name} or with its number`;

export const leavers: TestRow<AccountsParams, AccountsProbes, AccountsView> = {
  id: "accounts.leavers",
  title: "No key opens an account that harden made and the profile no longer names",
  severity: "high",
  why: "Whoever has left still comes in: harden takes nobody's account away, with what is in its home.",
  by: ["users"],
  leavesOpen:
    "Sessions that are open go on, and what the account left behind (files, units, tokens elsewhere) stays.",
  stricter: "`usermod -L -e 1 LOGIN` and `loginctl terminate-user LOGIN`: its cron jobs and units stop, too.",
  look: "grep -w account /var/lib/harden/manifest; getent passwd; ssh-keygen -lf ~LOGIN/.ssh/authorized_keys",
  reads: atLogin,
  role: "audit",
  references: references({ anssi: "R30" }),
  test: eachOf({
    expected: "none of these accounts has a key",
    things: ({ facts, params }: AccountsInput) => {
      const { made } = facts;
      if ("why" in made) return made;
      const left = valueOr(made, []).filter(({ name }) => params.users.every((user) => user.name !== name));
      return left.length === 0 ? "harden made no other account here" : (keysUnread(facts) ?? left);
    },
    wrong: (made, input) =>
      filesOf(made, input).flatMap((file) => {
        const keys = file.lines.filter((line) => keyOf(line) !== undefined);
        const opened = called(file.user, made.name);
        return keys.length > 0
          ? [part("fail", file.user, `${keys.map(named).join(", ")} opens ${opened} (${file.path})`)]
          : notWhole(file.user, file);
      }),
    beside: ({ facts }) => leftOut(facts),
    right: (left) => left.map(({ name }) => name).join(", "),
    remedy:
      "Take the keys out of the file, or the account away with `userdel -r`; name it in the profile again where it is to stay.",
  }),
};
