/** Who can reach what. */
import type { Fault } from "../../checks/object.ts";
import { pairs } from "../../checks/texts.ts";
import { references } from "../../controls/references.ts";
import { checksOf, eachService, inspect } from "../check.ts";
import type { PortReach } from "../ports.ts";
import { networksOf, portsOf } from "../service.ts";
import { get, keyAt, textOf } from "../tree.ts";
import { type ServiceView, views } from "../view.ts";
import { callsOut, egressCheck, internalCheck } from "./internal.ts";
import { inUnknownNetwork, isInternal, joins, networkOwner, networksThatAre, roleIn } from "./joined.ts";

const isApart = ({ node }: ServiceView) =>
  /^(none|service:|container:)/.test(textOf(get(node, "network_mode")) ?? "");

/** Networks that it joins, itself or by another's network: then its place is where it says so. */
const networksIn = (view: ServiceView, owner: ServiceView) =>
  (networksOf(owner.node) ?? []).map(({ name, at }) => ({ name, at: sharedAt(view, owner) ?? at }));

const sharedAt = (view: ServiceView, owner: ServiceView) =>
  owner.name === view.name ? undefined : keyAt(view.node, "network_mode");

const removePort = "Take ports: out: on a network that both join, others reach it by its name.";

function database(view: ServiceView): readonly Fault[] | string {
  if (roleIn(view) !== "data") return "it is no database, cache or queue";
  const owner = networkOwner(view);
  if (owner === undefined)
    return [
      inUnknownNetwork(view, {
        found: "it is in the network of another container, which isn't known here: nor who reaches it",
        remedy: "Put it on an internal network that only those who use it join.",
      }),
    ];
  const open = networksIn(view, owner).filter(
    ({ name }) =>
      !isInternal(view.seen, name) &&
      views(view.seen).some((other) => roleIn(other) === "proxy" && joins(other, name)),
  );
  const isOnHost = textOf(get(owner.node, "network_mode")) === "host";
  return [
    ...(isOnHost
      ? [
          {
            at: keyAt(view.node, "network_mode")!,
            what: "network_mode",
            found: "it is on the host's network: whatever reaches the host reaches it",
            remedy: "Put it on an internal network that only those who use it join.",
          },
        ]
      : []),
    ...publishedBy(view).map(({ fault }) => ({ ...fault, remedy: removePort })),
    ...open.map(({ at, name }) => ({
      at,
      what: name,
      found: `it is on ${name}, where the proxy is and which isn't internal`,
      remedy: "Put it on an internal network that only those who use it join.",
    })),
  ];
}

const reachTexts: Readonly<Record<PortReach, string>> = {
  anywhere: "anywhere",
  "this host": "this host alone",
  "these networks": "some networks",
  "as planned": "where a rule of the profile lets in",
  "not known": "where a variable says that is not known",
};

/** Published ports by which it may be reached: its own, or of the service whose network it is in. */
function publishedBy(view: ServiceView) {
  const owner = networkOwner(view) ?? view;
  const at = sharedAt(view, owner);
  const who = at === undefined ? "it" : `it is in the network of ${owner.name}, which`;
  return portsOf(owner.node).map((port) => {
    const reach = view.seen.reach(port);
    const found = `${who} publishes ${port.written}, which is reachable from ${reachTexts[reach]}`;
    return { port, reach, fault: { at: at ?? port.at, what: port.written, found } };
  });
}

function internalOnly(view: ServiceView): readonly Fault[] | string {
  if (roleIn(view) !== "other") return "networks.database and exposure.entry-points are about it";
  return publishedBy(view)
    .filter(({ reach }) => ["anywhere", "not known"].includes(reach))
    .map(({ reach, fault }) => ({
      ...fault,
      ...(reach === "not known" ? { unknown: true as const } : {}),
      remedy: `Take it out and let the proxy come in its place, or bind it to this host: "127.0.0.1:…". ufw's rules don't hold for published ports.`,
    }));
}

function entryPoints(view: ServiceView): readonly Fault[] | string {
  if (roleIn(view) !== "proxy") return "it is no proxy";
  return publishedBy(view)
    .filter(({ port, reach }) => reach === "anywhere" && !["80", "443"].includes(port.published))
    .map(({ port, fault }) => ({
      ...fault,
      found: `the proxy publishes ${port.written}, beside 80 and 443`,
      remedy: `Take it out, or bind it to this host: "127.0.0.1:…".`,
    }));
}

