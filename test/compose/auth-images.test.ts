/** Which service is a database, a cache or a queue: by its image's name, its program, what it is built from, and its variables. */
import { describe, expect, it } from "vitest";
import { env, verdictOf } from "./auth-row.ts";
import { word } from "./server-row.ts";
import { composed } from "./world.ts";

/** Images with what is open in each by itself, or by a variable. */
const names: readonly (readonly [id: string, images: readonly string[], ...pairs: readonly string[]])[] = [
  [
    "auth.redis",
    [
      ...[
        "public.ecr.aws/docker/library/redis:7",
        "ghcr.io/acme/redis:7",
        "arm64v8/redis",
        "chainguard/redis",
      ],
      ...[
        "bitnamilegacy/redis",
        "bitnamilegacy/valkey",
        "quay.io/sclorg/redis-7-c9s",
        "HOST/proxy/library/redis",
      ],
      ...[
        "docker.dragonflydb.io/dragonflydb/dragonfly",
        "cgr.dev/chainguard/valkey:latest",
        "acme/redis-alpine",
      ],
      ...["registry.access.redhat.com/rhel9/redis-7", "bitnami/redis-cluster:7"],
    ],
  ],
  [
    "auth.postgres",
    [
      ...["cgr.dev/chainguard/postgres", "ghcr.io/immich-app/postgres:14", "supabase/postgres:15.1"],
      ...[
        "timescale/timescaledb-ha:pg17",
        "tensorchord/pgvecto-rs:pg16",
        "citusdata/citus",
        "paradedb/paradedb",
      ],
      ...["quay.io/sclorg/postgresql-15-c9s", "acme/postgres-ha"],
    ],
    "POSTGRES_PASSWORD=postgres",
  ],
  [
    "auth.mysql",
    [
      ...["amd64/mysql", "linuxserver/mariadb", "lscr.io/linuxserver/mariadb:10", "percona/percona-server"],
      ...[
        "mysql/mysql-server:8.0",
        "container-registry.oracle.com/mysql/community-server",
        "sclorg/mariadb-1011-c9s",
      ],
    ],
    "MYSQL_ROOT_PASSWORD=root",
  ],
  [
    "auth.mongo",
    ["HOST/proxy/library/mongo", "mongodb/mongodb-community-server:8.0", "percona/percona-server-mongodb"],
  ],
  ["auth.rabbitmq", ["heartexlabs/rabbitmq", "ghcr.io/acme/rabbitmq:4"]],
  ["auth.grafana", ["bitnami/grafana", "ghcr.io/x/grafana", "grafana/grafana-oss:12"]],
  ["auth.search", ["bitnami/elasticsearch:8", "ghcr.io/x/elasticsearch:7.17"]],
];

