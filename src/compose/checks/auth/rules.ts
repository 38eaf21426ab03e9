/** How databases, queues and stores without a check of their own ask for a login: a row each. Pure. */
import type { Fault } from "../../../checks/object.ts";
import type { EngineName } from "../../engine-table.ts";
import { nothingGiven } from "../../given.ts";
import { type AuthSubject, isBitnami, isUsual, setAnew, textsOf, usualPassword } from "./asked.ts";
import { asksEachClient } from "./kafka.ts";

/** Expressions are for one text: its variables as `NAME=value`, its command and its configuration. */
interface Rule {
  /** What lets anybody in, whatever else is set. */
  readonly open?: RegExp;
  /** What makes it ask for a login. */
  readonly login?: RegExp | ((asked: AuthSubject) => boolean);
  readonly passwords?: readonly string[];
  readonly users?: readonly string[];
  /** What of the variable is the password, in its first group. */
  readonly part?: RegExp;
  /** Variables of these expressions, where they decide and may be unknown. */
  readonly decides?: readonly string[];
  /** Without any of that: whether it lets anybody in, has a password that everybody knows, or starts with none of both. */
  readonly otherwise: "open" | "usual" | "shut" | "unknown";
  /** What to set. */
  readonly set: string;
}

type RuleOf = Rule | ((asked: AuthSubject) => Rule);

/** A setting within Consul's block of rules, in HCL or JSON. */
const inAcl = (name: string, value: string) =>
  `\\bacl["']?\\s*[:=]?\\s*\\{(?:[^{}]|\\{[^{}]*\\})*?\\b${name}["']?\\s*[:=]\\s*["']?${value}\\b`;

const before = ({ major }: AuthSubject, version: number) => major < version;

