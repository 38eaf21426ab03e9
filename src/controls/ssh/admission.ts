/** Whom sshd refuses by name or group: DenyUsers, AllowUsers, DenyGroups, AllowGroups, see sshd_config(5). Pure. */
import { matchHostAndAddress, matchPattern } from "./patterns.ts";

export interface LoginAttempt {
  readonly user: string;
  readonly groups: readonly string[];
  /** "" where it isn't known. */
  readonly address: string;
}

/** An entry of AllowUsers or DenyUsers, USER or USER@HOST; the last parameter is for a host where no address is known. */
function matchUser(entry: string, { user, address }: LoginAttempt, ifUnknown: boolean): boolean {
  const at = entry.lastIndexOf("@");
  if (!matchPattern(user, at === -1 ? entry : entry.slice(0, at))) return false;
  if (at === -1) return true;
  return address === "" ? ifUnknown : matchHostAndAddress({ host: address, address }, entry.slice(at + 1));
}

/** Each keyword that refuses it, and how; LIST has the words of a keyword. DOUBT: an unknown address is one that DenyUsers names. */
export function refusals(
  list: (keyword: string) => readonly string[],
  visitor: LoginAttempt,
  doubt: boolean,
) {
  const { user, groups, address } = visitor;
  const inGroup = (entry: string) => groups.some((group) => matchPattern(group, entry));
  const [allowUsers, allowGroups] = [list("allowusers"), list("allowgroups")];
  const from = address === "" ? "" : ` from ${address}`;
  return [
    ...(list("denyusers").some((entry) => matchUser(entry, visitor, doubt))
      ? [{ keyword: "DenyUsers", text: `shuts out ${user}` }]
      : []),
    ...(allowUsers.length > 0 && !allowUsers.some((entry) => matchUser(entry, visitor, true))
      ? [{ keyword: "AllowUsers", text: `leaves out ${user}${from}` }]
      : []),
    ...(list("denygroups").some(inGroup)
      ? [{ keyword: "DenyGroups", text: `shuts out a group of ${user}` }]
      : []),
    ...(allowGroups.length > 0 && !allowGroups.some(inGroup)
      ? [
          {
            keyword: "AllowGroups",
            text: `leaves out every group of ${user} (${groups.join(", ") || "none"})`,
          },
        ]
      : []),
  ];
}
