/** What runs, judged by recorded answers of real engines. */
import { describe, expect, it } from "vitest";
import { composeChecks } from "../../src/compose/checks/index.ts";
import { type Container, containers } from "../../src/facts/containers.ts";
import type { SecretMount } from "../../src/facts/containers-secrets.ts";
import { runningChecks } from "../../src/running/checks.ts";
import { type Asked, askedOf, auditOf, rawOf } from "./recorded.ts";

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
      for (const { id } of composeChecks.filter(
        ({ id }) => !/^(?:images|auth)\.|^networks\.internal$/.test(id),
      ))
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

  it("have values that are secrets by their form told, whatever their key, and not their text", () => {
    const told = (values: Container["values"]) =>
      auditOf(withWell(() => ({ environment: ["A", "B"], values })))
        .checks.filter(({ id, object }) => id === "secrets.visible" && object.startsWith("well"))
        .map(({ verdict, found }) => `${verdict}: ${found}`);
    expect(told(new Map())).toEqual(["pass: "]);
    expect(told(new Map([["B", "a token of GitHub"]]))).toEqual([
      "fail: its environment has B, a token of GitHub by its form, whose value docker inspect shows",
    ]);
    expect(told(undefined)).toEqual([expect.stringMatching(/^error: .*was not looked at/)]);
  });

  it("have what their image keeps of its making told by key and form", () => {
    const told = (made: Container["made"]) =>
      auditOf(withWell(() => ({ made })))
        .checks.filter(({ id, object }) => id === "secrets.found" && object.startsWith("well"))
        .map(({ verdict, found }) => `${verdict}: ${found}`);
    expect(told({ keys: ["PATH", "GPG_KEY"], forms: [] })).toEqual(["pass: "]);
    expect(told({ keys: ["PATH", "NPM_TOKEN"], forms: ["a key of Stripe"] })).toEqual([
      "fail: the history of its image has NPM_TOKEN",
      "fail: the history of its image has a key of Stripe",
    ]);
    expect(told(undefined)).toEqual([expect.stringMatching(/^error: the history of .* was not read/)]);
  });

  it("have a mount that is the host's, too, red", () => {
    const mount = (propagation: string) => (well: Container) => ({
      mounts: [
        ...well.mounts,
        {
          type: "bind",
          name: "",
          source: "/srv/x",
          target: "/x",
          writable: false,
          propagation,
          leads: [],
        },
      ],
    });
    expect(["rprivate", "rslave", "shared", "rshared"].map((kind) => red(mount(kind)))).toEqual([
      ...[[], []],
      ...[["containers.propagation"], ["containers.propagation"]],
    ]);
  });

  it("are judged by their processes and not by what was asked for", () => {
    expect(red(process({ uids: [0, 0, 0, 0] }))).toEqual(["containers.user"]);
    expect(red(process({ uids: [1000, 1000, 0, 1000] }))).toEqual(["containers.user"]);
    expect(red(process({ noNewPrivileges: false }))).toEqual(["containers.no-new-privileges"]);
    expect(red(process({ bound: ["SYS_ADMIN"] }))).toEqual(["containers.capabilities"]);
    expect(red(process({ seccomp: 0 }))).toEqual(["containers.confinement"]);
    expect(red(() => ({ security: ['seccomp={"defaultAction":"SCMP_ACT_ALLOW"}'] }))).toEqual([
      "containers.confinement",
    ]);
    expect(red(() => ({ security: ['seccomp={"defaultAction":"SCMP_ACT_ERRNO"}'] }))).toEqual([]);
    expect(red((well) => ({ configuredUser: "", kernel: well.kernel }))).toEqual([]);
    expect(red((well) => ({ readOnly: true, kernel: { ...well.kernel!, rootIsReadOnly: false } }))).toEqual([
      "containers.read-only",
    ]);
  });

  it("are judged by what they were made with when they are stopped and Docker will start them", () => {
    const stopped = (change: Partial<Container> = {}): Asked => ({
      ...asked,
      containers: [],
      stopped: asked.containers
        .filter(({ name }) => name === "well")
        .map((well) => ({
          ...well,
          pid: 0,
          state: "exited",
          kernel: undefined,
          cgroup: {},
          ...change,
        })),
    });
    expect(redOf(stopped(), "well")).toEqual([]);
    expect(auditOf(stopped()).findings).toMatchObject([
      { id: "containers.comes-back", level: "note", message: expect.stringContaining(": well.") },
    ]);
    expect(redOf(stopped({ privileged: true }), "well")).toEqual(["containers.privileged"]);
    expect(redOf(stopped({ configuredUser: "" }), "well")).toEqual(["containers.user"]);
    expect(redOf(stopped({ security: [] }), "well")).toEqual(["containers.no-new-privileges"]);
    expect(redOf(stopped({ security: ["no-new-privileges", "seccomp=unconfined"] }), "well")).toEqual([
      "containers.confinement",
    ]);
    expect(redOf(stopped({ capDrop: [] }), "well")).toEqual(["containers.capabilities"]);
    expect(redOf(stopped({ capAdd: ["SYS_ADMIN"] }), "well")).toEqual(["containers.capabilities"]);
    const { checks } = auditOf(stopped({ privileged: true }));
    expect(checks).toContainEqual(
      expect.objectContaining({
        id: "containers.privileged",
        found:
          "it is stopped, but runs again from the next start of the engine or the host: privileged: true",
      }),
    );
  });

  it("are unconfined where AppArmor is there and holds nothing", () => {
    const guarded = { ...asked, security: [...asked.security, "name=apparmor"] };
    const label = (text: string) => ({
      ...guarded,
      containers: withWell((well) => ({ kernel: { ...well.kernel!, label: text } })).containers,
    });
    expect(redOf(label("docker-default (enforce)"), "well")).toEqual([]);
    expect(redOf(label("unconfined"), "well")).toEqual(["containers.confinement"]);
    // What could not be read is no pass.
    expect(redOf(label(""), "well")).toEqual(["containers.confinement"]);
    const { checks } = auditOf(label(""));
    expect(checks).toContainEqual(
      expect.objectContaining({ id: "containers.confinement", object: "well", verdict: "error" }),
    );
  });

  it("are well by what their health check says, where it has said anything", () => {
    expect(red(() => ({ healthState: "healthy" }))).toEqual([]);
    expect(red(() => ({ healthState: "unhealthy" }))).toEqual(["containers.health"]);
    expect(red(() => ({ healthState: "unhealthy", oneoff: "True" }))).toEqual([]);
    const listed = ({ healthState, oneoff }: Partial<Container>) =>
      auditOf(
        withWell((well) => ({ ...well, healthState: healthState!, oneoff: oneoff ?? "" })),
      ).containers.find(({ name }) => name === "well");
    expect(listed({ healthState: "starting" })).toMatchObject({ health: "starting" });
    expect(listed({ healthState: "starting", oneoff: "True" })).not.toHaveProperty("health");
    expect(listed({ healthState: "" })).not.toHaveProperty("health");
  });

  it("have the limits that the kernel has, whatever the engine was told", () => {
    const without = (key: "memory" | "pids" | "cpus") => (well: Container) => ({
      cgroup: { ...well.cgroup, [key]: Number.POSITIVE_INFINITY },
    });
    expect(red(without("memory"))).toEqual(["containers.memory"]);
    expect(red((well) => ({ cgroup: { ...well.cgroup, memory: asked.host.memory } }))).toEqual([
      "containers.memory",
    ]);
    expect(red((well) => ({ cgroup: { ...well.cgroup, pids: 4_000_000 } }))).toEqual(["containers.pids"]);
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

describe("files of secrets that are mounted", () => {
  const [first] = asked.containers;
  const file = { source: "/opt/db", target: "/run/secrets/db" };
  const seconds = (days: number) => Date.parse("2027-01-31") / 1000 - days * 86_400;
  const verdicts = (...secrets: readonly SecretMount[]) =>
    auditOf({ ...asked, containers: [{ ...first!, secrets }] })
      .checks.filter(({ id }) => /^secrets\.(git|encrypted|age)$/.test(id))
      .map(({ id, verdict, object }) => `${verdict} ${id}${object.includes("/run/") ? " db" : ""}`);

  it("are their owner's alone and young, or what fails says so; what was not seen is no pass", () => {
    const seen = (mode: number, days: number) =>
      verdicts({ ...file, state: "seen", mode, changed: seconds(days) }).slice(1);
    expect(seen(0o400, 90)).toEqual(["pass secrets.encrypted", "pass secrets.age"]);
    expect(seen(0o600, 91)).toEqual(["pass secrets.encrypted", "fail secrets.age db"]);
    expect(seen(0o644, 0)).toEqual(["fail secrets.encrypted db", "pass secrets.age"]);
    expect(seen(0o400, -1)).toEqual(["pass secrets.encrypted", "error secrets.age db"]);
    expect(verdicts({ ...file, state: "unknown", why: "a folder" })).toEqual([
      ...["not applicable secrets.git", "error secrets.encrypted db", "error secrets.age db"],
    ]);
    expect(new Set(verdicts().map((each) => each.slice(0, 14)))).toEqual(new Set(["not applicable"]));
  });

  it("are found by the container and the path that they are mounted at", () => {
    const raw = rawOf("debian13").toString("latin1");
    const nonce = /^\n@([0-9a-f]+) /.exec(raw)![1];
    const mounts = (target: string) =>
      raw
        .replaceAll(
          /"mounts":\[/g,
          `"mounts":[{"type":"bind","name":"","source":"/opt/db","target":${JSON.stringify(target)},"writable":false,"propagation":"rprivate"},`,
        )
        .replaceAll("},]", "}]");
    const read = (target: string, line: string) => {
      const whole = `${mounts(target)}\n@${nonce} secrets\n${line}\n`;
      const value = containers.parse(Buffer.from(whole, "latin1"));
      return value.engine === "asked"
        ? value.containers.map(({ id, secrets }) => [id, secrets[0]?.state])
        : [];
    };
    const states = (target: string, line: string) =>
      read(target, line).flatMap(([id, state]) => (id === first!.id ? [state] : []));
    const line = `${first!.id} 400 1800000000 /run/secrets/db`;
    expect(states("/run/secrets/db", line)).toEqual(["seen"]);
    expect(read("/run/secrets/db", line).filter(([, state]) => state === "unknown")).toHaveLength(
      asked.containers.length - 1,
    );
    expect(states("/run/secrets/other", line)).toEqual(["unknown"]);
    expect(states("/run/secrets", line)).toEqual(["unknown"]);
    expect(states("/srv/db", line)).toEqual([undefined]);
    expect(states("/run/secrets/db", line.replace("400", "x"))).toEqual(["unknown"]);
  });
});

describe("a mount of a container", () => {
  const volume = (name: string) => `/var/lib/docker/volumes/${name}/_data`;
  const host = [
    "1 0 8:1 / / rw - ext4 /dev/sda1 rw",
    "2 1 0:25 / /run rw - tmpfs tmpfs rw",
    "3 1 8:1 /etc /srv/bm rw - ext4 /dev/sda1 rw",
    "4 1 8:17 / /srv/disk rw - ext4 /dev/sdb1 rw",
    "6 1 8:1 / /var/lib/docker/volumes/rv/_data rw - ext4 /dev/sda1 rw",
    "5 1 8:33 / /var/lib/docker/volumes/disk/_data rw - ext4 /dev/sdc1 rw",
    `7 1 0:264 / ${volume("layers")} ro - overlay overlay ro,lowerdir=/opt/l:/home/deploy`,
    `8 1 0:265 / ${volume("own-layers")} rw - overlay overlay rw,lowerdir=/data/a,upperdir=/data/b`,
    `9 1 0:6 / ${volume("devices")} rw - devtmpfs devtmpfs rw`,
  ];
  /** With a mount of the well-made one, and the lines that the kernel has of its container. */
  const given = (type: string, source: string, ...inside: readonly string[]) => {
    const raw = rawOf("debian13").toString("latin1");
    const nonce = /^\n@([0-9a-f]+) /.exec(raw)![1];
    const { pid } = asked.containers.find(({ name }) => name === "well")!;
    const name = type === "volume" ? (/volumes\/([^/]+)/.exec(source)?.[1] ?? "") : "";
    const mount = { type, name, source, target: "/data", writable: true, propagation: "rprivate" };
    const own = raw.replace(
      /^(\{"id":"[0-9a-f]+","pid":\d+,.*"name":"\/well".*"mounts":\[)[^\]]*/m,
      (_, start: string) => `${start}${JSON.stringify(mount)}`,
    );
    const lines = [
      ...host.map((line) => `/proc/1/mountinfo:${line}`),
      ...inside.map((line) => `/proc/${pid}/mountinfo:9 8 ${line}`),
    ];
    const [before, after] = own.split(`@${nonce} mounts\n`);
    const whole = `${before}@${nonce} mounts\n${lines.join("\n")}\n${after}`;
    const value = containers.parse(Buffer.from(whole, "latin1"));
    if (value.engine !== "asked") throw new Error(value.engine);
    return auditOf(value)
      .checks.filter((each) => bad(each) && each.object.split(" ")[0] === "well")
      .map(({ id, found }) => `${id}: ${found}`);
  };
  const socket = (shown: string) => `containers.docker-socket: the engine's socket: ${shown}`;
  const folder = (shown: string) => `containers.sensitive-mounts: a path of the host: ${shown}`;
  const anonymous = "a".repeat(64);

  it.each<[string, string, string, string]>([
    [
      "bind",
      "/srv/s",
      "0:25 /docker.sock /data rw - tmpfs tmpfs",
      socket("/srv/s:/data, which leads to /run/docker.sock"),
    ],
    [
      "bind",
      "/srv/s",
      "0:25 /docker.sock//deleted /data rw - tmpfs tmpfs",
      socket("/srv/s:/data, which leads to /run/docker.sock"),
    ],
    ["bind", "/srv/bm", "8:1 /etc /data rw - ext4 /dev/sda1", folder("/srv/bm:/data, which leads to /etc")],
    [
      "bind",
      "/srv/link",
      "8:1 / /data ro master:1 - ext4 /dev/sda1",
      folder("/srv/link:/data, which leads to /"),
    ],
    [
      "bind",
      "/srv/a b",
      "8:1 /root/a\\040b /data rw - ext4 /dev/sda1",
      folder("/srv/a b:/data, which leads to /root/a b"),
    ],
    [
      "bind",
      "/srv/app",
      "8:1 /etc /data/conf rw - ext4 /dev/sda1",
      folder("/srv/app:/data, which leads to /etc"),
    ],
    ["volume", volume("rv"), "8:1 / /data rw - ext4 /dev/sda1", folder("rv:/data, which leads to /")],
    [
      "volume",
      volume(anonymous),
      "8:1 /root /data rw - ext4 /dev/sda1",
      folder(`${anonymous}:/data, which leads to /root`),
    ],
    [
      "volume",
      volume("disk"),
      "8:33 / /data rw - ext4 /dev/sdc1",
      folder("disk:/data, which leads to /dev/sdc1"),
    ],
    [
      "volume",
      volume("layers"),
      "0:264 / /data rw - overlay overlay",
      folder("layers:/data, which leads to /home/deploy"),
    ],
    [
      "volume",
      volume("devices"),
      "0:6 / /data rw - devtmpfs devtmpfs",
      folder("devices:/data, which leads to /dev"),
    ],
  ])("is what the kernel has mounted: %s of %s as %s", (type, source, line, found) => {
    expect(given(type, source, line)).toEqual([found]);
  });

  it("is one finding of a check where the folder has other mounts of the host below it", () => {
    const below = "0:25 /docker.sock /data/run/docker.sock rw - tmpfs tmpfs";
    expect(given("bind", "/srv/link", "8:1 / /data rw - ext4 /dev/sda1", below)).toEqual([
      socket("/srv/link:/data, which leads to /run/docker.sock"),
      folder("/srv/link:/data, which leads to /"),
    ]);
  });

  it.each<[string, string, string]>([
    ["bind", "/srv/app", "8:1 /srv/app /data rw - ext4 /dev/sda1"],
    ["bind", "/srv/link", "8:17 /app /data rw - ext4 /dev/sdb1"],
    ["bind", "/srv/app", "9:9 /etc /data rw - ext4 /dev/sdz1"],
    ["volume", volume("plain"), `8:1 ${volume("plain")} /data rw - ext4 /dev/sda1`],
    ["volume", volume("own-layers"), "0:265 / /data rw - overlay overlay"],
    ["volume", volume("share"), "0:99 / /data rw - nfs4 192.0.2.1:/export"],
  ])("has nothing of the host's own where it is its own: %s of %s as %s", (type, source, line) => {
    expect(given(type, source, line, "8:1 /etc/hosts /etc/hosts rw - ext4 /dev/sda1")).toEqual([]);
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
