/** What deletes messages of the journal before a week is over, or where less of them stays than a week's: by whom, a row each. Pure. */
import { posix } from "node:path";
import { globMatches, pathMatcher } from "../../glob.ts";
import { bytes } from "../logging/journald.ts";
import { leastFiles, leastKept, leastRoom, span } from "../logging/kept.ts";
import { type Concern, concernsOfPath } from "./ours.ts";
import { pathFrom } from "./writers.ts";

const folder = "/var/log/journal/0123456789abcdef0123456789abcdef";
const files = ["system.journal", "system@0-1-2.journal", "system@0-1.journal~", "user-1000.journal"];
const ancestors = (path: string): readonly string[] =>
  path === "/" ? [path] : [path, ...ancestors(posix.dirname(path))];

/** Whether it is the journal, a file of it or a folder above. */
function holdsJournal(glob: string): boolean {
  const matches = pathMatcher(glob.replace(/%[A-Za-z]/g, "*").replace(/(?<=.)\/+$/, ""));
  return files.some((name) => ancestors(`${folder}/${name}`).some(matches));
}

/** journalctl(1), whose options may be cut short: how much each leaves; the others take the journal off the disk. */
const cutting: readonly (readonly [RegExp, (value: string) => boolean])[] = [
  [/^--vacuum-t/, (value) => span(value) >= leastKept],
  [/^--vacuum-s/, (value) => (bytes(value) ?? 0) >= leastRoom],
  [/^--vacuum-f/, (value) => Number(value) >= leastFiles],
  [/^--(va|rel|sm)/, () => false],
];

/** Of `journalctl`. */
export const concernsOfJournalctl = (words: readonly string[]): readonly Concern[] =>
  words.some((word, at) => {
    const leavesEnough = cutting.find(([option]) => option.test(word))?.[1];
    const value = [word.split("=", 2)[1] ?? "", ...until(words.slice(at + 1), /[^\w.]/)].join(" ").trim();
    return leavesEnough?.(value) === false;
  })
    ? ["logging"]
    : [];

function until(words: readonly string[], end: RegExp): readonly string[] {
  const at = words.findIndex((word) => end.test(word));
  return at < 0 ? words : words.slice(0, at);
}

/** Ages of find(1): whole days or minutes. */
const ages: readonly (readonly [RegExp, number])[] = [
  [/^-[acm]time$/, 86_400],
  [/^-[acm]min$/, 60],
];

/** Of `find` that deletes what it finds; of a folder above the journal only by names that the journal's files have. */
export function concernsOfFound(words: readonly string[], here: string): readonly Concern[] {
  if (words.includes("-empty")) return [];
  const given = until(words, /^(-[^HLPOD]|!)/).filter((word) => !word.startsWith("-"));
  const paths = (given.length === 0 ? ["."] : given).map((word) => pathFrom(here, word));
  const valuesOf = (option: RegExp) =>
    words.filter((_, at) => option.test(words[at - 1] ?? "") && !/^(!|-not)$/.test(words[at - 2] ?? ""));
  const names = valuesOf(/^-i?name$/);
  const isNamed = names.length === 0 || names.some((name) => files.some((each) => globMatches(name, each)));
  const isOld = ages.some(([option, unit]) =>
    valuesOf(option).some((value) => value.startsWith("+") && Number(value) * unit >= leastKept),
  );
  const isKept = isOld && !words.some((word) => /^(-or?|,)$/.test(word));
  const deletes = !isKept && isNamed && paths.some(holdsJournal);
  return [
    ...paths.flatMap((path) => concernsOfPath(path)).filter((concern) => concern !== "logging"),
    ...(deletes ? (["logging"] as const) : []),
  ];
}

/** tmpfiles.d(5): what is older than that is deleted, of all that is below the path. */
export function concernsOfAge(path: string, age: string): readonly Concern[] {
  if (age === "" || age === "-") return [];
  const isKept = span(age.replace(/^~?([abcmABCM]+:)?/, "")) >= leastKept;
  return concernsOfPath(path, true).filter(
    (concern) => concern !== "logging" || (!isKept && holdsJournal(path)),
  );
}

/** logrotate(8): a line with paths of files that it renames, and deletes at last. */
export const concernsOfRotation = (line: string): readonly Concern[] =>
  line
    .split(/[\s"'{}]+/)
    .some((word) => word.startsWith("/") && files.some((name) => pathMatcher(word)(`${folder}/${name}`)))
    ? ["logging"]
    : [];
