/** Services that let anybody in who reaches them, by what real attempts gave. Pure. */
import { type ObjectCheck, type ObjectResult, objectCheck, resultOf } from "../checks/object.ts";
import type { ComposeCheck } from "../compose/check.ts";
import { authChecks } from "../compose/checks/auth.ts";
import { roleOf } from "../compose/images.ts";
import type { AskedService, Attempt } from "../facts/service-auth.ts";
import type { RunningCheck, RunningRow } from "./check.ts";
import { nowhere } from "./nodes.ts";
import type { Running } from "./running.ts";

const at = nowhere;

/** What is wrong; what is not named is not. */
const faults: Readonly<Record<AskedService, Partial<Record<Attempt["answer"], string>>>> = {
  redis: {
    open: "it takes commands of anybody, without a password",
    usual: "it takes a password that anybody tries first",
  },
  postgres: {
    open: "it lets anybody in without a password (trust)",
    usual: "it has a default password, which anybody tries first",
    clear: "it wants the password in clear text",
    md5: "it takes passwords by md5, which whoever reads them can use",
  },
};

const said: Readonly<Record<Attempt["answer"], string>> = {
  open: "open",
  usual: "a usual password",
  password: "it wants a password",
  clear: "clear text",

  md5: "md5",
  scram: "it wants a password, by scram, and none of the usual ones",
  denied: "it takes nobody from there",
  untried:
    "it wants a password, by scram, and not all of the usual ones could be tried: the host has neither perl's Digest::SHA nor openssl 3, or it takes long, or refuses more logins",
  silent: "it listens on no port that others reach",
  unread: "nothing answers, and on what it listens could not be read",
  elsewhere: "it listens, and nothing there answers as the service does, or too much listens to ask it all",
  strange: "an answer that is not understood",
};

/** What could not be told. */
const unclear: readonly Attempt["answer"][] = ["strange", "untried", "unread", "elsewhere"];

/** What each listens on where nobody has it do otherwise. */
const usualPorts: Readonly<Record<AskedService, number>> = { redis: 6379, postgres: 5432 };

const remedies: Readonly<Record<AskedService, string>> = {
  redis:
    "Have it (requirepass) in a file that redis reads as its configuration, mode 0400 and its user's: in the command docker inspect and the process list show it.",
  postgres:
    "Write host all all all scram-sha-256 into pg_hba.conf, and set the password anew; POSTGRES_HOST_AUTH_METHOD must not be trust.",
};

const authOf =
  (service: AskedService) =>
  ({ containers, attempts }: Running): readonly ObjectResult[] => {
    if (typeof attempts === "string") return [unasked(attempts)];
    const results = containers.flatMap(({ id, name }) => {
      const own = attempts.filter((each) => each.id === id && each.service === service);
      return [
        ...own.map((attempt) => resultFor(name, attempt)),
        ...(own.some(({ shown }) => shown) ? [shownResult(name, service)] : []),
      ];
    });
    if (results.length > 0) return results;
    return [
      { object: "", at, verdict: "not applicable", found: `no ${service} has an address to be asked at` },
    ];
  };

function resultFor(name: string, { service, answer, address, ports }: Attempt): ObjectResult {
  const fault = faults[service][answer];
  const remedy = remedies[service];
  const found = `${fault ?? said[answer]} (asked at ${address}${ports[0] === usualPorts[service] && ports.length === 1 ? "" : `:${ports.join(",")}`})`;
  return fault !== undefined || unclear.includes(answer)
    ? resultOf(name, { at, found, remedy, ...(fault === undefined ? { unknown: true } : {}) })
    : { object: name, at, verdict: "pass", found };
}

const unasked = (why: string): ObjectResult =>
  resultOf("", { at, unknown: true, found: why, remedy: "Look at it on the host." });

/** What the host's own services said, whoever runs containers there. */
export const hostAuthCheck = objectCheck<ObjectCheck<Pick<Running, "attempts">>>({
  id: "exposure.authentication",
  title: "Databases of the host that others reach want a password",
  severity: "high",
  answers: ["network.authentication", "deployed.authentication"],
  expected:
    "redis, valkey and PostgreSQL of the host's own network that let nobody in without a password of their own",
  why: "Whoever reaches the port reads and changes all that is in it, and by redis and PostgreSQL runs programs on the host.",
  breaks: "Programs that come without a password, or with the usual one: give them the new one first.",
  leavesOpen:
    "A password that is its own can be guessed or found, and who has it may do all that its user may.",
  stricter:
    "A socket or 127.0.0.1 in place of a port that others reach: each client needs a tunnel, or a certificate of its own.",
  look: "ss -Hltnp; redis-cli -h ADDRESS ping; psql -h ADDRESS -U postgres -w -c 'select 1'",
  test({ attempts }) {
    if (typeof attempts === "string") return [unasked(attempts)];
    const own = attempts.filter(({ id }) => id === "host");
    if (own.length === 0)
      return [
        {
          object: "",
          at,
          verdict: "not applicable",
          found: "no redis or PostgreSQL of the host listens for others",
        },
      ];
    return own.map((attempt) => resultFor(attempt.service, attempt));
  },
});

const shownResult = (name: string, service: AskedService): ObjectResult =>
  resultOf(name, {
    at,
    what: "command",
    remedy: remedies[service],
    found: "its password stands in the command, which docker inspect and the process list show",
  });

/** Data of a kind that harden doesn't know how to ask, or where it can't: nobody has tried it. */
const others: RunningCheck["test"] = ({ containers, attempts, images }) => {
  const asked = typeof attempts === "string" ? [] : attempts.map(({ id }) => id);
  const left = containers.filter(({ id, image }) => roleOf(image, images) === "data" && !asked.includes(id));
  if (left.length === 0)
    return [{ object: "", at, verdict: "not applicable", found: "no other database, cache or queue runs" }];
  return left.map(({ name, image }) =>
    resultOf(name, {
      at,
      unknown: true,
      found: `nobody has asked ${image} whether it lets anybody in`,
      remedy:
        "Try it from a neighbour of its network, without a password; a waiver in its compose file says that somebody has.",
    }),
  );
};

/** By real attempts, of the container checks that a file's are of what runs. */
export const askedChecks: ReadonlyMap<ComposeCheck, (running: Running) => readonly ObjectResult[]> = new Map([
  [authChecks.redis, authOf("redis")],
  [authChecks.postgres, authOf("postgres")],
  ...[
    ...[authChecks.mysql, authChecks.mongo, authChecks.rabbitmq, authChecks.search, authChecks.grafana],
    authChecks.engines,
  ].map((check) => [check, () => [unread]] as const),
]);

const unread: ObjectResult = {
  object: "",
  verdict: "not applicable",
  found: "the values of a container's environment stay on the host: a file tells, and auth.others",
};

export const othersCheck: RunningRow = {
  id: "auth.others",
  title: "Of other databases, caches and queues somebody knows who gets in",
  severity: "medium",
  answers: ["network.authentication", "deployed.authentication"],
  role: "advice",
  expected:
    "redis, valkey or PostgreSQL with an address of its own, which are asked; or a waiver of whoever has tried",
  why: "What was not asked may let in anybody. Of MySQL, MongoDB, memcached and others harden knows no harmless attempt, and what is on the host's network has no address of its own.",
  leavesOpen: "A waiver is somebody's word for the day on which it was tried.",
  look: "docker exec NEIGHBOUR nc -vz CONTAINER PORT",
  test: others,
};
