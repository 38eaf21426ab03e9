/** Services of databases, caches and queues, and whether a stranger gets in: judged by the file in unit tests, and by real logins in e2e. */
import { type ServerRow, word } from "./server-row.ts";

type Rest = Omit<ServerRow, "kind" | "image">;

const redis = (row: Rest): ServerRow => ({ kind: "redis", image: "redis:8.0", ...row });
const valkey = (row: Rest): ServerRow => ({ ...redis(row), image: "valkey/valkey:8.1" });
const byFile = (what: string, open: boolean, text: string, more: Partial<Rest> = {}): ServerRow =>
  redis({
    what,
    open,
    command: "redis-server /etc/redis.conf",
    ...more,
    files: { "/etc/redis.conf": text, ...more.files },
  });

const redisRows: readonly ServerRow[] = [
  redis({ what: "no command", open: true }),
  valkey({ what: "valkey with options", open: true, command: "valkey-server --save 60 1" }),
  redis({ what: "an empty password", open: true, command: ["redis-server", "--requirepass", ""] }),
  redis({
    what: "an empty password before an option",
    open: true,
    command: ["redis-server", "--requirepass", "", "--save", "60 1"],
  }),
  redis({ what: "a usual password", open: true, command: "redis-server --requirepass redis" }),
  redis({ what: "a password", open: false, command: `redis-server --requirepass ${word}` }),
  redis({ what: "a password in capitals", open: false, command: `redis-server --RequirePass ${word}` }),
  redis({
    what: "a password, and then none",
    open: true,
    command: ["redis-server", "--requirepass", word, "--requirepass", ""],
  }),
  valkey({ what: "valkey with a password alone", open: false, command: `--requirepass ${word}` }),
  redis({ what: "protected mode", open: false, command: "redis-server --protected-mode yes" }),
  redis({ what: "protected mode switched off", open: true, command: "redis-server --protected-mode no" }),
  redis({ what: "loopback alone", open: false, command: "redis-server --bind 127.0.0.1 ::1" }),
  redis({
    what: "a default user without a password",
    open: true,
    command: "redis-server --user default on nopass ~* +@all",
  }),
  redis({
    what: "a default user with a password",
    open: false,
    command: `redis-server --user default on >${word} ~* +@all`,
  }),
  redis({ what: "a default user that is off", open: false, command: "redis-server --user default off" }),
  byFile("a file without a password", true, "# requirepass x\nport 6379\n"),
  byFile("a file with a password", false, `requirepass ${word}\n`),
  byFile("a file with a password in capitals", false, `RequirePass "${word}"\n`),
  byFile("a file with an empty password", true, 'requirepass ""\n'),
  byFile("a file with a usual password", true, "requirepass redis\n"),
  byFile(
    "a password that a later file takes away",
    true,
    `requirepass ${word}\ninclude /etc/redis-more*.conf\n`,
    { files: { "/etc/redis-more1.conf": 'requirepass ""\n' } },
  ),
  byFile(
    "a password beside a default user without one in another file",
    true,
    `include /etc/redis-more.conf\nrequirepass ${word}\n`,
    { files: { "/etc/redis-more.conf": "user default on nopass ~* +@all\n" } },
  ),
  byFile("a file with a password, and then none", true, `requirepass ${word}\nrequirepass ""\n`),
  byFile("a file with a password that the command takes away", true, `requirepass ${word}\n`, {
    command: ["redis-server", "/etc/redis.conf", "--requirepass", ""],
  }),
  byFile("a file with protected mode", false, "protected-mode yes\n"),
  byFile("a file with protected mode that the command switches off", true, "protected-mode yes\n", {
    command: "redis-server /etc/redis.conf --protected-mode no",
  }),
  byFile("a file for loopback alone", false, "bind 127.0.0.1 -::1\n"),
  byFile("a file with a default user without a password", true, "user default on nopass ~* +@all\n"),
  byFile("a file with a default user with a password", false, `user default on >${word} ~* +@all\n`),
  byFile("a file with another user alone", true, `user app on >${word} ~* +@all\n`),
  byFile("a file that includes one with a password", false, "include /etc/more.conf\n", {
    files: { "/etc/more.conf": `requirepass ${word}\n` },
  }),
  byFile("a file of users that lets anybody in", true, "aclfile /etc/users.acl\n", {
    files: { "/etc/users.acl": "user default on nopass ~* +@all\n" },
  }),
  byFile("a file of users without the default one", true, `requirepass ${word}\naclfile /etc/users.acl\n`, {
    files: { "/etc/users.acl": `user app on >${word} ~* +@all\n` },
  }),
  byFile("a file of users with a password", false, "aclfile /etc/users.acl\n", {
    files: { "/etc/users.acl": `user default on >${word} ~* +@all\n` },
  }),
];

