/** What a service is given, by which it lets anybody in: by variables, files and settings of each engine. */
import { describe, expect, it } from "vitest";
import { rules } from "../../src/compose/checks/auth/rules.ts";
import { redact } from "../../src/secrets/index.ts";
import { env, verdictOf } from "./auth-row.ts";
import { word } from "./server-row.ts";

type Values = readonly [
  id: string,
  what: string,
  verdict: string,
  lines: string,
  files?: Readonly<Record<string, string>>,
  above?: string,
];

const shop = env("rabbitmq:4", "RABBITMQ_DEFAULT_USER=shop", `RABBITMQ_DEFAULT_PASS=${word}`);

const secret = (name: string, more = "") => `secrets:\n  ${name}: {file: ./${name}.txt${more}}\n`;
const pg = env("postgres:17.2", "POSTGRES_PASSWORD_FILE=/run/secrets/db");
const content = (text: string) => `configs:\n  ini:\n    content: |\n${text.replace(/^/gm, "      ")}\n`;
const ini = (text: string): Values =>
  [
    ...["auth.grafana", `${text.replace(/\n/g, " ")}`, "fail"],
    `${env("grafana/grafana:12.0.0", `GF_SECURITY_ADMIN_PASSWORD=${word}`)}\nconfigs: [{source: ini, target: /etc/grafana/grafana.ini}]`,
    {},
    content(text),
  ] as never;
const grafana = env("grafana/grafana:12.0.0", `GF_SECURITY_ADMIN_PASSWORD=${word}`);

