/** Services that let anybody in who reaches them, by what their file gives them. Pure. */
import { type Fault, type ObjectResult, resultOf } from "../../checks/object.ts";
import { type ComposeRow, checksOf, inspect } from "../check.ts";
import type { EngineName } from "../engine-table.ts";
import { engineOfImage } from "../engines.ts";
import { saidRole } from "../images.ts";
import { keyAt } from "../tree.ts";
import { type ProjectSeen, type ServiceView, views } from "../view.ts";
import { asGiven, askedOf, asRead, type Look } from "./auth/asked.ts";
import { mongo, mysql, postgres } from "./auth/databases.ts";
import { grafana } from "./auth/grafana.ts";
import { published, rabbitmq, search, unguarded } from "./auth/others.ts";
import { redis } from "./auth/redis.ts";
import { byRule } from "./auth/rules.ts";

/** Engines by the check that asks about them; all others are of the last. */
const engines = {
  redis: ["redis"],
  postgres: ["postgres"],
  mysql: ["mysql"],
  mongo: ["mongo"],
  rabbitmq: ["rabbitmq"],
  search: ["elasticsearch", "opensearch"],
  grafana: ["grafana"],
  published: Object.keys(unguarded) as EngineName[],
} as const satisfies Readonly<Record<string, readonly EngineName[]>>;

const asked: ReadonlySet<EngineName> = new Set(Object.values(engines).flat());

/** What runs is known by its image alone. */
const engineOf = ({ seen, name, image }: ServiceView): EngineName | null | undefined => {
  const given = seen.given.get(name);
  return given === undefined ? engineOfImage(image ?? "") : given.engine;
};

const ofView = (view: ServiceView, engine: EngineName, look: Look): readonly ObjectResult[] => {
  const found = look(askedOf(view, engine));
  return found.length > 0
    ? found.map((one) => resultOf(view.name, one))
    : [{ object: view.name, at: view.at, verdict: "pass", found: "" }];
};

const notAny = (found: string): ObjectResult => ({ object: "", verdict: "not applicable", found });

/** A service of one of these engines: its faults, or that it has none. None of them is not applicable once. */
const ofEngines =
  (names: readonly EngineName[], look: Look): ComposeRow["test"] =>
  (seen: ProjectSeen): readonly ObjectResult[] => {
    const found = views(seen).flatMap((view) => {
      const engine = engineOf(view);
      return engine && names.includes(engine) ? ofView(view, engine, look) : [];
    });
    return found.length > 0 ? found : [notAny(`no service is known to be ${names.slice(0, 2).join(" or ")}`)];
  };

/** A service of another engine, or of one that can't be told. */
const ofOthers: ComposeRow["test"] = (seen: ProjectSeen) => {
  const found = views(seen).flatMap((view) => {
    const engine = engineOf(view);
    if (engine) return asked.has(engine) ? [] : ofView(view, engine, asRead(byRule));
    const why = seen.given.get(view.name)?.untold ?? unknownData(view);
    return why === undefined || engine === null ? [] : [resultOf(view.name, untold(view, why))];
  });
  return found.length > 0 ? found : [notAny("no service is known to be another database, queue or store")];
};

/** What the profile says of an image. */
const unknownData = ({ image, seen }: ServiceView) =>
  image !== undefined && saidRole(image, seen.images) === "data"
    ? `by the profile ${image} is a database, cache or queue, and nothing is known of its login`
    : undefined;

const untold = ({ node, at }: ServiceView, why: string): Fault => ({
  at: keyAt(node, "build") ?? keyAt(node, "image") ?? at,
  unknown: true,
  found: `whether it is a database, and who gets in, could not be told: ${why}`,
  remedy:
    "Run this where its Dockerfile is, and give the variable of its name a default; or try it from a neighbour.",
});

const shared = {
  severity: "high",
  answers: ["network.authentication", "deployed.authentication"],
  guards: ["database.application"],
  role: "audit",
  leavesOpen:
    "By the file: who has set it otherwise in the data that is there is not seen. Who has the password has all of it.",
  look: inspect("{{.Config.Env}} {{.Config.Cmd}}"),
} as const satisfies Partial<ComposeRow>;

const kept = "A password for each service and person, by a file: it can be taken from one alone.";

