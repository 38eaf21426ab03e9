/** What runs, judged by recorded answers of real engines. */
import { describe, expect, it } from "vitest";
import { composeChecks } from "../../src/compose/checks/index.ts";
import type { Container } from "../../src/facts/containers.ts";
import { runningChecks } from "../../src/running/checks.ts";
import { type Asked, askedOf, auditOf } from "./recorded.ts";

const asked = askedOf("debian13");
const bad = ({ verdict, role }: { verdict: string; role: string }) =>
  role === "audit" && (verdict === "fail" || verdict === "error");

/** What is red of a container, by check. */
const redOf = (value: Asked, name: string) => [
  ...new Set(
    auditOf(value)
      .checks.filter(bad)
      .flatMap(({ id, object }) => (object.split(" ")[0] === name ? [id] : [])),
  ),
];

/** The well-made one, with something of it otherwise. */
const withWell = (change: (well: Container) => Partial<Container>): Asked => ({
  ...asked,
  containers: asked.containers.map((each) => (each.name === "well" ? { ...each, ...change(each) } : each)),
});
const red = (change: (well: Container) => Partial<Container>) => redOf(withWell(change), "well");
const process =
  (change: Partial<NonNullable<Container["kernel"]>["processes"][number]>) => (well: Container) => ({
    kernel: { ...well.kernel!, processes: well.kernel!.processes.map((each) => ({ ...each, ...change })) },
  });