/** What proves an engine under whichever name. */
const proven: readonly (readonly [id: string, lines: string])[] = [
  ["auth.postgres", env("registry.example/db:3", "POSTGRES_HOST_AUTH_METHOD=trust")],
  ["auth.postgres", env("registry.example/db:3", "POSTGRES_PASSWORD=postgres")],
  ["auth.mysql", env("registry.example/db:3", "MYSQL_ALLOW_EMPTY_PASSWORD=yes")],
  ["auth.mysql", env("registry.example/db:3", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=1")],
  ["auth.mysql", env("registry.example/db:3", "MYSQL_ROOT_PASSWORD=root")],
  [
    "auth.mongo",
    env("registry.example/db:3", "MONGO_INITDB_ROOT_USERNAME=a", "MONGO_INITDB_ROOT_PASSWORD=a"),
  ],
  ["auth.redis", `${env("debian:13")}\ncommand: redis-server --protected-mode no`],
  ["auth.redis", `${env("registry.example/kv")}\ncommand: sh -c "exec valkey-server --save 60 1"`],
  ["auth.grafana", env("acme/dash", "GF_AUTH_ANONYMOUS_ENABLED=true", "GF_AUTH_ANONYMOUS_ORG_ROLE=Admin")],
  ["auth.search", env("acme/find", "discovery.type=single-node", "xpack.security.enabled=false")],
];

/** Clients, exporters and jobs: of these no check of a login is about anything. */
const nobody: readonly (readonly [what: string, lines: string])[] = [
  [
    "redis_exporter",
    env("oliver006/redis_exporter", "REDIS_ADDR=redis://redis:6379", "REDIS_PASSWORD=redis"),
  ],
  ["postgres_exporter", env("quay.io/prometheuscommunity/postgres-exporter", "DATA_SOURCE_PASS=postgres")],
  ["mysqld-exporter", env("prom/mysqld-exporter", "MYSQL_ROOT_PASSWORD=root")],
  ["an application that migrates", env("acme/shop:1", "MYSQL_HOST=db", "MYSQL_ROOT_PASSWORD=root")],
  ["an application of PostgreSQL", env("acme/shop:1", "DATABASE_URL=x", "POSTGRES_PASSWORD=postgres")],
  ["an image of an application", env("acme/redis-worker:1")],
  ["a backup", env("databack/mysql-backup", "MYSQL_ROOT_PASSWORD=root")],
  ["Zabbix", env("zabbix/zabbix-server-mysql:7", "DB_SERVER_HOST=db", "MYSQL_ROOT_PASSWORD=root")],
  ["redis-cli", `${env("redis:7")}\ncommand: redis-cli -h x ping`],
  ["redis-cli as the entrypoint", `${env("redis:7")}\nentrypoint: [redis-cli, -h, x]`],
  [
    "a script of redis-cli",
    `${env("redis:7")}\ncommand: sh -c "until redis-cli -h x ping; do sleep 1; done"`,
  ],
  [
    "pg_dump",
    `${env("postgres:17", "POSTGRES_HOST_AUTH_METHOD=trust")}\ncommand: [bash, -c, "pg_dump -h db > /d"]`,
  ],
  ["mongosh", `${env("mongo:8")}\ncommand: ["mongosh", "--host", "m"]`],
  ["the engine's client", env("docker:27-cli")],
];

/** Of a service that is built: its lines, and its files. */
const built: readonly (readonly [
  id: string,
  what: string,
  verdict: string,
  lines: string,
  files: Readonly<Record<string, string>>,
])[] = [
  ["auth.redis", "a FROM", "fail", "build: .", { Dockerfile: "FROM redis:7\n" }],
  [
    "auth.redis",
    "a FROM and an image's name",
    "fail",
    "build: .\nimage: acme/kv",
    { Dockerfile: "FROM redis:7\n" },
  ],
  [
    ...["auth.redis", "stages", "fail", "build: {context: kv, dockerfile: D}"],
    { "kv/D": "FROM golang AS b\nRUN x\nFROM valkey/valkey:8 AS base\nFROM base\nCOPY --from=b /x /x\n" },
  ] as never,
  [
    ...["auth.mongo", "a target", "fail", "build: {context: ., target: db}"],
    { Dockerfile: "FROM mongo:7 AS db\nFROM nginx:1 AS web\n" },
  ] as never,
  ["auth.redis", "an ARG", "fail", "build: .", { Dockerfile: "ARG V=7\nARG I=redis:${V}\nFROM ${I}\n" }],
  [
    ...["auth.redis", "an ARG of the file", "fail", "build: {context: ., args: {I: redis}}"],
    { Dockerfile: "ARG I\nFROM $I:7\n" },
  ] as never,
  [
    ...["auth.redis", "its text in the file", "fail", 'build: {dockerfile_inline: "FROM redis:7"}'],
    {},
  ] as never,
  [
    ...[
      "auth.redis",
      "a named context",
      "fail",
      "build: {context: ., additional_contexts: {base: docker-image://redis:7}}",
    ],
    { Dockerfile: "FROM base\n" },
  ] as never,
  [
    "auth.postgres",
    "ENV",
    "fail",
    "build: .",
    { Dockerfile: "FROM postgres:17\nENV POSTGRES_HOST_AUTH_METHOD=trust\n" },
  ],
  [
    "auth.postgres",
    "ENV with a blank",
    "fail",
    "build: .",
    { Dockerfile: "FROM postgres:17\nENV POSTGRES_PASSWORD postgres\n" },
  ],
  [
    "auth.postgres",
    "ENV by an ARG",
    "fail",
    "build: {context: ., args: [P=postgres]}",
    { Dockerfile: "FROM postgres:17\nARG P=x\nENV POSTGRES_PASSWORD=$P\n" },
  ],
  [
    ...[
      "auth.postgres",
      "ENV that the file overrules",
      "pass",
      `build: .\nenvironment: {POSTGRES_HOST_AUTH_METHOD: scram-sha-256, POSTGRES_PASSWORD: ${word}}`,
    ],
    { Dockerfile: "FROM postgres:17\nENV POSTGRES_HOST_AUTH_METHOD=trust\n" },
  ] as never,
  [
    ...[
      "auth.grafana",
      "ENV of several",
      "fail",
      `build: .\nenvironment: {GF_SECURITY_ADMIN_PASSWORD: ${word}}`,
    ],
    {
      Dockerfile:
        "FROM grafana/grafana\nENV GF_AUTH_ANONYMOUS_ENABLED=true \\\n    GF_AUTH_ANONYMOUS_ORG_ROLE=Admin\n",
    },
  ] as never,
  [
    "auth.redis",
    "CMD",
    "pass",
    "build: .",
    { Dockerfile: `FROM redis:7\nCMD ["redis-server", "--requirepass", "${word}"]\n` },
  ],
  [
    "auth.redis",
    "CMD of an installed one",
    "fail",
    "build: .",
    { Dockerfile: "FROM debian:13\nRUN apt-get install redis\nCMD redis-server --protected-mode no\n" },
  ],
  [
    "auth.redis",
    "ENTRYPOINT of a stage",
    "fail",
    "build: .",
    { Dockerfile: 'FROM alpine AS a\nENTRYPOINT ["redis-server"]\nFROM a\nCMD ["--save", ""]\n' },
  ],
  [
    "auth.redis",
    "CMD that the file overrules",
    "fail",
    "build: .\ncommand: redis-server --save 60 1",
    { Dockerfile: `FROM redis:7\nCMD ["redis-server", "--requirepass", "${word}"]\n` },
  ],
  [
    ...["auth.redis", "a configuration that is copied", "pass", "build: ./kv"],
    {
      "kv/Dockerfile": 'FROM redis:7\nCOPY redis.conf /etc/\nCMD ["redis-server", "/etc/redis.conf"]\n',
      "kv/redis.conf": `requirepass ${word}\n`,
    },
  ] as never,
  [
    ...["auth.redis", "a configuration that is copied, without one", "fail", "build: ./kv"],
    {
      "kv/Dockerfile": 'FROM redis:7\nCOPY conf/ /etc/kv/\nCMD ["redis-server", "/etc/kv/redis.conf"]\n',
      "kv/conf/redis.conf": "port 6379\n",
    },
  ] as never,
  ["auth.engines", "a FROM that is not known", "error", "build: .", { Dockerfile: "ARG I\nFROM $I\n" }],
  ["auth.engines", "no Dockerfile", "error", "build: .", {}],
  ["auth.engines", "a context elsewhere", "error", "build: https://example.org/x.git", {}],
];

describe("an engine", () => {
  it.each([
    ["${IMG}", "error"],
    ["${REG}/acme/${NAME:?}:1", "error"],
    ["${REG}/acme/shop:${TAG}", "not applicable"],
    ["acme/shop:${TAG:?}", "not applicable"],
    ["$REG/acme/shop@${DIGEST}", "not applicable"],
  ])("by the image %s: %s", async (image, verdict) => {
    expect(await verdictOf("auth.engines", [env(JSON.stringify(image))])).toEqual([verdict]);
  });

  it.each(names.flatMap(([id, images, ...pairs]) => images.map((image) => ({ id, image, pairs }))))(
    "$id is known by the name $image",
    async ({ id, image, pairs }) => {
      expect(await verdictOf(id, [env(image, ...pairs)])).toEqual(["fail"]);
    },
  );

  it.each(proven.map(([id, lines]) => ({ id, lines })))("$id is known by $lines", async ({ id, lines }) => {
    expect(await verdictOf(id, [lines])).toEqual(["fail"]);
  });

  it.each(nobody.map(([what, lines]) => ({ what, lines })))("is not $what", async ({ lines }) => {
    for (const id of ["auth.redis", "auth.postgres", "auth.mysql", "auth.mongo", "auth.engines"])
      expect(await verdictOf(id, [lines])).toEqual(["not applicable"]);
  });

  it.each(built.map(([id, what, verdict, lines, files]) => ({ id, what, verdict, lines, files })))(
    "$id of what is built by $what: $verdict",
    async ({ id, verdict, lines, files }) => {
      expect(await verdictOf(id, [lines, files])).toEqual([verdict]);
    },
  );

  it("is not a neighbour that has the same file of variables", async () => {
    const text =
      "services:\n  db: {image: postgres:17, env_file: v}\n  app: {image: acme/shop, env_file: v}\n";
    const { checks } = await composed({
      "compose.yaml": text,
      v: "POSTGRES_PASSWORD=postgres\nPOSTGRES_HOST_AUTH_METHOD=trust\n",
    });
    const red = checks.filter(({ id, verdict }) => id === "auth.postgres" && verdict === "fail");
    expect(new Set(red.map(({ object }) => object.split(" ")[0]))).toEqual(new Set(["db"]));
  });

  it("is found through an image that another service builds", async () => {
    const text = "services:\n  base: {build: ./base, image: acme/kv}\n  it: {build: ./it}\n";
    const { checks } = await composed({
      "compose.yaml": text,
      "base/Dockerfile": "FROM redis:7\n",
      "it/Dockerfile": "FROM acme/kv\n",
    });
    const red = checks.filter(({ id, verdict }) => id === "auth.redis" && verdict === "fail");
    expect(red.map(({ object }) => object)).toEqual(["base", "it"]);
  });
});
