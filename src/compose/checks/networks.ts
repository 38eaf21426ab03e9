/** Who can reach what. */
import { references } from "../../controls/references.ts";
import {
  type ComposeCheck,
  eachService,
  type Finding,
  type Result,
  resultOf,
  type Seen,
  type View,
  views,
} from "../check.ts";
import { roleOf } from "../images.ts";
import { lowest, type Port, reachOf } from "../ports.ts";
import { networksOf, portsOf } from "../service.ts";
import { get, isTrue, keyAt, type Origin, textOf } from "../tree.ts";

const dataPorts = [1433, 1521, 2379, 3306, 5432, 5672, 6379, 9042, 9200, 9300, 11211, 15672, 27017];

export const roleIn = (view: View): "proxy" | "data" | "other" => {
  const named = roleOf(view.image ?? "");
  const isDataPort = ({ target }: Port) => dataPorts.includes(lowest(target) ?? 0);
  return named === "other" && portsOf(view.node).some(isDataPort) ? "data" : named;
};

const isApart = ({ node }: View) =>
  /^(none|service:|container:)/.test(textOf(get(node, "network_mode")) ?? "");

const isInternal = (seen: Seen, name: string) => isTrue(get(seen.tree, "networks", name, "internal"));

const joins = (view: View, name: string) =>
  networksOf(view.node)?.some((each) => each.name === name) === true;

const removePort = "Take ports: out: on a network that both join, others reach it by its name.";

function database(view: View): readonly Finding[] | string {
  if (roleIn(view) !== "data") return "it is no database, cache or queue";
  const open = (networksOf(view.node) ?? []).filter(
    ({ name }) =>
      !isInternal(view.seen, name) &&
      views(view.seen).some((other) => roleIn(other) === "proxy" && joins(other, name)),
  );
  return [
    ...portsOf(view.node).map(({ at, written, address }) => ({
      ...{
        at,
        what: written,
        found: `it publishes ${written}, which is reachable from ${reachText(address)}`,
      },
      remedy: removePort,
    })),
    ...open.map(({ at, name }) => ({
      ...{ at, what: name, found: `it is on ${name}, where the proxy is and which isn't internal` },
      remedy: "Put it on an internal network that only those who use it join.",
    })),
  ];
}

const reachTexts = {
  anywhere: "anywhere",
  "this host": "this host",
  "these networks": "the networks of that address",
  "not known": "where a variable says that is not known",
};
const reachText = (address: string) => reachTexts[reachOf(address)];

function internalOnly(view: View): readonly Finding[] | string {
  if (roleIn(view) !== "other") return "networks.database and exposure.entry-points are about it";
  return portsOf(view.node)
    .filter(({ address }) => ["anywhere", "not known"].includes(reachOf(address)))
    .map(({ at, written, address }) => ({
      ...{
        at,
        what: written,
        found: `it publishes ${written}, which is reachable from ${reachText(address)}`,
      },
      ...(reachOf(address) === "not known" ? { unknown: true as const } : {}),
      remedy: `Take it out and let the proxy come in its place, or bind it to this host: "127.0.0.1:…". ufw's rules don't hold for published ports.`,
    }));
}

function entryPoints(view: View): readonly Finding[] | string {
  if (roleIn(view) !== "proxy") return "it is no proxy";
  return portsOf(view.node)
    .filter(({ address, published }) => reachOf(address) === "anywhere" && !["80", "443"].includes(published))
    .map(({ at, written }) => ({
      ...{ at, what: written, found: `the proxy publishes ${written}, beside 80 and 443` },
      remedy: `Take it out, or bind it to this host: "127.0.0.1:…".`,
    }));
}

function usesDefault(view: View): readonly Finding[] | string {
  if (isApart(view)) return "it has a network of its own, or somebody else's";
  const mode = textOf(get(view.node, "network_mode"));
  if (mode === "host") return "it is in the host's: containers.namespaces is about that";
  if (mode === "bridge" || mode === "default")
    return [
      {
        at: keyAt(view.node, "network_mode")!,
        ...{
          found: `network_mode: ${mode} is the engine's own bridge, where every such container reaches every other`,
        },
        remedy: "Write networks: with a network of the file.",
      },
    ];
  const own = networksOf(view.node);
  const isBare = own === undefined || own.length === 0;
  if (!isBare || isInternal(view.seen, "default")) return [];
  return [
    {
      at: keyAt(view.node, "networks") ?? view.at,
      found: "it is on the default network, where everything reaches everything, and the world outside",
      remedy:
        "Write networks: [internal] (a network with internal: true), and for the proxy frontend as well.",
    },
  ];
}

function frontend(view: View): readonly Finding[] | string {
  if (roleIn(view) === "proxy") return "it is a proxy";
  if (roleIn(view) === "data") return "networks.database is about it";
  return (networksOf(view.node) ?? [])
    .filter(
      ({ name }) =>
        !isInternal(view.seen, name) &&
        views(view.seen).some((other) => roleIn(other) === "proxy" && joins(other, name)),
    )
    .map(({ at, name }) => ({
      ...{ at, what: name, found: `it is on ${name} beside the proxy, which isn't internal` },
      remedy: "Put it on an internal network that the proxy joins as well.",
    }));
}

