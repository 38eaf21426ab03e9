/** Files that a project keeps its secrets in: what git has of them, who may read them, and how old they are. */
import { type ObjectResult, resultOf } from "../../checks/object.ts";
import { searched } from "../../checks/texts.ts";
import { type ComposeCheck, checksOf } from "../check.ts";
import {
  type Added,
  besideOf,
  type Git,
  type NamedFile,
  namedFiles,
  type OnDisk,
  type Tracked,
} from "../kept.ts";
import type { Origin } from "../tree.ts";
import { type ProjectSeen, views } from "../view.ts";
import { builtSecrets } from "./built.ts";
import { found } from "./secrets.ts";

const day = 86_400_000;
export const mostDays = 90;

/** Read and written by its owner at most. */
export const isOwners = (mode: number) => (mode & 0o177) === 0;
export const modeText = (mode: number) => `0${mode.toString(8).padStart(3, "0")}`;

export const modeRemedy =
  "chmod 400 it, and give it to the user that reads it: a container gets it with the number that it has here.";
export const ageRemedy =
  "Make a new one, give it to the service and to whoever asks it, and let the old one be good for nothing.";

const rotate =
  "Make a new secret in its place: history, forks and clones keep this one, whatever is rewritten.";

/** Days of the calendar, by UTC; undefined of a time to come. `today`: as 2027-01-31. */
export function daysSince(ms: number, today: string): number | undefined {
  const days = Date.parse(today) / day - Math.floor(ms / day);
  return days < 0 ? undefined : days;
}

interface SecretFile extends NamedFile {
  readonly path: string;
  readonly disk: OnDisk;
  readonly tracked: Tracked | undefined;
}

/** What is told of each file that has secrets. */
const eachFile =
  (
    look: (file: SecretFile, seen: ProjectSeen) => Omit<ObjectResult, "object" | "at">,
  ): ComposeCheck["test"] =>
  (seen) => {
    const { files, git } = seen.kept;
    const results = namedFiles(seen).flatMap(({ path, ...named }): readonly ObjectResult[] => {
      const { at, shown, kind } = named;
      if (path === undefined)
        return [
          resultOf(shown, {
            at,
            unknown: true,
            found: "its name has a variable that is not known",
            remedy: "Give it in .env, or write a default.",
          }),
        ];
      const disk = files.get(path) ?? { state: "absent" };
      const tracked = git.state === "read" ? git.tracked.get(path) : undefined;
      const names = [...(disk.state === "present" ? disk.names : []), ...(tracked?.names ?? [])];
      if (
        kind === "variables" &&
        disk.state !== "unknown" &&
        tracked?.form !== "encrypted" &&
        names.length === 0
      )
        return [];
      return [{ object: shown, at, ...look({ ...named, path, disk, tracked }, seen) }];
    });
    if (results.length > 0) return results;
    return [{ object: "", at: topOf(seen), verdict: "not applicable", found: "no file of secrets is named" }];
  };

const topOf = ({ file }: ProjectSeen): Origin => ({ file, line: 1, column: 1 });

type Told = Omit<ObjectResult, "object" | "at">;
const unknown = (found: string, remedy: string): Told => ({ verdict: "error", found, remedy });
const fail = (found: string, remedy: string): Told => ({ verdict: "fail", found, remedy });

/** Of a file that git doesn't have, as far as that is known. */
function untracked(
  disk: OnDisk,
  git: Git,
  look: (file: Extract<OnDisk, { state: "present" }>) => Told,
): Told {
  if (git.state === "unknown") return unknown(git.why, "Run it where git reads the repository.");
  switch (disk.state) {
    case "absent":
      return {
        verdict: "not applicable",
        found: "it is not here: harden audit HOST looks at those of containers",
      };
    case "unknown":
      return unknown(disk.why, "Look at it where it is.");
    case "present":
      return look(disk);
  }
}

const encrypted = eachFile(({ disk, tracked }, { kept: { git } }) => {
  if (tracked?.form === "plain")
    return fail(
      "git has it in plain",
      `Encrypt it with age or sops before it is committed, or take it out (git rm --cached) and name it in .gitignore. ${rotate}`,
    );
  if (tracked !== undefined) return { verdict: "pass", found: "encrypted in git" };
  return untracked(disk, git, ({ mode }) =>
    isOwners(mode)
      ? { verdict: "pass", found: `not in git, mode ${modeText(mode)}` }
      : fail(`its mode is ${modeText(mode)}: others than its owner may read it`, modeRemedy),
  );
});

/** `when`: of the last change, in ms since 1970. */
export function ageTold(when: number, by: string, today: string): Told {
  const days = daysSince(when, today);
  if (days === undefined)
    return unknown(`it was changed in the future, ${by}`, "Set the clock, and look again.");
  const said = `changed ${days} days ago, ${by}`;
  return days > mostDays ? fail(said, ageRemedy) : { verdict: "pass", found: said };
}

