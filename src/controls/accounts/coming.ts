/** What the profile's accounts will make of a login: for whoever must know the way in before it is there. Pure. */
import type { Params, User } from "./params.ts";

export interface Coming extends Pick<User, "name" | "keys" | "groups" | "sudo" | "shell"> {
  /** No other key stays where harden writes. */
  readonly onlyThese: boolean;
}

export const comingOf = ({ users, otherKeys }: Params): ReadonlyMap<string, Coming> =>
  new Map(users.map((user) => [user.name, { ...user, onlyThese: otherKeys === "remove" }]));
