/** Checks of keys: the listed ones are where sshd reads them, and no others are. */
import type { KeyFile } from "../../facts/accounts.ts";
import { valueOr } from "../../facts/probe.ts";
import { fingerprintOf, keyOf } from "../../kinds/keys/line.ts";
import { meaningOf } from "../../kinds/keys/lines.ts";
import type { CheckResult } from "../control.ts";
import { references } from "../references.ts";
import type { TestRow } from "../row.ts";
import { inapplicable, ofParts, part, result } from "../verdict.ts";
import type { Params } from "./params.ts";
import type { AccountsProbes } from "./probes.ts";
import { shutOut } from "./shut.ts";
import type { AccountsInput, Login, View } from "./view.ts";

type AccountsCheck = TestRow<Params, AccountsProbes, View>;

/** What keeps keys from being judged. */
function unjudged(input: AccountsInput, expected: string): CheckResult | undefined {
  if (input.view.logins.length === 0) return inapplicable("the profile names no account");
  return keysUnread(input, expected);
}

function keysUnread({ facts: { keys, accounts } }: AccountsInput, expected: string): CheckResult | undefined {
  if (keys.state === "absent") return inapplicable("there is no sshd here");
  for (const fact of [keys, accounts])
    if (fact.state !== "present")
      return result("error", expected, "why" in fact ? fact.why : "the accounts could not be read");
  return undefined;
}

const meaningsIn = ({ files }: Login) => new Set(files.flatMap(({ lines }) => lines.map(meaningOf)));

/** `SHA256:… (comment)`: as people look for it. */
function named(line: string): string {
  const key = keyOf(line)!;
  return key.comment === "" ? fingerprintOf(key) : `${fingerprintOf(key)} (${key.comment})`;
}

const listedKeys: AccountsCheck = {
  id: "accounts.keys",
  title: "The keys that the profile lists are where sshd looks for them",
  severity: "medium",
  why: "Who should get in can't, and will ask for a password to be let in by.",
  by: ["users"],
  leavesOpen:
    "A listed key opens the login for whoever has its private half, from anywhere that the firewall lets through.",
  stricter:
    'Options before the key, `from="NETWORK",restrict`: no tunnels, no agent, and nothing from elsewhere.',
  look: "sshd -T -C user=LOGIN,host=h,addr=127.0.0.1 | grep authorizedkeysfile; ssh-keygen -lf ~LOGIN/.ssh/authorized_keys",
  role: "audit",
  references: references({ anssi: "R30" }),
  test(input) {
    const expected = "each listed key in a file that sshd reads for its login, which sshd lets in";
    const whole = unjudged(input, expected);
    if (whole !== undefined) return whole;
    const parts = input.view.logins.flatMap((login) => {
      const there = meaningsIn(login);
      const unread = login.files.find(({ unread }) => unread !== undefined);
      const { name } = login.coming;
      const shut = shutOut(login, input);
      const lacking = login.coming.keys
        .filter((line) => !there.has(meaningOf(line)))
        .map((line) => {
          const object = `${name} ${fingerprintOf(keyOf(line)!)}`;
          return unread === undefined
            ? part("fail", object, `${name} lacks ${named(line)}`)
            : part("error", object, `whether ${name} has ${named(line)} can't be told: ${unread.unread}`);
        });
      return shut.length === 0 ? lacking : [...lacking, part("fail", name, shut.join("; "))];
    });
    return ofParts(expected, parts, "all are there");
  },
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
  role: "audit or advice",
  references: references({ anssi: "R30" }),
  test(input) {
    const { params } = input;
    if (params.otherKeys === "keep") return inapplicable("otherKeys: keep");
    const expected = "only the listed keys";
    const whole = unjudged(input, expected);
    if (whole !== undefined) return whole;
    const parts = [
      ...input.view.logins.flatMap((login) => [...othersOf(login), ...sharingOf(login, input)]),
      ...elsewhere(input),
      ...unseen(input),
    ];
    const told = {
      ...ofParts(expected, parts, "none"),
      remedy:
        "List the key under accounts.users where it belongs there; otherKeys: remove takes the others away.",
    };
    return params.otherKeys === "warn" ? { ...told, role: "advice" } : told;
  },
};

