/** Files that everybody may write to, and folders in which everybody may replace what is somebody else's. */
import { findingsOf } from "../../checks/finding.ts";
import { fileItself } from "../../checks/reads.ts";
import { notLooked, valueOr } from "../../facts/probe.ts";
import { type Claim, claimsOf } from "../../plan/claim.ts";
import { eachOf } from "../each.ts";
import { references } from "../references.ts";
import type { TestRow } from "../row.ts";
import { part } from "../verdict.ts";
import type { PermissionsParams } from "./params.ts";
import { canBeNamed } from "./path.ts";
import { askedPaths, type permissionsProbes } from "./probes.ts";
import type { PermissionsInput, PermissionsView } from "./view.ts";

const say = findingsOf("permissions", {
  "not-scanned": ["note", "What everybody may write to was not looked for by this command"],
  "accounts-left": [
    "warn",
    "There are more accounts than are looked at, and the keys of the others stay as they are",
  ],
  "too-many": ["warn", "Everybody may write to more than is changed without anybody reading it"],
});

export const findings = say.records;

const claim = claimsOf("permissions");

const without = (mode: string) => (Number.parseInt(mode, 8) & 0o7775).toString(8).padStart(4, "0");

export const worldClaims = ({ view }: PermissionsInput): readonly Claim[] =>
  view.world.mendable
    .filter(({ path }) => canBeNamed(path))
    .map(({ path, mode, uid, gid }) =>
      claim("Everybody could write here.", {
        kind: "bits",
        path,
        mode: without(mode),
        found: { mode, uid, gid },
      }),
    );

/** What a plan did not look at is said, and why it mends nothing. */
export function worldGuard({ view, params, facts }: PermissionsInput) {
  const { left, unseen } = view.world;
  const accounts = valueOr(facts.accounts, undefined)?.left ?? 0;
  const { fix } = params.worldWritable;
  const later = unseen.filter(({ why }) => why === notLooked).map(({ path }) => path);
  return [
    ...say(
      "not-scanned",
      later.length > 0 &&
        `What everybody may write to in ${later.join(", ")} was not looked at: verify and apply do.`,
    ),
    ...say(
      "accounts-left",
      accounts > 0 &&
        `Accounts of this host that were not looked at: ${accounts}. Their keys stay as they are.`,
      "See who else may write there: find /home -maxdepth 3 -path '*/.ssh*' -perm /022",
    ),
    ...say(
      "too-many",
      fix &&
        left.map(
          ({ path, of }) =>
            `Everybody may write to ${of} files and folders in ${path}: nothing of it is changed, for nobody would read such a plan.`,
        ),
      "Look at why there are so many; then, for files: find PATH -xdev -type f -perm -0002 -exec chmod o-w {} +",
    ),
  ];
}

const kinds = { file: "file", folder: "folder without the sticky bit" };

const mend = "chmod o-w, or permissions.worldWritable.fix: true in the profile.";

export const worldCheck: TestRow<PermissionsParams, ReturnType<typeof permissionsProbes>, PermissionsView> = {
  id: "permissions.world-writable",
  title: "Not everybody may write where it matters",
  severity: "medium",
  guards: ["secret.host"],
  why: "A file that everybody may write to is one that any intruder, of any service, can use.",
  breaks: "`fix`: programs of several users that share such a file; give it a group instead.",
  by: ["worldWritable"],
  leavesOpen: "Only /etc and `worldWritable.paths` are looked through, and what a group may write to passes.",
  stricter: "More in `paths`, such as /srv and /opt: the search takes as long as they are large.",
  look: "find /etc -xdev -perm -002 \\( -type f -o -type d ! -perm -1000 \\)",
  role: "audit",
  reads: fileItself,
  references: references({ cis12: "7.1.11", anssi: "R54" }),
  test: eachOf({
    expected: ({ params }) =>
      `no file that everybody may write to, and no such folder without the sticky bit, in ${["/etc", ...askedPaths(params)].join(", ")}`,
    things: ({ view }: PermissionsInput) => view.world.named,
    wrong: ({ type, path, mode }, { params }) => ({
      ...part("fail", path, `${path} (${kinds[type]}, ${mode})`),
      ...(params.worldWritable.fix ? {} : { remedy: mend }),
    }),
    beside: ({ view: { world } }) => [
      ...world.left.map(({ path, count }) => part("fail", path, `${count} more in ${path}`)),
      ...world.unseen.map(({ path, why }) => part("error", path, `${path}: ${why}`)),
    ],
    right: "none",
  }),
};
