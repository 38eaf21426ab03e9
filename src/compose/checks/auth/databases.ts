/** PostgreSQL, MySQL and MongoDB, by their variables and configuration. Pure. */
import { posix } from "node:path";
import type { Fault } from "../../../checks/object.ts";
import { isWithin } from "../../../path.ts";
import { isScript } from "../../configuration.ts";
import { get } from "../../tree.ts";
import { isUnknown } from "../../unknown.ts";
import { type AuthSubject, isBitnami, isOn, setAnew, usualPassword } from "./asked.ts";
import { byScripts, isUsualSum } from "./first-start.ts";
import { admissionOf } from "./hba.ts";

/**
 * Whether a script of the first start puts trust in place of what the image has written: a line behind its own, which is for
 * all, is never reached.
 */
const rewrites = (script: string) => {
  const replaces = /(?:[^>]>|\btee\s+(?!-a|--append))\s*["']?\S*pg_hba\.conf/.test(script);
  const rules = script.match(/\bhost(?:no)?(?:ssl|gssenc)?[ \t][^\n'"\\]*\btrust\b/g) ?? [];
  return (
    /\bsed\b[^\n]*\btrust\b[^\n]*pg_hba\.conf|\bsed\b[^\n]*pg_hba\.conf[^\n]*\btrust\b/.test(script) ||
    (replaces && admissionOf("", new Map([["", rules.join("\n")]])).method !== undefined)
  );
};

/** Each pg_hba.conf that its command names, or else its configuration. */
function namedRules({ words, files }: AuthSubject): readonly string[] {
  const own = words.findLast((word) => /\bhba[-_]file=/i.test(word));
  if (own !== undefined) return [own.replace(/^.*\bhba[-_]file=/i, "")];
  return [...files].flatMap(([path, text]) =>
    path.endsWith(".conf")
      ? [...text.matchAll(/^\s*hba_file\s*=?\s*'([^']+)'/gim)].map(([, name = ""]) => name)
      : [],
  );
}

/** In the data: the image's own, by its variables. */
const isOwn = (path: string) => !posix.isAbsolute(path) || isWithin(path, "/var/lib/postgresql");

function hbaFaults(asked: AuthSubject, named: readonly string[]): readonly Fault[] {
  const { at, files } = asked;
  const read = named.filter((each) => files.has(each));
  const rules = read.length > 0 ? read : [...files.keys()].filter((path) => path.includes("pg_hba"));
  const missing = named.filter((each) => !files.has(each) && !isOwn(each));
  const judged = rules.map((path) => ({ path, ...admissionOf(path, files) }));
  return [
    ...judged.flatMap(({ path, method }) =>
      method === undefined
        ? []
        : [
            {
              at: at(),
              what: path,
              found: `${path} lets anybody in without a password (${method})`,
              remedy: `Write scram-sha-256 in place of ${method}.`,
            },
          ],
    ),
    ...[...missing, ...judged.flatMap(({ unread }) => unread)].map((path) => ({
      at: at(),
      what: path,
      unknown: true as const,
      found: `who gets in is in ${path}, which could not be read`,
      remedy: "Run this beside the files that the service mounts, or try to log in from a neighbour.",
    })),
  ];
}

export function postgres(asked: AuthSubject): readonly Fault[] {
  const { value, at, files } = asked;
  const named = namedRules(asked);
  const isOverruled = named.some((each) => files.has(each));
  const remedy = "Leave POSTGRES_HOST_AUTH_METHOD out: then it is scram-sha-256; and set a password.";
  const open = (name: string, found: string): Fault => ({ at: at(name), what: name, found, remedy });
  const passwords = ["POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD"];
  const method = value("POSTGRES_HOST_AUTH_METHOD") ?? "";
  return [
    ...(["trust", "ident"].includes(method) && !isOverruled
      ? [open("POSTGRES_HOST_AUTH_METHOD", `it lets anybody in without a password (${method})`)]
      : []),
    ...(isOn(value("ALLOW_EMPTY_PASSWORD"))
      ? [open("ALLOW_EMPTY_PASSWORD", "it lets anybody in without a password")]
      : []),
    ...[...files].flatMap(([path, text]) =>
      isScript(path) && !isOverruled && rewrites(text)
        ? [
            {
              at: at(),
              what: path,
              found: `${path} lets anybody in without a password (trust)`,
              remedy: "Write scram-sha-256 in place of trust.",
            },
          ]
        : [],
    ),
    ...hbaFaults(asked, named),
    ...usualPassword(passwords, setAnew, ["POSTGRES_USER", "POSTGRESQL_USERNAME", "POSTGRESQL_USER"])(asked),
    ...byScripts(asked),
    ...usualPassword(["POSTGRESQL_POSTGRES_PASSWORD", "POSTGRESQL_ADMIN_PASSWORD"], setAnew)(asked),
  ];
}

/** By which variables each image lets root have none: the official ones by any word. */
const emptyRoot = ["MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD"];
const emptyByYes = "ALLOW_EMPTY_PASSWORD";

/** Of these one that is set gives root a password all the same. */
const rootPasswords = ["MARIADB", "MYSQL"].flatMap((each) => [
  ...[`${each}_ROOT_PASSWORD`, `${each}_ROOT_PASSWORD_FILE`],
  ...[`${each}_ROOT_PASSWORD_HASH`, `${each}_RANDOM_ROOT_PASSWORD`],
]);

function emptyFault({ value, at }: AuthSubject): readonly Fault[] {
  const isSet = (name: string) => Boolean(value(name)) && !isUnknown(value(name));
  const empty = emptyRoot.find(isSet) ?? (isOn(value(emptyByYes)) ? emptyByYes : undefined);
  const isLocal = (value("MARIADB_ROOT_HOST") || value("MYSQL_ROOT_HOST")) === "localhost";
  if (empty === undefined || isLocal || rootPasswords.some((each) => value(each))) return [];
  const remedy = "Take it out, and set MARIADB_ROOT_PASSWORD_FILE or MYSQL_ROOT_PASSWORD_FILE.";
  return [{ at: at(empty), what: empty, found: "root needs no password", remedy }];
}

const rootSums = ["MARIADB_ROOT_PASSWORD_HASH", "MYSQL_ROOT_PASSWORD_HASH"];

function usualRootSum({ value, at }: AuthSubject): readonly Fault[] {
  const found = "it is the sum of a password that anybody tries first";
  return rootSums
    .filter((name) => isUsualSum(value(name) ?? ""))
    .map((name) => ({ at: at(name), what: name, found, remedy: setAnew }));
}

const ofCommand = /--(?:loose[-_])?skip[-_]grant(?:[-_]tables)?(?:=(\S*))?(?=\s|$)/gi;
const ofFile = /^[ \t]*(?:loose[-_])?skip[-_]grant[-_]tables[ \t]*(?:=[ \t]*(\S*))?[ \t]*$/gim;

/** The last one counts. */
const skipsGrants = (text: string, option: RegExp): boolean => {
  const found = [...text.matchAll(option)].at(-1);
  return found !== undefined && !/^(?:0|off|false|no)$/i.test(found[1] ?? "");
};

const startOfCommand = /--(?:loose[-_])?init[-_]f\w*[= ]["']?([^\s"']+)/gi;
const startOfFile = /^[ \t]*(?:loose[-_])?init[-_]file[ \t]*=[ \t]*["']?([^\s"'#]+)/gim;

/** Files of SQL that the server runs as root at each start, by its command and its configuration. */
const startFiles = ({ command, files }: AuthSubject): readonly string[] =>
  [
    ...command.matchAll(startOfCommand),
    ...[...files].flatMap(([path, text]) => (path.endsWith(".cnf") ? [...text.matchAll(startOfFile)] : [])),
  ].map(([, path = ""]) => path);

export function mysql(asked: AuthSubject): readonly Fault[] {
  const { at, command, files } = asked;
  const started = startFiles(asked);
  const skips = (what: string): Fault => ({
    at: at(),
    what,
    found: "anybody is root of it (--skip-grant-tables)",
    remedy: "Take the option out.",
  });
  return [
    ...emptyFault(asked),
    ...(skipsGrants(command, ofCommand) ? [skips("command")] : []),
    ...[...files].flatMap(([path, text]) =>
      path.endsWith(".cnf") && skipsGrants(text, ofFile) ? [skips(path)] : [],
    ),
    ...byScripts(asked, started),
    ...started
      .filter((path) => !files.has(path))
      .map((path) => ({
        at: at(),
        what: path,
        unknown: true as const,
        found: `whom it makes at each start is in ${path} (--init-file), which could not be read`,
        remedy: "Run this beside the files that the service mounts, or try to log in from a neighbour.",
      })),
    ...usualRootSum(asked),
    ...usualPassword(["MARIADB_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD"], setAnew)(asked),
    ...usualPassword(["MARIADB_PASSWORD", "MYSQL_PASSWORD"], setAnew, ["MARIADB_USER", "MYSQL_USER"])(asked),
  ];
}

const mongoUser = [
  "MONGO_INITDB_ROOT_USERNAME",
  "MONGO_INITDB_ROOT_USERNAME_FILE",
  "MONGODB_INITDB_ROOT_USERNAME",
  "MONGODB_INITDB_ROOT_USERNAME_FILE",
  "MONGODB_ROOT_PASSWORD",
  "MONGODB_ROOT_PASSWORD_FILE",
];

const mongoPasswords = [
  "MONGO_INITDB_ROOT_PASSWORD",
  "MONGODB_INITDB_ROOT_PASSWORD",
  "MONGODB_ROOT_PASSWORD",
];

/** The official image makes the user, and asks for it, where its own entrypoint starts `mongod` itself. */
const isBypassed = ({ words, view, repository }: AuthSubject) =>
  !isBitnami(repository) &&
  words.some((word) => /(?:^|[\s/])mongod(?:\s|$)/.test(word)) &&
  (get(view.node, "entrypoint") !== undefined || !/^(?:mongod$|-)/.test(words[0] ?? "mongod")) &&
  !words.some((word) => /docker-entrypoint/.test(word));

export function mongo(asked: AuthSubject): readonly Fault[] {
  const { value, at, command, files } = asked;
  const wants =
    (mongoUser.some((each) => value(each)) && !isBypassed(asked)) ||
    /--(?:auth|keyFile)\b/.test(command) ||
    [...files.values()].some((text) => /authorization:\s*["']?enabled/.test(text));
  if (wants)
    return [
      ...byScripts(asked),
      ...usualPassword(mongoPasswords, setAnew, [
        ...["MONGO_INITDB_ROOT_USERNAME", "MONGODB_ROOT_USER", "MONGODB_INITDB_ROOT_USERNAME"],
      ])(asked),
    ];
  return [
    {
      at: at(),
      found: "it lets anybody in: it has no user, and no --auth",
      remedy: "Set MONGO_INITDB_ROOT_USERNAME and MONGO_INITDB_ROOT_PASSWORD_FILE before its first start.",
    },
  ];
}