export const authChecks = checksOf({
  redis: {
    ...shared,
    id: "auth.redis",
    title: "redis wants a password that is nobody's guess",
    opens: true,
    expected: "no answer to PING without a password, nor with a usual one, and none in its command",
    why: "Whoever is in one container of its network has all that is in it, and with CONFIG SET often the host's files, too. Of a file by its command, configuration and the ACL of each user; of what runs by a real PING and seven usual passwords of the first user, over the container's network, on what it listens on.",
    breaks: "Clients without the password: give it to them first.",
    leavesOpen:
      "The password goes in plain, and gives every command. On loopback or in protected mode it lets in whatever shares its network.",
    stricter:
      "Users by ACL with the commands and keys that each needs, and `tls-port` with `port 0`: clients must know both.",
    look: "docker exec CONTAINER redis-cli ping",
    test: ofEngines(engines.redis, asGiven(redis)),
  },
  postgres: {
    ...shared,
    id: "auth.postgres",
    title: "PostgreSQL wants a password that is nobody's guess, by scram",
    opens: true,
    expected: "scram-sha-256 for whoever comes over the network, and no usual password; or nobody at all",
    why: "With trust whoever is in one container of its network is the superuser. Of a file by its variables and pg_hba.conf; of what runs by real logins as POSTGRES_USER or postgres, with five usual passwords and that name, on what it listens on.",
    breaks: "Clients of before 2017, which know md5 alone; md5 passwords must be set anew.",
    leavesOpen: "Who has the password has all of its rights, and without TLS the data goes in plain.",
    stricter:
      "`hostssl` with `clientcert=verify-full`, and a role for each: certificates have to be renewed.",
    look: "docker exec CONTAINER cat /var/lib/postgresql/data/pg_hba.conf",
    test: ofEngines(engines.postgres, asRead(postgres)),
  },
  mysql: {
    ...shared,
    id: "auth.mysql",
    title: "MySQL and MariaDB want a password of root",
    opens: true,
    expected: "no empty or usual password of root and of the application, and no --skip-grant-tables",
    why: "Whoever is in one container of its network is root of the database.",
    breaks: "Clients that come without one: give it to them first.",
    stricter: kept,
    test: ofEngines(engines.mysql, asRead(mysql)),
  },
  mongo: {
    ...shared,
    id: "auth.mongo",
    title: "MongoDB wants a user",
    opens: true,
    expected: "a user of root with a password that is nobody's guess, or --auth",
    why: "Without a user it lets anybody in; thousands of such databases were emptied for ransom.",
    breaks: "Clients without a user: make one for them first.",
    stricter: kept,
    test: ofEngines(engines.mongo, asRead(mongo)),
  },
  rabbitmq: {
    ...shared,
    id: "auth.rabbitmq",
    title: "RabbitMQ has no guest",
    opens: true,
    expected: "a user of its own with a password that is nobody's guess, and nobody logged in without one",
    why: "guest with the password guest is its administrator.",
    breaks: "Clients that come as guest: give them the new user first.",
    stricter: kept,
    test: ofEngines(engines.rabbitmq, asRead(rabbitmq)),
  },
  search: {
    ...shared,
    id: "auth.search",
    title: "Elasticsearch and OpenSearch have their security on",
    opens: true,
    expected: "xpack.security.enabled, or the security plugin, and no usual password",
    why: "Without it whoever reaches its port reads, changes and deletes all of its data.",
    breaks: "Clients without a login and without TLS.",
    stricter: kept,
    test: ofEngines(engines.search, asRead(search)),
  },
  grafana: {
    ...shared,
    id: "auth.grafana",
    severity: "medium",
    title: "Grafana's admin has a password of its own",
    expected: "GF_SECURITY_ADMIN_PASSWORD__FILE, and no change without a login",
    why: "admin with the password admin is asked for a new one only when somebody logs in; the first may be anybody. Its data sources are open to whoever may edit.",
    stricter: "A login by OAuth or LDAP, and no admin of its own: that login has to be there.",
    test: ofEngines(engines.grafana, asRead(grafana)),
  },
  published: {
    ...shared,
    id: "auth.published",
    title: "What asks nobody who they are is not published",
    opens: true,
    expected: "no port of memcached, etcd or an administration page that others than the host reach",
    why: "Whoever finds the port has the data, the databases behind the page or the engine.",
    stricter: "No port, and a network of its own with its clients alone: each client has to join it.",
    look: "docker ps",
    test: ofEngines(engines.published, asGiven(published)),
  },
  engines: {
    ...shared,
    id: "auth.engines",
    title: "Other databases, queues and stores ask for a login",
    opens: true,
    expected:
      "a login by the setting of each: neo4j, clickhouse, minio, cassandra, nats, solr, consul, docker:dind and others",
    why: "Whoever is in one container of its network has all that is in it; of docker:dind, root of its machine. What is built from something that can't be told, or is an engine without a row here, is an error: nobody knows.",
    breaks: "Clients that come without a login: give it to them first.",
    leavesOpen:
      "The data that is there may say otherwise. An image with a name of its own is known by its program and variables alone.",
    stricter: kept,
    test: ofOthers,
  },
});
