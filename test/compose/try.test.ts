/** The project that `compose fix --try` makes of another, what it sees of its containers, and what it tells. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Config,
  configText,
  type Definition,
  parseConfig,
  sourcesOf,
} from "../../src/compose/try/config.ts";
import { hintsOf } from "../../src/compose/try/hints.ts";
import { secretsIn, withoutSecrets } from "../../src/compose/try/mask.ts";
import { tryProject } from "../../src/compose/try/project.ts";
import { type ContainerSeen, Steady, seenIn, standingOf, steadyMs } from "../../src/compose/try/watch.ts";
import { tryText } from "../../src/features/compose/try-text.ts";

fc.configureGlobal({ seed: 831610384 });

const configOf = (parts: Partial<Record<keyof Config, object>>): Config => parseConfig(JSON.stringify(parts));
const name = "harden-try-0";

/** Of one service `a`, each of its sources copied. */
function tried(service: object, parts: Partial<Record<keyof Config, object>> = {}) {
  const config = configOf({ ...parts, services: { a: service } });
  const copies = new Map(sourcesOf(config).map(({ path }, at) => [path, { path: `/copy/${at}` }]));
  const { project, ...rest } = tryProject(config, { name, copies });
  const { a } = project.services as Record<string, Definition>;
  return { a: a!, project, ...rest };
}

