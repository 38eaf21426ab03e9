/** Checks of accounts: the listed keys are where sshd reads them, no others are, and sudo does what the profile says. */
import type { KeyFile } from "../../facts/accounts.ts";
import { valueOr } from "../../facts/probe.ts";
import { fingerprintOf, keyOf } from "../../kinds/keys/line.ts";
import { meaningOf } from "../../kinds/keys/lines.ts";
import type { Check, CheckResult } from "../control.ts";
import { references } from "../references.ts";
import { readableSudo } from "../ssh/guards/sudo.ts";
import { byOthers, inapplicable, ofParts, part, result } from "../verdict.ts";
import { expiry } from "./expiry.ts";
import type { Params, User } from "./params.ts";
import type { AccountsProbes } from "./probes.ts";
import { shutOut } from "./shut.ts";
import { asCalled, sudoersInSync } from "./sudoers.ts";
import type { AccountsInput, Login, View } from "./view.ts";

type AccountsCheck = Check<Params, AccountsProbes, View>;

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
  role: "audit",
  references: references({ anssi: "R30" }),
  needs: [],
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
  role: "audit or advice",
  references: references({ anssi: "R30" }),
  needs: [],
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
  role: "audit",
  references: references({ anssi: "R30" }),
  needs: [],
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

/** What sudo does for a user where that isn't what the profile says. */
function sudoFault({ name, sudo }: User, { facts, view }: AccountsInput): string | undefined {
  if (facts.sudo.state === "absent") return "sudo is not installed";
  const account = view.logins.find(({ coming }) => coming.name === name)?.account;
  const may = readableSudo(facts.sudo, name);
  if (may !== "all") return `${name}: ${may}${asCalled(account)}`;
  const asks = !valueOr(facts.sudoUnasked, new Set<string>()).has(name);
  if (account?.uid === 0 || asks === (sudo === "password")) return undefined;
  return `${name}: sudo asks for ${asks ? "a" : "no"} password`;
}

const sudo: AccountsCheck = {
  id: "accounts.sudo",
  title: "sudo lets these logins become root, as the profile says",
  severity: "high",
  role: "proof or audit",
  references: references({ anssi: "R39" }),
  needs: [],
  test(input) {
    const { params, facts } = input;
    const wanted = params.users.filter(({ sudo }) => sudo !== false);
    if (wanted.length === 0) return inapplicable("the profile gives nobody sudo");
    const expected = "every command, as root, with a password or without one as the profile says";
    const fact = facts.sudo;
    if (fact.state === "unknown" || fact.state === "unsupported") return result("error", expected, fact.why);
    const parts = wanted.flatMap((user) => {
      const found = sudoFault(user, input);
      return found === undefined ? [] : [part("fail", user.name, found)];
    });
    const told = ofParts(expected, parts, wanted.map(({ name }) => name).join(", "));
    if (told.verdict === "pass" || fact.state === "absent" || !sudoersInSync(params.users, facts))
      return told;
    return byOthers({
      ...told,
      remedy:
        "Another rule of sudo, or a default such as !authenticate, decides: sudo -l -U LOGIN shows them, and the last rule counts. Take it out of its file, or change sudo in the profile.",
    });
  },
};

export const checks: readonly AccountsCheck[] = [listedKeys, otherKeys, leavers, expiry, sudo];
