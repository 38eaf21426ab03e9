/** What a service is asked by: its variables, command and configuration, wherever they come from. A value is never told. Pure. */
import type { Fault } from "../../../checks/object.ts";
import { parseImage } from "../../../profile/image-name.ts";
import type { EngineName } from "../../engine-table.ts";
import { engineOfImage } from "../../engines.ts";
import { nothingGiven } from "../../given.ts";
import { get, keyAt, type Origin, pairsOf } from "../../tree.ts";
import { isMarked, isUnknown, unknownMark } from "../../unknown.ts";
import type { ServiceView } from "../../view.ts";
import { scriptIn } from "../../words.ts";

/** What a service of an engine is asked by. */
export interface AuthSubject {
  readonly view: ServiceView;
  readonly engine: EngineName;
  /** The image that shows its engine, else its own; without registry and tag. */
  readonly repository: string;
  /** Of the image; NaN where its tag has no number. */
  readonly major: number;
  /** Of a variable that decides who gets in, from wherever it comes; undefined where it is not set. */
  readonly value: (...names: readonly string[]) => string | undefined;
  /** The same of one that decides nothing, such as the name of a user. */
  readonly named: (...names: readonly string[]) => string | undefined;
  /** Of a variable or, by its name with _FILE, of the file that it names. */
  readonly password: (...names: readonly string[]) => Password | undefined;
  /** Variables that were asked for, and that nobody gives. */
  readonly notGiven: () => readonly string[];
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

interface Password {
  /** Of the variable that gives it. */
  readonly name: string;
  /** Undefined where it is in a file that is not here. */
  readonly text: string | undefined;
}

export type Look = (asked: AuthSubject) => readonly Fault[];

/** What anybody tries first. */
const usual =
  /^(?:|admin|administrator|root|toor|password|passw0rd|p@ssw0rd|p@ssword|pass|secret|example|test|testing|guest|user|changeme|change_me|changeit|change-me|default|letmein|qwerty|welcome|demo|dev|postgres|postgresql|postgrespw|mysecretpassword|my-secret-pw|mysql|mariadb|mongo|mongodb|redis|valkey|rabbitmq|elastic|elasticsearch|opensearch|grafana|minio|minioadmin|minio123|miniosecret|neo4j|cassandra|couchdb|keycloak|clickhouse|influx|influxdb|nats|solr|solrrocks|arangodb|vault|(?:admin|root|pass|password|test|user)1?(?:23|234)?|123|1234(?:5|56|567|5678|56789|567890)?)$/i;

/** Words that stand for a password until somebody writes one, and those of the images' own pages. */
const standIn =
  /^(?:<[^>]*>|x{3,}|\*{3,}|todo|fixme|placeholder|insecure|(?:change|replace)[-_ ]?(?:me|this|it)|examplepass|(?:some)?wordpress|s[e3]cr[e3]t|supersecret|(?:your|my|some|the|an?|root|db|new|example|strong|secure|super|secret)[-_ ]?(?:(?:strong|secure|secret|super|root|db|long|random|own)[-_ ]?)*(?:\(!\)|@)?(?:pass(?:word|w[o0]rd|wd|phrase)?|pw|secret)[!\d]*)$/i;

export const isUsual = (value: string): boolean => usual.test(value) || standIn.test(value);

const comments = /(?<=^|\s)(?:#|\/\/).*$|(?<=^|\s)\/\*[\s\S]*?\*\/|<!--[\s\S]*?-->/gm;

/** Its configuration without comments, then its command. */
export const textsOf = ({ files, command }: AuthSubject): readonly string[] => [
  ...[...files.values()].map((text) => text.replace(comments, "")),
  command,
];

export const isOn = (value: string | undefined) => value !== undefined && /^(?:true|yes|on|1)$/i.test(value);

/** Its images read variables of their own. */
export const isBitnami = (repository: string) => /(?:^|\/)bitnami(?:legacy|secure)?\//.test(repository);

export function askedOf(view: ServiceView, engine: EngineName): AuthSubject {
  const { node, seen, name, image = "" } = view;
  const { variables, files, unread, words: given, images } = seen.given.get(name) ?? nothingGiven;
  const own = images.find((each) => engineOfImage(each) === engine);
  const { repository, tag } = parseImage(own ?? image);
  const pairs = pairsOf(get(node, "environment"));
  const notGiven = new Set<string>();
  const named = (...names: readonly string[]) => {
    const set = names.find((each) => variables.has(each));
    return set === undefined ? undefined : variables.get(set);
  };
  const value = (...names: readonly string[]) => {
    const found = named(...names);
    if (isUnknown(found)) notGiven.add(names.find((each) => variables.has(each))!);
    return found;
  };
  const password = (...names: readonly string[]): Password | undefined => {
    for (const each of names) {
      const text = value(each);
      if (text !== undefined) return { name: each, text };
      const byFile = [`${each}_FILE`, `${each}__FILE`].find((other) => value(other));
      if (byFile !== undefined)
        return { name: byFile, text: files.get(value(byFile)!)?.replace(/\r?\n$/, "") };
    }
    return undefined;
  };
  const words = withShell(given, { variables, files });
  return {
    view,
    engine,
    repository,
    major: Number(/^v?(\d+)/.exec((own && tag) ?? "")?.[1] ?? Number.NaN),
    value,
    named,
    password,
    notGiven: () => [...notGiven],
    at: (...names) =>
      pairs.find(({ key }) => names.includes(key))?.at ??
      keyAt(node, "image") ??
      keyAt(node, "build") ??
      view.at,
    words,
    command: words.join(" "),
    files,
    unread,
  };
}

/** A shell's script with its variables and the files that it reads put in. */
function withShell(
  words: readonly string[],
  { variables, files }: Pick<AuthSubject, "files"> & { readonly variables: ReadonlyMap<string, string> },
): readonly string[] {
  const script = scriptIn(words);
  if (script === undefined) return words;
  const whole = script
    .replace(
      /\$\(\s*(?:cat\s+|<\s*)["']?([^\s"')]+)["']?\s*\)/g,
      (_all, path: string) => files.get(path)?.trim() ?? "$(file)",
    )
    .replace(
      /\$(?:\{([A-Za-z_]\w*)(?::?-([^}]*))?\}|([A-Za-z_]\w*))/g,
      (_all, braced?: string, other?: string, bare?: string) =>
        variables.get(braced ?? bare!) ?? other ?? unknownMark,
    );
  return words.map((word) => (word === script ? whole : word));
}

/** What is not open by what is given, and may be by a variable that nobody gives. */
export const asGiven =
  (look: Look): Look =>
  (asked) => {
    const found = look(asked);
    if (found.length > 0) return found;
    const { at, words } = asked;
    const isOpenEnded = words.some(
      (word, index) => word === unknownMark && !words[index - 1]?.startsWith("-"),
    );
    return [
      ...asked.notGiven().map((name) => notTold(at(name), name)),
      ...(isOpenEnded ? [notTold(keyAt(asked.view.node, "command") ?? at(), "command")] : []),
    ];
  };

/** The same by files, too. */
export const asRead =
  (look: Look): Look =>
  (asked) => {
    const found = asGiven(look)(asked);
    if (found.some(({ unknown }) => !unknown)) return found;
    const { at, unread } = asked;
    const remedy = "Run this beside the files that the service mounts, or try to log in from a neighbour.";
    return [
      ...found,
      ...(unread.length === 0
        ? []
        : [
            {
              at: at(),
              unknown: true as const,
              remedy,
              found: `whether it wants a password may be in ${unread.join(", ")}, which could not be read`,
            },
          ]),
    ];
  };

export const notTold = (at: Origin, what: string): Fault => ({
  at,
  what,
  unknown: true,
  found: "who gets in depends on a variable that neither .env nor a default gives",
  remedy: "Give it in .env, or write ${NAME:?}: then compose refuses to start without it.",
});

/** A password that anybody tries, or the name of its user, by the variables that one of is set. */
export const usualPassword =
  (names: readonly string[], remedy: string, users: readonly string[] = []): Look =>
  ({ password, named, at }) => {
    const own = password(...names);
    const user = named(...users);
    if (own?.text === undefined) return [];
    const isUsers = own.text !== "" && !isMarked(own.text) && own.text.toLowerCase() === user?.toLowerCase();
    if (!isUsers && !isUsual(own.text)) return [];
    const found = isUsers
      ? "its password is the name of its user"
      : "it is a password that anybody tries first";
    return [{ at: at(own.name), what: own.name, found, remedy }];
  };

export const setAnew =
  "Make a long random one, give it as a file (the variable with _FILE), and set it anew in the data that is there.";
