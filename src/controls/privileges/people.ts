/** Accounts, who is a member of groups that are as good as root, and ranges of numbers. Pure. */
import { valueOr } from "../../facts/probe.ts";
import { untried } from "../empty-hashes.ts";
import type { Entry, ListedEntries } from "./entry.ts";
import { by, each, type Lister, listOf, loginOfProfile } from "./lister.ts";
import { keysOf } from "./login-keys.ts";
import type { PrivilegesSeen } from "./probes.ts";

/** Sources of accounts and groups that are not listed. */
const directories = each("directory", ([name = ""]) => ({
  name: `directory ${name}`,
  about: `accounts and groups of ${name}${name.startsWith("/") ? "" : " (nsswitch.conf)"} are not listed`,
}));

/** Services that a host's administrators don't fill. */
const isOfNetwork = ({ name }: Entry) => /^directory (sss|ldap|winbind|nis|nisplus|hesiod)$/.test(name);

/** With the other sources: what they have may be of this kind, too. */
const orElsewhere =
  (lister: Lister): Lister =>
  (seen) => {
    const { entries, unread } = lister(seen);
    const elsewhere = directories(seen);
    const doubtful = elsewhere.entries.filter((entry) => !isOfNetwork(entry));
    return {
      entries: [...entries, ...doubtful.map((entry) => ({ ...entry, isDoubtful: true as const }))],
      unread: [...unread, ...elsewhere.unread],
    };
  };

const rootNumbers = each("account", ([name = "", uid]) =>
  uid === "0"
    ? { name, about: `${name} is root by its number`, ...by(name === "root" && "Debian") }
    : undefined,
);

/** Units, and words for the kernel, by which a terminal of the host is a shell. */
const consoleShells = each("shell", ([name = "", start = ""]) => ({
  name,
  about: `${name} gives a shell without a password at a terminal of the host${start === "kernel" ? "" : `: ${start}`}`,
}));

/** An account without a hash, or with that of nothing. */
function withoutPassword(seen: PrivilegesSeen): ListedEntries {
  const { entries, unread } = listOf(seen, "account");
  const twisted = listOf(seen, "twist");
  const { emptyHashes } = seen.facts;
  const shells = consoleShells(seen);
  const names = entries.flatMap(([name = "", , password]) => (password === "empty" ? [name] : []));
  const hashed = valueOr(emptyHashes, undefined)?.names ?? [];
  return {
    entries: [
      ...names.map((name) => ({ name, about: `${name} needs no password` })),
      ...[...hashed].map((name) => ({ name, about: `${name} has the empty password` })),
      ...twisted.entries.map(([name = ""]) => ({
        name,
        about: `whoever connects gets a shell of root: ${name}`,
      })),
      ...shells.entries,
    ],
    unread: [...unread, ...twisted.unread, ...untried(emptyHashes), ...shells.unread],
  };
}

/** Those that a password or a key opens. */
export function logins(seen: PrivilegesSeen): ListedEntries {
  const { entries, unread } = listOf(seen, "account");
  const keys = keysOf(seen);
  const withKey = new Set(keys.entries.map(({ user }) => user));
  const services = directories(seen);
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
      ...services.entries,
    ],
    unread: [...unread, ...services.unread, ...keys.unread],
  };
}

/** How a group comes to members that no list has: by gshadow(5) or group(5), and pam_group(8). */
const comings: Readonly<Record<string, (member: string) => string>> = {
  password: () => "whoever knows a password becomes a member of",
  ruler: (member) => `${member} may make members of`,
  login: (member) => `${member} (of /etc/security/group.conf) become members at a login of`,
};

const rootMembers = each("group", ([group = "", member = "", how = ""], seen) => {
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

export const rootAccounts = orElsewhere(rootNumbers);
export const emptyPasswords = orElsewhere(withoutPassword);
export const rootGroups = orElsewhere(rootMembers);

export const subordinateIds = each("subid", ([name = "", owner = "", whom]) => ({
  name,
  about:
    whom === undefined
      ? `ranges of ${name.replace("directory ", "")} (nsswitch.conf) are not listed`
      : `${owner} becomes ${whom} by newuidmap(1) or newgidmap(1), as ${name} says`,
}));
