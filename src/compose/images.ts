/**
 * What the commonest images need, and why: read in the Dockerfile and the entrypoint of each one's own repository, not run; the
 * uids of mariadb, prometheus and grafana are those of their documentation.
 * Of every other image nothing is known, and nothing is guessed. Pure.
 */

export interface KnownImage {
  /** Without registry and tag. */
  readonly names: readonly string[];
  readonly kind: "database" | "cache" | "queue" | "proxy" | "runtime" | "monitoring";
  /** Numeric user and group to run it as; `alpine` where its Alpine variant numbers them otherwise. */
  readonly user: string;
  readonly alpine?: string;
  /** Its Dockerfile ends with a USER other than root. */
  readonly ownUser?: true;
  /** Capabilities that it needs as whichever user. */
  readonly needs?: readonly string[];
  /** Capabilities that its entrypoint needs where it starts as root. */
  readonly asRoot: readonly string[];
  /** Folders that it writes to, and that may be lost. */
  readonly scratch: readonly string[];
  /** Folders whose data must last. */
  readonly data: readonly string[];
  /** Below 1024 it binds these. */
  readonly lowPorts?: readonly number[];
  readonly pids: 64 | 128 | 256;
  readonly why: string;
  readonly source: string;
}

/** What `chown`, then gosu, su-exec or setpriv take. */
const stepsDown = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"];

export const knownImages: readonly KnownImage[] = [
  {
    ...{ names: ["postgres", "postgis/postgis", "timescale/timescaledb"], kind: "database" },
    ...{ user: "999:999", alpine: "70:70", asRoot: stepsDown, pids: 256 },
    ...{ scratch: ["/tmp", "/run/postgresql"], data: ["/var/lib/postgresql"] },
    why: "As root its entrypoint gives PGDATA and /var/run/postgresql to postgres at every start, then steps down with gosu; as another user it does neither.",
    source: "https://github.com/docker-library/postgres/blob/master/docker-entrypoint.sh",
  },
  {
    ...{ names: ["mysql"], kind: "database", user: "999:999", asRoot: stepsDown, pids: 256 },
    ...{ scratch: ["/tmp", "/run/mysqld"], data: ["/var/lib/mysql"] },
    why: "As root its entrypoint gives the data to mysql, then steps down with gosu; socket and lock lie in /var/run/mysqld.",
    source: "https://github.com/docker-library/mysql/blob/master/template/Dockerfile.oracle",
  },
  {
    ...{ names: ["mariadb"], kind: "database", user: "999:999", asRoot: stepsDown, pids: 256 },
    ...{ scratch: ["/tmp", "/run/mysqld"], data: ["/var/lib/mysql"] },
    why: "As root its entrypoint gives the data to mysql, then steps down with gosu; socket and lock lie in /run/mysqld.",
    source: "https://github.com/MariaDB/mariadb-docker/blob/master/docker-entrypoint.sh",
  },
  {
    ...{ names: ["mongo"], kind: "database", user: "999:999", asRoot: stepsDown, pids: 256 },
    ...{ scratch: ["/tmp"], data: ["/data/db"] },
    why: "As root its entrypoint gives /data/db and /data/configdb to mongodb, then steps down with gosu; its first start writes to /tmp.",
    source: "https://github.com/docker-library/mongo/blob/master/docker-entrypoint.sh",
  },
  {
    ...{ names: ["redis", "redis/redis-stack-server"], kind: "cache" },
    ...{ user: "999:999", alpine: "999:1000", asRoot: stepsDown, pids: 64, scratch: [], data: ["/data"] },
    why: "As root its entrypoint gives /data to redis at every start, then steps down; Alpine's group 999 is taken, so that its group is 1000.",
    source: "https://github.com/redis/docker-library-redis/blob/release/8.0/docker-entrypoint.sh",
  },
  {
    ...{ names: ["valkey/valkey"], kind: "cache" },
    ...{ user: "999:999", alpine: "999:1000", asRoot: stepsDown, pids: 64, scratch: [], data: ["/data"] },
    why: "As root its entrypoint gives /data to valkey at every start, then steps down with setpriv; Alpine's group 999 is taken, so that its group is 1000.",
    source: "https://github.com/valkey-io/valkey-container/blob/mainline/Dockerfile.template",
  },
  {
    ...{
      names: ["rabbitmq"],
      kind: "queue",
      user: "999:999",
      alpine: "100:101",
      asRoot: stepsDown,
      pids: 256,
    },
    ...{ scratch: ["/tmp"], data: ["/var/lib/rabbitmq"] },
    why: "As root its entrypoint gives /var/lib/rabbitmq to rabbitmq, then steps down; the cookie and the data lie there.",
    source: "https://github.com/docker-library/rabbitmq/blob/master/Dockerfile-ubuntu.template",
  },
  {
    ...{ names: ["nginx"], kind: "proxy", user: "101:101", lowPorts: [80] },
    ...{ asRoot: ["CHOWN", "SETGID", "SETUID", "NET_BIND_SERVICE"], pids: 128 },
    ...{ scratch: ["/run", "/var/cache/nginx"], data: [] },
    why: "As root its master gives the cache folders to nginx and its workers step down; as nginx itself it needs none of that, and writes its pid and its cache.",
    source: "https://github.com/nginxinc/docker-nginx/blob/master/stable/debian/Dockerfile",
  },
  {
    ...{ names: ["nginxinc/nginx-unprivileged"], kind: "proxy", user: "101:101", ownUser: true },
    ...{ asRoot: [], pids: 128, scratch: ["/tmp"], data: [] },
    why: "It runs as nginx, listens on 8080, and has its pid and its cache in /tmp.",
    source: "https://github.com/nginxinc/docker-nginx-unprivileged/blob/main/stable/debian/Dockerfile",
  },
  {
    ...{ names: ["traefik"], kind: "proxy", user: "1000:1000", lowPorts: [80, 443] },
    ...{ asRoot: ["NET_BIND_SERVICE"], pids: 128, scratch: [], data: [] },
    why: "One binary, which runs as any user; a file for certificates (acme.json) must be that user's, with mode 0600.",
    source: "https://github.com/traefik/traefik-library-image",
  },
  {
    ...{ names: ["caddy"], kind: "proxy", user: "1000:1000", lowPorts: [80, 443] },
    ...{ needs: ["NET_BIND_SERVICE"], asRoot: ["NET_BIND_SERVICE"], pids: 128 },
    ...{ scratch: ["/config"], data: ["/data"] },
    why: "Its binary carries cap_net_bind_service, so that nobody can start it where that capability is dropped; /data has the certificates.",
    source: "https://github.com/caddyserver/caddy-docker/blob/master/Dockerfile.tmpl",
  },
  {
    ...{ names: ["haproxy"], kind: "proxy", user: "99:99", ownUser: true },
    ...{ asRoot: [], pids: 128, scratch: [], data: [] },
    why: "It runs as haproxy since 2.4.",
    source: "https://github.com/docker-library/haproxy/blob/master/Dockerfile.template",
  },
  {
    ...{
      names: ["node"],
      kind: "runtime",
      user: "1000:1000",
      asRoot: [],
      pids: 128,
      scratch: ["/tmp"],
      data: [],
    },
    why: "It has a user node, 1000, and starts as root all the same.",
    source: "https://github.com/nodejs/docker-node/blob/main/Dockerfile-debian.template",
  },
  {
    ...{
      names: ["python"],
      kind: "runtime",
      user: "1000:1000",
      asRoot: [],
      pids: 64,
      scratch: ["/tmp"],
      data: [],
    },
    why: "It has no user of its own, and runs as any.",
    source: "https://github.com/docker-library/python/blob/master/Dockerfile-linux.template",
  },
  {
    ...{
      names: ["prom/prometheus", "prometheus/prometheus"],
      kind: "monitoring",
      user: "65534:65534",
      ownUser: true,
    },
    ...{ asRoot: [], pids: 64, scratch: [], data: ["/prometheus"] },
    why: "It runs as nobody, and writes to /prometheus alone.",
    source: "https://github.com/prometheus/prometheus/blob/main/Dockerfile",
  },
  {
    ...{
      names: ["grafana/grafana", "grafana/grafana-oss", "grafana/grafana-enterprise"],
      kind: "monitoring",
    },
    ...{ user: "472:0", ownUser: true, asRoot: [], pids: 64, scratch: ["/tmp"], data: ["/var/lib/grafana"] },
    why: "It runs as grafana, 472, in root's group, and writes to /var/lib/grafana.",
    source: "https://github.com/grafana/grafana/blob/main/Dockerfile",
  },
];

