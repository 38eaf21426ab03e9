/** A service in the namespace of another has what that one has: the host's, its networks, its published ports. */
import { describe, expect, it } from "vitest";
import { apiImage, changed, hardened } from "./hardened.ts";
import { composed, failures } from "./world.ts";

type Change = readonly [from: string, to: string];

const image = `image: ${apiImage}`;
const redis = "pids_limit: 64\n    networks: [data]";
const api = (line: string): Change => [image, `${image}\n    ${line}`];
const apiNetwork = (mode: string): Change => [
  "    networks: [internal, data]\n",
  `    network_mode: ${mode}\n`,
];
const redisNetwork = (mode: string): Change => [redis, `pids_limit: 64\n    network_mode: ${mode}`];
const postgresNetwork = (mode: string): Change => [
  "pids: 256}\n        reservations: {memory: 128M}\n    networks: [data]",
  `pids: 256}\n        reservations: {memory: 128M}\n    network_mode: ${mode}`,
];

interface Row {
  readonly what: string;
  readonly changes: readonly Change[];
  readonly wanted: readonly string[];
}

const rows: readonly Row[] = [
  {
    what: "the host's processes of a service that has them",
    changes: [api("pid: service:redis"), [redis, `${redis}\n    pid: host`]],
    wanted: ["containers.namespaces api pid", "containers.namespaces redis pid"],
  },
  {
    what: "the host's shared memory of a service by its container's name",
    changes: [api("ipc: container:store"), [redis, `${redis}\n    container_name: store\n    ipc: host`]],
    wanted: ["containers.namespaces api ipc", "containers.namespaces redis ipc"],
  },
  {
    what: "the host's network over two services",
    changes: [postgresNetwork("service:redis"), redisNetwork("service:api"), apiNetwork("host")],
    wanted: [
      "containers.namespaces api network_mode",
      "containers.namespaces postgres network_mode",
      "containers.namespaces redis network_mode",
      "networks.database postgres network_mode",
      "networks.database redis network_mode",
    ],
  },
  {
    what: "what a container of elsewhere has",
    changes: [api("pid: container:other")],
    wanted: ["containers.namespaces api pid"],
  },
  {
    what: "a proxy's networks and ports, by a database",
    changes: [redisNetwork("service:nginx")],
    wanted: [
      "networks.database redis 443:8443",
      "networks.database redis 80:8080",
      "networks.database redis frontend",
    ],
  },
  {
    what: "a proxy's networks and ports, by another service",
    changes: [apiNetwork("service:nginx")],
    wanted: [
      "exposure.internal-only api 443:8443",
      "exposure.internal-only api 80:8080",
      "networks.frontend api frontend",
    ],
  },
  {
    what: "the network of a container of elsewhere, by a database",
    changes: [redisNetwork("container:proxy")],
    wanted: ["containers.namespaces redis network_mode", "networks.database redis network_mode"],
  },
  { what: "nothing but inner networks", changes: [redisNetwork("service:postgres")], wanted: [] },
];

const withAll = (changes: readonly Change[]) =>
  changes.reduce((text, [from, to]) => changed(from, to, text), hardened);

describe("a service that shares", () => {
  it.each(rows)("$what", async ({ changes, wanted }) => {
    const found = await failures(withAll(changes));
    expect(found.map((each) => each.replace(/ @\d+$/, "")).sort()).toEqual(wanted);
  });

  it("what the file can't tell is an error, and no service is asked for itself for ever", async () => {
    const { checks } = await composed(withAll([redisNetwork("container:proxy")]));
    const errors = checks.filter(({ verdict }) => verdict === "error");
    expect(errors.map(({ id }) => id).sort()).toEqual(["containers.namespaces", "networks.database"]);
    const circle = [redisNetwork("service:api"), apiNetwork("service:redis")];
    expect((await failures(withAll(circle))).map((each) => each.replace(/ @\d+$/, ""))).toEqual([
      "networks.database redis network_mode",
    ]);
  });
});
