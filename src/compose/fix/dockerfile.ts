/** A Dockerfile as it should be, where that is sure: USER, CMD and `--chown`, and nothing else of it. Pure. */
import { type Copy, DockerfileParser } from "dockerfile-ast";
import { lineEndOf, splice } from "../../edits/document.ts";
import type { PlacedFault } from "../check.ts";
import { builtUser, isRoot, ownership, shellForm } from "../checks/built.ts";
import { type Dockerfile, parseDockerfile, saidBy } from "../dockerfile.ts";
import { type Images, knownImage, userFor } from "../images.ts";
import type { Origin } from "../tree.ts";
import type { ByHand } from "./text.ts";

export interface FixedDockerfile {
  readonly text: string;
  readonly byHand: readonly ByHand[];
  /** What must be done, or heeded, before the image is used. */
  readonly before: readonly string[];
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly with: string;
  readonly before: string;
}

type Mend = Edit | ByHand;

/** Again and again the same: what was mended is no finding any more. */
export function fixedDockerfile(text: string, file: string, images: Images): FixedDockerfile {
  const instructions = DockerfileParser.parse(text).getInstructions();
  const whole: Whole = {
    text,
    images,
    instructions,
    offset: offsets(text),
    dockerfile: parseDockerfile(text, file),
  };
  const mends = [
    ...builtUser(whole.dockerfile, images).map((finding) => userMend(finding, whole)),
    ...shellForm(whole.dockerfile).map((finding) => commandMend(finding, whole)),
    ...ownership(whole.dockerfile).map((finding) => ownerMend(finding, whole)),
  ];
  const edits = mends.filter((mend): mend is Edit => "with" in mend);
  // From the end on; what replaces a line before what is put in front of it.
  const last = edits.toSorted((one, other) => other.from - one.from || other.to - one.to);
  return {
    text: last.reduce((rest, { from, to, with: by }) => splice(rest, [from, to], by), text),
    byHand: mends.filter((mend): mend is ByHand => "key" in mend),
    before: [...new Set(edits.map(({ before }) => before))].filter((each) => each !== ""),
  };
}

interface Whole {
  readonly text: string;
  readonly dockerfile: Dockerfile;
  readonly images: Images;
  /** With their ranges in the text. */
  readonly instructions: ReturnType<DockerfileParsed["getInstructions"]>;
  readonly offset: (place: Place) => number;
}

type DockerfileParsed = ReturnType<typeof DockerfileParser.parse>;

/** Run what they know best to run as root: their entrypoints give folders away, and step down themselves. */
const servers = ["database", "cache", "queue", "proxy", "monitoring"];

function userMend({ at, unknown }: PlacedFault, whole: Whole): Mend {
  const { text, dockerfile, images } = whole;
  const key = "USER";
  if (unknown) return { key, why: "It is a variable: write the user out." };
  const base = dockerfile.chain[0]!.base;
  const known = knownImage(base, images);
  if (known?.role !== undefined && servers.includes(known.role))
    return { key, why: `${base} has an entrypoint that starts as root: user: of its service is the place.` };
  const own = saidBy(dockerfile, "USER").findLast((each) => !isRoot(each.text))?.text;
  const user = own ?? (known === undefined ? "1000:1000" : userFor(known, base));
  const last = dockerfile.chain.at(-1)!.instructions.findLast(({ keyword }) => building.has(keyword));
  const end = lineAfter(whole, last?.at ?? at);
  if (end === undefined) return { key, why: `Write USER ${user} before CMD: it ends with something else.` };
  const eol = lineEndOf(text);
  const isOpen = !text.slice(0, end).endsWith("\n");
  return {
    from: end,
    to: end,
    with: `${isOpen ? eol : ""}USER ${user}${isOpen ? "" : eol}`,
    before: `The image runs as ${user} now: a folder that it writes to must be that user's, by a line of its own (RUN mkdir /data && chown ${user} /data) or as a volume.`,
  };
}

/** What may need root, or changes who is who. */
const building = new Set(["RUN", "COPY", "ADD", "WORKDIR", "USER", "VOLUME", "SHELL"]);

/** Words that a shell would take as they are. */
const isPlain = (words: readonly string[]) => words.every((word) => /^[\w./:=@%+,-]+$/.test(word));

/** Are the shell's own, and no program. */
const builtins =
  /^(\.|:|alias|bg|cd|command|eval|exec|exit|export|fg|getopts|hash|jobs|local|read|readonly|set|shift|source|times|trap|type|ulimit|umask|unset|wait|if|for|while|until|case|time)$/;

function commandMend({ at, what = "CMD" }: PlacedFault, whole: Whole): Mend {
  const found = saidBy(whole.dockerfile, what).find((each) => isSame(each.at, at))!;
  const byHand = (why: string) => ({ key: what, why });
  if (what !== "CMD") return byHand("What CMD gives it, and whether a shell is meant, is yours to say.");
  if (saidBy(whole.dockerfile, "ENTRYPOINT", "SHELL").length > 0)
    return byHand("ENTRYPOINT or SHELL takes it: whether it wants a shell before it is yours to say.");
  const range = rangeOf(whole, at);
  const [first = ""] = found.words;
  if (!isPlain(found.words) || first.includes("=") || builtins.test(first))
    return byHand("It is for a shell: variables, quotes, or words of the shell's own.");
  if (range === undefined || /[\n\\]/.test(whole.text.slice(...range)))
    return byHand("It goes on over several lines.");
  const list = found.words.map((word) => JSON.stringify(word)).join(", ");
  const [from, to] = range;
  const keyword = whole.text.slice(from, to).split(/\s/)[0]!;
  return { from, to, with: `${keyword} [${list}]`, before: "" };
}

function ownerMend({ at, what }: PlacedFault, whole: Whole): Mend {
  const { text, offset } = whole;
  const key = `${what} of line ${at.line}`;
  const found = instructionAt(whole, at);
  const flags = found !== undefined && "getFlags" in found ? (found as Copy).getFlags() : [];
  const flag = flags.find((each) => each.getName() === "chown")?.getRange();
  if (what === "RUN" || flag === undefined)
    return { key, why: "Which folder the program must write to is yours to say: give it that one alone." };
  const [from, end] = [offset(flag.start), offset(flag.end)];
  const blank = /^[ \t]+/.exec(text.slice(end))?.[0].length ?? 0;
  return {
    from,
    to: end + blank,
    with: "",
    before:
      "What is copied is root's now, with the modes that the files have: those that only their owner may read (chmod a+rX), and a folder that the program writes to, want a line of their own.",
  };
}

const isSame = (one: Origin, other: Origin) => one.line === other.line && one.column === other.column;

type Place = { readonly line: number; readonly character: number };

/** From the beginning of a text. */
function offsets(text: string): (place: Place) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return ({ line, character }) => (starts[line] ?? text.length) + character;
}

const instructionAt = ({ instructions }: Whole, { line, column }: Origin) =>
  instructions.find((each) => {
    const { start } = each.getRange();
    return start.line === line - 1 && start.character === column - 1;
  });

function rangeOf(whole: Whole, at: Origin): [number, number] | undefined {
  const range = instructionAt(whole, at)?.getRange();
  const { offset } = whole;
  return range && [offset(range.start), offset(range.end)];
}

/** Where the line behind an instruction begins; undefined where that isn't sure. */
function lineAfter(whole: Whole, at: Origin): number | undefined {
  const range = rangeOf(whole, at);
  if (range === undefined) return undefined;
  const [, end] = range;
  const rest = /^[ \t\r]*(\n|$)/.exec(whole.text.slice(end));
  return rest === null ? undefined : end + rest[0].length;
}
