/** PostgreSQL, MySQL and MongoDB, by their variables and configuration. Pure. */
import type { Fault } from "../../../checks/object.ts";
import { type Asked, isOn, setAnew, usualPassword } from "./asked.ts";

const trusts = (text: string) =>
  /^\s*host(?:n?o?ssl|gss\w*)?\s+\S+\s+\S+\s+(?!127\.|::1|localhost)\S+(?:\s+\d\S*)?\s+trust\b/m.test(text);

export function postgres(asked: Asked): readonly Fault[] {
  const { value, at, files } = asked;
  const remedy = "Leave POSTGRES_HOST_AUTH_METHOD out: then it is scram-sha-256; and set a password.";
  const open = (name: string, found: string): Fault => ({ at: at(name), what: name, found, remedy });
  const passwords = ["POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD", "POSTGRESQL_POSTGRES_PASSWORD"];
  const own = value(...passwords);
  const isUsers = own !== undefined && own !== "" && own === value("POSTGRES_USER", "POSTGRESQL_USERNAME");
  return [
    ...(value("POSTGRES_HOST_AUTH_METHOD") === "trust"
      ? [open("POSTGRES_HOST_AUTH_METHOD", "it lets anybody in without a password (trust)")]
      : []),
    ...(isOn(value("ALLOW_EMPTY_PASSWORD"))
      ? [open("ALLOW_EMPTY_PASSWORD", "it lets anybody in without a password")]
      : []),
    ...[...files].flatMap(([path, text]) =>
      /pg_hba/.test(path) && trusts(text)
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
    ...(isUsers
      ? [
          {
            ...open("POSTGRES_PASSWORD", "its password is the name of its user"),
            at: at(...passwords),
            remedy: setAnew,
          },
        ]
      : usualPassword(passwords, setAnew)(asked)),
  ];
}

const emptyRoot = ["MYSQL_ALLOW_EMPTY_PASSWORD", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "ALLOW_EMPTY_PASSWORD"];

export function mysql(asked: Asked): readonly Fault[] {
  const { value, at, command } = asked;
  const empty = value(...emptyRoot);
  return [
    ...(empty !== undefined && !/^(?:|no|false|0)$/i.test(empty)
      ? [
          {
            ...{ at: at(...emptyRoot), what: emptyRoot.find((each) => value(each) !== undefined)! },
            ...{
              found: "root needs no password",
              remedy: "Take it out, and set MARIADB_ROOT_PASSWORD_FILE or MYSQL_ROOT_PASSWORD_FILE.",
            },
          },
        ]
      : []),
    ...(/--skip-grant-tables\b/.test(command)
      ? [
          {
            at: at(),
            what: "command",
            found: "anybody is root of it (--skip-grant-tables)",
            remedy: "Take the option out.",
          },
        ]
      : []),
    ...usualPassword(["MYSQL_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD"], setAnew)(asked),
    ...usualPassword(["MYSQL_PASSWORD", "MARIADB_PASSWORD"], setAnew)(asked),
  ];
}

const mongoUser = [
  "MONGO_INITDB_ROOT_USERNAME",
  "MONGO_INITDB_ROOT_USERNAME_FILE",
  "MONGODB_ROOT_PASSWORD",
  "MONGODB_ROOT_PASSWORD_FILE",
];

export function mongo(asked: Asked): readonly Fault[] {
  const { value, at, command, files } = asked;
  const wants =
    mongoUser.some((each) => value(each)) ||
    /--(?:auth|keyFile)\b/.test(command) ||
    [...files.values()].some((text) => /authorization:\s*["']?enabled/.test(text));
  if (wants) return usualPassword(["MONGO_INITDB_ROOT_PASSWORD", "MONGODB_ROOT_PASSWORD"], setAnew)(asked);
  return [
    {
      at: at(),
      found: "it lets anybody in: it has no user, and no --auth",
      remedy: "Set MONGO_INITDB_ROOT_USERNAME and MONGO_INITDB_ROOT_PASSWORD_FILE before its first start.",
    },
  ];
}
