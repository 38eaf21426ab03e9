/**
 * What the commonest images need, and why: read in the Dockerfile and the entrypoint of each one's own repository, not run; the
 * uids of mariadb, prometheus and grafana are those of their documentation. Pure.
 */
import type { ImageRole } from "../profile/images.ts";

/** What is known of an image. */
export interface KnownImage {
  /** Without registry and tag. */
  readonly names: readonly string[];
  /** Undefined where a profile doesn't say it. */
  readonly role: ImageRole | undefined;
  /** Numeric user and group to run it as; `alpine` where its Alpine variant numbers them otherwise. */
  readonly user: string;
  readonly alpine?: string | undefined;
  /** Whether its Dockerfile ends with a USER other than root; of a profile's row undefined where it isn't said. */
  readonly ownUser?: boolean | undefined;
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
  readonly pids: number;
  /** Whether it must call out: all its services, or those of these names. */
  readonly egress?: boolean | readonly string[];
  readonly why: string;
  /** Where it was read; undefined where a profile says it. */
  readonly source?: string;
}

/** What `chown`, then gosu, su-exec or setpriv take. */
const stepsDown = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"];

export const knownImages: readonly KnownImage[] = [
  {
    names: ["postgres", "postgis/postgis", "timescale/timescaledb"],
    role: "database",
    user: "999:999",
    alpine: "70:70",
    asRoot: stepsDown,
    pids: 256,
    scratch: ["/tmp", "/run/postgresql"],
    data: ["/var/lib/postgresql"],
    why: "As root its entrypoint gives PGDATA and /var/run/postgresql to postgres at every start, then steps down with gosu; as another user it does neither.",
    source: "https://github.com/docker-library/postgres/blob/master/docker-entrypoint.sh",
  },
  {
    names: ["mysql"],
    role: "database",
    user: "999:999",
    asRoot: stepsDown,
    pids: 256,
    scratch: ["/tmp", "/run/mysqld"],
    data: ["/var/lib/mysql"],
    why: "As root its entrypoint gives the data to mysql, then steps down with gosu; socket and lock lie in /var/run/mysqld.",
    source: "https://github.com/docker-library/mysql/blob/master/template/Dockerfile.oracle",
  },
  {
    names: ["mariadb"],
    role: "database",
    user: "999:999",
    asRoot: stepsDown,
    pids: 256,
    scratch: ["/tmp", "/run/mysqld"],
    data: ["/var/lib/mysql"],
    why: "As root its entrypoint gives the data to mysql, then steps down with gosu; socket and lock lie in /run/mysqld.",
    source: "https://github.com/MariaDB/mariadb-docker/blob/master/docker-entrypoint.sh",
  },
  {
    names: ["mongo"],
    role: "database",
    user: "999:999",
    asRoot: stepsDown,
    pids: 256,
    scratch: ["/tmp"],
    data: ["/data/db"],
    why: "As root its entrypoint gives /data/db and /data/configdb to mongodb, then steps down with gosu; its first start writes to /tmp.",
    source: "https://github.com/docker-library/mongo/blob/master/docker-entrypoint.sh",
  },
  {
    names: ["redis", "redis/redis-stack-server"],
    role: "cache",
    user: "999:999",
    alpine: "999:1000",
    asRoot: stepsDown,
    pids: 64,
    scratch: [],
    data: ["/data"],
    why: "As root its entrypoint gives /data to redis at every start, then steps down; Alpine's group 999 is taken, so that its group is 1000.",
    source: "https://github.com/redis/docker-library-redis/blob/release/8.0/docker-entrypoint.sh",
  },
  {
    names: ["valkey/valkey"],
    role: "cache",
    user: "999:999",
    alpine: "999:1000",
    asRoot: stepsDown,
    pids: 64,
    scratch: [],
    data: ["/data"],
    why: "As root its entrypoint gives /data to valkey at every start, then steps down with setpriv; Alpine's group 999 is taken, so that its group is 1000.",
    source: "https://github.com/valkey-io/valkey-container/blob/mainline/Dockerfile.template",
  },
  {
    names: ["rabbitmq"],
    role: "queue",
    user: "999:999",
    alpine: "100:101",
    asRoot: stepsDown,
    pids: 256,
    scratch: ["/tmp"],
    data: ["/var/lib/rabbitmq"],
    why: "As root its entrypoint gives /var/lib/rabbitmq to rabbitmq, then steps down; the cookie and the data lie there.",
    source: "https://github.com/docker-library/rabbitmq/blob/master/Dockerfile-ubuntu.template",
  },
  {
    names: ["nginx"],
    role: "proxy",
    user: "101:101",
    lowPorts: [80],
    asRoot: ["CHOWN", "SETGID", "SETUID", "NET_BIND_SERVICE"],
    pids: 128,
    scratch: ["/run", "/var/cache/nginx"],
    data: [],
    why: "As root its master gives the cache folders to nginx and its workers step down; as nginx itself it needs none of that, and writes its pid and its cache.",
    source: "https://github.com/nginxinc/docker-nginx/blob/master/stable/debian/Dockerfile",
  },
  {
    names: ["nginxinc/nginx-unprivileged"],
    role: "proxy",
    user: "101:101",
    ownUser: true,
    asRoot: [],
    pids: 128,
    scratch: ["/tmp"],
    data: [],
    why: "It runs as nginx, listens on 8080, and has its pid and its cache in /tmp.",
    source: "https://github.com/nginxinc/docker-nginx-unprivileged/blob/main/stable/debian/Dockerfile",
  },
  {
    names: ["traefik"],
    role: "proxy",
    user: "1000:1000",
    lowPorts: [80, 443],
    asRoot: ["NET_BIND_SERVICE"],
    pids: 128,
    scratch: [],
    data: [],
    why: "One binary, which runs as any user; a file for certificates (acme.json) must be that user's, with mode 0600.",
    source: "https://github.com/traefik/traefik-library-image",
  },
  {
    names: ["caddy"],
    role: "proxy",
    user: "1000:1000",
    lowPorts: [80, 443],
    needs: ["NET_BIND_SERVICE"],
    asRoot: ["NET_BIND_SERVICE"],
    pids: 128,
    scratch: ["/config"],
    data: ["/data"],
    why: "Its binary carries cap_net_bind_service, so that nobody can start it where that capability is dropped; /data has the certificates.",
    source: "https://github.com/caddyserver/caddy-docker/blob/master/Dockerfile.tmpl",
  },
  {
    names: ["haproxy"],
    role: "proxy",
    user: "99:99",
    ownUser: true,
    asRoot: [],
    pids: 128,
    scratch: [],
    data: [],
    why: "It runs as haproxy since 2.4.",
    source: "https://github.com/docker-library/haproxy/blob/master/Dockerfile.template",
  },
  {
    names: ["node"],
    role: "app",
    user: "1000:1000",
    asRoot: [],
    pids: 128,
    scratch: ["/tmp"],
    data: [],
    why: "It has a user node, 1000, and starts as root all the same.",
    source: "https://github.com/nodejs/docker-node/blob/main/Dockerfile-debian.template",
  },
  {
    names: ["python"],
    role: "app",
    user: "1000:1000",
    asRoot: [],
    pids: 64,
    scratch: ["/tmp"],
    data: [],
    why: "It has no user of its own, and runs as any.",
    source: "https://github.com/docker-library/python/blob/master/Dockerfile-linux.template",
  },
  {
    names: ["prom/prometheus", "prometheus/prometheus"],
    role: "monitoring",
    user: "65534:65534",
    ownUser: true,
    asRoot: [],
    pids: 64,
    scratch: [],
    data: ["/prometheus"],
    why: "It runs as nobody, and writes to /prometheus alone.",
    source: "https://github.com/prometheus/prometheus/blob/main/Dockerfile",
  },
  {
    names: ["grafana/grafana", "grafana/grafana-oss", "grafana/grafana-enterprise"],
    role: "monitoring",
    user: "472:0",
    ownUser: true,
    asRoot: [],
    pids: 64,
    scratch: ["/tmp"],
    data: ["/var/lib/grafana"],
    why: "It runs as grafana, 472, in root's group, and writes to /var/lib/grafana.",
    source: "https://github.com/grafana/grafana/blob/main/Dockerfile",
  },
];