/** A variable that nobody gives. */
const notGiven: readonly Values[] = [
  ["auth.published", "the host's network", "fail", `${env("memcached:1.6.1")}\nnetwork_mode: host`],
  [
    "auth.published",
    "the host's network, for itself",
    "pass",
    `${env("memcached:1.6.1")}\nnetwork_mode: host\ncommand: memcached -l 127.0.0.1`,
  ],
  [
    "auth.postgres",
    "user and password, refused",
    "pass",
    env("postgres:17", "POSTGRES_USER=${U:?}", "POSTGRES_PASSWORD=${P:?}"),
  ],
  [
    "auth.postgres",
    "user and password",
    "error",
    env("postgres:17", "POSTGRES_USER=${U}", "POSTGRES_PASSWORD=${P}"),
  ],
  [
    "auth.postgres",
    "a word that stands for one",
    "fail",
    env("postgres:17", "POSTGRES_PASSWORD=your-strong_password"),
  ],
  ["auth.mysql", "another one", "fail", env("mysql:8.4.3", "MYSQL_ROOT_PASSWORD=<your-password>")],
  [
    "auth.mongo",
    "its entrypoint is left out",
    "fail",
    `${env("mongo:8", "MONGO_INITDB_ROOT_USERNAME=root", "MONGO_INITDB_ROOT_PASSWORD=${P:?}")}\nentrypoint: ["/usr/bin/mongod", "--bind_ip_all"]`,
  ],
  [
    "auth.mongo",
    "a shell starts it",
    "fail",
    `${env("mongo:8", "MONGO_INITDB_ROOT_USERNAME=root", "MONGO_INITDB_ROOT_PASSWORD=${P:?}")}\ncommand: bash -c "mongod --replSet rs0"`,
  ],
  [
    "auth.mongo",
    "its own entrypoint starts it",
    "pass",
    `${env("mongo:8", "MONGO_INITDB_ROOT_USERNAME=root", "MONGO_INITDB_ROOT_PASSWORD=${P:?}")}\ncommand: ["mongod", "--wiredTigerCacheSizeGB", "1"]`,
  ],
  [
    "auth.search",
    "by the command",
    "fail",
    `${env("elasticsearch:8.16.1")}\ncommand: elasticsearch -Expack.security.enabled=false`,
  ],
  [
    "auth.search",
    "by the other variable",
    "fail",
    env("elasticsearch:8.16.1", "ES_SETTING_XPACK_SECURITY_ENABLED=false"),
  ],
  [
    "auth.search",
    "by the command, too",
    "fail",
    `${env("opensearchproject/opensearch:2.18.0")}\ncommand: opensearch -Eplugins.security.disabled=true`,
  ],
  [
    "auth.redis",
    "a list",
    "error",
    `${env("redis:7")}\ncommand: ["redis-server", "--requirepass", "\${UNSETX}"]`,
  ],
  ["auth.redis", "a text", "error", `${env("redis:7")}\ncommand: redis-server --requirepass $UNSETX`],
  [
    "auth.redis",
    "a script",
    "error",
    `${env("redis:7", "P")}\ncommand: sh -c 'redis-server --requirepass "$$P"'`,
  ],
  ["auth.redis", "all of it", "error", `${env("redis:7")}\ncommand: \${UNSETX}`],
  [
    "auth.redis",
    "another option",
    "pass",
    `${env("redis:7")}\ncommand: redis-server --maxmemory \${M} --requirepass ${word}`,
  ],
  [
    "auth.redis",
    "compose refuses",
    "pass",
    `${env("redis:7")}\ncommand: redis-server --requirepass \${X:?none}`,
  ],
  ["auth.redis", "of bitnami", "error", env("bitnami/redis:7", "REDIS_PASSWORD=${X}")],
  [
    "auth.postgres",
    "a method",
    "error",
    env("postgres:17", "POSTGRES_HOST_AUTH_METHOD=${Y}", `POSTGRES_PASSWORD=${word}`),
  ],
  ["auth.postgres", "a password", "error", env("postgres:17", "POSTGRES_PASSWORD=${X}")],
  ["auth.postgres", "a password of the shell", "error", env("postgres:17", "POSTGRES_PASSWORD")],
  [
    "auth.postgres",
    "a user alone",
    "pass",
    env("postgres:17", "POSTGRES_USER=${X}", `POSTGRES_PASSWORD=${word}`),
  ],
  ["auth.postgres", "compose refuses", "pass", env("postgres:17", "POSTGRES_PASSWORD=${X:?}")],
  [
    "auth.postgres",
    ".env",
    "fail",
    env("postgres:17", "POSTGRES_PASSWORD"),
    { ".env": "POSTGRES_PASSWORD=postgres\n" },
  ],
  [
    "auth.postgres",
    "a file of variables",
    "error",
    `${env("postgres:17")}\nenv_file: db.env`,
    { "db.env": "POSTGRES_PASSWORD=${X}\n" },
  ],
  [
    "auth.postgres",
    "a file of variables that .env fills",
    "fail",
    `${env("postgres:17")}\nenv_file: db.env`,
    { "db.env": 'POSTGRES_PASSWORD="${X}"\n', ".env": "X=postgres\n" },
  ],
  [
    "auth.postgres",
    "a file of variables in quotes",
    "pass",
    `${env("postgres:17")}\nenv_file: db.env`,
    { "db.env": "POSTGRES_PASSWORD='ab$cd'\n" },
  ],
  ["auth.mysql", "an empty one allowed", "error", env("mysql:8", "MYSQL_ALLOW_EMPTY_PASSWORD=${X}")],
  ["auth.mongo", "its user", "error", env("mongo:8", "MONGO_INITDB_ROOT_USERNAME=${X}")],
  ["auth.grafana", "a password", "error", env("grafana/grafana:12.0.0", "GF_SECURITY_ADMIN_PASSWORD=${X}")],
  ["auth.grafana", "an anonymous access", "error", `${grafana}\n  - GF_AUTH_ANONYMOUS_ENABLED=\${X}`],
  ["auth.engines", "its login", "error", env("neo4j:5", "NEO4J_AUTH=${X}")],
];

