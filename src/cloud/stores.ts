/** What keeps data: databases, caches, queues and search, as services are called. Pure. */
const words = [
  ...[
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "mongo",
    "mongodb",
    "mssql",
    "sqlserver",
    "oracle",
    "cassandra",
  ],
  ...[
    "redis",
    "valkey",
    "memcached",
    "elasticache",
    "rds",
    "elasticsearch",
    "opensearch",
    "rabbitmq",
    "couchdb",
  ],
  ...["clickhouse", "influxdb", "etcd", "cockroachdb", "aurora", "neo4j", "kafka"],
] as const;

/** The word in the name by which it is one, such as redis in `redis:7`; undefined where it is none. */
export const storeOf = (service: string): string | undefined =>
  words.find((word) =>
    service
      .toLowerCase()
      .split(/[^a-z]+/)
      .includes(word),
  );