const age = eachFile(({ disk, tracked }, { kept: { git }, today }) => {
  if (tracked !== undefined) {
    const { changed, isOldest } = tracked;
    if (typeof changed === "string")
      return unknown(changed, "Commit it, or run it where git has its history.");
    const told = ageTold(changed, "as git has it", today);
    return isOldest && told.verdict === "pass"
      ? unknown(
          "the clone is shallow: it may be older than its oldest commit",
          "git fetch --unshallow, or fetch-depth: 0.",
        )
      : told;
  }
  return untracked(disk, git, ({ changed }) => ageTold(changed, "as the file has it", today));
});

/** What other checks tell of the files as they are now. */
function alreadyTold(seen: ProjectSeen): ReadonlySet<string> {
  const ofServices = views(seen).flatMap(found);
  const ofBuilds = [...seen.dockerfiles.values()].flatMap(builtSecrets);
  return new Set(
    [...ofServices, ...ofBuilds].map(({ at, what = "" }) => keyOf(at.file, what.split(" ").at(-1)!)),
  );
}

const keyOf = (path: string, name: string) => JSON.stringify([path, name]);

/** More than that is told as a number. */
const mostTold = 50;

function inHistory(seen: ProjectSeen): readonly ObjectResult[] {
  const { git } = seen.kept;
  const top = topOf(seen);
  const none = (found: string): readonly ObjectResult[] => [
    { object: "", at: top, verdict: "not applicable", found },
  ];
  if (git.state === "none") return none("it is in no git repository");
  if (git.state === "unknown") return none(git.why);
  const told = alreadyTold(seen);
  const named = new Map(namedFiles(seen).map((each) => [each.path, each]));
  const isTracked = ({ path, name }: Added) => {
    const { form, names = [] } = git.tracked.get(path) ?? {};
    return form === "plain" && (named.get(path)?.kind === "secret" || names.includes(name));
  };
  const open = git.added.filter((each) => !isTracked(each) && !told.has(keyOf(each.path, each.name)));
  const results = open.slice(0, mostTold).map((each) => {
    const shown = each.kind === "rest" ? each.path : besideOf(seen.file, each.path);
    const at = named.get(each.path)?.at ?? top;
    return resultOf(`${shown} ${each.name}`, { at, found: foundText(each), remedy: rotate });
  });
  const more = open.length - results.length;
  const rest =
    more > 0
      ? [resultOf("more", { at: top, found: `${more} more places have secrets in git`, remedy: rotate })]
      : [];
  const unread =
    git.unread === undefined
      ? []
      : [
          resultOf("history", {
            at: top,
            unknown: true,
            found: `not all of it was read: ${git.unread}`,
            remedy: "Run it in a whole clone: git fetch --unshallow, or fetch-depth: 0.",
          }),
        ];
  const all = [...results, ...rest, ...unread];
  return all.length > 0 ? all : [{ object: "", at: top, verdict: "pass", found: "" }];
}

const foundText = ({ commit, path, line, name }: Added) =>
  `commit ${commit} has ${name} in plain, ${path}:${line}`;

export const keptChecks = checksOf({
  git: {
    id: "secrets.git",
    title: "No secret is in git's history",
    severity: "high",
    answers: ["secret.none"],
    role: "audit",
    expected: "no commit with a secret in plain, in this repository's branches, tags and stash",
    why: "What was committed once is in every clone, long after it was taken out. Looked for in the history of the compose file, its Dockerfiles, .env and files of secrets by the names of keys; in all other files by the forms that tokens and private keys have. What git has in plain now is told by secrets.encrypted and secrets.found.",
    leavesOpen: "One under a name that says nothing, or in somebody's own clone, isn't found.",
    stricter: searched,
    look: "git log --all -p -- .env",
    test: inHistory,
  },
  encrypted: {
    id: "secrets.encrypted",
    title: "Files of secrets are encrypted in git, and their owner's alone on disk",
    severity: "high",
    answers: ["secret.encrypted"],
    decides: ["secret.encrypted"],
    shows: ["secret"],
    role: "audit",
    expected: "encrypted by age or sops where git has it, else in no repository and with mode 0400 or 0600",
    why: "Whoever has the repository or a login on the machine has the secret. Files below secrets:, env_file, and .env where a key of it names a secret. Whether the disk itself is encrypted nothing here tells.",
    breaks: "A service that runs as another user than the file's: chown it to that number.",
    leavesOpen: "Who has the key of age or sops has all of them, and where it runs the file is plain.",
    stricter: "sops with keys of a KMS or on hardware: without it nobody deploys.",
    look: "git ls-files .env; stat -c '%a %U %n' .env secrets/*",
    test: encrypted,
  },
  age: {
    id: "secrets.age",
    criteria: ["CC6.1", "CC8.1"],
    title: "Secrets are changed in time",
    severity: "medium",
    answers: ["secret.rotation"],
    decides: ["secret.rotation"],
    moving: true,
    role: "audit",
    expected: `a change within ${mostDays} days`,
    why: "A secret that leaked unseen is good until it is changed. By the commit that last changed the file where git has it, for a checkout's times say nothing; else by the file's own time. Of a file with several secrets the last change of any counts.",
    breaks: "Whoever still has the old one: give out the new one first.",
    leavesOpen: "One that leaked yesterday is good for three months.",
    stricter: "A vault that changes them every day: clients have to take the new one without a restart.",
    look: "git log -1 --format=%cd -- FILE; stat -c '%y %n' FILE",
    test: age,
  },
});