/** Files, and what is in them. */
const files: readonly Values[] = [
  ini("[auth.anonymous]\nenabled = true\norg_role = Admin"),
  ini('; a word\n[auth.anonymous]\nenabled=true ; yes\norg_role="Editor"'),
  ini("[users]\nallow_sign_up = true\nauto_assign_org_role = Admin"),
  [
    ...[
      "auth.grafana",
      "a mounted file",
      "fail",
      `${grafana}\nvolumes: ["./g.ini:/etc/grafana/grafana.ini:ro"]`,
    ],
    { "g.ini": "[auth.anonymous]\nenabled = true\norg_role = Admin\n" },
  ] as never,
  [
    ...["auth.grafana", "a mounted folder", "fail", `${grafana}\nvolumes: ["./g:/etc/grafana"]`],
    { "g/grafana.ini": "[auth.anonymous]\nenabled = true\norg_role = Admin\n" },
  ] as never,
  [
    ...[
      "auth.grafana",
      "a file for viewers",
      "pass",
      `${grafana}\nvolumes: ["./g.ini:/etc/grafana/grafana.ini:ro"]`,
    ],
    { "g.ini": "[auth.anonymous]\nenabled = true\norg_role = Viewer\n[x]\norg_role = Admin\n" },
  ] as never,
  [
    ...[
      "auth.grafana",
      "a file with a usual password",
      "fail",
      `${env("grafana/grafana:12.0.0")}\nvolumes: ["./g.ini:/etc/grafana/grafana.ini:ro"]`,
    ],
    { "g.ini": "[security]\nadmin_password = admin\n" },
  ] as never,
  [
    "auth.grafana",
    "no admin",
    "pass",
    env("grafana/grafana:12.0.0", "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION=true"),
  ],
  [
    "auth.postgres",
    "a usual password in a file",
    "fail",
    `${pg}\nsecrets: [db]`,
    { "db.txt": "postgres\n" },
    secret("db"),
  ],
  [
    "auth.postgres",
    "a password in a file",
    "pass",
    `${pg}\nsecrets: [db]`,
    { "db.txt": `${word}\n` },
    secret("db"),
  ],
  ["auth.postgres", "a file that is not here", "pass", `${pg}\nsecrets: [db]`, {}, secret("db")],
  [
    "auth.postgres",
    "a usual password in a mounted file",
    "fail",
    `${env("postgres:17", "POSTGRES_PASSWORD_FILE=/run/pw")}\nvolumes: ["./pw:/run/pw:ro"]`,
    { pw: "postgres" },
  ],
  [
    "auth.postgres",
    "a secret of a variable",
    "fail",
    `${pg}\nsecrets: [db]`,
    { ".env": "P=postgres\n" },
    "secrets:\n  db: {environment: P}\n",
  ],
  [
    "auth.mysql",
    "a usual password in a file",
    "fail",
    `${env("mariadb:11", "MARIADB_ROOT_PASSWORD_FILE=/run/secrets/db")}\nsecrets: [db]`,
    { "db.txt": "root" },
    secret("db"),
  ],
  [
    "auth.mysql",
    "a user's name in a file",
    "fail",
    `${env("mariadb:11", `MARIADB_ROOT_PASSWORD=${word}`, "MARIADB_USER=shop", "MARIADB_PASSWORD_FILE=/run/secrets/db")}\nsecrets: [db]`,
    { "db.txt": "shop" },
    secret("db"),
  ],
  [
    "auth.mongo",
    "a usual password in a file",
    "fail",
    `${env("mongo:8", "MONGO_INITDB_ROOT_USERNAME=a", "MONGO_INITDB_ROOT_PASSWORD_FILE=/run/secrets/db")}\nsecrets: [db]`,
    { "db.txt": "mongo" },
    secret("db"),
  ],
  [
    "auth.grafana",
    "a usual password in a file",
    "fail",
    `${env("grafana/grafana:12", "GF_SECURITY_ADMIN_PASSWORD__FILE=/run/secrets/db")}\nsecrets: [db]`,
    { "db.txt": "admin" },
    secret("db"),
  ],
  [
    "auth.redis",
    "a usual password of a script's file",
    "fail",
    `${env("redis:7")}\ncommand: sh -c 'redis-server --requirepass "$$(cat /run/secrets/db)"'\nsecrets: [db]`,
    { "db.txt": "redis\n" },
    secret("db"),
  ],
  [
    "auth.redis",
    "a folder",
    "fail",
    `${env("redis:7")}\ncommand: redis-server /usr/local/etc/redis/redis.conf\nvolumes: ["./conf:/usr/local/etc/redis"]`,
    { "conf/redis.conf": "port 6379\n" },
  ],
  [
    "auth.redis",
    "a folder with a password",
    "pass",
    `${env("redis:7")}\ncommand: redis-server /usr/local/etc/redis/redis.conf\nvolumes: ["./conf:/usr/local/etc/redis"]`,
    { "conf/redis.conf": "include /usr/local/etc/redis/more\n", "conf/more": `requirepass ${word}\n` },
  ],
  [
    "auth.redis",
    "a password that a later file takes away",
    "fail",
    `${env("redis:7")}\ncommand: redis-server /usr/local/etc/redis/redis.conf\nvolumes: ["./conf:/usr/local/etc/redis"]`,
    {
      "conf/redis.conf": `requirepass ${word}\ninclude /usr/local/etc/redis/redis.d/*.conf\n`,
      "conf/redis.d/20-own.conf": "user default on nopass ~* +@all\n",
      "conf/redis.d/10-own.conf": `requirepass ${word}\n`,
    },
  ],
  [
    "auth.redis",
    "a password beside a file that is not here",
    "error",
    `${env("redis:7")}\ncommand: redis-server /usr/local/etc/redis/redis.conf\nvolumes: ["./conf:/usr/local/etc/redis"]`,
    { "conf/redis.conf": `requirepass ${word}\ninclude /srv/more.conf\n` },
  ],
  [
    "auth.redis",
    "loopback beside a pattern of files that are not here",
    "error",
    `${env("redis:7")}\ncommand: redis-server /usr/local/etc/redis/redis.conf\nvolumes: ["./conf:/usr/local/etc/redis"]`,
    { "conf/redis.conf": "bind 127.0.0.1\ninclude /srv/redis.d/*.conf\n" },
  ],
  [
    "auth.redis",
    "a password in the command behind a file that is not here",
    "error",
    `${env("redis:7")}\ncommand: redis-server /srv/redis.conf --requirepass ${word}`,
  ],
  [
    "auth.redis",
    "a folder without the file",
    "error",
    `${env("redis:7")}\ncommand: redis-server /usr/local/etc/redis/redis.conf\nvolumes: ["./conf:/usr/local/etc/redis"]`,
  ],
  [
    "auth.rabbitmq",
    "Erlang's terms in a file",
    "error",
    `${shop}\nvolumes: ["./own.config:/etc/rabbitmq/advanced.config:ro"]`,
    { "own.config": '[{rabbit, [{anonymous_login_user, <<"shop">>}]}].\n' },
  ],
  [
    "auth.rabbitmq",
    "Erlang's terms in a file that is not here",
    "error",
    `${shop}\nvolumes: ["./own.config:/etc/rabbitmq/rabbitmq.config:ro"]`,
  ],
  [
    "auth.rabbitmq",
    "Erlang's terms of something else",
    "pass",
    `${shop}\nvolumes: ["./own.config:/etc/rabbitmq/advanced.config:ro"]`,
    { "own.config": "[{kernel, [{inet_dist_listen_min, 25672}]}].\n" },
  ],
  [
    "auth.rabbitmq",
    "Erlang's terms in its arguments",
    "error",
    env(
      "rabbitmq:4",
      "RABBITMQ_DEFAULT_USER=shop",
      `RABBITMQ_DEFAULT_PASS=${word}`,
      'RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-rabbit anonymous_login_user <<"shop">>',
    ),
  ],
  [
    "auth.rabbitmq",
    "users from elsewhere",
    "error",
    `${shop}\nvolumes: ["./own.conf:/etc/rabbitmq/conf.d/20-own.conf:ro"]`,
    { "own.conf": "definitions.import_backend = https\ndefinitions.https.url = https://x.example/users\n" },
  ],
  [
    "auth.mysql",
    "users of each start that are not here",
    "error",
    `${env("mysql:8", `MYSQL_ROOT_PASSWORD=${word}`)}\ncommand: [--init-file, /srv/start.sql]`,
  ],
  [
    "auth.mysql",
    "users of each start without a password",
    "fail",
    `${env("mysql:8", `MYSQL_ROOT_PASSWORD=${word}`)}\ncommand: --init-file=/srv/sql/start\nvolumes: ["./sql:/srv/sql:ro"]`,
    { "sql/start": "CREATE USER IF NOT EXISTS shop@'%';\n" },
  ],
  [
    "auth.mysql",
    "users of each start with a password",
    "pass",
    `${env("mysql:8", `MYSQL_ROOT_PASSWORD=${word}`)}\ncommand: --init-file=/srv/sql/start\nvolumes: ["./sql:/srv/sql:ro"]`,
    { "sql/start": `CREATE USER IF NOT EXISTS shop@'%' IDENTIFIED BY '${word}';\n` },
  ],
  [
    "auth.mysql",
    "users of each start by its configuration",
    "error",
    `${env("mysql:8", `MYSQL_ROOT_PASSWORD=${word}`)}\nvolumes: ["./conf.d:/etc/mysql/conf.d:ro"]`,
    { "conf.d/own.cnf": "[mysqld]\ninit_file=/var/lib/mysql/start.sql\n" },
  ],
  [
    "auth.mysql",
    "a folder",
    "fail",
    `${env("mysql:8", `MYSQL_ROOT_PASSWORD=${word}`)}\nvolumes: ["./conf.d:/etc/mysql/conf.d:ro"]`,
    { "conf.d/own.cnf": "[mysqld]\nskip-grant-tables\n" },
  ],
  [
    "auth.postgres",
    "a folder",
    "fail",
    `${env("postgres:17", `POSTGRES_PASSWORD=${word}`)}\ncommand: -c config_file=/etc/postgresql/postgresql.conf\nvolumes: ["./pg:/etc/postgresql"]`,
    { "pg/postgresql.conf": "hba_file = '/etc/postgresql/hba'\n", "pg/hba": "host all all all trust\n" },
  ],
];