const postgres = (row: Rest): ServerRow => ({ kind: "postgres", image: "postgres:17.6", ...row });
const local = "local all all trust\n";
const byHba = (
  what: string,
  open: boolean,
  rules: string,
  files: Readonly<Record<string, string>> = {},
): ServerRow =>
  postgres({
    what,
    open,
    environment: { POSTGRES_PASSWORD: word },
    command: "-c hba_file=/etc/pg_hba.conf",
    files: { "/etc/pg_hba.conf": `${local}${rules}\n`, ...files },
  });

const postgresRows: readonly ServerRow[] = [
  postgres({ what: "trust", open: true, environment: { POSTGRES_HOST_AUTH_METHOD: "trust" } }),
  postgres({
    what: "trust beside a password",
    open: true,
    environment: { POSTGRES_HOST_AUTH_METHOD: "trust", POSTGRES_PASSWORD: word },
  }),
  postgres({ what: "a default password", open: true, environment: { POSTGRES_PASSWORD: "postgres" } }),
  postgres({
    what: "its user's name",
    open: true,
    environment: { POSTGRES_USER: "shop", POSTGRES_PASSWORD: "shop" },
  }),
  postgres({ what: "a password", open: false, environment: { POSTGRES_PASSWORD: word } }),
  postgres({
    what: "scram",
    open: false,
    environment: { POSTGRES_PASSWORD: word, POSTGRES_HOST_AUTH_METHOD: "scram-sha-256" },
  }),
  byHba("a file of trust", true, "host all all all trust"),
  byHba("a file of trust without encryption", true, "hostnogssenc all all all trust"),
  byHba("a file of trust by address and mask", true, "host all all 0.0.0.0 0.0.0.0 trust"),
  byHba("a file of trust for several databases", true, "host postgres, shop all 0.0.0.0/0 trust"),
  byHba("a file of scram", false, "host all all all scram-sha-256"),
  byHba(
    "a file of trust for loopback",
    false,
    "host all all 127.0.0.1/32 trust\nhost all all ::1/128 trust\nhost all all all scram-sha-256",
  ),
  byHba(
    "a file of trust for its own addresses",
    false,
    "host all all samehost trust\nhost all all all scram-sha-256",
  ),
  byHba(
    "a file of trust after scram for all",
    false,
    "host all all all scram-sha-256\nhost all all all trust",
  ),
  byHba(
    "a file of trust after reject for all",
    false,
    "host all all all reject\nhost all all 0.0.0.0/0 trust",
  ),
  byHba(
    "a file of trust after scram for others",
    true,
    "host shop all all scram-sha-256\nhost all all all trust",
  ),
  byHba("a file of trust in quotes", true, '"host" all all all "trust"'),
  byHba("a file of trust over two lines", true, "host all all all tr\\\nust"),
  byHba(
    "a file of trust after scram for a database called all",
    true,
    'host "all" all all scram-sha-256\nhost all all all trust',
  ),
  byHba("a file that includes trust", true, "include more.conf\nhost all all all scram-sha-256", {
    "/etc/more.conf": "host all all all trust\n",
  }),
  byHba("a file that may include trust", true, "include_if_exists /etc/more.conf", {
    "/etc/more.conf": "host all all all trust\n",
  }),
  byHba("a file that includes a folder of trust", true, "include_dir hba.d", {
    "/etc/hba.d/more.conf": "host all all all trust\n",
  }),
  byHba("a file that includes trust too late", false, "host all all all scram-sha-256\ninclude more.conf", {
    "/etc/more.conf": "host all all all trust\n",
  }),
  byHba("a file that includes scram", false, "include more.conf", {
    "/etc/more.conf": "host all all all scram-sha-256\n",
  }),
  byHba("a file of trust by a list", true, "host all all all @methods.conf", {
    "/etc/methods.conf": "trust\n",
  }),
  byHba(
    "a file of scram for a list of all users, before trust",
    false,
    "host all @users.conf all scram-sha-256\nhost all all all trust",
    {
      "/etc/users.conf": "all\n",
    },
  ),
  {
    ...byHba("trust that a file overrules", false, "host all all all scram-sha-256"),
    environment: { POSTGRES_HOST_AUTH_METHOD: "trust", POSTGRES_PASSWORD: word },
  },
];