function usesDefault(view: ServiceView): readonly Fault[] | string {
  if (isApart(view)) return "it has a network of its own, or somebody else's";
  const mode = textOf(get(view.node, "network_mode"));
  if (mode === "host") return "it is in the host's: containers.namespaces is about that";
  if (mode === "bridge" || mode === "default")
    return [
      {
        at: keyAt(view.node, "network_mode")!,

        found: `network_mode: ${mode} is the engine's own bridge, where every such container reaches every other`,
        remedy: "Write networks: with a network of the file.",
      },
    ];
  const bridges = networksThatAre("bridge", view);
  if (bridges.length > 0)
    return bridges.map(({ at, name }) => ({
      at,
      what: name,
      remedy: "Give it a network of the file.",
      found: `${name} is the engine's own bridge, where every such container reaches every other`,
    }));
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

function frontend(view: ServiceView): readonly Fault[] | string {
  if (roleIn(view) === "proxy") return "it is a proxy";
  if (roleIn(view) === "data") return "networks.database is about it";
  return networksIn(view, networkOwner(view) ?? view)
    .filter(
      ({ name }) =>
        !isInternal(view.seen, name) &&
        views(view.seen).some((other) => roleIn(other) === "proxy" && joins(other, name)),
    )
    .map(({ at, name }) => ({
      at,
      what: name,
      found: `it is on ${name} beside the proxy, which isn't internal`,
      remedy: "Put it on an internal network that the proxy joins as well.",
    }));
}

export const networkChecks = checksOf({
  default: {
    id: "networks.default",
    title: "Services are on networks that the file names",
    severity: "medium",
    answers: ["deployed.networks"],
    role: "audit",
    references: references({ docker: "5.30" }),
    expected: "networks: of its own; no network_mode: bridge",
    why: "On one network the one service that is broken into reaches all others, and sends what it finds out.",
    leavesOpen: "On a network everything reaches everything, on every port, published or not.",
    stricter: pairs,
    look: inspect("{{json .NetworkSettings.Networks}}"),
    test: eachService(usesDefault),
    heed: callsOut,
  },
  internal: internalCheck,
  frontend: {
    id: "networks.frontend",
    title: "Only the proxy is on the network with the outside",
    severity: "medium",
    answers: ["deployed.networks"],
    role: "audit",
    expected: "nothing but proxies on a network that isn't internal and has one",
    why: "What is beside the proxy reaches the world, and is reached past the proxy's own rules by every neighbour there.",
    leavesOpen: "The proxy stands on both sides: who takes it over reaches all that it reaches.",
    stricter: pairs,
    look: "docker network inspect -f '{{range .Containers}}{{.Name}} {{end}}' NETWORK",
    test: eachService(frontend),
  },
  egress: egressCheck,
  database: {
    id: "networks.database",
    title: "Databases, caches and queues are reachable by their users alone",
    cause: "published database",
    severity: "high",
    answers: ["network.database", "deployed.networks"],
    shows: ["database"],
    guards: ["database.network"],
    role: "audit",
    references: references({ docker: "5.9" }),
    expected:
      "no published port, 127.0.0.1 included, and no network with the outside, nor one of a service whose network it is in",
    why: "A published port bypasses ufw, and a database's password is the only thing between the world and the data.",
    breaks: "A client on the host: it can use docker exec, or the service's address on its network.",
    leavesOpen: "Who takes over one of its users has that user's rights in it.",
    stricter: "A login for each with the rights that it needs, and TLS: each has to be kept.",
    look: inspect("{{json .NetworkSettings.Ports}}"),
    test: eachService(database),
  },
  internalOnly: {
    id: "exposure.internal-only",
    title: "What is behind the proxy is reachable through it alone",
    severity: "high",
    answers: ["network.ports", "deployed.ports"],
    role: "audit",
    references: references({ docker: ["5.9", "5.14"] }),
    expected: "no published port, or one of 127.0.0.1 or of an inner address",
    why: "A published port bypasses ufw and the proxy, with all that the proxy asks for.",
    leavesOpen: "Each process of the host reaches what is published on 127.0.0.1.",
    stricter: "No published port at all: `docker exec`, or its address on its network, in place of the port.",
    look: "docker port CONTAINER",
    test: eachService(internalOnly),
  },
  entryPoints: {
    id: "exposure.entry-points",
    title: "The proxy is the only way in, by 80 and 443",
    severity: "medium",
    answers: ["network.ports", "deployed.ports"],
    role: "audit",
    references: references({ docker: ["5.9", "5.14"] }),
    expected: "of a proxy 80 and 443 alone",
    why: "Dashboards and admin ports of proxies show and change what they serve.",
    leavesOpen: "What comes by 80 and 443 reaches the application, with all of its holes.",
    stricter: "443 alone, with proofs by DNS for certbot: who types a name without https gets no answer.",
    look: "docker port CONTAINER",
    test: eachService(entryPoints),
  },
});
