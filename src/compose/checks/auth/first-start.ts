/** Who gets in by what a database is given for its first start: scripts that make users, and lists of users. Pure. */
import { createHash } from "node:crypto";
import type { Fault } from "../../../checks/object.ts";
import { isScript } from "../../configuration.ts";
import type { EngineName } from "../../engine-table.ts";
import type { Origin } from "../../tree.ts";
import { type AuthSubject, isUsual, setAnew } from "./asked.ts";

/** Whom a script lets in. */
interface Login {
  readonly user: string;
  readonly password: string;
}

const quoted = (name: string) => `["'\`]?(?<${name}>[\\w.-]*)["'\`]?`;
/** Of MySQL: a user that comes from the host itself alone is nobody's over the network. */
const fromAfar = "(?:@(?![\"'`]?(?:localhost|127\\.|::1))[\"'`]?[^\\s\"'`;]*[\"'`]?)?(?!\\S*@)";

/** How the scripts of each write a user with a password; without the group of a password it has none. */
const logins: Partial<Readonly<Record<EngineName, readonly RegExp[]>>> = {
  postgres: [
    new RegExp(
      `\\b(?:CREATE|ALTER)\\s+(?:USER|ROLE)\\s+${quoted("user")}[^;]*?\\bPASSWORD\\s+'(?<password>[^']+)'`,
      "gi",
    ),
  ],
  mysql: [
    new RegExp(
      `\\b(?:USER|TO|FOR)\\s+(?:IF\\s+(?:NOT\\s+)?EXISTS\\s+)?${quoted("user")}${fromAfar}[^;@]*?(?:\\bBY|\\bPASSWORD\\s*\\(|=)\\s*["'](?<password>[^"']*)["']`,
      "gi",
    ),
    new RegExp(
      `\\bCREATE\\s+USER\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?${quoted("user")}${fromAfar}\\s*(?:;|["']\\s*$|$)`,
      "gim",
    ),
  ],
  mongo: [/\buser:\s*["'](?<user>[^"']*)["'][^}]*?\bpwd:\s*["'](?<password>[^"']*)["']/g],
};

const isGuessed = ({ user, password }: Login) =>
  isUsual(password) || password.toLowerCase() === user.toLowerCase();

const madeIn = (text: string, engine: EngineName): readonly Login[] =>
  (logins[engine] ?? []).flatMap((form) =>
    [...text.matchAll(form)].map(({ groups: { user = "", password = "" } = {} }) => ({ user, password })),
  );

/** By the scripts that an image runs once, and by those that its server runs. */
export function byScripts(
  { files, engine, at }: AuthSubject,
  ofServer: readonly string[] = [],
): readonly Fault[] {
  return [...files].flatMap(([path, text]) =>
    (isScript(path) || ofServer.includes(path)) && madeIn(text, engine).some(isGuessed)
      ? [fault(at(), path, "it makes a user whose password anybody tries first, or who needs none")]
      : [],
  );
}

const fault = (at: Origin, what: string, found: string): Fault => ({
  at,
  what,
  remedy: setAnew,
  found: `${what}: ${found}`,
});

/** What those that keep sums alone are compared with. */
export const tried = [
  ...["", "guest", "admin", "root", "password", "secret", "test", "changeme", "example", "user", "123456"],
  ...["rabbitmq", "mysql", "mariadb", "1234", "12345", "12345678", "pass", "toor", "admin123", "password123"],
];

/** https://mariadb.com/kb/en/password/ */
const sumOfMysql = (password: string) => {
  const once = createHash("sha1").update(password).digest();
  return `*${createHash("sha1").update(once).digest("hex").toUpperCase()}`;
};

export const isUsualSum = (sum: string): boolean =>
  tried.some((word) => sumOfMysql(word) === sum.toUpperCase());

/** https://www.rabbitmq.com/docs/passwords#computing-password-hash: four bytes of salt, and the sum of both. */
function isRabbits(sum: string, algorithm: string, password: string): boolean {
  const kind = { sha256: "sha256", sha512: "sha512", md5: "md5" }[algorithm.replace(/^.*_/, "")];
  const bytes = Buffer.from(sum, "base64");
  if (kind === undefined) return false;
  const own = createHash(kind).update(bytes.subarray(0, 4)).update(password).digest();
  return own.equals(bytes.subarray(4));
}

interface Definition {
  readonly name?: unknown;
  readonly password?: unknown;
  readonly password_hash?: unknown;
  readonly hashing_algorithm?: unknown;
}

/** Of RabbitMQ's list of users; undefined where it can't be read. */
function definedIn(text: string): readonly Definition[] | undefined {
  try {
    const { users } = JSON.parse(text) as { readonly users?: readonly Definition[] };
    return Array.isArray(users) ? users.filter((each) => typeof each === "object" && each !== null) : [];
  } catch {
    return undefined;
  }
}

function isOpen({ name, password, password_hash: sum, hashing_algorithm: algorithm }: Definition): boolean {
  const user = String(name ?? "");
  if (typeof password === "string" && password !== "") return isGuessed({ user, password });
  const kind = String(algorithm ?? "rabbit_password_hashing_sha256");
  return typeof sum === "string" && sum !== "" && [user, ...tried].some((each) => isRabbits(sum, kind, each));
}

/** By the list of users that a queue is started with. */
export function byDefinitions({ files, at }: AuthSubject, path: string): readonly Fault[] {
  const users = definedIn(files.get(path) ?? "");
  if (users === undefined)
    return [
      {
        at: at(),
        unknown: true,
        found: `who gets in is in ${path}, which could not be read`,
        remedy: "Run this beside the files that the service mounts, or try to log in from a neighbour.",
      },
    ];
  return users.some(isOpen) ? [fault(at(), path, "it has a user whose password anybody tries first")] : [];
}