const usual: readonly Values[] = [
  [
    "auth.mysql",
    "MariaDB's user by its name",
    "fail",
    env("mariadb:11", `MARIADB_ROOT_PASSWORD=${word}`, "MARIADB_USER=app", "MARIADB_PASSWORD=app"),
  ],
  [
    "auth.mysql",
    "MySQL's user by its name",
    "fail",
    env("mysql:8", `MYSQL_ROOT_PASSWORD=${word}`, "MYSQL_USER=Shop", "MYSQL_PASSWORD=shop"),
  ],
  [
    "auth.mongo",
    "a user by its name",
    "fail",
    env("mongo:8", "MONGO_INITDB_ROOT_USERNAME=shop", "MONGO_INITDB_ROOT_PASSWORD=shop"),
  ],
  [
    "auth.rabbitmq",
    "a user by its name",
    "fail",
    env("rabbitmq:4", "RABBITMQ_DEFAULT_USER=shop", "RABBITMQ_DEFAULT_PASS=shop"),
  ],
  [
    "auth.postgres",
    "the image's own example",
    "fail",
    env("postgres:17", "POSTGRES_PASSWORD=mysecretpassword"),
  ],
];

const engine = (what: string, verdict: string, lines: string, own?: Values[4]): Values =>
  ["auth.engines", what, verdict, lines, ...(own === undefined ? [] : [own])] as never;