/** Of every network that services join and no proxy does. */
function internal(seen: Seen): readonly Result[] {
  const all = views(seen);
  const names = [...new Set(all.flatMap(({ node }) => (networksOf(node) ?? []).map(({ name }) => name)))];
  const results = names.flatMap((name): readonly Result[] => {
    const declared = get(seen.tree, "networks", name);
    const at: Origin = keyAt(get(seen.tree, "networks"), name) ?? firstJoin(all, name);
    if (all.some((view) => roleIn(view) === "proxy" && joins(view, name)) && !isInternal(seen, name))
      return [{ object: name, at, verdict: "not applicable", found: "a proxy is on it" }];
    if (isInternal(seen, name)) return [{ object: name, at, verdict: "pass", found: "" }];
    if (isTrue(get(declared, "external")) || get(declared, "external", "name") !== undefined)
      return [
        resultOf(name, {
          ...{ at, unknown: true, found: "it is external: whether it is internal the file doesn't say" },
          remedy: "Look by docker network inspect, and waive it with the reason.",
        }),
      ];
    return [
      resultOf(name, {
        ...{ at, found: `no proxy is on it, and it isn't internal: its services reach the world` },
        remedy: `Write internal: true below networks: ${name}; one whose services must call out is waived with the reason.`,
      }),
    ];
  });
  if (results.length > 0) return results;
  const at = keyAt(seen.tree, "networks") ?? keyAt(seen.tree, "services") ?? seen.tree.at;
  return [{ object: "", at, verdict: "not applicable", found: "no service names a network" }];
}

const firstJoin = (all: readonly View[], name: string): Origin =>
  all.flatMap(({ node }) => networksOf(node) ?? []).find((each) => each.name === name)!.at;

export const networkChecks: readonly ComposeCheck[] = [
  {
    ...{ id: "networks.default", title: "Services are on networks that the file names" },
    ...{ severity: "medium", role: "audit", references: references({ docker: "5.30" }) },
    expected: "networks: of its own; no network_mode: bridge",
    about: {
      why: "On one network the one service that is broken into reaches all others, and sends what it finds out.",
      look: "docker inspect -f '{{json .NetworkSettings.Networks}}' CONTAINER",
    },
    test: eachService(usesDefault),
  },
  {
    ...{ id: "networks.internal", title: "Networks behind the proxy are internal" },
    ...{ severity: "medium", role: "audit", references: [] },
    expected: "internal: true for each network that no proxy is on",
    about: {
      why: "From an internal network nothing leaves: what is stolen stays, and nothing more is fetched.",
      breaks: "A service that calls others' APIs needs a network that isn't.",
      look: "docker network inspect -f '{{.Internal}}' NETWORK",
    },
    test: internal,
  },
  {
    ...{ id: "networks.frontend", title: "Only the proxy is on the network with the outside" },
    ...{ severity: "medium", role: "audit", references: [] },
    expected: "nothing but proxies on a network that isn't internal and has one",
    about: {
      why: "What is beside the proxy reaches the world, and is reached past the proxy's own rules by every neighbour there.",
      look: "docker network inspect -f '{{range .Containers}}{{.Name}} {{end}}' NETWORK",
    },
    test: eachService(frontend),
  },
  {
    ...{ id: "networks.database", title: "Databases, caches and queues are reachable by their users alone" },
    ...{ severity: "high", role: "audit", references: references({ docker: "5.9" }) },
    expected: "no published port, 127.0.0.1 included, and no network with the outside",
    about: {
      why: "A published port bypasses ufw, and a database's password is the only thing between the world and the data.",
      breaks: "A client on the host: it can use docker exec, or the service's address on its network.",
      look: "docker inspect -f '{{json .NetworkSettings.Ports}}' CONTAINER",
    },
    test: eachService(database),
  },
  {
    ...{ id: "exposure.internal-only", title: "What is behind the proxy is reachable through it alone" },
    ...{ severity: "high", role: "audit", references: references({ docker: ["5.9", "5.14"] }) },
    expected: "no published port, or one of 127.0.0.1 or of an inner address",
    about: {
      why: "A published port bypasses ufw and the proxy, with all that the proxy asks for.",
      look: "docker port CONTAINER",
    },
    test: eachService(internalOnly),
  },
  {
    ...{ id: "exposure.entry-points", title: "The proxy is the only way in, by 80 and 443" },
    ...{ severity: "medium", role: "audit", references: references({ docker: ["5.9", "5.14"] }) },
    expected: "of a proxy 80 and 443 alone",
    about: {
      why: "Dashboards and admin ports of proxies show and change what they serve.",
      look: "docker port CONTAINER",
    },
    test: eachService(entryPoints),
  },
];