/** An image's name as it is written. */
export interface ImageName {
  /** Without registry, tag and digest; Docker Hub's `library/` is left out. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

export function parseImage(text: string): ImageName {
  const [name = "", digest] = text.split("@");
  const [, path = "", tag] = /^(.*?)(?::([^:/]*))?$/.exec(name) ?? [];
  const parts = path.split("/");
  const hasRegistry = parts.length > 1 && (/[.:]/.test(parts[0]!) || parts[0] === "localhost");
  const repository = (hasRegistry ? parts.slice(1) : parts).join("/").replace(/^library\//, "");
  return { repository, tag: tag || undefined, digest };
}

export const knownImage = (text: string): KnownImage | undefined => {
  const { repository } = parseImage(text);
  return knownImages.find(({ names }) => names.includes(repository));
};

/** The numeric user to write for an image. */
export const userFor = (image: KnownImage, text: string) =>
  image.alpine !== undefined && /alpine/.test(parseImage(text).tag ?? "") ? image.alpine : image.user;

/** Folders whose data must last: PostgreSQL has another one since 18. */
export function dataFolders(image: KnownImage, text: string): readonly string[] {
  const major = Number(/^\d+/.exec(parseImage(text).tag ?? "")?.[0] ?? Number.NaN);
  return major < 18
    ? image.data.map((folder) => (folder === postgres ? `${folder}/data` : folder))
    : image.data;
}

const postgres = "/var/lib/postgresql";

/** By the name alone, for what is reachable: also of images whose needs are not known. */
export function roleOf(text: string): "proxy" | "data" | "other" {
  const kind = knownImage(text)?.kind;
  const { repository } = parseImage(text);
  const last = repository.slice(repository.lastIndexOf("/") + 1);
  if (kind === "proxy" || /^(nginx|traefik|caddy|haproxy|envoy|nginx-proxy)$/.test(last)) return "proxy";
  if (kind === "database" || kind === "cache" || kind === "queue") return "data";
  return dataNames.test(last) ? "data" : "other";
}

const dataNames =
  /^(postgres(ql)?|pgvector|postgis|mysql|mariadb|percona|mongo(db)?|redis|valkey|keydb|dragonfly|memcached|rabbitmq|elasticsearch|opensearch|cassandra|clickhouse(-server)?|influxdb|couchdb|neo4j|etcd|kafka|zookeeper|mssql)$/;
