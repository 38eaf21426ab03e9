/** What a user calls a host, and the way there. */
import type { Destination } from "./transports/ssh-g.ts";
import { loginOf, parseTarget } from "./transports/target.ts";
import type { Route } from "./transports/transport.ts";

export interface RouteOptions {
  readonly identityFiles: readonly string[];
  readonly sudoPassword?: string;
  /** By target, where it has one of its own. */
  readonly sudoPasswords?: ReadonlyMap<string, string>;
  /** Of the logins, where hosts take no key yet. */
  readonly password?: string;
  readonly acceptNewHostKey: boolean;
}

/** What this machine is called where targets are shown. */
export const localTarget = "this machine";

/** The route to a target as the user wrote it. Throws HardenError `usage`. */
export function routeOf(target: string, options: RouteOptions): Route {
  const { password, identityFiles, acceptNewHostKey } = options;
  const sudoPassword = options.sudoPasswords?.get(target) ?? options.sudoPassword;
  const sudo = sudoPassword === undefined ? {} : { sudoPassword };
  if (target === localTarget) return { kind: "local", ...sudo };
  const login = password === undefined ? {} : { password };
  return { kind: "ssh", ...parseTarget(target), identityFiles, acceptNewHostKey, ...sudo, ...login };
}

/** Where these targets are, for what is done ahead; of one that can't be read the command says what is wrong with it. */
export const destinationsOf = (targets: readonly string[]): readonly Destination[] =>
  targets.flatMap((target) => {
    try {
      return [parseTarget(target)];
    } catch {
      return [];
    }
  });

/** The same host by another login, or another port: `deploy@web1:2222` of `root@web1`. */
export const reachedBy = (target: string, way: Pick<Destination, "user" | "port">): string =>
  `${/^ssh:\/\//.exec(target)?.[0] ?? ""}${loginOf({ ...parseTarget(target), ...way })}`;

/** Whether two targets name one host, by whatever login and port. */
export function isSameHost(one: string, other: string): boolean {
  const [first, second] = destinationsOf([one, other]);
  return second !== undefined && first!.host === second.host;
}
