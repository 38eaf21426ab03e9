/** `user@host:port`, a Host alias, or nothing: this machine. */
import { isIPv6 } from "node:net";
import { HardenError } from "./errors.ts";
import type { Route, SshRoute } from "./transports/transport.ts";

export interface RouteOptions {
  readonly identityFiles: readonly string[];
  readonly sudoPassword?: string;
  readonly acceptNewHostKey: boolean;
}

/** What this machine is called where targets are shown. */
export const localTarget = "this machine";

const bad = (target: string, why: string) =>
  new HardenError("usage", `${JSON.stringify(target)} is not a target: ${why}.`, {
    hint: "A target is user@host:port, user@[IPv6 address]:port, or a Host alias of ~/.ssh/config.",
  });

/** Parses a target as the user wrote it. Throws HardenError `usage`. */
export function parseTarget(target: string): Pick<SshRoute, "host" | "user" | "port"> {
  const match = /^(?:([^@]*)@)?(?:\[([^\]]*)\]|([^@[\]:]+|[0-9a-fA-F:]+))(?::(\d*))?$/.exec(target);
  if (match === null) return bareIpv6(target);
  const [, user, bracketed, plain, portText] = match;
  const host = bracketed ?? plain ?? "";
  if (bracketed !== undefined && !isIPv6(bracketed)) throw bad(target, "the brackets hold no IPv6 address");
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.:%-]*$|^:/.test(host))
    throw bad(target, "the host has a character that no host name has");
  if (user !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/.test(user))
    throw bad(target, "the user name is not one");
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && (portText === "" || port < 1 || port > 65535))
    throw bad(target, "the port is not between 1 and 65535");
  return { host, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
}

function bareIpv6(target: string): Pick<SshRoute, "host" | "user" | "port"> {
  const [user, host] = target.includes("@") ? target.split("@", 2) : [undefined, target];
  if (host !== undefined && isIPv6(host)) return { host, ...(user === undefined ? {} : { user }) };
  throw bad(target, "it is neither a host name nor an address");
}

/** The route of a target; undefined is this machine. */
export function routeOf(target: string | undefined, options: RouteOptions): Route {
  const { sudoPassword, identityFiles, acceptNewHostKey } = options;
  const sudo = sudoPassword === undefined ? {} : { sudoPassword };
  if (target === undefined) return { kind: "local", ...sudo };
  return { kind: "ssh", ...parseTarget(target), identityFiles, acceptNewHostKey, ...sudo };
}
