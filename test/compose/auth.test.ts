/** Who is let in by what a file gives a service: each way to be open turns its own check red, each way to be shut is a pass. */
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { describe, expect, it } from "vitest";
import { authChecks } from "../../src/compose/checks/auth.ts";
import { env, named, type Row, verdictOf } from "./auth-row.ts";
import { composeOf, word } from "./server-row.ts";
import { serverRows } from "./server-rows.ts";
import { composed } from "./world.ts";

/** Scripts beside a service that its image runs once. */
const firstStarts = (
  id: string,
  lines: string,
  scripts: Readonly<Record<string, readonly [name: string, text: string]>>,
): readonly Row[] =>
  Object.entries(scripts).map(([what, [name, text]]) => [
    id,
    `a first start: ${what}`,
    `${lines}\nvolumes: ["./init:/docker-entrypoint-initdb.d:ro"]`,
    { [`init/${name}`]: `${text}\n` },
  ]);

/** As `rabbitmqctl hash_password` makes it. */
function sumOf(password: string): string {
  const salt = Buffer.from("90e1f2a3", "hex");
  const sum = createHash("sha256").update(salt).update(password).digest();
  return Buffer.concat([salt, sum]).toString("base64");
}

/** Lists of users that a queue is started with. */
const defined = (users: readonly object[]): readonly Row[] =>
  users.map((user) => [
    "auth.rabbitmq",
    `definitions of ${JSON.stringify(user)}`,
    `${env("rabbitmq:4.0")}\nvolumes: ["./rabbit:/etc/rabbitmq/conf.d:ro", "./users.json:/etc/rabbitmq/users.json:ro"]`,
    {
      "rabbit/20-users.conf": "load_definitions = /etc/rabbitmq/users.json\n",
      "users.json": JSON.stringify({ users: [user] }),
    },
  ]);

const redisOf = (...rules: readonly string[]) =>
  `${env("redis:8.0")}\ncommand: redis-server --requirepass \${P:?} ${rules.map((each) => `--user ${each}`).join(" ")}`;

/** Users beside the first one, whom requirepass is for. */
const redisUsers = {
  open: ["guest on nopass ~* +@all", "app on >redis ~* +@all", "app reset >x ON NOPASS", "app on >app +@all"],
  shut: [
    "guest off nopass ~* +@all",
    `app on nopass resetpass >${word}`,
    "app on nopass reset",
    "app on >redis <redis",
  ],
};
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** ACLs of a file of their own, with a password for the first user. */
const redisLists = (rules: readonly string[]): readonly Row[] =>
  rules.map((rule) => [
    "auth.redis",
    `an aclfile: ${rule}`,
    `${env("redis:8.0")}\ncommand: redis-server --aclfile /etc/users.acl\nvolumes: ["./users.acl:/etc/users.acl:ro"]`,
    { "users.acl": `user default on >${word} ~* +@all\nuser ${rule}\n` },
  ]);

const byShop = `${env("rabbitmq:4.0", "RABBITMQ_DEFAULT_USER=shop", `RABBITMQ_DEFAULT_PASS=${word}`)}\nvolumes: ["./own.conf:/etc/rabbitmq/rabbitmq.conf:ro"]`;

