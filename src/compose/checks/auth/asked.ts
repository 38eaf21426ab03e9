/** What a service is asked by: its variables, command and configuration, wherever they come from. A value is never told. Pure. */
import type { Fault } from "../../../checks/object.ts";
import { parseImage } from "../../../profile/image-name.ts";
import { nothingGiven } from "../../given.ts";
import { get, keyAt, type Origin, pairsOf, textOf, valuesOf } from "../../tree.ts";
import type { View } from "../../view.ts";

/** What a service of an image is asked by. */
export interface Asked {
  readonly view: View;
  /** Of the image; NaN where its tag has no number. */
  readonly major: number;
  /** Of a variable, from wherever it comes; undefined where it is not set. */
  readonly value: (...names: readonly string[]) => string | undefined;
  /** Where the first of these is set, else where the service begins. */
  readonly at: (...names: readonly string[]) => Origin;
  /** Its entrypoint and its command, as the container gets them. */
  readonly words: readonly string[];
  /** The same as one text. */
  readonly command: string;
  readonly files: ReadonlyMap<string, string>;
  /** Paths of configuration that could not be read. */
  readonly unread: readonly string[];
}

export type Look = (asked: Asked) => readonly Fault[];

/** What anybody tries first. */
const usual =
  /^(?:|admin|root|password|passw0rd|pass|secret|example|test|guest|user|changeme|change_me|default|postgres|postgresql|mysql|mariadb|mongo|mongodb|redis|rabbitmq|elastic|opensearch|grafana|1234(?:5|56|567|5678|56789)?)$/i;

export const isUsual = (value: string): boolean => usual.test(value);

export const isOn = (value: string | undefined) => value !== undefined && /^(?:true|yes|on|1)$/i.test(value);

/** A text's words: blanks between, quotes around, a backslash before a character. */
export const wordsIn = (text: string): readonly string[] =>
  (text.match(/(?:\$\{[^}]*\}|"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+/gs) ?? []).map((word) =>
    word.replace(
      /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/gs,
      (_all, double?: string, single?: string, escaped?: string) =>
        escaped ?? single ?? (double ?? "").replace(/\\(.)/gs, "$1"),
    ),
  );

export function askedOf(view: View): Asked {
  const { node, seen, name, image = "" } = view;
  const given = seen.given.get(name) ?? nothingGiven;
  const pairs = pairsOf(get(node, "environment"));
  const value = (...names: readonly string[]) => {
    const set = names.find((each) => given.variables.has(each));
    return set === undefined ? undefined : given.variables.get(set);
  };
  const words = ["entrypoint", "command"].flatMap((key) => {
    const own = get(node, key);
    return own?.kind === "value"
      ? wordsIn(textOf(own) ?? "")
      : valuesOf(own).map((each) => textOf(each) ?? "");
  });
  return {
    view,
    major: Number(/^v?(\d+)/.exec(parseImage(image).tag ?? "")?.[1] ?? Number.NaN),
    value,
    at: (...names) => pairs.find(({ key }) => names.includes(key))?.at ?? keyAt(node, "image") ?? view.at,
    words,
    command: words.join(" "),
    files: given.files,
    unread: given.unread,
  };
}

/** What is not open by what was read, and may be by a file that was not. */
export const asRead =
  (look: Look): Look =>
  (asked) => {
    const found = look(asked);
    const { at, unread } = asked;
    if (found.length > 0 || unread.length === 0) return found;
    return [
      {
        ...{ at: at(), unknown: true },
        found: `whether it wants a password may be in ${unread.join(", ")}, which could not be read`,
        remedy: "Run this beside the files that the service mounts, or try to log in from a neighbour.",
      },
    ];
  };

/** A password that anybody tries, by the variables that one of is set. */
export const usualPassword =
  (names: readonly string[], remedy: string): Look =>
  ({ value, at }) => {
    const own = value(...names);
    return own !== undefined && usual.test(own)
      ? [
          {
            at: at(...names),
            what: names.find((each) => value(each) !== undefined)!,
            found: "it is a password that anybody tries first",
            remedy,
          },
        ]
      : [];
  };

export const setAnew =
  "Make a long random one, give it as a file (the variable with _FILE), and set it anew in the data that is there.";