describe("the project that is tried", () => {
  it("keeps what a container may do within itself, and nothing that has it meet the original or the world", () => {
    const { a, project, notes } = tried(
      {
        image: "x:1",
        user: "1:1",
        read_only: true,
        cap_drop: ["ALL"],
        tmpfs: ["/tmp"],
        restart: "always",
        container_name: "a",
        labels: { "traefik.enable": "true" },
        logging: { driver: "syslog" },
        ports: [{ target: 80, published: "80", protocol: "tcp" }],
        networks: { front: { ipv4_address: "10.0.0.4", aliases: ["shop"] } },
        deploy: {
          replicas: 3,
          resources: { limits: { pids: 10 }, reservations: { devices: [{ count: -1 }] } },
        },
      },
      { networks: { front: { name: "shop_front", external: true } } },
    );
    expect(a).toEqual({
      image: "x:1",
      user: "1:1",
      read_only: true,
      cap_drop: ["ALL"],
      tmpfs: ["/tmp"],

      restart: "on-failure:5",
      pull_policy: "missing",
      labels: { "harden.try": name },
      expose: ["80/tcp"],
      logging: { driver: "json-file", options: { "max-size": "1m", "max-file": "1" } },
      networks: { front: { aliases: ["shop"] } },
      deploy: { resources: { limits: { pids: 10 } } },
    });
    const network = { internal: true, labels: { "harden.try": name } };
    expect(project.networks).toEqual({ default: network, front: network });
    expect(notes).toEqual([]);
  });

  it("leaves out what would reach the host, and tells it", () => {
    const { a, notes } = tried({
      image: "x:1",
      privileged: true,
      devices: [{ source: "/dev/kvm" }],
      pid: "host",
      ipc: "container:b",
      network_mode: "host",
      cap_add: ["CHOWN", "SYS_ADMIN"],
      userns_mode: "host",

      security_opt: ["no-new-privileges:true", "apparmor:unconfined"],
      volumes_from: ["container:b", "b"],
      secrets: [{ source: "gone" }],
    });
    expect(Object.keys(a).sort()).toEqual([
      "cap_add",
      "image",
      "labels",
      "logging",
      "pull_policy",
      "restart",
      "security_opt",
      "volumes_from",
    ]);
    expect(a).toMatchObject({
      cap_add: ["CHOWN"],
      security_opt: ["no-new-privileges:true"],
      volumes_from: ["b"],
    });
    expect([...notes].sort()).toEqual(
      [
        ...[
          "cap_add SYS_ADMIN",
          "devices",
          "ipc: container:b",
          "network_mode: host",
          "pid: host",
          "privileged",
        ],
        ...["secrets gone, which can't be copied", "security_opt apparmor:unconfined", "userns_mode: host"],
        "volumes_from container:b",
      ].map((what) => `a: without ${what}`),
    );
  });

  it("has volumes of its own, and copies in the place of binds, secrets and configs", () => {
    const { a, project } = tried(
      {
        image: "x:1",
        volumes: [
          {
            type: "bind",
            source: "/srv/conf",
            target: "/conf",
            read_only: true,
            bind: { create_host_path: true },
          },
          { type: "volume", source: "data", target: "/data", volume: { nocopy: true } },
          { type: "volume", target: "/anonymous" },
          { type: "npipe", source: "x", target: "/pipe" },
        ],
        secrets: [{ source: "db", target: "/run/secrets/db" }],
      },
      {
        volumes: {
          data: {
            name: "real",
            external: true,
            driver_opts: { type: "none", o: "bind", device: "/srv/data" },
          },
        },
        secrets: { db: { name: "shop_db", file: "/srv/db" }, other: { external: true } },
        configs: { c: { content: "a$$b" } },
      },
    );
    expect(a.volumes).toEqual([
      { type: "bind", source: "/copy/0", target: "/conf", read_only: true },
      { type: "volume", source: "data", target: "/data", volume: { nocopy: true } },
      { type: "volume", target: "/anonymous" },
    ]);
    expect(project.volumes).toEqual({ data: { labels: { "harden.try": name } } });
    expect(project.secrets).toEqual({ db: { file: "/copy/1" } });
    expect(project.configs).toEqual({ c: { content: "a$b" } });
    expect(configText(project)).toContain("a$$b");
  });

  it("builds under a name of its own, which others of the same image run", () => {
    const build = {
      context: "/srv",
      tags: ["real:1"],
      cache_to: ["type=local,dest=/x"],
      network: "host",
      args: { A: "1" },
    };
    const config = configOf({ services: { a: { build, image: "app:1" }, b: { image: "app:1" } } });
    const { project, builds } = tryProject(config, { name, copies: new Map() });
    expect(builds).toBe(true);
    expect(project.services).toMatchObject({
      a: { image: `${name}-a`, pull_policy: "never" },
      b: { image: `${name}-a`, pull_policy: "never" },
    });
    const { a } = project.services as Record<string, Definition>;
    expect(a!.build).toEqual({ context: "/srv", args: { A: "1" }, labels: { "harden.try": name } });
  });

  it("asks for its health soon, and forgives as long as before", () => {
    const health = (check: object) => tried({ image: "x:1", healthcheck: check }).a.healthcheck;
    expect(
      health({ test: ["CMD", "x"], interval: "1m30s", retries: 2, timeout: "5s", start_interval: "5s" }),
    ).toEqual({
      test: ["CMD", "x"],
      interval: "2s",
      retries: 90,
      timeout: "5s",
    });
    expect(health({ test: ["CMD", "x"] })).toMatchObject({ interval: "2s", retries: 45 });
    expect(health({ test: ["CMD", "x"], interval: "500ms" })).toMatchObject({ interval: "0.5s", retries: 3 });
    expect(health({ disable: true })).toEqual({ disable: true });
  });

  it("has no path, volume, network or name of the original in it, whatever compose says of that one", () => {
    const host = fc.constantFrom("/host/a", "/host/a/b", "/var/run/host.sock", "/host/$x", "");
    const real = fc.constantFrom("real-volume", "real-network", "real-name");
    const mount = fc.record(
      {
        type: fc.constantFrom("bind", "volume", "tmpfs", "npipe", "cluster", "image", ""),
        source: fc.oneof(host, fc.constantFrom("data", "there")),
        target: fc.constantFrom("/x", "/y"),
        read_only: fc.boolean(),
        bind: fc.record({ propagation: fc.constant("rshared"), create_host_path: fc.boolean() }),
        volume: fc.record({ subpath: host, nocopy: fc.boolean() }, { requiredKeys: [] }),
      },
      { requiredKeys: ["type", "target"] },
    );
    const mode = fc.constantFrom("host", "container:real-name", "service:b", "none", "bridge", "");
    const service = fc.record(
      {
        image: fc.constant("x:1"),
        volumes: fc.array(mount),
        volumes_from: fc.array(fc.constant("container:real-name")),
        network_mode: mode,
        pid: mode,
        ipc: mode,
        uts: mode,
        userns_mode: mode,
        cgroup: mode,

        container_name: real,
        cgroup_parent: host,
        external_links: fc.array(real),
        env_file: fc.array(host),

        ports: fc.array(
          fc.record({ target: fc.nat(), published: fc.constant("8080"), host_ip: fc.constant("0.0.0.0") }),
        ),
        devices: fc.array(fc.record({ source: host })),
        networks: fc.dictionary(
          fc.constantFrom("n", "m"),
          fc.record({ ipv4_address: real, mac_address: real }),
        ),

        labels: fc.dictionary(fc.constant("l"), host),
        extends: host,
        develop: host,
        unknown: fc.array(host),

        secrets: fc.array(fc.record({ source: fc.constantFrom("s", "t") })),
        security_opt: fc.array(host.map((path) => `seccomp:${path}`)),
        logging: fc.record({ driver: real, options: fc.record({ path: host }) }),
      },
      { requiredKeys: [] },
    );
    const definition = fc.record(
      {
        name: real,
        external: fc.oneof(fc.boolean(), fc.record({ name: real })),
        file: host,
        driver: real,
        driver_opts: fc.record({ device: host, o: fc.constant("bind") }),
        ipam: fc.record({ config: fc.array(fc.record({ subnet: real })) }),
      },
      { requiredKeys: [] },
    );
    const named = (...keys: string[]) => fc.dictionary(fc.constantFrom(...keys), definition);
    const config = fc.record({
      services: fc.dictionary(fc.constantFrom("a", "b"), service),

      volumes: named("data", "there"),
      networks: named("n", "m"),
      secrets: named("s", "t"),
      configs: named("c"),
    });
    fc.assert(
      fc.property(config, fc.func(fc.boolean()), (said, isCopied) => {
        const read = parseConfig(JSON.stringify(said));
        const copies = new Map(
          sourcesOf(read).flatMap(({ path }, at) =>
            isCopied(path) ? [[path, { path: `/copy/${at}` }]] : [],
          ) as [string, { path: string }][],
        );
        const { project } = tryProject(read, { name, copies });
        const text = configText(project);
        expect(text).not.toMatch(/host|real-|external|published|driver_opts|ipam|"name"|container:|\.sock/);
        const { services, volumes } = project as Record<string, Record<string, Definition>>;
        for (const { volumes: mounts = [] } of Object.values(services!))
          for (const { type, source } of mounts as readonly Definition[]) {
            expect(["bind", "volume", "tmpfs"]).toContain(type);
            if (type === "bind") expect([...copies.values()].map(({ path }) => path)).toContain(source);
            if (type === "volume" && source !== undefined) expect(Object.keys(volumes!)).toContain(source);
          }
      }),
      { numRuns: 500 },
    );
  });
});

