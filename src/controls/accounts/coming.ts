/** What the profile's accounts will make of a login: for whoever must know the way in before it is there. Pure. */
import type { Coming } from "../../plan/access.ts";
import type { AccountsParams } from "./params.ts";

export const comingOf = ({ users, otherKeys }: AccountsParams): ReadonlyMap<string, Coming> =>
  new Map(users.map((user) => [user.name, { ...user, onlyThese: otherKeys === "remove" }]));