const mysql = (row: Rest): ServerRow => ({ kind: "mysql", image: "mariadb:11.8", ...row });
const rooted = { MARIADB_ROOT_PASSWORD: word };

const mysqlRows: readonly ServerRow[] = [
  mysql({ what: "an empty password", open: true, environment: { MARIADB_ALLOW_EMPTY_ROOT_PASSWORD: "yes" } }),
  mysql({
    what: "an empty password by any word",
    open: true,
    environment: { MARIADB_ALLOW_EMPTY_ROOT_PASSWORD: "no" },
  }),
  mysql({
    what: "an empty password by MySQL's name",
    open: true,
    environment: { MYSQL_ALLOW_EMPTY_PASSWORD: "1" },
  }),
  mysql({
    what: "an empty password allowed, and one set",
    open: false,
    environment: { ...rooted, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD: "yes" },
  }),
  mysql({
    what: "an empty password allowed, and a random one",
    open: false,
    environment: { MARIADB_RANDOM_ROOT_PASSWORD: "yes", MARIADB_ALLOW_EMPTY_ROOT_PASSWORD: "yes" },
  }),
  mysql({
    what: "an empty password of local root",
    open: false,
    environment: { MARIADB_ROOT_HOST: "localhost", MARIADB_ALLOW_EMPTY_ROOT_PASSWORD: "yes" },
  }),
  mysql({ what: "a usual password", open: true, environment: { MARIADB_ROOT_PASSWORD: "root" } }),
  mysql({
    what: "a usual password of its user",
    open: true,
    environment: { ...rooted, MARIADB_USER: "shop", MARIADB_PASSWORD: "password" },
  }),
  mysql({ what: "a password", open: false, environment: rooted }),
  mysql({ what: "no grants", open: true, environment: rooted, command: "--skip-grant-tables" }),
  mysql({
    what: "no grants, spelled otherwise",
    open: true,
    environment: rooted,
    command: ["mariadbd", "--skip_grant_tables=1"],
  }),
  mysql({
    what: "no grants by a file",
    open: true,
    environment: rooted,
    files: { "/etc/mysql/conf.d/own.cnf": "[mysqld]\nskip-grant-tables\n" },
  }),
  mysql({
    what: "grants by a file",
    open: false,
    environment: rooted,
    files: { "/etc/mysql/conf.d/own.cnf": "[mysqld]\n# skip-grant-tables\nskip_grant_tables = off\n" },
  }),
];

const rabbitmq = (row: Rest): ServerRow => ({ kind: "rabbitmq", image: "rabbitmq:4.0", ...row });
const own = "/etc/rabbitmq/rabbitmq.conf";

const rabbitmqRows: readonly ServerRow[] = [
  rabbitmq({ what: "guest", open: true }),
  rabbitmq({
    what: "a user of its own",
    open: false,
    environment: { RABBITMQ_DEFAULT_USER: "shop", RABBITMQ_DEFAULT_PASS: word },
  }),
  rabbitmq({
    what: "a usual password",
    open: true,
    environment: { RABBITMQ_DEFAULT_USER: "shop", RABBITMQ_DEFAULT_PASS: "guest" },
  }),
  rabbitmq({
    what: "guest by a file that its image overrules",
    open: true,
    files: { [own]: "loopback_users.guest = true\n" },
  }),
  rabbitmq({
    what: "guest on loopback alone",
    open: false,
    files: { "/etc/rabbitmq/conf.d/20-own.conf": "loopback_users.guest = true\n" },
  }),
  rabbitmq({
    what: "guest by a file in place of the image's",
    open: true,
    files: { "/etc/rabbitmq/conf.d/10-defaults.conf": "loopback_users = none\n" },
  }),
  rabbitmq({
    what: "guest on loopback by an empty file in place of the image's",
    open: false,
    files: { "/etc/rabbitmq/conf.d/10-defaults.conf": "log.console = true\n" },
  }),
  rabbitmq({
    what: "a file with a usual password",
    open: true,
    files: { [own]: "default_user = shop\ndefault_pass = guest\n" },
  }),
  rabbitmq({
    what: "a file with a password",
    open: false,
    files: { [own]: `default_user = shop\ndefault_pass = ${word}\n` },
  }),
];

export const serverRows: readonly ServerRow[] = [
  ...redisRows,
  ...postgresRows,
  ...mysqlRows,
  ...rabbitmqRows,
];
