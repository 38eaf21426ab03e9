/** The kinds of the inventory that listen: every port with its program, and ssh servers beside the main one. Pure. */
import type { InventoryEntry } from "../../facts/inventory.ts";
import type { SshServersFact } from "../../facts/ssh-servers.ts";
import { covers, onePort } from "../firewall/opened.ts";
import { type Entry, type ListedEntries, listIn } from "./entry.ts";
import type { PrivilegesSeen } from "./probes.ts";

const listOf = ({ facts }: PrivilegesSeen, kind: keyof SshServersFact) => listIn(facts.sshServers, kind);

function byName<T extends { readonly name: string }>(all: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const found = new Map<string, T[]>();
  for (const each of all) found.set(each.name, [...(found.get(each.name) ?? []), each]);
  return found;
}

/** Each port by its program; no rule of the host opens one in another network namespace. Several addresses, or ports that the kernel picked, are one entry. */
export function listeners(seen: PrivilegesSeen): ListedEntries {
  const { entries, unread } = listOf(seen, "listener");
  const all = entries.map(([name = "", protocol = "", port = "", path = "", owner = "", mark]): Entry => {
    const place = { protocol, port: Number(port), path, owner };
    const isElsewhere = mark === "namespace";
    const by =
      mark === "ssh" ? "ssh" : isElsewhere ? undefined : explainedBy(place, seen.access, mark === "near");
    const where = wheres[mark ?? ""] ?? "";
    const whose = owner === "root" ? "" : `, as ${owner}`;
    return { name, about: `${path} listens on ${protocol} ${port}${where}${whose}`, ...(by && { by }) };
  });
  // Of those with one name an unexplained one counts.
  return { entries: [...byName(all)].map(([, same]) => same.find(({ by }) => !by) ?? same[0]!), unread };
}

const wheres: Readonly<Record<string, string>> = {
  namespace: " in a network namespace of its own",
  near: ", which every account of this host reaches, as root",
};

interface Place {
  readonly protocol: string;
  readonly port: number;
  readonly path: string;
  readonly owner: string;
}

function explainedBy(
  { protocol, port, path, owner }: Place,
  { now, planned, opened = [] }: PrivilegesSeen["access"],
  isNear: boolean,
): string | undefined {
  const isProxy = owner === "root" && /^\/usr\/(bin|sbin|libexec\/docker)\/docker-proxy$/.test(path);
  const proxied = isProxy ? "a published port, judged as the container's" : undefined;
  if (isNear) return proxied;
  if (protocol !== "tcp" && protocol !== "udp") return undefined;
  const isAt = (place: Parameters<typeof covers>[0]) => covers(place, { protocol, port });
  if ([...now.ports, ...planned.ports].some((each) => isAt(onePort("tcp", each)))) return "ssh";
  if (opened.some(isAt)) return "firewall.rules";
  // Clients that are answered there (RFC 2131, RFC 8415).
  if (protocol === "udp" && (port === 68 || port === 546)) return "DHCP";
  return proxied;
}

/** What a server takes of some logins. */
interface Takes {
  /** Undefined where that is not known. */
  readonly passwords: boolean | undefined;
  readonly text: string;
}

/** `sshd -T` of an OpenSSH server, the letters of dropbear's command line, or why nothing is known. */
function takesOf([, kind, ...details]: InventoryEntry): Takes {
  if (kind === "openssh") return takesOfOpenssh(details);
  if (kind === "dropbear") return takesOfDropbear(details[0] ?? "");
  return { passwords: undefined, text: `it is not known whether it takes passwords: ${details[0] ?? ""}` };
}

function takesOfOpenssh([where = "", ...lines]: readonly string[]): Takes {
  const of = where === "all" ? "" : `, by ${where}`;
  const values = new Map(
    lines.map((line) => [line.split(" ", 1)[0]!, line.slice(line.indexOf(" ") + 1)] as const),
  );
  if (values.size === 0)
    return { passwords: undefined, text: `it is not known whether it takes passwords${of}` };
  const is = (keyword: string) => values.get(keyword) === "yes";
  const asking = new Set([
    ...(is("passwordauthentication") ? ["password"] : []),
    // Without PAM nobody asks the question.
    ...(is("kbdinteractiveauthentication") && is("usepam") ? ["keyboard-interactive"] : []),
  ]);
  const required = values.get("authenticationmethods") ?? "any";
  const isEnough = (list: string) =>
    list === "any"
      ? asking.size > 0
      : list.split(",").every((method) => asking.has(method.replace(/:.*/, "")));
  const passwords = required.split(" ").some(isEnough);
  const root = rootWords[values.get("permitrootlogin") ?? ""] ?? "root's key";
  const only = ["allowusers", "allowgroups", "trustedusercakeys", "authorizedkeyscommand"].flatMap(
    (keyword) => {
      const value = values.get(keyword);
      return value === undefined ? [] : [`${keyword} ${value}`];
    },
  );
  return {
    passwords,
    text: [
      `it takes ${passwords ? "passwords" : "keys"}${of}`,
      is("permitrootlogin") && passwords ? "root's, too" : root,
      ...only,
    ].join("; "),
  };
}

const rootWords: Readonly<Record<string, string>> = {
  no: "root does not come in",
  "forced-commands-only": "root's key for its own command alone",
};

function takesOfDropbear(letters: string): Takes {
  const has = (letter: string) => letters.includes(letter);
  const passwords = !has("s") && !has("t");
  const root = has("w")
    ? "root does not come in"
    : passwords && !has("g")
      ? "root's, too"
      : "root's key alone";
  return { passwords, text: `it takes ${passwords ? "passwords" : "keys"}; ${root}` };
}

/** By name; two kinds are made of them. */
function servers(seen: PrivilegesSeen) {
  const rows = listOf(seen, "ssh").entries.map((row) => ({ name: row[0] ?? "", takes: takesOf(row) }));
  return [...byName(rows)].map(([name, same]) => ({ name, takes: same.map(({ takes }) => takes) }));
}

const textOf = (takes: readonly Takes[]) => [...new Set(takes.map(({ text }) => text))].join("; ");

export function sshServerEntries(seen: PrivilegesSeen): ListedEntries {
  return {
    entries: servers(seen).map(({ name, takes }) => ({
      name,
      about: `${name} is an ssh server beside the main one; ${textOf(takes)}`,
    })),
    unread: [...listOf(seen, "ssh").unread, ...listOf(seen, "asked").unread],
  };
}

/** Those that take passwords, and those of which it is not known. */
export function sshPasswordServers(seen: PrivilegesSeen): ListedEntries {
  return {
    entries: servers(seen).flatMap(({ name, takes }): readonly Entry[] => {
      const open = takes.filter(({ passwords }) => passwords);
      const doubtful = takes.filter(({ passwords }) => passwords === undefined);
      const about = (some: readonly Takes[]) => `${name} is an ssh server; ${textOf(some)}`;
      if (open.length > 0) return [{ name, about: about(open) }];
      return doubtful.length > 0 ? [{ name, about: about(doubtful), isDoubtful: true }] : [];
    }),
    unread: listOf(seen, "ssh").unread,
  };
}
