/** What a host lists of each kind of the inventory, and what explains an entry beside the profile's own list. Pure. */
import type { InventoryEntry, ListedKind } from "../../facts/inventory.ts";
import { valueOr } from "../../facts/probe.ts";
import { untried } from "../empty-hashes.ts";
import { type Entry, eachOnce, type Listed, listIn } from "./entry.ts";
import { type Grant, grantsOf } from "./grants.ts";
import type { KindName } from "./kind-names.ts";
import { keysOf, loginKeys } from "./login-keys.ts";
import { isOpenStack, type PamLine } from "./pam.ts";
import { isPristine } from "./pristine.ts";
import type { PrivilegesSeen } from "./probes.ts";
import { listeners, sshPasswordServers, sshServerEntries } from "./ssh-servers.ts";

type Lister = (seen: PrivilegesSeen) => Listed;

const by = (text: string | false | undefined) => (text ? { by: text } : {});

/** Of a list of the collector: an entry each, or none. */
const each =
  (kind: ListedKind, entryOf: (words: InventoryEntry, seen: PrivilegesSeen) => Entry | undefined): Lister =>
  (seen) => {
    const { entries, unread } = listOf(seen, kind);
    return { entries: entries.flatMap((words) => entryOf(words, seen) ?? []), unread };
  };

const listOf = ({ facts }: PrivilegesSeen, kind: ListedKind) => listIn(facts.inventory, kind);

/** The profile's own accounts, and the login that harden comes as. */
function loginOfProfile(name: string, { access }: PrivilegesSeen): string | undefined {
  if (access.listed?.has(name)) return "accounts.users";
  return access.planned.login === name ? "access.user" : undefined;
}

const rootAccounts = each("account", ([name = "", uid]) =>
  uid === "0"
    ? { name, about: `${name} is root by its number`, ...by(name === "root" && "Debian") }
    : undefined,
);

/** An account without a hash, or with that of nothing. */
function emptyPasswords(seen: PrivilegesSeen): Listed {
  const { entries, unread } = listOf(seen, "account");
  const { emptyHashes } = seen.facts;
  const names = entries.flatMap(([name = "", , password]) => (password === "empty" ? [name] : []));
  const hashed = valueOr(emptyHashes, undefined)?.names ?? [];
  return {
    entries: [
      ...names.map((name) => ({ name, about: `${name} needs no password` })),
      ...[...hashed].map((name) => ({ name, about: `${name} has the empty password` })),
    ],
    unread: [...unread, ...untried(emptyHashes)],
  };
}

/** Those that a password or a key opens. */
function logins(seen: PrivilegesSeen): Listed {
  const { entries, unread } = listOf(seen, "account");
  const keys = keysOf(seen);
  const withKey = new Set(keys.entries.map(({ user }) => user));
  const services = listOf(seen, "directory");
  return {
    entries: [
      ...entries.flatMap(([name = "", , password, state]): readonly Entry[] => {
        const ways = [
          ...(password === "none" ? [] : ["a password"]),
          ...(withKey.has(name) ? ["a key"] : []),
        ];
        if (state !== "open" || ways.length === 0) return [];
        const about = `${name} can log in by ${ways.join(" and ")}`;
        return [{ name, about, ...by(name === "root" ? "Debian" : loginOfProfile(name, seen)) }];
      }),
      ...services.entries.map(([name = ""]) => ({
        name: `directory ${name}`,
        about: `accounts of ${name} (nsswitch.conf) are not listed`,
      })),
    ],
    unread: [...unread, ...services.unread, ...keys.unread],
  };
}

/** How a group comes to members that /etc/group doesn't have: gshadow(5), pam_group(8). */
const comings: Readonly<Record<string, (member: string) => string>> = {
  password: () => "whoever knows a password becomes a member of",
  ruler: (member) => `${member} may make members of`,
  login: (member) => `${member} (of /etc/security/group.conf) become members at a login of`,
};