describe("running containers", () => {
  it("are green where they are well made", () => {
    expect(redOf(asked, "well")).toEqual([]);
    expect(redOf(askedOf("debian12"), "good")).toEqual([]);
  });

  it("have each verdict of a file's checks and of their own, none left out in silence, and no place", () => {
    const { checks } = auditOf(asked);
    const ids = new Set(checks.map(({ id }) => id));
    for (const { id } of [...composeChecks, ...runningChecks]) expect(ids).toContain(id);
    for (const { name } of asked.containers)
      for (const { id } of composeChecks.filter(({ id }) => !/^images\.|^networks\.internal$/.test(id)))
        expect(
          checks.some((each) => each.id === id && each.object.split(" ")[0] === name),
          `${id} of ${name}`,
        ).toBe(true);
    expect(checks.filter(({ place }) => place !== undefined)).toEqual([]);
  });

  it("that have much of the host turn what it is red, and one cause is one finding", () => {
    expect(redOf(asked, "weak")).toEqual([
      ...[
        "containers.no-new-privileges",
        "containers.user",
        "containers.privileged",
        "containers.docker-socket",
      ],
      ...["containers.namespaces", "containers.devices", "containers.read-only", "containers.data"],
      ...[
        "containers.memory",
        "containers.cpu",
        "containers.pids",
        "containers.logging",
        "containers.health",
      ],
      "containers.restart",
    ]);
  });

  it("are judged by their processes and not by what was asked for", () => {
    expect(red(process({ uids: [0, 0, 0, 0] }))).toEqual(["containers.user"]);
    expect(red(process({ uids: [1000, 1000, 0, 1000] }))).toEqual(["containers.user"]);
    expect(red(process({ noNewPrivileges: false }))).toEqual(["containers.no-new-privileges"]);
    expect(red(process({ bound: ["SYS_ADMIN"] }))).toEqual(["containers.capabilities"]);
    expect(red(process({ seccomp: 0 }))).toEqual(["containers.confinement"]);
    expect(red((well) => ({ configuredUser: "", kernel: well.kernel }))).toEqual([]);
    expect(red((well) => ({ readOnly: true, kernel: { ...well.kernel!, rootIsReadOnly: false } }))).toEqual([
      "containers.read-only",
    ]);
  });

  it("are unconfined where AppArmor is there and holds nothing", () => {
    const guarded = { ...asked, security: [...asked.security, "name=apparmor"] };
    const label = (text: string) => ({
      ...guarded,
      containers: withWell((well) => ({ kernel: { ...well.kernel!, label: text } })).containers,
    });
    expect(redOf(label("docker-default (enforce)"), "well")).toEqual([]);
    expect(redOf(label("unconfined"), "well")).toEqual(["containers.confinement"]);
  });

  it("have the limits that the kernel has, whatever the engine was told", () => {
    const without = (key: "memory" | "pids" | "cpus") => (well: Container) => ({
      cgroup: { ...well.cgroup, [key]: Number.POSITIVE_INFINITY },
    });
    expect(red(without("memory"))).toEqual(["containers.memory"]);
    expect(red(without("pids"))).toEqual(["containers.pids"]);
    expect(red(without("cpus"))).toEqual(["containers.cpu"]);
    expect(red((well) => ({ cgroup: { ...well.cgroup, cpus: 2 } }))).toEqual(["containers.cpu"]);
    expect(red(({ cgroup: { memory: _memory, ...cgroup } }) => ({ cgroup }))).toEqual([]);
  });

  it("leave room above what is in use, whether a peak is known or not", () => {
    const used =
      (current: number, cache = 0) =>
      (well: Container) => ({ cgroup: { ...well.cgroup, current, cache } });
    const mebi = 1024 ** 2;
    expect(red(used(51 * mebi))).toEqual([]);
    expect(red(used(52 * mebi))).toEqual(["containers.memory-headroom"]);
    expect(red(used(60 * mebi, 9 * mebi))).toEqual([]);
    expect(red(({ cgroup: { peak: _peak, ...cgroup } }) => ({ cgroup }))).toEqual([]);
    expect(red(({ cgroup: { current: _current, ...cgroup } }) => ({ cgroup }))).toEqual([
      "containers.memory-headroom",
    ]);
    const found = auditOf(
      withWell((well) => ({ cgroup: { ...well.cgroup, current: 60 * mebi, cache: 0, peak: 63 * mebi } })),
    );
    expect(
      found.checks.find(({ id, verdict }) => id === "containers.memory-headroom" && verdict === "fail"),
    ).toMatchObject({
      found: "60M of 64M in use without cache, its peak with cache was 63M",
      remedy: expect.stringContaining("128M"),
    });
  });

  it("that are restarting have no process, which is no pass", () => {
    const errors = auditOf(asked).checks.filter(
      ({ object, verdict }) => object === "looping" && verdict === "error",
    );
    expect(errors.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["containers.user", "containers.capabilities", "containers.no-new-privileges"]),
    );
  });

  it("share cores: the sum of their limits is told", () => {
    const sum = (cores: number) =>
      auditOf({ ...asked, host: { ...asked.host, cores } }).checks.find(
        ({ id }) => id === "containers.cpu-sum",
      );
    expect(sum(2)).toMatchObject({
      verdict: "pass",
      found: "limits of 0.25 for 2 cores, and no limit for looping, weak",
    });
    expect(sum(0.2)).toMatchObject({ verdict: "fail", role: "advice" });
  });

  it("publish what the engine has published, once for both families", () => {
    const { checks } = auditOf(asked);
    const found = checks.filter(
      ({ id, object }) => id === "exposure.entry-points" && object.startsWith("proxy"),
    );
    expect(found.map(({ object }) => object)).toEqual(["proxy 8443:8443"]);
  });
});

describe("an engine", () => {
  const { host } = asked;
  it("that doesn't answer, or whose containers run on without it, is never green", () => {
    for (const value of [
      { engine: "unasked", host, why: "it does not answer within 15 s" } as const,
      { engine: "stopped", host, rootless: false, left: 2 } as const,
    ])
      expect(auditOf(value).checks).toMatchObject([{ id: "containers.readable", verdict: "error" }]);
  });

  it("that doesn't run, or is a user's own, is not applicable, and why", () => {
    const stopped = (rootless: boolean) => auditOf({ engine: "stopped", host, rootless, left: 0 });
    expect(stopped(false)).toMatchObject({
      engine: { state: "not applicable", why: "the engine doesn't run" },
      checks: [],
    });
    expect(stopped(true).engine).toMatchObject({ why: expect.stringContaining("rootless") });
  });

  it("that nobody asks is told beside the one that is", () => {
    const { findings } = auditOf({ ...asked, host: { ...host, beside: ["Podman"] } });
    expect(findings).toContainEqual(
      expect.objectContaining({ id: "containers.other-engine", level: "warn" }),
    );
  });
});
