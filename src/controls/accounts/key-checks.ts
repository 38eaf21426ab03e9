/** Checks of keys: the listed ones are where sshd reads them, and no others are. */
import { valueOr } from "../../facts/probe.ts";
import { fingerprintOf, keyOf } from "../../kinds/keys/line.ts";
import { meaningOf } from "../../kinds/keys/lines.ts";
import type { Part } from "../../plan/control.ts";
import { eachOf } from "../each.ts";
import { keysUnread, leftOut } from "../login-keys.ts";
import { references } from "../references.ts";
import type { TestRow } from "../row.ts";
import { part } from "../verdict.ts";
import { besideFiles } from "./beside-files.ts";
import { atLogin, named, notWhole } from "./key-texts.ts";
import type { AccountsParams } from "./params.ts";
import type { AccountsProbes } from "./probes.ts";
import { ownKindText, shutOut } from "./shut.ts";
import type { AccountsInput, AccountsView, Login } from "./view.ts";

type AccountsCheck = TestRow<AccountsParams, AccountsProbes, AccountsView>;

/** The logins whose keys are judged, or what keeps them from it. */
const loginsOf = ({ facts, view: { logins } }: AccountsInput) =>
  logins.length === 0 ? "the profile names no account" : (keysUnread(facts) ?? logins);

const meaningsIn = ({ files }: Login) => new Set(files.flatMap(({ lines }) => lines.map(meaningOf)));

/** Listed keys that it has in no file. */
function lackingOf(login: Login): readonly Part[] {
  const there = meaningsIn(login);
  const unread = login.files.find(({ unread }) => unread !== undefined);
  const { name, keys } = login.coming;
  return keys
    .filter((line) => !there.has(meaningOf(line)))
    .map((line) => {
      const object = `${name} ${fingerprintOf(keyOf(line)!)}`;
      return unread === undefined
        ? part("fail", object, `${name} lacks ${named(line)}`)
        : part("error", object, `whether ${name} has ${named(line)} can't be told: ${unread.unread}`);
    });
}

const listedKeys: AccountsCheck = {
  id: "accounts.keys",
  title: "The keys that the profile lists are where sshd looks for them",
  severity: "medium",
  why: "Who should get in can't, and will ask for a password to be let in by.",
  by: ["users"],
  leavesOpen:
    "Whoever has the private half of a listed key comes in. What PAM and Match blocks by exec say of a login isn't judged.",
  stricter:
    'Options before the key, `from="NETWORK",restrict`: no tunnels, no agent, and nothing from elsewhere.',
  look: "sshd -T -C user=LOGIN,host=h,addr=127.0.0.1 | grep authorizedkeysfile; ssh-keygen -lf ~LOGIN/.ssh/authorized_keys",
  reads: atLogin,
  role: "audit",
  references: references({ anssi: "R30" }),
  test: eachOf({
    expected: "each listed key in a file that sshd reads for its login, which sshd lets in",
    things: loginsOf,
    wrong: (login, input) => {
      const shut = shutOut(login, input);
      const lacking = lackingOf(login);
      return shut.length === 0 ? lacking : [...lacking, part("fail", login.coming.name, shut.join("; "))];
    },
    right: (logins, input) =>
      ["all are there", ...logins.flatMap((login) => ownKindText(login, input) ?? [])].join("; "),
  }),
};

const otherKeys: AccountsCheck = {
  id: "accounts.other-keys",
  title: "No key opens these logins that the profile doesn't list",
  severity: "high",
  why: "A key that nobody knows of any more still opens the login: of a colleague who left, of an intruder.",
  breaks: "remove: whoever, or whatever machine, comes in by such a key is shut out.",
  by: ["otherKeys"],
  leavesOpen:
    "Whoever copied the private half of a listed key comes in by it, and nothing shows that there are two.",
  stricter: "Listed keys of the type sk-ssh-ed25519@openssh.com, on hardware: no login without the device.",
  look: "ssh-keygen -lf ~LOGIN/.ssh/authorized_keys",
  reads: atLogin,
  role: "audit or advice",
  references: references({ anssi: "R30" }),
  test: eachOf({
    expected: "only the listed keys",
    things: (input: AccountsInput) =>
      input.params.otherKeys === "keep" ? "otherKeys: keep" : loginsOf(input),
    wrong: (login, input) => [...othersOf(login), ...sharingOf(login, input)],
    beside: (input) => [...besideFiles(input), ...leftOut(input.facts)],
    right: "none",
    role: ({ params }) => (params.otherKeys === "warn" ? "advice" : undefined),
    remedy:
      "List the key under accounts.users where it belongs there; otherKeys: remove takes the others away.",
  }),
};

function othersOf({
  coming: { name, keys },
  files,
}: Pick<Login, "files"> & { readonly coming: Pick<Login["coming"], "name" | "keys"> }) {
  const listed = new Set(keys.map(meaningOf));
  const seen = new Set<string>();
  return files.flatMap((file) => [
    ...file.lines.flatMap((line) => {
      const key = keyOf(line);
      const object = key === undefined ? "" : `${name} ${fingerprintOf(key)}`;
      if (key === undefined || listed.has(meaningOf(line)) || seen.has(object)) return [];
      seen.add(object);
      return [part("fail", object, `${named(line)} opens ${name} (${file.path})`)];
    }),
    ...notWhole(file.path, file),
  ]);
}

/** Keys of another name with the same number: another home, and the same files, processes and sudo. */
const sharingOf = ({ coming, account, sharing }: Login, { facts, params }: AccountsInput) =>
  sharing.flatMap(({ name }) => {
    const { keys } = coming;
    // One that the profile names, too, has its keys judged by its own list.
    if (params.users.some((user) => user.name === name)) return [];
    const files = valueOr(facts.keys, []).filter(({ user }) => user === name);
    return othersOf({ coming: { name, keys }, files }).map((each) => ({
      ...each,
      found: `${each.found}, which has the number ${account?.uid} of ${coming.name}`,
    }));
  });

export const keyChecks: readonly AccountsCheck[] = [listedKeys, otherKeys];