const container: ContainerSeen = {
  service: "a",
  id: "1",
  status: "running",
  exitCode: 0,
  start: "t 0",
  restarts: 0,
  outOfMemory: false,
  error: "",
};

describe("a start", () => {
  const standing = (seen: Partial<ContainerSeen>, about: object = {}) =>
    standingOf({ ...container, ...seen }, { runsFor: 0, lasting: "always", over: true, ...about });

  it.each([
    [{}, {}, "on its way"],
    [{}, { runsFor: steadyMs }, "runs"],
    [{ health: "starting" }, { runsFor: steadyMs }, "on its way"],
    [{ health: "healthy" }, {}, "healthy"],
    [{ health: "unhealthy" }, { runsFor: steadyMs }, "unhealthy"],
    [{ status: "restarting", exitCode: 1 }, { runsFor: steadyMs }, "on its way"],
    [{ status: "exited", exitCode: 1 }, {}, "exited"],
    [{ status: "exited" }, {}, "ended, to be started for ever"],
    [{ status: "exited" }, { lasting: "on failure" }, "done"],
    [{ status: "exited" }, { lasting: "no" }, "done"],
    [{ status: "exited", error: "no such file" }, { lasting: "no" }, "not started"],
    [{ status: "created" }, {}, "not started"],
    [{ status: "created" }, { over: false }, "on its way"],
  ] as const)("that is seen as %j with %j: %s", (seen, about, wanted) => {
    expect(standing(seen, about)).toBe(wanted);
  });

  it("is steady from when it last began", () => {
    const steady = new Steady();
    expect(steady.runsFor(container, 1000)).toBe(0);
    expect(steady.runsFor(container, 4000)).toBe(3000);
    expect(steady.runsFor({ ...container, start: "t 1" }, 5000)).toBe(0);
    expect(steady.runsFor({ ...container, start: "t 1", status: "restarting" }, 6000)).toBe(0);
    expect(steady.runsFor({ ...container, start: "t 1" }, 7000)).toBe(0);
    expect(steady.runsFor({ ...container, start: "t 1" }, 8000)).toBe(1000);
  });

  it("is read from what the engine says", () => {
    const said = {
      Id: "1",
      RestartCount: 2,
      Config: { Labels: { "com.docker.compose.service": "a" } },
      State: {
        Status: "exited",
        ExitCode: 137,
        OOMKilled: true,
        StartedAt: "t",
        Error: "",
        Health: { Status: "none" },
      },
    };
    expect(seenIn(JSON.stringify([said]))).toEqual([
      { ...container, status: "exited", exitCode: 137, start: "t 2", restarts: 2, outOfMemory: true },
    ]);
  });
});

