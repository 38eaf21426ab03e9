/** What opens accounts by a key: keys in files, authorities of certificates, and commands that say which keys count. Pure. */
import { valueOr } from "../../facts/probe.ts";
import { fingerprintIn, fingerprintOf, keyOf } from "../../kinds/keys/line.ts";
import { type Entry, eachOnce, type ListedEntries, listIn } from "./entry.ts";
import type { PrivilegesSeen } from "./probes.ts";

interface LoginKey {
  readonly user: string;
  readonly line: string;
  readonly path: string;
}

/** The keys in the files that sshd reads. */
export function keysOf({ facts: { keys } }: PrivilegesSeen) {
  const files = valueOr(keys, []);
  return {
    entries: files.flatMap(({ user, path, lines }) =>
      lines.flatMap((line): readonly LoginKey[] => (keyOf(line) === undefined ? [] : [{ user, line, path }])),
    ),
    unread: [
      ...("why" in keys ? [keys.why] : []),
      ...files.flatMap(({ path, unread }) => (unread === undefined ? [] : [`${path}: ${unread}`])),
    ],
  };
}

export function loginKeys(seen: PrivilegesSeen): ListedEntries {
  const { access } = seen;
  const { entries, unread } = keysOf(seen);
  const held = new Set(access.client?.keysHeld);
  const ownLogins = [access.planned.login, access.now.login];
  const found = entries.map(({ user, line, path }): Entry => {
    const key = keyOf(line)!;
    const fingerprint = fingerprintOf(key);
    const isListed = access.listed?.get(user)?.keys.some((own) => keyOf(own)?.blob === key.blob);
    const isOurs = ownLogins.includes(user) && held.has(fingerprint);
    const by = isListed ? "accounts.users" : isOurs ? "the key that harden came by" : undefined;
    return {
      name: `${user} ${fingerprint}`,
      about: `${fingerprint}${key.comment === "" ? "" : ` (${key.comment})`} opens ${user} (${path})`,
      ...(by && { by }),
    };
  });
  const sources = sourcesOf(seen);
  return { entries: eachOnce([...found, ...sources.entries]), unread: [...unread, ...sources.unread] };
}

const commands: Readonly<Record<string, string>> = {
  authorizedkeyscommand: "AuthorizedKeysCommand",
  authorizedprincipalscommand: "AuthorizedPrincipalsCommand",
};

/** What sshd's own configuration names, for whichever logins. */
function sourcesOf({ facts: { keySources } }: PrivilegesSeen): ListedEntries {
  if (keySources.state === "absent") return { entries: [], unread: [] };
  const [sources, authorities] = [listIn(keySources, "source"), listIn(keySources, "authority")];
  const entries = sources.entries.flatMap(([where = "", keyword = "", value = ""]): readonly Entry[] => {
    const command = commands[keyword];
    if (command !== undefined)
      return [
        {
          name: `${command} ${value}`,
          about: `${value} says at each login who comes in (${command}, ${where})`,
        },
      ];
    if (keyword !== "trustedusercakeys") return [];
    const file = sources.entries.find((each) => each[0] === where && each[1] === "authorizedprincipalsfile");
    const whom = file === undefined ? "as the login it names" : `as the logins that ${file[2]} names`;
    const keys = authorities.entries.flatMap(([path, line = ""]) =>
      path === value ? (fingerprintIn(line) ?? []) : [],
    );
    return (keys.length === 0 ? [""] : keys).map((fingerprint) => ({
      name: `TrustedUserCAKeys ${value} ${fingerprint}`.trimEnd(),
      about: `whoever has a certificate of ${fingerprint || "an authority"} (${value}) comes in ${whom} (${where})`,
    }));
  });
  return { entries, unread: [...sources.unread, ...authorities.unread] };
}
