/** privileges: the inventory of who may become root and what runs as root. Nothing of it is changed. */
import type { HostInventory } from "../plan/control.ts";
import { defineControl } from "./define.ts";
import { eachOf } from "./each.ts";
import { heads } from "./privileges/heads.ts";
import { type KindName, kindNames } from "./privileges/kind-names.ts";
import { type PrivilegesParams, type PrivilegesSetting, schema } from "./privileges/params.ts";
import { privilegesProbes } from "./privileges/probes.ts";
import { type PrivilegesInput, type PrivilegesView, viewOf } from "./privileges/view.ts";
import type { TestRow } from "./row.ts";
import { part } from "./verdict.ts";

/** Every entry, also of kinds whose checks are told to keep still. */
const inventoryOf = ({ view, params }: PrivilegesInput): HostInventory => ({
  entries: kindNames.flatMap((kind) =>
    view[kind]().entries.map(({ isDoubtful: _isDoubtful, ...entry }) => ({ kind, ...entry })),
  ),
  unread: kindNames.flatMap((kind) => view[kind]().unread.map((why) => ({ kind, why }))),
  unused: kindNames.flatMap((kind) => {
    const names = new Set(view[kind]().entries.map(({ name }) => name));
    return params.accepted[kind].flatMap((name) => (names.has(name) ? [] : [{ kind, name }]));
  }),
});

const settingOf = ({ unexplained }: PrivilegesParams, kind: KindName): PrivilegesSetting =>
  unexplained[kind] ?? unexplained.default;

type PrivilegesCheck = TestRow<PrivilegesParams, ReturnType<typeof privilegesProbes>, PrivilegesView>;

/** A check for each kind of the inventory. */
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

const checks: readonly PrivilegesCheck[] = kindNames.map(checkOf);

export const privileges = defineControl({
  id: "privileges",
  title: "Know who may become root, and what runs as root",
  layer: "host",
  criteria: ["CC6.1", "CC7.1"],
  rationale:
    "Whoever was root once leaves a way back: a second account with its number, a key, a rule of sudo, a job, a changed program. Here each of them is an entry, and what neither the distribution's packages nor the profile explain is named. Nothing is changed.",
  schema,
  probes: privilegesProbes,
  view: viewOf,
  adds: kindNames.map((kind) => `accepted.${kind}`),
  // What is meant to be there is a person's to say.
  describe: () => ({ params: {} }),
  inventory: inventoryOf,
  checks,
});
