/** What a host lists of each kind of the inventory, and what explains an entry beside the profile's own list. Pure. */
import type { InventoryEntry, ListedKind } from "../../facts/inventory.ts";
import { valueOr } from "../../facts/probe.ts";
import { type Entry, eachOnce, type ListedEntries } from "./entry.ts";
import { type Grant, grantsOf } from "./grants.ts";
import type { KindName } from "./kind-names.ts";
import { by, each, type Lister, listOf } from "./lister.ts";
import { loginKeys } from "./login-keys.ts";
import { type AuthLine, isOpenStack } from "./pam.ts";
import { emptyPasswords, logins, rootAccounts, rootGroups, subordinateIds } from "./people.ts";
import { isPristine } from "./pristine.ts";
import type { PrivilegesSeen } from "./probes.ts";
import { listeners, sshPasswordServers, sshServerEntries } from "./ssh-servers.ts";
import { wideningIn } from "./sudo-defaults.ts";

/** An entry of sudo or doas, and whether it is of everybody, without a password. */
interface Granted extends Entry {
  readonly isForAll: boolean;
}

/** What a file of sudoers grants, and its defaults by which a rule grants more than it says; undefined where it is no policy. */
function sudoEntries(
  [json = "", ...lines]: InventoryEntry,
  seen: PrivilegesSeen,
): readonly Granted[] | undefined {
  const widening = wideningIn(lines);
  const grants = grantsOf(json, widening);
  if (grants === undefined) return undefined;
  const everybody = grants.some(({ subject }) => subject === "ALL");
  return [
    ...grants.map((grant) => grantEntry(grant, seen)),
    ...widening.map(({ text, effects, isForAll }) => ({
      name: text,
      about: `${text} of sudoers: ${effects.map((effect) => effect.text).join(", ")}`,
      isForAll: everybody && isForAll,
    })),
  ];
}

const grantEntry = (grant: Grant, seen: PrivilegesSeen): Granted => ({
  name: `${grant.subject} ${grant.text}`,
  about: `${grant.subject} may run ${grant.text}`,
  ...by(grantedBy(grant, seen)),
  isForAll: !grant.asks && /^(ALL|doas)$/.test(grant.subject),
});

/** Two kinds are made of what sudo and doas grant. */
const granted =
  (forAll: boolean): Lister =>
  (seen) => {
    const [sudoers, doas] = [listOf(seen, "sudoers"), listOf(seen, "doas")];
    const found = sudoers.entries.map((words) => sudoEntries(words, seen));
    const ofDoas = doas.entries.map(([text = ""]) =>
      grantEntry({ subject: "doas", text, isAll: true, asks: !/\bnopass\b/.test(text) }, seen),
    );
    const entries = [...found.flatMap((each) => each ?? []), ...ofDoas];
    return {
      entries: eachOnce(entries.flatMap(({ isForAll, ...entry }) => (isForAll === forAll ? [entry] : []))),
      unread: [
        ...[...sudoers.unread, ...doas.unread],
        ...(found.includes(undefined) ? ["what cvtsudoers prints could not be understood"] : []),
      ],
    };
  };

/** Members of sudo are listed as such. */
function grantedBy({ subject, isAll, asks }: Grant, seen: PrivilegesSeen): string | undefined {
  if (isAll && asks && (subject === "root" || subject === "%sudo" || subject === "%admin")) return "Debian";
  const account = seen.access.listed?.get(subject);
  if (account !== undefined && (account.sudo === "nopasswd" || (account.sudo === "password" && asks)))
    return "accounts.users";
  return subject === seen.access.planned.login ? "access.user" : undefined;
}

const oddities: Readonly<Record<string, string>> = {
  none: "is of no package",
  changed: "is not as its package brought it",
  bytes: "is not as its package brought it",
  missing: "is missing, which its package brought",
  before: "is found before",
  diverted: "stands in the place of its package's file, by a diversion of dpkg's",
  command: "runs a program of the host's own",
  lets: "lets in whom it knows, without a password",
  mounts: "is mounted by users, with setuid programs or devices of theirs",
};

const unsigned: Readonly<Record<string, string>> = {
  unsigned: "apt installs what nobody has signed",
  unverified: "apt takes an answer from any server",
  verifier: "another program or key than apt's own says what is signed",
};