const open: readonly Row[] = [
  ...redisUsers.open.map((rule): Row => ["auth.redis", `a user: ${rule}`, redisOf(rule)]),
  ...redisLists([...redisUsers.open, `app on #${sha256("guest")} +@all`]),
  [
    "auth.redis",
    "a user of its configuration",
    `${env("redis:8.0")}\ncommand: redis-server /etc/redis.conf\nvolumes: ["./redis.conf:/etc/redis.conf:ro"]`,
    { "redis.conf": `requirepass ${word}\nuser guest on nopass ~* +@all\n` },
  ],
  ["auth.redis", "no command", env("redis:8.0")],
  [
    "auth.redis",
    "valkey without a password",
    `${env("valkey/valkey:8.1")}\ncommand: valkey-server --save 60 1`,
  ],
  ["auth.redis", "an empty password", `${env("redis:8.0")}\ncommand: [redis-server, --requirepass, ""]`],
  ["auth.redis", "a usual password", `${env("redis:8.0")}\ncommand: redis-server --requirepass redis`],
  [
    "auth.redis",
    "a configuration without one",
    `${env("redis:8.0")}\ncommand: redis-server /etc/redis.conf\nvolumes: ["./redis.conf:/etc/redis.conf:ro"]`,
    { "redis.conf": "# requirepass x\nport 6379\n" },
  ],
  ["auth.redis", "bitnami's switch", env("bitnami/redis:7.4", "ALLOW_EMPTY_PASSWORD=yes")],
  ["auth.postgres", "trust", env("postgres:17.2", "POSTGRES_HOST_AUTH_METHOD=trust")],
  [
    "auth.postgres",
    "ident",
    env("postgres:17.2", "POSTGRES_HOST_AUTH_METHOD=ident", `POSTGRES_PASSWORD=${word}`),
  ],
  [
    "auth.postgres",
    "trust by a file",
    `${env("postgres:17.2")}\nenv_file: db.env`,
    { "db.env": "POSTGRES_HOST_AUTH_METHOD=trust\n" },
  ],
  ["auth.postgres", "a usual password", env("postgis/postgis:17-3.5", "POSTGRES_PASSWORD=postgres")],
  ["auth.postgres", "a usual default", env("postgres:17.2", "POSTGRES_PASSWORD=${P:-password}")],
  ["auth.postgres", "its user's name", env("postgres:17.2", "POSTGRES_USER=shop", "POSTGRES_PASSWORD=shop")],
  [
    "auth.postgres",
    "trust in pg_hba.conf",
    `${env("postgres:17.2", `POSTGRES_PASSWORD=${word}`)}\nvolumes: ["./pg_hba.conf:/etc/pg_hba.conf:ro"]`,
    { "pg_hba.conf": "local all all trust\nhost all all 127.0.0.1/32 trust\nhost all all all trust\n" },
  ],
  ...firstStarts("auth.postgres", env("postgres:17.2", `POSTGRES_PASSWORD=${word}`), {
    "a user with a usual password": ["x.sql", "CREATE USER app WITH SUPERUSER PASSWORD 'changeme';"],
    "a user's own name": ["x.sql", "create role shop login password 'shop';"],
    "a user by a shell": ["x.sh", `psql -c "ALTER USER postgres PASSWORD 'postgres'"`],
    "trust in place of scram": ["x.sh", "sed -i 's/scram-sha-256/trust/' \"$PGDATA/pg_hba.conf\""],
    "rules anew": ["x.sh", "echo 'host all all all trust' > $PGDATA/pg_hba.conf"],
  }),
  ...firstStarts("auth.mysql", env("mysql:8.4", `MYSQL_ROOT_PASSWORD=${word}`), {
    "a user without a password": ["x.sql", "CREATE USER 'app'@'%';"],
    "an empty one": ["x.sql", "CREATE USER app IDENTIFIED BY '';"],
    "a usual one": ["x.sql", "GRANT ALL ON *.* TO 'app'@'%' IDENTIFIED BY 'password';"],
    "root's anew": ["x.sql", "ALTER USER 'root'@'%' IDENTIFIED WITH mysql_native_password BY 'root';"],
  }),
  ...firstStarts("auth.mongo", env("mongo:8.0", "MONGO_INITDB_ROOT_USERNAME=a"), {
    "a usual one": ["x.js", "db.createUser({user: 'app', pwd: 'changeme', roles: []})"],
  }),
  ...defined([
    { name: "guest", password: "guest" },
    { name: "guest", password_hash: sumOf("guest") },
    { name: "shop", password_hash: sumOf("shop") },
  ]),
  [
    "auth.mysql",
    "the sum of a usual password",
    env("mariadb:11.4", "MARIADB_ROOT_PASSWORD_HASH=*2470C0C06DEE42FD1618BB99005ADCA2EC9D1E19"),
  ],
  ["auth.mysql", "an empty password of root", env("mysql:8.4", "MYSQL_ALLOW_EMPTY_PASSWORD=1")],
  ["auth.mysql", "MariaDB's", env("mariadb:11.4", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=yes")],
  ["auth.mysql", "a usual password of root", env("mariadb:11.4", "MARIADB_ROOT_PASSWORD=root")],
  [
    "auth.mysql",
    "no grants",
    `${env("mysql:8.4", `MYSQL_ROOT_PASSWORD=${word}`)}\ncommand: --skip-grant-tables`,
  ],
  ["auth.mongo", "no user", env("mongo:8.0")],
  [
    "auth.mongo",
    "a usual password",
    env("mongo:8.0", "MONGO_INITDB_ROOT_USERNAME=a", "MONGO_INITDB_ROOT_PASSWORD=example"),
  ],
  ["auth.rabbitmq", "guest", env("rabbitmq:4.0-management")],
  [
    "auth.rabbitmq",
    "a user for who comes without a login",
    byShop,
    { "own.conf": `anonymous_login_user = shop\nanonymous_login_pass = ${word}\n` },
  ],
  [
    "auth.rabbitmq",
    "a user of MQTT for who comes without a login",
    byShop,
    { "own.conf": `mqtt.allow_anonymous = true\nmqtt.default_user = shop\nmqtt.default_pass = ${word}\n` },
  ],
  [
    "auth.rabbitmq",
    "guest, written",
    env("rabbitmq:4.0", "RABBITMQ_DEFAULT_USER=x", "RABBITMQ_DEFAULT_PASS=guest"),
  ],
  [
    "auth.search",
    "off",
    env("docker.elastic.co/elasticsearch/elasticsearch:9.0.0", "xpack.security.enabled=false"),
  ],
  ["auth.search", "before 8", env("elasticsearch:7.17.28")],
  [
    "auth.search",
    "OpenSearch's plugin",
    env("opensearchproject/opensearch:2.19.0", "DISABLE_SECURITY_PLUGIN=true"),
  ],
  ["auth.search", "a usual password", env("elasticsearch:8.17.0", "ELASTIC_PASSWORD=changeme")],
  ["auth.grafana", "admin", env("grafana/grafana:12.0.0")],
  [
    "auth.grafana",
    "a proxy's header from anybody",
    env("grafana/grafana:12.0.0", "GF_SECURITY_ADMIN_PASSWORD__FILE=/g", "GF_AUTH_PROXY_ENABLED=true"),
  ],
  [
    "auth.search",
    "roles for anybody",
    env("elasticsearch:8.16.1", "xpack.security.authc.anonymous.roles=superuser", "ELASTIC_PASSWORD=${P:?}"),
  ],
  ["auth.grafana", "admin, written", env("grafana/grafana:12.0.0", "GF_SECURITY_ADMIN_PASSWORD=admin")],
  [
    "auth.grafana",
    "editors without a login",
    env(
      "grafana/grafana:12.0.0",
      `GF_SECURITY_ADMIN_PASSWORD=${word}`,
      "GF_AUTH_ANONYMOUS_ENABLED=true",
      "GF_AUTH_ANONYMOUS_ORG_ROLE=Admin",
    ),
  ],
  ["auth.engines", "no login", env("neo4j:5.26", "NEO4J_AUTH=none")],
  ["auth.published", "memcached", `${env("memcached:1.6")}\nports: ["11211:11211"]`],
  ["auth.published", "etcd", `${env("quay.io/coreos/etcd:v3.6.0")}\nports: ["10.0.0.5:2379:2379"]`],
  ["auth.published", "an administration page", `${env("adminer:5")}\nports: ["8080:8080"]`],
  ["auth.published", "Portainer", `${env("portainer/portainer-ce:2.27.0")}\nports: ["9443:9443"]`],
];

const shut: readonly Row[] = [
  ...redisUsers.shut.map((rule): Row => ["auth.redis", `a user: ${rule}`, redisOf(rule)]),
  ...redisLists([...redisUsers.shut, `app on #${sha256(word)} +@all`]),
  ["auth.redis", "no first user", redisOf("default off", `app on >${word}`)],
  [
    "auth.redis",
    "a variable",
    `${env("redis:8.0")}\ncommand: redis-server --requirepass $\{P:?}`.replace("\\{", "{"),
  ],
  ["auth.redis", "a password", `${env("redis:8.0")}\ncommand: [redis-server, --requirepass, ${word}]`],
  [
    "auth.redis",
    "a configuration",
    `${env("redis:8.0")}\ncommand: redis-server /etc/redis.conf\nvolumes: ["./redis.conf:/etc/redis.conf:ro"]`,
    { "redis.conf": `requirepass ${word}\n` },
  ],
  [
    "auth.redis",
    "a secret that is elsewhere",
    `${env("redis:8.0")}\ncommand: redis-server /run/secrets/redis.conf`,
  ],
  ["auth.redis", "bitnami's variable", env("bitnami/valkey:8.1", "VALKEY_PASSWORD=${P:?}")],
  ["auth.postgres", "a file", env("postgres:17.2", "POSTGRES_PASSWORD_FILE=/run/secrets/db")],
  [
    "auth.postgres",
    ".env",
    env("postgres:17.2", "POSTGRES_PASSWORD"),
    { ".env": `POSTGRES_PASSWORD=${word}` },
  ],
  [
    "auth.postgres",
    "scram",
    env("postgres:17.2", "POSTGRES_PASSWORD=${P:?}", "POSTGRES_HOST_AUTH_METHOD=scram-sha-256"),
  ],
  ...firstStarts("auth.postgres", env("postgres:17.2", `POSTGRES_PASSWORD=${word}`), {
    "a user with a password": [
      "x.sql",
      `CREATE USER app PASSWORD '${word}'; GRANT ALL ON DATABASE a TO app;`,
    ],
    "a user with a variable": ["x.sh", `psql -c "CREATE USER app PASSWORD '$APP_PASSWORD'"`],
    "trust behind the image's own rule": ["x.sh", "echo 'host all all all trust' >> $PGDATA/pg_hba.conf"],
    "trust for itself": ["x.sh", "echo 'host all all 127.0.0.1/32 trust' > $PGDATA/pg_hba.conf"],
  }),
  ...firstStarts("auth.mysql", env("mysql:8.4", `MYSQL_ROOT_PASSWORD=${word}`), {
    "a user of the host itself": ["x.sql", "CREATE USER 'app'@'localhost' IDENTIFIED BY 'app';"],
    "a user with a password": ["x.sql", `CREATE USER 'app'@'%' IDENTIFIED BY '${word}';`],
    "a table's words": ["x.sql", "INSERT INTO t (user) VALUES ('root'); UPDATE t SET name = 'test' FOR a;"],
  }),
  ...defined([
    { name: "shop", password: word },
    { name: "shop", password_hash: sumOf(word) },
  ]),
  ["auth.mysql", "a file", env("mariadb:11.4", "MARIADB_ROOT_PASSWORD_FILE=/run/secrets/db")],
  [
    "auth.mongo",
    "a user",
    env("mongo:8.0", "MONGO_INITDB_ROOT_USERNAME=a", "MONGO_INITDB_ROOT_PASSWORD_FILE=/run/secrets/m"),
  ],
  ["auth.mongo", "--auth", `${env("mongo:8.0")}\ncommand: [--auth]`],
  [
    "auth.rabbitmq",
    "nobody for who comes without a login",
    byShop,
    {
      "own.conf": `anonymous_login_user = none\nmqtt.default_user = shop\nmqtt.default_pass = ${word}\nmqtt.allow_anonymous = false\n`,
    },
  ],
  [
    "auth.rabbitmq",
    "a password",
    env("rabbitmq:4.0", "RABBITMQ_DEFAULT_USER=x", "RABBITMQ_DEFAULT_PASS=${P:?}"),
  ],
  ["auth.search", "on", env("elasticsearch:8.17.0", "ELASTIC_PASSWORD=${P:?}")],
  [
    "auth.search",
    "before 8, on",
    env("elasticsearch:7.17.28", "xpack.security.enabled=true", "ELASTIC_PASSWORD=${P:?}"),
  ],
  [
    "auth.grafana",
    "a file",
    env(
      "grafana/grafana:12.0.0",
      "GF_SECURITY_ADMIN_PASSWORD__FILE=/run/secrets/g",
      "GF_AUTH_PROXY_ENABLED=true",
      "GF_AUTH_PROXY_WHITELIST=172.20.0.5",
    ),
  ],
  ["auth.engines", "a key", env("qdrant/qdrant:v1.12.0", `QDRANT__SERVICE__API_KEY=${word}`)],
  ["auth.published", "on no port", env("memcached:1.6")],
  ["auth.published", "this host alone", `${env("adminer:5")}\nports: ["127.0.0.1:8080:8080"]`],
];

describe("a service of a file", () => {
  it.each(named(open))("$what: red", async ({ id, lines, files }) => {
    expect(await verdictOf(id, [lines, files])).toEqual(["fail"]);
  });

  it.each(named(shut))("$what: a pass", async ({ id, lines, files }) => {
    expect(await verdictOf(id, [lines, files])).toEqual(["pass"]);
  });

  it.each(serverRows.map((row) => ({ ...row, title: `auth.${row.kind} ${row.what}` })))(
    "$title: as real servers are",
    async (row) => {
      const mounted = Object.entries(row.files ?? {}).map(([path, text]) => [basename(path), text]);
      const { checks } = await composed({ "compose.yaml": composeOf(row), ...Object.fromEntries(mounted) });
      const verdicts = checks.filter(({ id }) => id === `auth.${row.kind}`).map(({ verdict }) => verdict);
      expect(verdicts).toEqual([row.open ? "fail" : "pass"]);
    },
  );

  it("is not known where its configuration can't be read", async () => {
    const given = `${env("redis:8.0")}\ncommand: redis-server /etc/redis.conf\nvolumes: ["./redis.conf:/etc/redis.conf:ro"]`;
    expect(await verdictOf("auth.redis", [given])).toEqual(["error"]);
    const set = env("postgres:17.2", "POSTGRES_PASSWORD_FILE=/run/secrets/db");
    const named = `${set}\ncommand: postgres -c hba_file=/etc/pg_hba.conf\nvolumes: ["/srv/pg_hba.conf:/etc/pg_hba.conf:ro"]`;
    expect(await verdictOf("auth.postgres", [named])).toEqual(["error"]);
    expect(await verdictOf("auth.postgres", [`${set}\nsecrets: [db]`])).toEqual(["pass"]);
    for (const rule of [
      "include more",
      "include_if_exists /srv/more",
      "include_dir d",
      "host all all all @more",
    ]) {
      const files = { "hba.conf": `host all @users 10.0.0.0/8 scram-sha-256\n${rule}\n` };
      const own = `${set}\ncommand: postgres -c hba_file=/etc/hba.conf\nvolumes: ["./hba.conf:/etc/hba.conf:ro"]`;
      expect(await verdictOf("auth.postgres", [own, files]), rule).toEqual(["error"]);
    }
    const elsewhere = `${set}\ncommand: postgres --hba-file=/opt/hba\nvolumes: ["/srv/pg:/opt:ro"]`;
    expect(await verdictOf("auth.postgres", [elsewhere])).toEqual(["error"]);
  });

  it("of another image is nobody's business", async () => {
    for (const { id } of Object.values(authChecks))
      expect(await verdictOf(id, [env("nginx:1.27.1")])).toEqual(["not applicable"]);
  });

  it("has a row of each check", () => {
    const ids = Object.values(authChecks).map(({ id }) => id);
    for (const rows of [open, shut])
      expect([...new Set(rows.map(([id]) => id))].sort()).toEqual([...ids].sort());
  });
});
