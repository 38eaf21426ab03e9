/** Which image, program and variable is of which database, cache, queue or console. Pure data. */

/** By the last part of an image's name, or its last two; words of `companions` beside it don't count. */
export const engineNames = {
  redis: [
    ...["redis", "valkey", "keydb", "dragonfly", "redis-stack", "redis-stack-server", "rejson", "redismod"],
    ...["redisearch", "redisgraph", "redistimeseries", "redisbloom", "falkordb"],
  ],
  postgres: [
    ...["postgres", "postgresql", "postgis", "pgvector", "timescaledb", "pgvecto-rs", "vchord-postgres"],
    ...["citus", "paradedb", "spilo", "percona-distribution-postgresql", "postgresql-repmgr", "edb-postgres"],
  ],
  mysql: [
    "mysql",
    "mysql/community-server",
    "mysql/enterprise-server",
    "mariadb",
    "percona",
    "mariadb-galera",
    "percona-xtradb-cluster",
  ],
  mongo: ["mongo", "mongodb", "percona-server-mongodb", "mongodb-atlas-local", "mongodb-sharded"],
  rabbitmq: ["rabbitmq", "rabbitmq-management"],
  elasticsearch: ["elasticsearch", "elasticsearch-wolfi"],
  opensearch: ["opensearch"],
  grafana: ["grafana"],
  memcached: ["memcached"],
  etcd: ["etcd"],
  zookeeper: ["zookeeper", "cp-zookeeper"],
  adminer: ["adminer"],
  phpmyadmin: ["phpmyadmin"],
  pgadmin: ["pgadmin4", "pgadmin"],
  mongoExpress: ["mongo-express"],
  redisCommander: ["redis-commander"],
  redisInsight: ["redisinsight"],
  phpRedisAdmin: ["phpredisadmin"],
  pgweb: ["pgweb"],
  mailhog: ["mailhog", "mailpit", "mailcatcher", "maildev"],
  cadvisor: ["cadvisor"],
  portainer: ["portainer", "portainer-ce", "portainer-ee", "portainer/agent"],
  dozzle: ["dozzle"],
  socketProxy: ["docker-socket-proxy", "socket-proxy"],
  neo4j: ["neo4j"],
  clickhouse: ["clickhouse"],
  minio: ["minio"],
  couchdb: ["couchdb"],
  keycloak: ["keycloak"],
  influxdb: ["influxdb", "influxdb3-core"],
  cassandra: ["cassandra", "scylla", "scylladb"],
  nats: ["nats", "nats-streaming"],
  qdrant: ["qdrant"],
  meilisearch: ["meilisearch"],
  typesense: ["typesense"],
  weaviate: ["weaviate"],
  solr: ["solr"],
  consul: ["consul"],
  vault: ["vault", "openbao"],
  dind: ["docker:dind"],
  kafka: ["kafka", "cp-kafka", "kafka-native", "redpanda"],
  mosquitto: ["mosquitto", "eclipse-mosquitto"],
  activemq: ["activemq", "activemq-classic", "activemq-artemis"],
  arangodb: ["arangodb"],
  mssql: ["mssql", "mssql/server", "azure-sql-edge"],
  oracle: ["oracle-xe", "oracle-free"],
  cockroach: ["cockroach", "cockroachdb"],
  surrealdb: ["surrealdb"],
  rethinkdb: ["rethinkdb"],
  // Of these no setting is known here.
  chroma: ["chroma", "chromadb"],
  milvus: ["milvus"],
  memgraph: ["memgraph"],
  orientdb: ["orientdb"],
  couchbase: ["couchbase"],
  questdb: ["questdb"],
  dgraph: ["dgraph"],
  tidb: ["tidb"],
  yugabyte: ["yugabyte"],
  crate: ["cratedb"],
  victoriametrics: ["victoria-metrics"],
  pulsar: ["pulsar"],
  emqx: ["emqx"],
  hazelcast: ["hazelcast"],
  aerospike: ["aerospike-server"],
  sentinel: ["redis-sentinel", "valkey-sentinel"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Engine = keyof typeof engineNames;

/** What an image's name has beside that of its engine: how it is packed, for whom, and in which place it stands. */
export const companions =
  /^(?:v?\d+(?:\.\d+)*|alpine|debian|ubuntu|ubi\d*|rhel\d*|el\d|c\d+s|centos\d*|bookworm|bullseye|trixie|slim|fips|chainguard|server|community|enterprise|oss|ce|ee|ha|cluster|standalone|single|node|primary|replica|master|slave|crunchy|gis|dev|prod|production|staging|local|docker|custom|my|own|arm64v8|amd64)$/;

/** Programs that serve, by the name of their file. */
export const servers: Readonly<Record<string, Engine>> = {
  ...{ "redis-server": "redis", "valkey-server": "redis", "keydb-server": "redis", dragonfly: "redis" },
  ...{ postgres: "postgres", mysqld: "mysql", mariadbd: "mysql", mysqld_safe: "mysql", mongod: "mongo" },
  ...{ "rabbitmq-server": "rabbitmq", "grafana-server": "grafana", memcached: "memcached", etcd: "etcd" },
  ...{ dockerd: "dind", "dockerd-entrypoint.sh": "dind", "nats-server": "nats", influxd: "influxdb" },
  ...{ "clickhouse-server": "clickhouse", mosquitto: "mosquitto", qdrant: "qdrant", cockroach: "cockroach" },
};

/** Programs that ask a server, and what scripts have beside them: a service of nothing else serves nobody. */
export const clients =
  /^(?:(?:redis|valkey|keydb)-(?:cli|benchmark|check-\w+)|psql|pg_(?:dump|dumpall|restore|isready|basebackup)|pgbench|createdb|dropdb|vacuumdb|mysql|mysqldump|mysqladmin|mysqlimport|mysqlcheck|mariadb(?:-(?:dump|admin|import|check))?|mongosh?|mongo(?:dump|restore|import|export)|rabbitmqadmin|rabbitmqctl|etcdctl|mc|nats|influx|cqlsh|cypher-shell|clickhouse-client|neo4j-admin|curl|wget|sleep|tail|true|false|echo|printf|date|cat|cp|mv|rm|ls|find|mkdir|chown|chmod|test|\[|\[\[|gzip|gunzip|tar|grep|sed|awk|head|cut|tee|nc|set|export|cd|exit|wait|trap|read|:|done|fi|do|then|else|esac|for|in|break|continue)$/;

/** Variables that the server of one engine alone reads: whatever its image is called, it is that. */
export const proofs: Readonly<Record<string, Engine>> = {
  ...{ POSTGRES_HOST_AUTH_METHOD: "postgres", POSTGRES_INITDB_ARGS: "postgres" },
  ...{ MYSQL_ALLOW_EMPTY_PASSWORD: "mysql", MYSQL_RANDOM_ROOT_PASSWORD: "mysql", MYSQL_ROOT_HOST: "mysql" },
  ...{ MARIADB_ALLOW_EMPTY_ROOT_PASSWORD: "mysql", MARIADB_RANDOM_ROOT_PASSWORD: "mysql" },
  ...{ MARIADB_ROOT_HOST: "mysql", MARIADB_AUTO_UPGRADE: "mysql", RABBITMQ_ERLANG_COOKIE: "rabbitmq" },
  ...{ "discovery.type": "elasticsearch", "cluster.initial_master_nodes": "elasticsearch" },
  ...{ DISABLE_SECURITY_PLUGIN: "opensearch", "plugins.security.disabled": "opensearch" },
  ...{ OPENSEARCH_JAVA_OPTS: "opensearch", GF_AUTH_ANONYMOUS_ENABLED: "grafana" },
  ...{ GF_AUTH_ANONYMOUS_ORG_ROLE: "grafana", REDIS_REPLICATION_MODE: "redis", REDIS_EXTRA_FLAGS: "redis" },
  ...{ REDIS_ARGS: "redis", VALKEY_EXTRA_FLAGS: "redis", NEO4J_AUTH: "neo4j" },
  ...{ CLICKHOUSE_SKIP_USER_SETUP: "clickhouse", INFLUXDB_HTTP_AUTH_ENABLED: "influxdb" },
  ...{ QDRANT__SERVICE__API_KEY: "qdrant", ARANGO_NO_AUTH: "arangodb" },
  ...{ AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED: "weaviate", KC_BOOTSTRAP_ADMIN_PASSWORD: "keycloak" },
};

/** Variables of a server that clients are given as well: they prove it where nothing else of the file is that engine. */
export const likely: Readonly<Record<string, Engine>> = {
  ...{ MYSQL_ROOT_PASSWORD: "mysql", MARIADB_ROOT_PASSWORD: "mysql", POSTGRES_PASSWORD: "postgres" },
  ...{ MONGO_INITDB_ROOT_PASSWORD: "mongo", RABBITMQ_DEFAULT_PASS: "rabbitmq" },
  ...{ GF_SECURITY_ADMIN_PASSWORD: "grafana", OPENSEARCH_INITIAL_ADMIN_PASSWORD: "opensearch" },
  ...{ COUCHDB_PASSWORD: "couchdb", KEYCLOAK_ADMIN_PASSWORD: "keycloak", MEILI_MASTER_KEY: "meilisearch" },
  ...{ MINIO_ROOT_PASSWORD: "minio", ARANGO_ROOT_PASSWORD: "arangodb", MSSQL_SA_PASSWORD: "mssql" },
};
