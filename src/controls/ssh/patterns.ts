/** The patterns of OpenSSH: `*` and `?`, lists with `!`, networks. See PATTERNS in ssh_config(5). */
import { contains, parseNetwork } from "../../profile/network.ts";

const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

export function matchPattern(text: string, pattern: string): boolean {
  const source = literal(pattern).replaceAll("\\*", "[\\s\\S]*").replaceAll("\\?", "[\\s\\S]");
  return new RegExp(`^${source}$`).test(text);
}

/** glob(3) of a path: wildcards don't cross `/` and don't match a leading dot. */
export function matchGlob(path: string, pattern: string): boolean {
  const source = literal(pattern)
    .replace(/(^|\\\/)(?=\\[*?])/g, "$1(?!\\.)")
    .replaceAll("\\*", "[^/]*")
    .replaceAll("\\?", "[^/]")
    .replace(/\\\[(!?)([^\]]*)\\\]/g, (_all, not: string, set: string) => `[${not ? "^" : ""}${set}]`);
  return new RegExp(`^${source}$`).test(path);
}

/** A comma-separated list: some entry matches and no negated one does. */
function matchList(list: string, matches: (pattern: string) => boolean): boolean {
  let found = false;
  for (const entry of list.split(",")) {
    if (entry.startsWith("!")) {
      if (matches(entry.slice(1))) return false;
    } else found ||= matches(entry);
  }
  return found;
}

export const matchPatterns = (text: string, list: string) =>
  matchList(list, (pattern) => matchPattern(text, pattern));

/** An address against a list of networks, addresses and wildcard patterns. */
export const matchAddress = (address: string, list: string) =>
  matchList(list, (pattern) => inNetwork(address, pattern) || matchPattern(address, pattern));

/** Whether a network such as `10.0.0.0/8`, or an address alone, holds the address. */
export function inNetwork(address: string, network: string): boolean {
  const outer = parseNetwork(network);
  const inner = parseNetwork(address);
  return outer !== undefined && inner !== undefined && contains(outer, inner);
}

/** A host and its address against AllowUsers' `@HOST` and a key's `from=`: one of them matches and none is negated. */
export function matchHostAndAddress(
  { host, address }: { host: string; address: string },
  list: string,
): boolean {
  return matchList(
    list,
    (pattern) =>
      inNetwork(address, pattern) ||
      matchPattern(address, pattern) ||
      matchPattern(host.toLowerCase(), pattern.toLowerCase()),
  );
}