const raw: Readonly<Record<string, string>> = {
  device: "reach a disk, the memory or an input past all files, by",
  swap: "read what programs had in memory, in",
  key: "read the private key",
};

/** The begin of its md5sum: by that a baseline knows whether it was written anew. */
const sumText = (sum: string) => (sum === "" ? "" : ` (sum ${sum})`);

const odd = (kind: ListedKind): Lister =>
  each(kind, ([name = "", state = "none", sum = "", other], { facts }) => ({
    name,
    about: `${name} ${[oddities[state] ?? state, ...(other ? [other] : [])].join(" ")}${sumText(sum)}`,
    ...by(state !== "bytes" && valueOr(facts.ownFiles, new Set<string>()).has(name) && "harden's own runs"),
  }));

/** Modules, and stacks that ask for a password and don't need the right one. */
function pamModules(seen: PrivilegesSeen): ListedEntries {
  const { entries, unread } = odd("pam")(seen);
  const stacks = listOf(seen, "stack");
  const files = new Map<string, AuthLine[]>();
  for (const [file = "", , control = "", module = "", rest = ""] of stacks.entries)
    files.set(file, [...(files.get(file) ?? []), { control, module, rest }]);
  const open = [...files].filter(([file, lines]) => isOpenStack(lines, file));
  const textOf = (lines: readonly AuthLine[]) =>
    lines.map(({ control, module, rest }) => `${control} ${module} ${rest}`.trim()).join("; ");
  return {
    entries: [
      ...entries,
      ...open.map(([file, lines]) => ({
        name: `${file}: any password`,
        about: `${file} can let in without a right password: ${textOf(lines)}`,
      })),
    ],
    unread: [...unread, ...stacks.unread],
  };
}

const rights = (kind: "setuid" | "capability"): Lister =>
  each(kind, ([name = "", state = "none", sum = "", ...is], { host }) => ({
    name,
    about: `${name} (${is.join(" ")})${state in oddities ? ` ${oddities[state]}${sumText(sum)}` : ""}`,
    ...by(state === "packaged" && isPristine(kind, [name, ...is], host) && "its package"),
  }));

/** A container has those of its host. */
const modules: Lister = (seen) =>
  seen.host.container === "none"
    ? odd("module")(seen)
    : { entries: [], unread: [], none: "a container has the kernel of its host" };

export const listers: Readonly<Record<KindName, Lister>> = {
  "root-accounts": rootAccounts,
  "empty-passwords": emptyPasswords,
  logins,
  "login-keys": loginKeys,
  "root-groups": rootGroups,
  "subordinate-ids": subordinateIds,
  "sudo-rules": granted(false),
  "sudo-for-everybody": granted(true),
  preload: each("preload", ([name = "", state, sum = "", other = ""]) => ({
    name,
    about:
      state === "before"
        ? `programs load ${name} in the place of ${other}${sumText(sum)}`
        : `programs are made to load what they don't name: ${name}`,
  })),
  jobs: odd("job"),
  units: odd("unit"),
  "startup-files": odd("startup"),
  "pam-modules": pamModules,
  "kernel-modules": modules,
  "writable-programs": each("writable", ([name = "", mode = "", ...more], { host }) => ({
    name,
    about:
      mode === "missing"
        ? `root starts ${name}, which is not there: anybody can make it in ${more.join(" ")}`
        : `others than root can write to ${name} (${[mode, ...more].join(" ")})`,
    ...by(isPristine("writable", [name, mode, ...more], host) && "its package"),
  })),
  "configured-paths": each("configured", ([file = "", path = "", line = "", at = "", ...who]) => ({
    name: `${file} ${path}`,
    about: `${file}:${line} names ${path}: ${
      who[0] === "missing"
        ? `it is not there, and anybody can make it in ${at}`
        : `others than root can write to ${at} (${who.join(" ")})`
    }`,
  })),
  "package-sources": each("source", ([name = "", what = ""]) => ({
    name,
    about: `${name}: ${unsigned[what] ?? what}`,
  })),
  "raw-access": each("raw", ([name = "", what = "", ...more]) => ({
    name,
    about: `others than root ${raw[what] ?? what} ${name} (${more.join(" ")})`,
  })),
  "setuid-files": rights("setuid"),
  "file-capabilities": rights("capability"),
  "changed-files": odd("changed"),
  listeners,
  "ssh-servers": sshServerEntries,
  "ssh-password-servers": sshPasswordServers,
};
