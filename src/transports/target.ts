/**
 * Reads `[ssh://][user@]host[:port]`; the host is a name, an alias, an address, or `[address]`.
 * @throws HardenError `usage`
 */
import { HardenError } from "../errors.ts";
import type { Destination } from "./ssh-g.ts";
export function parseTarget(text: string): Destination {
  const bad = (why: string) =>
    new HardenError("usage", `${JSON.stringify(text)} is not a target: ${why}.`, {
      hint: "A target is user@host:port, where user and port may be left out, or a Host alias of ~/.ssh/config.",
    });
  const rest = withoutPassword(text).replace(scheme, "").replace(/\/$/, "");
  if (/[\s\p{Cc}]/u.test(rest)) throw bad("it has a space or a control character");
  const at = rest.lastIndexOf("@");
  const user = at < 0 ? undefined : rest.slice(0, at);
  const place = rest.slice(at + 1);
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(place);
  const colons = place.split(":").length - 1;
  // More than one colon without brackets is an IPv6 address.
  const [host = "", port] = bracketed?.slice(1) ?? (colons === 1 ? place.split(":") : [place]);
  if (host === "" || host.startsWith("-")) throw bad("the host is missing");
  if (host.includes("/"))
    throw bad("a host has no slash; a saved plan is for `harden show` and `harden apply`");
  if (hasPlanEnding(host) && !scheme.test(text))
    throw bad("it is the name of a saved plan, for `harden show` and `harden apply`");
  if (/[[\]]/.test(host)) throw bad("the brackets do not match");
  if (user === "" || user?.startsWith("-")) throw bad("the user is missing");
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)) {
    throw bad("the port is not a number from 1 to 65535");
  }
  return {
    host,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

/** A destination as somebody would type it: `user@[address]:port`. */
export function loginOf({ user, host, port }: Destination): string {
  const place = port === undefined ? host : `${host.includes(":") ? `[${host}]` : host}:${port}`;
  return user === undefined ? place : `${user}@${place}`;
}

const scheme = /^ssh:\/\//;

const hasPlanEnding = (word: string) => /\.(json|plan)$/.test(word);

/**
 * Whether a word is the file of a saved plan where a target could be, too: one by a slash within it, `.json` or `.plan` at its
 * end, or `-`, standard input. What begins with `ssh://` is a target.
 */
export const isPlanFile = (word: string) =>
  !scheme.test(word) && (word === "-" || hasPlanEnding(word) || /\/./.test(word));

/** Asked of each as it is typed, before it is shown or logged anywhere. @throws HardenError `usage` */
export function withoutPassword(target: string): string {
  const [, name, secret] = /^([^:@]*):(.+)@/.exec(target.replace(scheme, "")) ?? [];
  if (secret === undefined) return target;
  throw new HardenError("usage", `A target has no password: ${name}:…@… has one.`, {
    hostState: "no host was contacted",
    hint: "Logins are by key only, see --identity; sudo's password goes into a file: --sudo-password-file FILE.",
  });
}
