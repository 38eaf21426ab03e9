/** PostgreSQL, MySQL and MongoDB, by their variables and configuration. Pure. */
import type { Fault } from "../../../checks/object.ts";
import { isScript } from "../../configuration.ts";
import { get } from "../../tree.ts";
import { isUnknown } from "../../unknown.ts";
import { type Asked, isBitnami, isOn, setAnew, usualPassword } from "./asked.ts";
import { byScripts, isUsualSum } from "./first-start.ts";

/** The families of addresses that a rule is for: 4, 6 or both. */
const familiesOf = (address: string) =>
  /^\d+\.[\d.]+/.test(address) ? [4] : address.includes(":") ? [6] : [4, 6];

/** Whether a pg_hba.conf lets in somebody from elsewhere without a password; the first rule that matches counts. */
function trusts(text: string): boolean {
  const shut = new Set<number>();
  for (const line of text.replace(/\\\r?\n/g, " ").split(/\r?\n/)) {
    const [type = "", database, user, address = "", ...rest] = line
      .replace(/#.*/, "")
      .replace(/,\s+/g, ",")
      .split(/\s+/)
      .filter(Boolean);
    if (!type.startsWith("host") || /^(?:127\.|::1|localhost$|samehost$)/.test(address)) continue;
    const hasMask = /^[\d.]+$|:/.test(rest[0] ?? "");
    const families = familiesOf(address);
    if (rest[hasMask ? 1 : 0] === "trust" && families.some((each) => !shut.has(each))) return true;
    const isAnybody = /^(?:all|0\.0\.0\.0\/0|::\/0)$/.test(address);
    if (type === "host" && database === "all" && user === "all" && isAnybody)
      for (const each of families) shut.add(each);
  }
  return false;
}

/**
 * Whether a script of the first start puts trust in place of what the image has written: a line behind its own, which is for
 * all, is never reached.
 */
const rewrites = (script: string) => {
  const replaces = /(?:[^>]>|\btee\s+(?!-a|--append))\s*["']?\S*pg_hba\.conf/.test(script);
  const rules = script.match(/\bhost(?:no)?(?:ssl|gssenc)?[ \t][^\n'"\\]*\btrust\b/g) ?? [];
  return (
    /\bsed\b[^\n]*\btrust\b[^\n]*pg_hba\.conf|\bsed\b[^\n]*pg_hba\.conf[^\n]*\btrust\b/.test(script) ||
    (replaces && trusts(rules.join("\n")))
  );
};

/** The pg_hba.conf that a command names, itself or by the configuration that it names. */
function namedRules({ words, files }: Asked): string | undefined {
  const named = (name: string) => words.findLast((word) => word.includes(`${name}=`))?.split(`${name}=`)[1];
  const text = files.get(named("config_file") ?? "") ?? "";
  return named("hba_file") ?? /^\s*hba_file\s*=?\s*'([^']+)'/m.exec(text)?.[1];
}

export function postgres(asked: Asked): readonly Fault[] {
  const { value, at, files } = asked;
  const rules = namedRules(asked);
  const isOverruled = rules !== undefined && files.has(rules);
  const remedy = "Leave POSTGRES_HOST_AUTH_METHOD out: then it is scram-sha-256; and set a password.";
  const open = (name: string, found: string): Fault => ({ at: at(name), what: name, found, remedy });
  const passwords = ["POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD"];
  return [
    ...(value("POSTGRES_HOST_AUTH_METHOD") === "trust" && !isOverruled
      ? [open("POSTGRES_HOST_AUTH_METHOD", "it lets anybody in without a password (trust)")]
      : []),
    ...(isOn(value("ALLOW_EMPTY_PASSWORD"))
      ? [open("ALLOW_EMPTY_PASSWORD", "it lets anybody in without a password")]
      : []),
    ...[...files].flatMap(([path, text]) =>
      (isScript(path) && !isOverruled && rewrites(text)) ||
      ((isOverruled ? path === rules : /pg_hba/.test(path)) && trusts(text))
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

function emptyFault({ value, at }: Asked): readonly Fault[] {
  const isSet = (name: string) => Boolean(value(name)) && !isUnknown(value(name));
  const empty = emptyRoot.find(isSet) ?? (isOn(value(emptyByYes)) ? emptyByYes : undefined);
  const isLocal = (value("MARIADB_ROOT_HOST") || value("MYSQL_ROOT_HOST")) === "localhost";
  if (empty === undefined || isLocal || rootPasswords.some((each) => value(each))) return [];
  const remedy = "Take it out, and set MARIADB_ROOT_PASSWORD_FILE or MYSQL_ROOT_PASSWORD_FILE.";
  return [{ at: at(empty), what: empty, found: "root needs no password", remedy }];
}

const rootSums = ["MARIADB_ROOT_PASSWORD_HASH", "MYSQL_ROOT_PASSWORD_HASH"];

function usualRootSum({ value, at }: Asked): readonly Fault[] {
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

export function mysql(asked: Asked): readonly Fault[] {
  const { at, command, files } = asked;
  const skips = (what: string): Fault => ({
    ...{ at: at(), what, found: "anybody is root of it (--skip-grant-tables)" },
    remedy: "Take the option out.",
  });
  return [
    ...emptyFault(asked),
    ...(skipsGrants(command, ofCommand) ? [skips("command")] : []),
    ...[...files].flatMap(([path, text]) =>
      path.endsWith(".cnf") && skipsGrants(text, ofFile) ? [skips(path)] : [],
    ),
    ...byScripts(asked),
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
const isBypassed = ({ words, view, repository }: Asked) =>
  !isBitnami(repository) &&
  words.some((word) => /(?:^|[\s/])mongod(?:\s|$)/.test(word)) &&
  (get(view.node, "entrypoint") !== undefined || !/^(?:mongod$|-)/.test(words[0] ?? "mongod")) &&
  !words.some((word) => /docker-entrypoint/.test(word));

export function mongo(asked: Asked): readonly Fault[] {
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
