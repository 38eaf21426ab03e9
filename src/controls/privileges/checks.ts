/** A check for each kind of the inventory. */
import { eachOf } from "../each.ts";
import type { TestRow } from "../row.ts";
import { part } from "../verdict.ts";
import { heads } from "./heads.ts";
import { type KindName, kindNames } from "./kind-names.ts";
import type { Params, Setting } from "./params.ts";
import type { privilegesProbes } from "./probes.ts";
import type { PrivilegesInput, View } from "./view.ts";

const settingOf = ({ unexplained }: Params, kind: KindName): Setting =>
  unexplained[kind] ?? unexplained.default;

type PrivilegesCheck = TestRow<Params, ReturnType<typeof privilegesProbes>, View>;

const checkOf = (kind: KindName): PrivilegesCheck => ({
  ...heads[kind],
  id: `privileges.${kind}`,
  by: ["accepted", "unexplained", "seconds"],
  role: "audit or advice",
  test: eachOf({
    expected: "no entry but those that the distribution or the profile explains",
    things: ({ view }: PrivilegesInput) => view[kind]().none ?? view[kind]().entries,
    wrong: ({ name, about, by, isDoubtful }, { params }) =>
      by === undefined && settingOf(params, kind) !== "keep"
        ? part(isDoubtful ? "error" : "fail", name, about)
        : undefined,
    beside: ({ view }) => view[kind]().unread.map((why) => part("error", "", why)),
    right: (entries) => `${entries.length} entries`,
    role: ({ params }) => (settingOf(params, kind) === "fail" ? undefined : "advice"),
    remedy: `Look what it is. Where it is meant to be there, name it in privileges.accepted.${kind}: harden audit HOST --inventory prints the lines for the profile.`,
  }),
});

export const checks: readonly PrivilegesCheck[] = kindNames.map(checkOf);