describe("what a service has said", () => {
  it.each([
    ["mkdir: cannot create directory '/x': Read-only file system", /^read_only/],
    ["Error: EROFS: read-only file system, open '/x'", /^read_only/],
    ["chown: changing ownership of '/data': Operation not permitted", /CHOWN/],
    ["setpriv: setresuid failed: Operation not permitted", /SETUID/],
    ["error: failed switching to 'redis': setgid: operation not permitted; gosu: not permitted", /SETUID/],
    ["bind() to 0.0.0.0:80 failed (13: Permission denied)", /NET_BIND_SERVICE/],
    ["open /data/x: permission denied", /^user/],
    ["mount: Operation not permitted", /^cap_drop/],
    ["sh: can't fork: Resource temporarily unavailable", /^pids/],
    ["write /tmp/x: no space left on device", /^tmpfs/],
    ["getaddrinfo ENOTFOUND db.example.com", /^networks/],
  ])("names the key to look at: %s", (line, wanted) => {
    const told = hintsOf({ outOfMemory: false }, `starting\n${line}\n${line}`);
    expect(told).toEqual([expect.stringMatching(wanted)]);
  });

  it("names none where nothing of it is known, and memory where the kernel ended it", () => {
    expect(hintsOf({ outOfMemory: false }, "exit 3")).toEqual([]);
    expect(hintsOf({ outOfMemory: true }, "")).toEqual(["memory"]);
  });

  it("has no secret in it that the project has", () => {
    const services = {
      a: {
        environment: { DB_PASSWORD: "pa$$w", DEBUG: "true", API_TOKEN: "true", URL: "redis://:inurl@db" },
        command: ["redis-server", "--requirepass", "flagged"],
      },
    };
    const secrets = secretsIn(configOf({ services }), ["of a file\n", "true"]);
    const log = "pa$w true inurl flagged of a file password=unknown http://u:other@x redis-server";
    expect(withoutSecrets(log, secrets)).toBe("… true … … … password=… http://u:…@x redis-server");
  });

  it("is told without what would act on a terminal, beside what the original did", () => {
    const text = tryText({
      verdict: "broken",
      services: [
        {
          name: "a\u001b[2J",
          first: "exited",
          original: "works",
          broke: { exitCode: 1, restarts: 5, log: ["no\u001b[1m way\rx"], look: ["user"] },
        },
        {
          name: "bb",
          first: "healthy",
          again: "unhealthy",
          broke: { restarts: 0, log: [], look: [] },
          original: "not told",
        },
        { name: "c", first: "runs", again: "runs" },
      ],
      notes: ["a: without privileged"],
      left: ["debug"],
    });
    expect(text).not.toMatch(/[\u001b\r]/);
    expect(text.split("\n").slice(4)).toEqual([
      ...[
        "  a   exited with 1 at its first start, after 5 restarts",
        "      | no way x",
        "      look at user",
      ],
      ...["      the original works when it is tried so", "  bb  unhealthy when it was started again"],
      ...["      the original never came to a second start when it was tried so"],
      ...["  c   runs, and again after a restart", "", "Not as it will be:", "  a: without privileged"],
      "  not started, for a profile: debug",
    ]);
  });
});