const file = (what: string, verdict: string, [image, path]: readonly [string, string], text: string) =>
  engine(what, verdict, `${env(image)}\ncommand: -c ${path}\nvolumes: ["./conf:${path}"]`, { conf: text });

const natsFile = ["nats:2", "/n.conf"] as const;
const cassandraFile = ["cassandra:5", "/etc/cassandra/cassandra.yaml"] as const;
const consulFile = ["hashicorp/consul:1.20", "/consul/config/c.hcl"] as const;

/** Words that decide nothing where they are. */
const besides: readonly Values[] = [
  file("cassandra by a comment", "fail", cassandraFile, "# authenticator: PasswordAuthenticator\n"),
  file(
    "cassandra by a comment behind",
    "fail",
    cassandraFile,
    "authenticator: AllowAllAuthenticator # PasswordAuthenticator\n",
  ),
  file(
    "cassandra by another key",
    "fail",
    cassandraFile,
    "internode_authenticator: org.apache.cassandra.auth.MutualTlsInternodeAuthenticator\n",
  ),
  file(
    "cassandra by a class",
    "pass",
    cassandraFile,
    "authenticator:\n  class_name: org.apache.cassandra.auth.PasswordAuthenticator\n",
  ),
  engine("cassandra by a variable of none", "fail", env("cassandra:5", "X=PasswordAuthenticator")),
  file("nats by a comment", "fail", natsFile, "// authorization: {token: x}\nport: 4222\n"),
  file("nats with nobody", "fail", natsFile, "authorization {\n  timeout: 2\n}\n"),
  file(
    "nats with a user for all others",
    "fail",
    natsFile,
    `accounts { A { users: [{user: a, password: ${word}}] } }\nno_auth_user: a\n`,
  ),
  file("nats with accounts", "pass", natsFile, `accounts { A { users: [{user: a, password: ${word}}] } }\n`),
  engine("nats by a variable", "fail", env("nats:2", `NATS_PASSWORD=${word}`)),
  file(
    "consul by a comment",
    "fail",
    consulFile,
    'acl {\n  # enabled = true\n  default_policy = "deny"\n}\n',
  ),
  file(
    "consul by another block",
    "fail",
    consulFile,
    'connect { enabled = true }\nacl { default_policy = "deny" }\n',
  ),
  file(
    "consul by its block",
    "pass",
    consulFile,
    `acl {\n  tokens { agent = "${word}" }\n  default_policy = "deny"\n  enabled = true\n}\n`,
  ),
  engine("solr by a comment", "fail", `${env("solr:9")}\nvolumes: ["./s.xml:/var/solr/data/solr.xml"]`, {
    "s.xml": "<!-- solr.BasicAuthPlugin -->\n",
  }),
];

