/** Namespaces in force, and what a container has by another's: planted into recorded answers. */
import { describe, expect, it } from "vitest";
import type { Container } from "../../src/facts/containers.ts";
import { namespacesIn } from "../../src/facts/containers-kernel.ts";
import { type Asked, askedOf, auditOf } from "./recorded.ts";

const recorded = askedOf("debian13");
const named = (name: string) => recorded.containers.find((each) => each.name === name)!;
const own = { pid: "pid:[1]", net: "net:[1]", ipc: "ipc:[1]", uts: "uts:[1]", user: "user:[1]" };
const host = { pid: "pid:[9]", net: "net:[9]", ipc: "ipc:[9]", uts: "uts:[9]", user: "user:[9]" };

/** Beside the recorded ones, and in place of those of the same name. */
const withThese = (...containers: readonly Container[]): Asked => ({
  ...recorded,
  namespaces: host,
  containers: [
    ...recorded.containers.filter(({ name }) => containers.every((each) => each.name !== name)),
    ...containers,
  ],
});
const bad = (value: Asked, name: string) =>
  auditOf(value)
    .checks.filter(({ id }) => /^(networks|exposure|containers\.namespaces)/.test(id))
    .filter(({ verdict, object }) => /fail|error/.test(verdict) && object.split(" ")[0] === name)
    .map(({ verdict, id, object }) => `${verdict} ${id} ${object.split(" ")[1]}`);

const well = named("well");
const side = (change: Partial<Container>, namespaces: typeof own | object = own): Container => ({
  ...well,
  id: "5".repeat(64),
  name: "inner",
  kernel: { ...well.kernel!, namespaces },
  ...change,
});

describe("namespaces of a container that runs", () => {
  it("are the host's by the kernel, whatever the engine was told", () => {
    expect(bad(withThese(side({})), "inner")).toEqual([]);
    for (const [key, kind] of [
      ["pid", "pid"],
      ["ipc", "ipc"],
      ["uts", "uts"],
      ["network_mode", "net"],
    ] as const)
      expect(bad(withThese(side({}, { ...own, [kind]: host[kind] })), "inner")).toEqual([
        `fail containers.namespaces ${key}`,
      ]);
    const gone = side({ pidMode: `container:${"a".repeat(64)}` }, { ...own, pid: host.pid });
    expect(bad(withThese(gone), "inner")).toEqual(["fail containers.namespaces pid"]);
    const there = side({ pidMode: "container:weak" }, { ...own, pid: host.pid });
    expect(bad(withThese(there), "inner")).toEqual(["fail containers.namespaces pid"]);
  });

  it("are no fault where the kernel says that they are another's", () => {
    const gone = side({ pidMode: "container:gone", ipc: `container:${named("db").id}` });
    expect(bad(withThese(gone), "inner")).toEqual([]);
  });

  it("of users are the host's only where the engine gives others", () => {
    const shared = side({}, { ...own, user: host.user });
    expect(bad(withThese(shared), "inner")).toEqual([]);
    expect(bad({ ...withThese(shared), security: ["name=userns"] }, "inner")).toEqual([
      "fail containers.namespaces userns_mode",
    ]);
  });

  it("that could not be read are followed by what the engine was told, and are no pass where that leads nowhere", () => {
    const stopped = (mode: string): Asked => ({
      ...recorded,
      stopped: [{ ...side({ network: mode }), pid: 0, state: "exited", kernel: undefined }],
    });
    expect(bad(stopped("container:weak"), "inner")).toEqual(["fail containers.namespaces network_mode"]);
    expect(bad(stopped(`container:${named("weak").id.slice(0, 6)}`), "inner")).toEqual([
      "fail containers.namespaces network_mode",
    ]);
    expect(bad(stopped("container:db"), "inner")).toEqual([]);
    expect(bad(withThese(side({ pidMode: "container:gone" }, {})), "inner")).toEqual([
      "error containers.namespaces pid",
    ]);
  });
});

describe("the network of a container that runs in another's", () => {
  const cache = (mode: string) => side({ image: "redis:7.2", network: mode, networks: {} });

  it("has that one's published ports and networks", () => {
    expect(bad(withThese(cache(`container:${named("proxy").id}`)), "inner")).toEqual([
      ...["fail networks.database 80:8080", "fail networks.database 8443:8443"],
      ...["fail networks.database [::1]:9000:9000", "fail networks.database front"],
    ]);
    expect(bad(withThese(cache(`container:${named("db").id}`)), "inner")).toEqual([]);
  });

  it("of one that is gone is not known", () => {
    expect(bad(withThese(cache(`container:${"a".repeat(64)}`)), "inner")).toEqual([
      "error networks.database network_mode",
    ]);
  });
});

describe("the kernel's names of namespaces", () => {
  it("are by process, and nothing where they could not be read", () => {
    const of = namespacesIn([
      "/proc/1/ns/pid pid:[4026531836]",
      "/proc/12/ns/net net:[4]",
      "/proc/12/ns/mnt mnt:[5]",
    ]);
    expect([of(1), of(12), of(2)]).toEqual([{ pid: "pid:[4026531836]" }, { net: "net:[4]" }, {}]);
  });
});
