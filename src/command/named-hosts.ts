/** What a line means in a project: its hosts, and the profile of each. */
import { HardenError } from "../errors.ts";
import type { Over } from "../profile/load.ts";
import type { Profile } from "../profile/profile.ts";
import type { Assigned, Project } from "../project/project.ts";
import type { Choices, ProfileChoice } from "../run/ports.ts";
import { localTarget } from "../targets.ts";
import type { Line, Outside } from "./command.ts";
import { type Choice, type choice, type Given, type targetAndRun, whichRun } from "./words.ts";

/** Whether a command without a target may stand for every host of the project. */
export type Every = "may be meant" | "must be typed" | "is none of them";

interface Named {
  readonly given: {
    readonly targets?: readonly string[];
    readonly limit?: readonly string[] | undefined;
  };
}

/** The line with the hosts that its words mean. Throws HardenError `usage`, or `profile` of a project file that is wrong. */
export async function withNamedHosts<L extends Named>(line: L, every: Every, outside: Outside): Promise<L> {
  const { targets = [], limit = [] } = line.given;
  if (every === "is none of them") return line;
  const project = await outside.project();
  if (project === undefined) return withoutProject(line);
  if (every === "must be typed" && targets.length === 0) throw unnamed(project);
  const { hostsOf } = await import("../project/project.ts");
  return { ...line, given: { ...line.given, targets: hostsOf(project, targets, limit) } };
}

/** Of a command that takes one host: in a project this machine is meant only where that is typed. Throws HardenError `usage`. */
export async function oneHost(given: Given<typeof targetAndRun>, outside: Outside): Promise<void> {
  const { target } = whichRun(given);
  if (target?.startsWith("@"))
    throw new HardenError("usage", `${target} is a group, and this command takes one host.`, {
      hint: "Give each host a command of its own.",
      hostState: "no host was contacted",
    });
  if (target !== undefined) return;
  const project = await outside.project();
  if (project !== undefined) throw unnamed(project, `Name the host; for this machine '${localTarget}'.`);
}

function withoutProject<L extends Named>(line: L): L {
  const { targets = [], limit = [] } = line.given;
  const group = targets.find((each) => each.startsWith("@"));
  if (group === undefined && limit.length === 0) return line;
  throw new HardenError(
    "usage",
    `There is no project file, which ${group === undefined ? "--limit needs" : `would say what ${group} is`}.`,
    {
      hostState: "no host was contacted",
      hint: "It is called harden.yaml, and is looked for in this folder and those above it, to the root of the git work tree.",
    },
  );
}

const unnamed = ({ file }: Project, hint = "Name the hosts or @groups; @all are all of them.") =>
  new HardenError("usage", "Which hosts are meant? In a project this command wants them typed.", {
    where: file,
    hostState: "no host was contacted",
    hint,
  });

type ChoiceLine = Pick<Line<typeof choice>, "given" | "typed">;

/** A profile to be loaded. */
interface Asked extends Partial<Over> {
  readonly name: string;
}

/** The profile of each target: its own of the project, or the one that was typed. */
export async function choicesIn(
  project: Project | undefined,
  { line, targets }: { readonly line: ChoiceLine; readonly targets: readonly string[] },
  outside: Outside,
): Promise<Choices> {
  const { given, typed } = line;
  const load = await loader(given, outside);
  if (project === undefined) {
    const one = (await load([{ name: given.profile }]))[0]!;
    return { choiceOf: () => one };
  }
  const { assignedTo, mustBeHosts } = await import("../project/project.ts");
  const hosts = targets.map((target) => ({ target, own: assignedTo(project, target) }));
  const isTyped = typed.has("profile");
  if (!isTyped) mustBeHosts(project, targets);
  const asked = hosts.map(
    ({ own }): Asked =>
      own === undefined || isTyped ? { ...own, name: given.profile, origin: undefined } : own,
  );
  const choices = await load(asked);
  if (isTyped && given.otherProfile !== true)
    refuseOthers(hosts, { choices, own: await load(hosts.flatMap(({ own }) => own ?? [])), project });
  const byTarget = new Map(targets.map((target, index) => [target, choices[index]!]));
  return { choiceOf: (target) => byTarget.get(target)! };
}

type Load = (asked: readonly Asked[]) => Promise<readonly ProfileChoice[]>;

/** Each profile is read once, however many hosts have it; all that is wrong with any of them is told at once. */
async function loader({ only, skip }: Choice, outside: Outside): Promise<Load> {
  const [{ createChecker, distinct }, { managedBy }, { profileError }, places] = await Promise.all([
    import("../profile/checker.ts"),
    import("../run/managed.ts"),
    import("../profile/problem.ts"),
    outside.places(),
  ]);
  const check = createChecker(places);
  return async (asked) => {
    const all = await Promise.all(
      asked.map(({ name, origin, layers = [] }) => check(name, { origin, layers })),
    );
    const problems = distinct(all.flatMap((each) => (each.ok ? [] : each.problems)));
    if (problems.length > 0) throw profileError(problems);
    const choices = new Map<Profile, ProfileChoice>();
    return all.flatMap((each) => {
      if (!each.ok) return [];
      const choice = choices.get(each.profile) ?? { profile: each.profile, only, skip };
      if (!choices.has(each.profile)) managedBy(choice); // A wrong word is told before any host is reached.
      choices.set(each.profile, choice);
      return [choice];
    });
  };
}

/** Production's values on a staging host are a mistake more often than not, and one that shows late. */
function refuseOthers(
  hosts: readonly { readonly target: string; readonly own: Assigned | undefined }[],
  {
    choices,
    own,
    project,
  }: {
    readonly choices: readonly ProfileChoice[];
    readonly own: readonly ProfileChoice[];
    readonly project: Project;
  },
): void {
  const named = hosts.flatMap(({ target, own }, index) =>
    own === undefined ? [] : [{ target, typed: choices[index]!.profile }],
  );
  const others = named
    .map((each, index) => ({ ...each, own: own[index]!.profile }))
    .filter(({ typed, own }) => typed.digest !== own.digest);
  const [first] = others;
  if (first === undefined) return;
  const more = others.length === 1 ? "" : `, and so it is with ${others.length - 1} more`;
  throw new HardenError(
    "usage",
    `${first.target} has the profile ${first.own.name} by the project, not ${first.typed.name}${more}.`,
    {
      where: project.file,
      hostState: "no host was contacted",
      hint: "Leave --profile out, write the other one into the project file, or say that it is meant: --other-profile.",
    },
  );
}