const kafka = (what: string, verdict: string, ...pairs: readonly string[]) =>
  engine(`kafka: ${what}`, verdict, env("apache/kafka:3.9", ...pairs));

const kafkas: readonly Values[] = [
  kafka(
    "a map with SASL, of which no listener is",
    "fail",
    "KAFKA_LISTENERS=IN://:9092",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=IN:PLAINTEXT,OUT:SASL_SSL",
  ),
  kafka(
    "a listener that is only called SASL",
    "fail",
    "KAFKA_LISTENERS=SASL://:9092",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=SASL:PLAINTEXT",
  ),
  kafka(
    "one of two",
    "fail",
    "KAFKA_LISTENERS=IN://:9092,OUT://:9094",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=IN:PLAINTEXT,OUT:SASL_SSL",
  ),
  kafka("mechanisms alone", "fail", "KAFKA_SASL_ENABLED_MECHANISMS=SCRAM-SHA-512"),
  kafka("TLS for anybody", "fail", "KAFKA_LISTENERS=SSL://:9093", "KAFKA_SSL_CLIENT_AUTH=requested"),
  kafka("TLS with certificates", "pass", "KAFKA_LISTENERS=SSL://:9093", "KAFKA_SSL_CLIENT_AUTH=required"),
  kafka(
    "each but that of the controllers",
    "pass",
    "KAFKA_LISTENERS=CLIENT://:9092,CONTROLLER://:9093,LOCAL://127.0.0.1:9095",
    "KAFKA_CONTROLLER_LISTENER_NAMES=CONTROLLER",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=CLIENT:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT,LOCAL:PLAINTEXT",
  ),
  kafka("listeners that nobody gives", "error", "KAFKA_LISTENERS=${L}"),
  file("kafka by a file", "pass", ["apache/kafka:3.9", "/k.properties"], "listeners=SASL_SSL://:9092\n"),
  file("kafka by a comment", "fail", ["apache/kafka:3.9", "/k.properties"], "#listeners=SASL_SSL://:9092\n"),
  engine(
    "redpanda",
    "fail",
    `${env("redpandadata/redpanda:v24.2.1")}\ncommand: redpanda start --set redpanda.enable_sasl=false`,
  ),
  engine(
    "redpanda with users",
    "pass",
    `${env("redpandadata/redpanda:v24.2.1")}\ncommand: redpanda start --set redpanda.enable_sasl=true`,
  ),
];

