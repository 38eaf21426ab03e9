/** The patterns of OpenSSH: `*` and `?`, lists with `!`, networks. See PATTERNS in ssh_config(5). */
import { globMatches, pathMatcher } from "../../glob.ts";
import { isWithin } from "../../profile/network.ts";

/** In these a `[` is a letter like any other. */
export const matchPattern = (text: string, pattern: string) =>
  globMatches(pattern.replaceAll("[", "[[]"), text);

/** glob(3), as Include has it. */
export const matchGlob = (path: string, pattern: string) => pathMatcher(pattern)(path);

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
  matchList(list, (pattern) => isWithin(address, pattern) || matchPattern(address, pattern));

/** A host and its address against AllowUsers' `@HOST` and a key's `from=`: one of them matches and none is negated. */
export function matchHostAndAddress(
  { host, address }: { host: string; address: string },
  list: string,
): boolean {
  return matchList(
    list,
    (pattern) =>
      isWithin(address, pattern) ||
      matchPattern(address, pattern) ||
      matchPattern(host.toLowerCase(), pattern.toLowerCase()),
  );
}