const rootGroups = each("group", ([group = "", member = "", how = ""], seen) => {
  const isRoot = `${group}, which is as good as root`;
  const coming = comings[how];
  if (coming !== undefined)
    return { name: `${group} ${member} ${how}`, about: `${coming(member)} ${isRoot}` };
  const login = loginOfProfile(member, seen);
  const account = seen.access.listed?.get(member);
  const isMeant =
    account === undefined ? login !== undefined && group === "sudo" : account.groups.includes(group);
  return {
    name: `${group} ${member}`,
    about: `${member} is a member of ${isRoot}`,
    ...by((isMeant || (group === "sudo" && account?.sudo !== undefined && account.sudo !== false)) && login),
  };
});

interface Grants {
  readonly grants: readonly Grant[];
  readonly unread: readonly string[];
}

/** What sudo and doas grant; two kinds are made of it. */
function grantsIn(seen: PrivilegesSeen): Grants {
  const [sudoers, doas] = [listOf(seen, "sudoers"), listOf(seen, "doas")];
  const found = sudoers.entries.map(([json = ""]) => grantsOf(json));
  return {
    grants: [
      ...found.flatMap((each) => each ?? []),
      ...doas.entries.map(([text = ""]) => ({
        subject: "doas",
        text,
        isAll: true,
        asks: !/\bnopass\b/.test(text),
      })),
    ],
    unread: [
      ...[...sudoers.unread, ...doas.unread],
      ...(found.includes(undefined) ? ["what cvtsudoers prints could not be understood"] : []),
    ],
  };
}

const isForEverybody = ({ subject, asks }: Grant) => !asks && /^(ALL|doas)$/.test(subject);

const sudoRules: Lister = (seen) => grantEntries(seen, (grant) => !isForEverybody(grant));

const sudoForEverybody: Lister = (seen) => grantEntries(seen, isForEverybody);

function grantEntries(seen: PrivilegesSeen, isMeant: (grant: Grant) => boolean): Listed {
  const { grants: all, unread } = grantsIn(seen);
  const entries = all.filter(isMeant).map((grant): Entry => {
    const name = `${grant.subject} ${grant.text}`;
    return { name, about: `${grant.subject} may run ${grant.text}`, ...by(grantedBy(grant, seen)) };
  });
  return { entries: eachOnce(entries), unread };
}

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
function pamModules(seen: PrivilegesSeen): Listed {
  const { entries, unread } = odd("pam")(seen);
  const stacks = listOf(seen, "stack");
  const files = new Map<string, PamLine[]>();
  for (const [file = "", , control = "", module = "", rest = ""] of stacks.entries)
    files.set(file, [...(files.get(file) ?? []), { control, module, rest }]);
  const open = [...files].filter(([file, lines]) => isOpenStack(lines, file));
  const textOf = (lines: readonly PamLine[]) =>
    lines.map(({ control, module, rest }) => `${control} ${module} ${rest}`.trim()).join("; ");
  return {
    entries: [
      ...entries,
      ...open.map(([file, lines]) => ({
        name: `${file}: any password`,
        about: `${file} lets in without a right password: ${textOf(lines)}`,
      })),
    ],
    unread: [...unread, ...stacks.unread],
  };
}

const rights = (kind: "setuid" | "capability"): Lister =>
  each(kind, ([name = "", state = "none", sum = "", ...is], { host }) => ({
    name,
    about: `${name} (${is.join(" ")})${state in oddities ? ` ${oddities[state]}${sumText(sum)}` : ""}`,
    ...by(
      state === "override"
        ? "dpkg-statoverride"
        : state === "packaged" && isPristine(kind, [name, ...is], host) && "its package",
    ),
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
  "sudo-rules": sudoRules,
  "sudo-for-everybody": sudoForEverybody,
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
  "setuid-files": rights("setuid"),
  "file-capabilities": rights("capability"),
  "changed-files": odd("changed"),
  listeners,
  "ssh-servers": sshServerEntries,
  "ssh-password-servers": sshPasswordServers,
};