const engines: readonly Values[] = [
  engine("neo4j's none", "fail", env("neo4j:5", "NEO4J_AUTH=none")),
  engine("neo4j's own password", "fail", env("neo4j:5")),
  engine("neo4j's usual password", "fail", env("neo4j:5", "NEO4J_AUTH=neo4j/password")),
  engine("neo4j's password", "pass", env("neo4j:5", `NEO4J_AUTH=neo4j/${word}`)),
  engine(
    "clickhouse without users",
    "fail",
    env("clickhouse/clickhouse-server:25", "CLICKHOUSE_SKIP_USER_SETUP=1"),
  ),
  engine("clickhouse by itself", "error", env("clickhouse/clickhouse-server:25")),
  engine("clickhouse's password", "pass", env("clickhouse:25", `CLICKHOUSE_PASSWORD=${word}`)),
  engine("minio's own password", "fail", env("minio/minio")),
  engine(
    "minioadmin",
    "fail",
    env("quay.io/minio/minio", "MINIO_ROOT_USER=minioadmin", "MINIO_ROOT_PASSWORD=minioadmin"),
  ),
  engine("minio's password", "pass", env("minio/minio", "MINIO_ROOT_USER=a", `MINIO_ROOT_PASSWORD=${word}`)),
  engine(
    "couchdb's usual password",
    "fail",
    env("couchdb:3", "COUCHDB_USER=admin", "COUCHDB_PASSWORD=admin"),
  ),
  engine("couchdb of before 3", "fail", env("couchdb:2.3")),
  engine("couchdb's password", "pass", env("couchdb:3", "COUCHDB_USER=admin", `COUCHDB_PASSWORD=${word}`)),
  engine(
    "keycloak's admin",
    "fail",
    env("quay.io/keycloak/keycloak:26", "KEYCLOAK_ADMIN=admin", "KEYCLOAK_ADMIN_PASSWORD=admin"),
  ),
  engine(
    "keycloak's password",
    "pass",
    env("quay.io/keycloak/keycloak:26", `KC_BOOTSTRAP_ADMIN_PASSWORD=${word}`),
  ),
  engine("influxdb 1", "fail", env("influxdb:1.8")),
  engine("influxdb 1 with users", "pass", env("influxdb:1.8", "INFLUXDB_HTTP_AUTH_ENABLED=true")),
  engine("influxdb 2", "error", env("influxdb:2.7")),
  engine("influxdb 2 with a password", "pass", env("influxdb:2.7", `DOCKER_INFLUXDB_INIT_PASSWORD=${word}`)),
  engine("cassandra", "fail", env("cassandra:5")),
  engine(
    "cassandra with users",
    "pass",
    `${env("cassandra:5")}\nvolumes: ["./c.yaml:/etc/cassandra/cassandra.yaml"]`,
    { "c.yaml": "authenticator: PasswordAuthenticator\n" },
  ),
  engine("scylla", "fail", env("scylladb/scylla:6")),
  engine("nats", "fail", `${env("nats:2")}\ncommand: -js`),
  engine("nats with a user", "pass", `${env("nats:2")}\ncommand: --user a --pass ${word}`),
  engine("nats by a file", "pass", `${env("nats:2")}\ncommand: -c /n.conf\nvolumes: ["./n.conf:/n.conf"]`, {
    "n.conf": "authorization: {token: $TOKEN}\n",
  }),
  engine(
    "nats by a file that is not here",
    "error",
    `${env("nats:2")}\ncommand: -c /n.conf\nvolumes: ["./n.conf:/n.conf"]`,
  ),
  engine("qdrant", "fail", env("qdrant/qdrant")),
  engine("meilisearch", "fail", env("getmeili/meilisearch:v1.12")),
  engine("meilisearch with a key", "pass", env("getmeili/meilisearch:v1.12", `MEILI_MASTER_KEY=${word}`)),
  engine("solr", "fail", env("solr:9")),
  engine("solr with users", "pass", `${env("solr:9")}\nvolumes: ["./s.json:/var/solr/data/security.json"]`, {
    "s.json": '{"authentication": {"class": "solr.BasicAuthPlugin"}}',
  }),
  engine("consul", "fail", env("hashicorp/consul:1.20")),
  engine(
    "consul with rules",
    "pass",
    env("consul:1.15", 'CONSUL_LOCAL_CONFIG={"acl": {"enabled": true, "default_policy": "deny"}}'),
  ),
  engine("dind in plain", "fail", `${env("docker:27-dind")}\ncommand: --host tcp://0.0.0.0:2375`),
  engine(
    "dind in plain as a list",
    "fail",
    `${env("docker:dind")}\ncommand: ["dockerd", "-H", "tcp://0.0.0.0:2375", "--tls=false"]`,
  ),
  engine("dind without certificates", "fail", env("docker:27-dind", "DOCKER_TLS_CERTDIR=")),
  engine("dind", "pass", env("docker:27-dind")),
  engine("kafka", "fail", env("apache/kafka:3.9")),
  ...kafkas,
  ...besides,
  engine(
    "mosquitto for anybody",
    "fail",
    `${env("eclipse-mosquitto:2")}\nvolumes: ["./m.conf:/mosquitto/config/mosquitto.conf"]`,
    { "m.conf": "listener 1883\nallow_anonymous true\n" },
  ),
  engine("arangodb without users", "fail", env("arangodb:3", "ARANGO_NO_AUTH=1")),
  engine("cockroach", "fail", `${env("cockroachdb/cockroach:v24")}\ncommand: start-single-node --insecure`),
  engine("an engine without a rule", "error", env("milvusdb/milvus")),
];

