/** `~/.ssh` and authorized_keys of every account that can log in. Their owners may change them at any time: audits. */
import { fileItself } from "../../checks/reads.ts";
import type { Account } from "../../facts/accounts.ts";
import { type Claim, claimsOf } from "../../plan/claim.ts";
import type { Part } from "../../plan/control.ts";
import { eachOf } from "../each.ts";
import { keysUnread, leftOut } from "../login-keys.ts";
import { references } from "../references.ts";
import type { TestRow } from "../row.ts";
import { part } from "../verdict.ts";
import { type KeyThing, openWays } from "./keys.ts";
import { modes } from "./look.ts";
import type { PermissionsParams } from "./params.ts";
import { canBeNamed } from "./path.ts";
import type { permissionsProbes } from "./probes.ts";
import type { PermissionsInput, PermissionsView } from "./view.ts";

const keysOfRoot =
  "`AuthorizedKeysFile /etc/ssh/authorized_keys/%u`, root's files: nobody changes a key without root, not even its owner.";

type LoginCheck = TestRow<PermissionsParams, ReturnType<typeof permissionsProbes>, PermissionsView>;

const claim = claimsOf("permissions");

const isOpen = ({ mode, wanted }: KeyThing) => mode !== wanted;

/** Neither root's nor that of one of these accounts, which it opens. */
const isForeign = ({ uid }: KeyThing, accounts: readonly Account[]) =>
  uid !== 0 && accounts.some((account) => account.uid !== uid);

/** Never of what belongs to a third one; nor of what only a link leads to, which might be anything of root's. */
export const loginClaims = ({ view }: PermissionsInput): readonly Claim[] =>
  view.logins.things
    .filter(
      (thing) =>
        isOpen(thing) &&
        thing.accounts.length > 0 &&
        !isForeign(thing, thing.accounts) &&
        canBeNamed(thing.path),
    )
    .map(({ path, mode, wanted, uid, gid }) =>
      claim("Whoever can add a key here can log in.", {
        kind: "bits",
        path,
        mode: wanted,
        found: { mode, uid, gid },
      }),
    );

const of = (
  expected: string,
  why: (thing: KeyThing) => string | undefined,
  remedy: (thing: KeyThing) => { readonly remedy?: string } = () => ({}),
  beside: (input: PermissionsInput) => readonly Part[] = () => [],
) =>
  eachOf({
    expected,
    things: ({ facts, view }: PermissionsInput) => keysUnread(facts) ?? view.logins.things,
    wrong: (thing) => {
      const found = why(thing);
      return found === undefined ? undefined : { ...part("fail", thing.path, found), ...remedy(thing) };
    },
    beside: (input) => [
      ...beside(input),
      ...input.view.logins.unread.map(({ path, why }) =>
        part("error", path, `${path} could not be read: ${why}`),
      ),
      ...leftOut(input.facts),
    ],
    right: (things) => `${things.length} files and folders, as expected`,
  });

/** Folders and links that others than root and the login can change, so that they say which keys open it. */
const others = (input: PermissionsInput): readonly Part[] =>
  openWays(input).map(({ path, names: logins }) => ({
    ...part("fail", path, `others may change what is in ${path}, where sshd looks for keys of ${logins}`),
    remedy:
      "StrictModes yes in sshd_config, by which sshd takes no key from there; or AuthorizedKeysFile in folders that belong to root or to the login.",
  }));

const opens = ({ accounts, linked }: KeyThing) => [...accounts, ...linked];

const names = (thing: KeyThing) => [...new Set(opens(thing).map(({ name }) => name))].join(", ");

export const loginChecks: readonly LoginCheck[] = [
  {
    id: "permissions.login-keys",
    title: "Nobody else reads or changes the keys that open an account",
    severity: "high",
    guards: ["secret.host"],
    why: "Whoever can write there adds a key of their own, and logs in; sshd's StrictModes refuses such keys, which shuts out the owner.",
    leavesOpen:
      "Files of TrustedUserCAKeys and AuthorizedKeysCommand: see privileges.login-keys and privileges.configured-paths.",
    stricter: keysOfRoot,
    look: modes("/root/.ssh", "/root/.ssh/authorized_keys", "/home/*/.ssh", "/home/*/.ssh/authorized_keys"),
    role: "audit",
    reads: fileItself,
    references: references({ cis12: "7.2.9–10", anssi: "R50" }),
    test: of(
      "~/.ssh 0700 and authorized_keys 0600, or stricter; what root owns or several accounts share is for nobody else to write",
      (thing) =>
        isOpen(thing) ? `${thing.path} is ${thing.mode}, wanted is ${thing.most} or stricter` : undefined,
      undefined,
      others,
    ),
  },
  {
    id: "permissions.login-key-owners",
    title: "The keys that open an account belong to it, or to root",
    severity: "high",
    why: "A file that belongs to a third one opens the account to whomever that one likes.",
    leavesOpen: "Whatever runs as the owner adds a key, and stays.",
    stricter: keysOfRoot,
    look: modes("/home/*/.ssh/authorized_keys"),
    role: "audit",
    reads: fileItself,
    references: references({ anssi: "R50" }),
    test: of(
      "the account or root, as sshd's StrictModes wants it",
      (thing) =>
        isForeign(thing, opens(thing))
          ? `${thing.path}, whose keys open ${names(thing)}, belongs to the user ${thing.uid}`
          : undefined,
      (thing) => ({
        remedy: `Look whose it is; harden gives nobody a file of somebody else's. If it is right: chown -h to ${names(thing)}.`,
      }),
    ),
  },
];
