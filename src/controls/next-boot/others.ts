/** What somebody's files do to one of ours at the next boot or another time, by the table of all that is read. */
import type { BootFile, BootFiles } from "../../facts/boot-files.ts";
import type { Fact } from "../../facts/probe.ts";
import { pathMatcher } from "../../glob.ts";
import { onceByText } from "../../once.ts";
import { concernsOfCode } from "./commands.ts";
import { type Concern, concernsOfUnit, gates, roots } from "./ours.ts";
import { type BootSource, crontabs, script, sources } from "./table.ts";
import { unitOfFile } from "./unit-lines.ts";

/** Parsed where a path is looked at: a plan has none. */
const matcherOf = onceByText(pathMatcher, 1000);

const known = [...sources, crontabs];

/** Each check asks it of each file. */
const sourceOf = onceByText(
  (path): BootSource => known.find(({ globs }) => globs.some((glob) => matcherOf(glob)(path))) ?? script,
  1000,
);

/** Those of harden itself: a run that waits for its confirm, and what a check of its own judges by its whole content. */
const own =
  /\/harden-(early|deadman|apply)-[0-9A-Za-z-]+\.service$|^\/etc\/docker\/harden-published$|\/docker\.service\.d\/zz-harden\.conf$|^\/var\/lib\/harden\//;

export interface Doubt {
  /** As part of a sentence, `PATH:LINE TEXT`. */
  readonly why: string;
  /** Undefined: at the next boot. */
  readonly when?: string | undefined;
}

/** Why nobody knows what becomes of this concern at the next boot, or before it. */
export function othersOf(fact: Fact<BootFiles>, concern: Concern): Doubt | undefined {
  if (fact.state !== "present") return "why" in fact ? { why: fact.why } : undefined;
  for (const file of fact.value.files) {
    const why = own.test(file.path) ? undefined : ofFile(file, concern);
    if (why !== undefined) return { why, when: sourceOf(file.path).when };
  }
  const link = fact.value.links.find(
    (path) => isRequired(path, concern) || isOfTarget(path) || isSealed(path, concern),
  );
  return link === undefined ? undefined : { why: link };
}

/** What can't be read, and may touch what is ours. */
function isSealed(path: string, concern: Concern): boolean {
  const source = sourceOf(path);
  return source.isSealed === true && source.touches("", { path, lines: [] }).includes(concern);
}

/** A mask of a target that all of ours need, or another one in the place of the package's. */
const isOfTarget = (path: string) =>
  roots.some((name) => name !== "default.target" && path.endsWith(`/system/${name}`));

function ofFile(file: BootFile, concern: Concern): string | undefined {
  const { path, lines, unread, isCode, isClosed } = file;
  const source = sourceOf(path);
  if (source.passesOver?.test(path)) return undefined;
  if (unread === "binary" && source.isProgram) return undefined;
  if (unread !== undefined)
    return `${path} could not be read (${unread === "large" ? "too large" : "a program"})`;
  // What the unit's own files say is judged by an allow-list (next-start.ts).
  if (source === sources[0] && concernsOfUnit(unitOfFile(path)).includes(concern)) return undefined;
  const isSteering = lines.some(({ text }) => /systemctl|systemd1/.test(text));
  const line = lines.find(
    ({ text }) =>
      source.touches(text, file).includes(concern) ||
      (isCode === true && concernsOfCode(text, isSteering).includes(concern)),
  );
  if (line === undefined) return undefined;
  const text = isClosed === true ? "" : ` ${withoutValue(line.text).slice(0, 160)}`;
  return `${path}:${line.number}${text}`;
}

/** What else stands on the kernel's command line after a credential may be its value. */
const withoutValue = (text: string) => text.replace(/(\.set_credential(_binary)?=[^:]*:).*/, "$1…");

/** A link that lets a unit of ours, or a target that all need, start only with another unit. */
function isRequired(path: string, concern: Concern): boolean {
  const [folder = "", unit = ""] = path.split("/").slice(-2);
  if (!folder.endsWith(".requires") || /^\/usr\/lib\/|\/systemd\/user\//.test(path)) return false;
  const name = folder.replace(/\.requires$/, "");
  // As Ubuntu's ssh.socket is of ssh.service.
  if (concernsOfUnit(unit).includes(concern)) return false;
  return gates.includes(name) || concernsOfUnit(name).includes(concern);
}
