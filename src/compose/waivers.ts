/** Waivers that stand in the file itself: below `x-harden`, or as a comment on what they are about. Pure. */
import { day } from "../profile/types.ts";
import { type ComposeProblem, meant } from "./problem.ts";
import type { ComposeProject } from "./project.ts";
import { entriesOf, get, itemsOf, type Node, type Origin, textOf } from "./tree.ts";

export interface ComposeWaiver {
  readonly at: Origin;
  readonly check: string;
  readonly reason: string;
  /** Empty where nobody is named. */
  readonly owner: string;
  /** The last day that counts, as 2027-01-31. */
  readonly until: string;
  /** Whether it speaks of an object, which stands at a place. */
  readonly isAbout: (object: string, at: Origin) => boolean;
}

interface Found {
  readonly waivers: readonly ComposeWaiver[];
  readonly problems: readonly ComposeProblem[];
}

/** Of a compose file, or of the comments of a Dockerfile. */
export function waiversOf(
  project: Pick<ComposeProject, "tree" | "services" | "comments">,
  ids: readonly string[],
): Found {
  const found = [...fromComments(project), ...fromKeys(project)];
  const problems = found.flatMap((each) => ("message" in each ? [each] : faultsOf(each, ids)));
  return { waivers: found.filter((each): each is ComposeWaiver => !("message" in each)), problems };
}

function faultsOf(
  { at, check, reason, until }: ComposeWaiver,
  ids: readonly string[],
): readonly ComposeProblem[] {
  return [
    ...(ids.includes(check)
      ? []
      : [{ at, message: `a waiver of ${check}, and there is no such check${meant(check, ids)}` }]),
    ...(day.safeParse(until).success
      ? []
      : [{ at, message: "a waiver needs its last day: until 2027-01-31" }]),
    ...(reason === "" ? [{ at, message: "a waiver needs its reason" }] : []),
  ];
}

const form = "# harden waive CHECK until 2027-01-31: REASON";

/** On the line of what it is about, or in the comment above that. */
function fromComments({
  comments,
}: Pick<ComposeProject, "comments">): readonly (ComposeWaiver | ComposeProblem)[] {
  const own = new Map(comments.map((comment) => [keyOf(comment.at), comment]));
  return comments.flatMap(({ at, text }): readonly (ComposeWaiver | ComposeProblem)[] => {
    if (!/^#\s*harden\b.*\bwaive/i.test(text)) return [];
    const [, check, until, reason] = /^#\s*harden waive (\S+) until (\S+?):?(?:\s+(.*))?$/.exec(text) ?? [];
    if (check === undefined || until === undefined)
      return [{ at, message: `a waiver is written as: ${form}` }];
    let below = at.line + 1;
    while (own.has(keyOf({ ...at, line: below }))) below += 1;
    const isAbout = (_object: string, place: Origin) =>
      place.file === at.file && (place.line === at.line || place.line === below);
    return [{ at, check, until, reason: reason?.trim() ?? "", owner: "", isAbout }];
  });
}

const keyOf = ({ file, line }: Origin) => `${file}:${line}`;

/** Of the file, of a service, and of a network: `x-harden: {waivers: [{check, object, reason, owner, until}]}`. */
function fromKeys({
  tree,
  services,
}: Pick<ComposeProject, "tree" | "services">): readonly (ComposeWaiver | ComposeProblem)[] {
  const networks = entriesOf(get(tree, "networks")).map(([name, { value }]) => ({ name, node: value }));
  return [
    ...listed(tree, ""),
    ...services.flatMap(({ name, node }) => listed(node, name)),
    ...networks.flatMap(({ name, node }) => listed(node, name)),
  ];
}

function listed(holder: Node, owner: string): readonly (ComposeWaiver | ComposeProblem)[] {
  return itemsOf(get(holder, "x-harden", "waivers")).map((item) => {
    const said = (key: string) => textOf(get(item, key)) ?? "";
    const object = said("object");
    if (owner === "" && object === "")
      return {
        at: item.at,
        message: "a waiver of the whole file needs its object: a service, a network, or what is told of it",
      };
    const wanted = [object, `${owner} ${object}`.trim()];
    const isAbout = (given: string) => (object === "" ? given === owner : wanted.includes(given));
    const { at } = item;
    return {
      at,
      check: said("check"),
      reason: said("reason"),
      owner: said("owner"),
      until: said("until"),
      isAbout,
    };
  });
}