export const rules: Partial<Readonly<Record<EngineName, RuleOf>>> = {
  neo4j: {
    open: /^NEO4J_AUTH=none$|^NEO4J_(?:server|dbms)_security_auth__enabled=false|dbms\.security\.auth_enabled\s*=\s*false/im,
    passwords: ["NEO4J_AUTH"],
    part: /^[^/]*\/([^/]*)/,
    otherwise: "usual",
    set: "Set NEO4J_AUTH_FILE before its first start.",
  },
  clickhouse: (asked) => ({
    open: /^CLICKHOUSE_SKIP_USER_SETUP=(?:1|true|yes)/im,
    login: /<password(?:_\w+)?>\s*[^<\s]|^\s*password(?:_\w+)?:\s*\S/m,
    passwords: ["CLICKHOUSE_PASSWORD"],
    users: ["CLICKHOUSE_USER"],
    decides: ["CLICKHOUSE_SKIP_USER_SETUP"],
    otherwise: before(asked, 24) ? "open" : "unknown",
    set: "Set CLICKHOUSE_PASSWORD_FILE.",
  }),
  minio: {
    passwords: ["MINIO_ROOT_PASSWORD", "MINIO_SECRET_KEY"],
    users: ["MINIO_ROOT_USER", "MINIO_ACCESS_KEY"],
    otherwise: "usual",
    set: "Set MINIO_ROOT_USER and MINIO_ROOT_PASSWORD_FILE.",
  },
  couchdb: (asked) => ({
    login: /^\s*\[admins\]\s*\n\s*\w+\s*=\s*\S/m,
    passwords: ["COUCHDB_PASSWORD"],
    users: ["COUCHDB_USER"],
    otherwise: before(asked, 3) ? "open" : "shut",
    set: "Set COUCHDB_USER and COUCHDB_PASSWORD.",
  }),
  keycloak: {
    passwords: ["KC_BOOTSTRAP_ADMIN_PASSWORD", "KEYCLOAK_ADMIN_PASSWORD", "KEYCLOAK_PASSWORD"],
    users: ["KC_BOOTSTRAP_ADMIN_USERNAME", "KEYCLOAK_ADMIN", "KEYCLOAK_USER", "KEYCLOAK_ADMIN_USER"],
    otherwise: "shut",
    set: "Set KC_BOOTSTRAP_ADMIN_PASSWORD, and change it at the first login.",
  },
  influxdb: ({ major }) => ({
    ...(major === 1
      ? { login: /^INFLUXDB_HTTP_AUTH_ENABLED=(?:true|1|t)$|^\s*auth-enabled\s*=\s*true/im }
      : {
          login: /--auth-token|--admin-token/,
          passwords: ["DOCKER_INFLUXDB_INIT_PASSWORD", "INFLUXDB_ADMIN_USER_PASSWORD"],
        }),
    open: /--without-auth\b/,
    users: ["DOCKER_INFLUXDB_INIT_USERNAME"],
    decides: ["INFLUXDB_HTTP_AUTH_ENABLED"],
    otherwise: major === 1 ? "open" : "unknown",
    set: "Set INFLUXDB_HTTP_AUTH_ENABLED=true and a user, or since 2 DOCKER_INFLUXDB_INIT_MODE=setup with a password.",
  }),
  cassandra: ({ repository }) => ({
    login:
      /(?<![\w.])authenticator["']?(?:[:=]|\s)\s*(?:class_name:\s*)?["']?[\w.]*(?:Password|Saslauthd|MutualTls\w*)Authenticator\b/,
    ...(isBitnami(repository)
      ? {
          open: /^CASSANDRA_AUTHENTICATOR=.*AllowAll/m,
          passwords: ["CASSANDRA_PASSWORD"],
          users: ["CASSANDRA_USER"],
        }
      : {}),
    otherwise: isBitnami(repository) ? "usual" : "open",
    set: "Set authenticator: PasswordAuthenticator in cassandra.yaml, and a user other than cassandra.",
  }),
  nats: ({ repository }) => ({
    open: /\bno_auth_user\b["']?\s*[:=]?\s*["']?\w/,
    login: new RegExp(
      [
        /(?:^|\s)--?(?:user|auth|pass|tlsverify)\b|\b(?:operator|verify_and_map)\b["']?\s*[:=]/,
        /\b(?:authorization|accounts)\b["']?\s*[:={][\s\S]*?\b(?:users?|token|nkey|pass(?:word)?|auth_callout)\b["']?\s*[:=[{"']/,
        ...(isBitnami(repository) ? [/^NATS_(?:USERNAME|PASSWORD|TOKEN)=./] : []),
      ]
        .map(({ source }) => source)
        .join("|"),
      "m",
    ),
    otherwise: "open",
    set: "Write users (authorization) into its configuration, without no_auth_user.",
  }),
  qdrant: {
    login: /^\s*api_key:\s*\S/m,
    passwords: ["QDRANT__SERVICE__API_KEY"],
    otherwise: "open",
    set: "Set QDRANT__SERVICE__API_KEY.",
  },
  meilisearch: {
    login: /--master-key[= ]\S|^MEILI_ENV=production|--env[= ]production|^\s*master_key\s*=/m,
    passwords: ["MEILI_MASTER_KEY"],
    otherwise: "open",
    set: "Set MEILI_MASTER_KEY.",
  },
  typesense: {
    login: /--api-key[= ]\S/,
    passwords: ["TYPESENSE_API_KEY"],
    otherwise: "shut",
    set: "Set TYPESENSE_API_KEY.",
  },
  weaviate: {
    open: /^AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=(?:true|1|on)/im,
    login: /^AUTHENTICATION_(?:APIKEY|OIDC|DB_USERS)_ENABLED=(?:true|1|on)/im,
    decides: ["AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED"],

    otherwise: "open",
    set: "Set AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=false and AUTHENTICATION_APIKEY_ENABLED=true.",
  },
  solr: {
    login:
      /^SOLR_AUTH(?:_TYPE|ENTICATION_OPTS)=.|solr\.(?:BasicAuth|MultiAuth|JWTAuth|KerberosPlugin|CertAuth)/m,
    otherwise: "open",
    set: "Give it a security.json with solr.BasicAuthPlugin.",
  },
  consul: {
    login: new RegExp(
      `^(?=[\\s\\S]*?${inAcl("enabled", "true")})[\\s\\S]*?${inAcl("default_policy", "deny")}`,
    ),
    decides: ["CONSUL_LOCAL_CONFIG"],
    otherwise: "open",
    set: "Set acl with enabled = true and default_policy = deny.",
  },
  vault: {
    passwords: ["VAULT_DEV_ROOT_TOKEN_ID", "BAO_DEV_ROOT_TOKEN_ID"],
    otherwise: "shut",
    set: "Start it without -dev.",
  },
  dind: {
    open: /^(?!.*--tlsverify).*(?:tcp:\/\/(?!127\.|localhost)[^\s"',\]]*2375|tcp:\/\/(?:0\.0\.0\.0|\[::\])?(?:[\s"',]|$)|--tls=false)|^DOCKER_TLS_CERTDIR=$/m,
    decides: ["DOCKER_TLS_CERTDIR"],
    otherwise: "shut",
    set: "Leave DOCKER_TLS_CERTDIR as it is, and let clients come by TLS on 2376.",
  },
  kafka: {
    login: asksEachClient,
    otherwise: "open",
    set: "Give each of its listeners SASL_SSL.",
  },
  mosquitto: (asked) => ({
    open: /^\s*allow_anonymous\s+true/m,
    login: /^\s*(?:password_file|auth_plugin|plugin|allow_anonymous\s+false)\b/m,
    otherwise: before(asked, 2) ? "open" : "shut",
    set: "Write allow_anonymous false and password_file into mosquitto.conf.",
  }),
  activemq: {
    open: /^ANONYMOUS_LOGIN=(?:true|1)/im,
    passwords: ["ARTEMIS_PASSWORD", "ACTIVEMQ_CONNECTION_PASSWORD", "ACTIVEMQ_ADMIN_PASSWORD"],
    users: ["ARTEMIS_USER", "ACTIVEMQ_CONNECTION_USER", "ACTIVEMQ_ADMIN_LOGIN"],
    decides: ["ANONYMOUS_LOGIN"],

    otherwise: "usual",
    set: "Set ARTEMIS_PASSWORD, or of Classic ACTIVEMQ_CONNECTION_PASSWORD and jetty's.",
  },
  arangodb: {
    open: /^ARANGO_NO_AUTH=./m,
    login: /^ARANGO_RANDOM_ROOT_PASSWORD=./m,
    passwords: ["ARANGO_ROOT_PASSWORD"],
    otherwise: "shut",
    set: "Set ARANGO_ROOT_PASSWORD_FILE.",
  },
  mssql: {
    passwords: ["MSSQL_SA_PASSWORD", "SA_PASSWORD"],
    otherwise: "shut",
    set: "Set MSSQL_SA_PASSWORD.",
  },
  oracle: {
    login: /^ORACLE_RANDOM_PASSWORD=./m,
    passwords: ["ORACLE_PASSWORD", "ORACLE_PWD"],
    otherwise: "shut",
    set: "Set ORACLE_PASSWORD_FILE.",
  },
  cockroach: { open: /--insecure\b(?!=false)/, otherwise: "shut", set: "Start it with --certs-dir." },
  surrealdb: {
    open: /--unauthenticated\b|--no-auth\b|^SURREAL_UNAUTHENTICATED=true|--pass(?:=|\s+)root\b/im,
    passwords: ["SURREAL_PASS"],
    users: ["SURREAL_USER"],
    otherwise: "shut",
    set: "Set SURREAL_PASS.",
  },
  rethinkdb: { login: /--initial-password/, otherwise: "open", set: "Start it with --initial-password." },
};

const settingsOf = (asked: AuthSubject): string => {
  const { seen, name } = asked.view;
  const { variables } = seen.given.get(name) ?? nothingGiven;
  return [...[...variables].map(([key, value]) => `${key}=${value}`), ...textsOf(asked)].join("\n");
};

export function byRule(asked: AuthSubject): readonly Fault[] {
  const { engine, at, value, password, unread } = asked;
  const row = rules[engine];
  const fault = (found: string, remedy: string): Fault => ({ at: at(), found, remedy });
  if (row === undefined)
    return [
      {
        ...fault(`it is ${engine}, and by which setting that asks for a login is not known`, ""),
        unknown: true,
        remedy: "Try it from a neighbour of its network; a waiver says that you have.",
      },
    ];
  const {
    open,
    login,
    passwords = [],
    users = [],
    part,
    decides = [],
    otherwise,
    set,
  } = typeof row === "function" ? row(asked) : row;
  for (const each of decides) value(each);
  const settings = settingsOf(asked);
  if (open?.test(settings)) return [fault("its settings let in anybody without a login", set)];
  const own = password(...passwords);
  if (own !== undefined) {
    const text = part?.exec(own.text ?? "")?.[1];
    return text !== undefined && isUsual(text)
      ? [{ ...fault("it is a password that anybody tries first", set), what: own.name, at: at(own.name) }]
      : usualPassword(passwords, setAnew, users)(asked);
  }
  const asksForLogin = typeof login === "function" ? login(asked) : login?.test(settings);
  if (asksForLogin || otherwise === "shut" || unread.length > 0) return [];
  if (otherwise === "unknown")
    return [
      {
        ...fault("whether it asks for a login depends on its version and its data: nothing sets one", set),
        unknown: true,
      },
    ];
  return [
    otherwise === "open"
      ? fault("it lets in anybody: nothing has it ask for a login", set)
      : fault("it has the password of its image, which everybody knows", set),
  ];
}