const published: readonly Values[] = [
  [
    "auth.published",
    "by the ports of the service whose network it joins",
    "fail",
    `${env("memcached:1.6.1")}\nnetwork_mode: service:gate`,
    { "gate.yaml": 'services:\n  gate: {image: "nginx:1.27", ports: ["11211:11211"]}\n' },
    "include: [gate.yaml]\n",
  ],
  [
    "auth.published",
    "by those of a container that is not known",
    "error",
    `${env("memcached:1.6.1")}\nnetwork_mode: container:gate`,
  ],
  ...[
    "redis/redisinsight",
    "mailhog/mailhog",
    "gcr.io/cadvisor/cadvisor:v0.49.1",
    "tecnativa/docker-socket-proxy",
    "portainer/agent",
  ].map((image): Values => ["auth.published", image, "fail", `${env(image)}\nports: ["8080:8080"]`]),
  [
    "auth.published",
    "memcached of another",
    "fail",
    `${env("bitnamilegacy/memcached")}\nports: ["11211:11211"]`,
  ],
];

describe("a rule of an engine", () => {
  it.each(Object.entries(rules))("%s says what to set, and none of it is hidden", (_engine, rule) => {
    const asked = { major: Number.NaN, repository: "" } as Parameters<Exclude<typeof rule, object>>[0];
    const { set } = typeof rule === "function" ? rule(asked) : rule;
    expect(redact(set)).toBe(set);
  });
});

describe("a service by what it is given", () => {
  it.each(
    [...notGiven, ...files, ...usual, ...engines, ...published].map(
      ([id, what, verdict, lines, beside = {}, above = ""]) => ({ id, what, verdict, lines, beside, above }),
    ),
  )("$id by $what: $verdict", async ({ id, verdict, lines, beside, above }) => {
    expect(await verdictOf(id, [lines, beside], above)).toEqual([verdict]);
  });
});