const sources = {
  authorizedkeyscommand: "AuthorizedKeysCommand says who comes in",
  trustedusercakeys: "whoever has a certificate of TrustedUserCAKeys comes in",
} as const;

/** What sshd lets in by other means than the files that were read, for everybody or by a Match block. */
function elsewhere({ facts, view }: AccountsInput) {
  const effective = valueOr(facts.effective, undefined);
  if (effective === undefined) return [];
  const { global, planned, matches } = effective;
  const files = planned.get("authorizedkeysfile")?.[0];
  const names = new Set(view.logins.map(({ coming }) => coming.name));
  const places = [
    { where: "sshd", of: global },
    { where: "sshd", of: planned },
    ...matches
      .filter(({ text, spec }) => !/\buser\b/i.test(text) || names.has(spec.user))
      .map(({ file, line, text, effective: of }) => ({ where: `${file}:${line}`, text, of })),
  ];
  const found = places.flatMap(({ where, of, ...match }) => [
    ...Object.entries(sources).flatMap(([keyword, text]) =>
      ["", "none"].includes(of.get(keyword)?.[0] ?? "") ? [] : [{ where, text }],
    ),
    ...("text" in match && of.size > 0 && of.get("authorizedkeysfile")?.[0] !== files
      ? [{ where, text: `${match.text} reads keys from ${of.get("authorizedkeysfile")?.[0]}` }]
      : []),
  ]);
  const once = new Map(found.map((each) => [`${each.where} ${each.text}`, each]));
  return [...once.values()].map(({ where, text }) => part("fail", where, `${text} (${where})`));
}

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

/** Whose number they have nobody knows. */
function unseen({ facts }: AccountsInput) {
  const left = valueOr(facts.accounts, undefined)?.left ?? 0;
  return left === 0 ? [] : [part("error", "", `${left} more accounts were not looked at`)];
}

const notWhole = (object: string, { path, unread }: Pick<KeyFile, "path" | "unread">) =>
  unread === undefined ? [] : [part("error", object, `${path} could not be read whole: ${unread}`)];

const leavers: AccountsCheck = {
  id: "accounts.leavers",
  title: "No key opens an account that harden made and the profile no longer names",
  severity: "high",
  why: "Whoever has left still comes in: harden takes nobody's account away, with what is in its home.",
  by: ["users"],
  leavesOpen:
    "Sessions that are open go on, and what the account left behind (files, units, tokens elsewhere) stays.",
  stricter: "`usermod -L -e 1 LOGIN` and `loginctl terminate-user LOGIN`: its cron jobs and units stop, too.",
  look: "grep -w account /var/lib/harden/manifest; ssh-keygen -lf ~LOGIN/.ssh/authorized_keys",
  role: "audit",
  references: references({ anssi: "R30" }),
  test(input) {
    const { facts, params } = input;
    const expected = "none of these accounts has a key";
    const { made } = facts;
    if (made.state === "unknown" || made.state === "unsupported") return result("error", expected, made.why);
    const left = valueOr(made, []).filter((name) => params.users.every((user) => user.name !== name));
    if (left.length === 0) return inapplicable("harden made no other account here");
    const whole = keysUnread(input, expected);
    if (whole !== undefined) return whole;
    const files = valueOr(facts.keys, []).filter(({ user }) => left.includes(user));
    const parts = files.flatMap((file) => {
      const { user, path, lines } = file;
      const keys = lines.filter((line) => keyOf(line) !== undefined);
      return keys.length > 0
        ? [part("fail", user, `${keys.map(named).join(", ")} opens ${user} (${path})`)]
        : notWhole(user, file);
    });
    return {
      ...ofParts(expected, parts, left.join(", ")),
      remedy:
        "Take the keys out of the file, or the account away with `userdel -r`; name it in the profile again where it is to stay.",
    };
  },
};

export const keyChecks: readonly AccountsCheck[] = [listedKeys, otherKeys, leavers];
