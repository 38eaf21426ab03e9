import { describe, expect, it } from "vitest";
import { daemon } from "../../src/controls/daemon.ts";
import type { BootUnit } from "../../src/facts/boot-unit.ts";
import { type ContainerdHost, containerLogs, docker, type Engine } from "../../src/facts/docker.ts";
import { type Authorities, engineAuthorities } from "../../src/facts/engine-authorities.ts";
import { absent, present, unknown, unsupported } from "../../src/facts/probe.ts";
import { access, bootUnitOf, debian, fileOf, inputOf, nobodyAtBoot, unitOf, verdict } from "./facts.ts";

const says = {
  live: true,
  security: ["name=seccomp,profile=builtin", "name=no-new-privileges"],
  driver: "json-file",
  swarm: "inactive",
  version: "26.1.5+dfsg1",
};
const flags = ["/usr/sbin/dockerd", "-H", "fd://", "--containerd=/run/containerd/containerd.sock"];
const engine = (more: Partial<Engine> = {}): Engine => ({
  started: flags,
  info: says,
  sockets: [stat("0660"), containerd("0660")],
  ...more,
});
const wanted = JSON.stringify({
  "log-driver": "json-file",
  "log-opts": { "max-size": "10m", "max-file": "3" },
  "live-restore": true,
  "no-new-privileges": true,
});
const entry = (path: string, mode: string, owner = "root", group = "root", acl = false) => ({
  path,
  type: /[.]sock$/.test(path) ? ("other" as const) : ("directory" as const),
  mode,
  owner,
  group,
  acl,
});
const root = [entry("/run", "0755"), entry("/", "0755")];
const stat = (mode: string, owner = "root", group = "docker", acl = false) => ({
  name: "/run/docker.sock",
  way: [entry("/run/docker.sock", mode, owner, group, acl), ...root],
});
/** What containerd listens on, in the folder that Debian's makes. */
const containerd = (mode: string, folder = "0711") => {
  const name = "/run/containerd/containerd.sock";
  return { name, way: [entry(name, mode), entry("/run/containerd", folder), ...root] };
};
const unit = (execStart: string) => {
  const fact = unitOf();
  return fact.state === "present" ? present({ ...fact.value, execStart }) : fact;
};

const listening = (...listen: string[]) => {
  const fact = unitOf();
  return fact.state === "present" ? present({ ...fact.value, listen }) : fact;
};
/** A unit with a drop-in of these lines. */
const dropIn = (name: string, target: string, lines: readonly string[], more: Partial<BootUnit>) =>
  bootUnitOf(name, target, {
    dropIns:
      lines.length === 0
        ? []
        : [{ path: `/etc/systemd/system/${name}.d/a.conf`, packaged: false, lines, masks: false }],
    ...more,
  });
const serviceAtBoot = (lines: readonly string[] = [], more: Partial<BootUnit> = {}) =>
  dropIn("docker.service", "multi-user.target", lines, more);
const socketAtBoot = (lines: readonly string[] = [], more: Partial<BootUnit> = {}) =>
  dropIn("docker.socket", "sockets.target", lines, more);
const containerdStart = "/usr/bin/containerd";
const containerdAtBoot = (lines: readonly string[] = []) =>
  dropIn("containerd.service", "multi-user.target", lines, {});

const ca = (path: string, count = 1, isPublic = false): Authorities => ({ path, count, isPublic });

const nonce = "0123456789abcdef0123456789abcdef";
const answer = (...frames: (readonly [string, string])[]) =>
  Buffer.from(frames.map(([word, text]) => `\n@${nonce} ${word}\n${text}`).join(""));

function input(facts: object = {}, params: object = {}) {
  return inputOf(daemon, {
    params: daemon.schema.parse(params),
    access,
    host: debian("13"),
    facts: {
      ...nobodyAtBoot,
      engine: present(engine()),
      unit: unitOf(),
      config: fileOf(wanted),
      flags: absent,
      unread: present([]),
      authorities: present([ca("/root/.docker/ca.pem")]),

      socketUnit: listening("/run/docker.sock"),
      serviceAtBoot: serviceAtBoot(),
      socketAtBoot: socketAtBoot(),
      containerd: unit(containerdStart),
      containerdAtBoot: containerdAtBoot(),
      ...facts,
    },
  });
}

const claims = (facts: object, params = {}) =>
  daemon.desired(input(facts, params)).map(({ resource }) => resource);
const set = (facts: object, params = {}) =>
  claims(facts, params)
    .flatMap((each) => (each.kind === "edit" ? each.set : []))
    .map(([key, value]) => `${key.join(".")}=${value}`);
const ids = (facts: object, params = {}) =>
  daemon.guard(input(facts, params)).map(({ level, id }) => `${level} ${id}`);
const of = (id: string, facts: object = {}, params = {}) =>
  verdict(daemon, `daemon.${id}`, input(facts, params));

describe("what daemon.json is to say", () => {
  it("is the profile's, and dockerd reads it by a restart", () => {
    expect(set({}, { logMaxSize: "5m", logMaxFile: 2, noNewPrivileges: false })).toEqual([
      ...["log-driver=json-file", "log-opts.max-size=5m", "log-opts.max-file=2"],
      ...["live-restore=true", "no-new-privileges=false"],
    ]);
    expect(claims({}).at(-1)).toMatchObject({ kind: "service", unit: "docker.service", how: "restart" });
    expect(claims({ unit: unitOf("disabled") }).at(-1)).toMatchObject({ enabled: false, active: true });
    const path = "/etc/docker/daemon.json";
    expect(claims({ unread: present([{ path, changed: 1_700_000_000.5 }]) }).at(-1)).toMatchObject({
      stale: `dockerd has not read ${path} (changed at 2023-11-14T22:13:20.500Z).`,
    });
  });

  it("leaves another driver, and an engine that doesn't run, to whoever decided so", () => {
    const journald = { config: fileOf('{"log-driver": "journald"}') };
    expect(set(journald)).toEqual(["live-restore=true", "no-new-privileges=true"]);
    expect(ids(journald)).toEqual(["note daemon.other-driver"]);
    const off = { unit: unitOf("disabled", "inactive"), engine: present(engine({ started: undefined })) };
    expect(claims(off)).toMatchObject([{ kind: "edit" }]);
  });

  it("a folder of its files that is another's is named with what mends it", () => {
    const config = unknown("/etc/docker belongs to op");
    expect(daemon.guard(input({ config }))).toMatchObject([
      { id: "daemon.unreadable", hint: expect.stringContaining("chown -h root:root /etc/docker;") },
    ]);
  });

  it.each([
    ["none", { engine: absent, unit: absent }, []],
    ["a rootless one", { unit: absent }, ["note daemon.none"]],
    ["a snap's, or Podman", { engine: unsupported("docker is Podman here") }, ["note daemon.none"]],
    ["one that can't be read", { engine: unknown("needs root") }, ["block daemon.unreadable"]],
  ])("is nothing for an engine that is %s", (_, facts, told) => {
    expect(claims(facts)).toEqual([]);
    expect(ids(facts)).toEqual(told);
    const verdicts = daemon.checks.map(({ id }) => verdict(daemon, id, input(facts)).verdict);
    const state = told[0]?.startsWith("block") ? "error" : "not applicable";
    expect(new Set(verdicts.filter((_, index) => daemon.checks[index]!.id !== "daemon.socket"))).toEqual(
      new Set([state]),
    );
  });
});

describe("an engine that is off", () => {
  const off = { engine: present<Engine>({ started: undefined }), socketUnit: unitOf("disabled", "inactive") };
  const enabled = { ...off, unit: unitOf("enabled", "inactive") };
  const of = (facts: object, id: string) => verdict(daemon, `daemon.${id}`, input(facts)).verdict;

  it.each([
    ["log-opts", { config: fileOf("{}") }],
    ["live-restore", { config: fileOf("{}") }],
    ["no-new-privileges", { config: fileOf('{"no-new-privileges": false}') }],
    ["tcp", { flags: fileOf('DOCKER_OPTS="-H tcp://0.0.0.0:2375"\n') }],
    ["tcp", { config: fileOf('{"hosts": ["tcp://10.0.0.1:2375"]}') }],
    ["log-opts", { config: fileOf("{") }],
  ])("is not as wanted from its next start on: %s by %j", (id, facts) => {
    expect(of({ ...enabled, ...facts }, id)).toBe("until the next boot");
    // Nobody starts it.
    const disabled = { ...off, unit: unitOf("disabled", "inactive") };
    expect(of({ ...disabled, ...facts }, id)).toBe("not applicable");
    expect(of({ ...disabled, ...facts, socketUnit: unitOf("enabled", "inactive") }, id)).toBe(
      "until the next boot",
    );
  });

  it("is none of theirs where its files are as wanted", () => {
    for (const id of ["log-opts", "live-restore", "no-new-privileges", "tcp"])
      expect(of(enabled, id), id).toBe("not applicable");
  });
});

it("an engine that can't be asked is a warning, keeps nothing else from being done, and is not green", () => {
  const mute = docker.parse(answer(["started", "dockerd\n"], ["unasked", "it does not answer within 15 s"]));
  const facts = { engine: present(mute) };
  expect(claims(facts)).toEqual([]);
  expect(ids(facts)).toEqual(["warn daemon.unasked"]);
  expect(of("log-opts", facts)).toMatchObject({
    verdict: "error",
    role: "audit",
    found: "it does not answer within 15 s",
  });
  expect(of("container-logs", facts).verdict).toBe("error");
});

it("an engine of which docker info has empty words alone can't be asked", () => {
  const empty = '{"live":false,"security":null,"driver":"","swarm":"","version":"","root":""}\n';
  const mute = docker.parse(answer(["started", "dockerd\n"], ["info", empty], ["stopping", ""]));
  expect(of("log-opts", { engine: present(mute) })).toMatchObject({
    verdict: "error",
    found: "it does not answer",
  });
});

describe("what would keep dockerd from starting is a block", () => {
  it.each([
    ["a flag of the unit", { unit: unit("/usr/sbin/dockerd -H fd:// --log-opt max-size=5m") }],
    ["a flag that is written with its value", { unit: unit("/usr/sbin/dockerd --live-restore=false") }],
    [
      "one of the package's file",
      { flags: fileOf('#DOCKER_OPTS="--live-restore"\nDOCKER_OPTS="--dns 9.9.9.9 --log-driver=local"\n') },
    ],
    [
      "one of the running dockerd",
      { engine: present(engine({ started: [...flags, "--no-new-privileges"] })) },
    ],
  ])("%s", (_, facts) => expect(ids(facts)).toEqual(["block daemon.flags"]));

  it("but not another flag, nor one of a driver that stays somebody's", () => {
    expect(ids({ flags: fileOf("DOCKER_OPTS='--dns 9.9.9.9'\n") })).toEqual([]);
    expect(
      ids({ unit: unit("/usr/sbin/dockerd --log-opt tag=x"), config: fileOf('{"log-driver": "local"}') }),
    ).toEqual(["note daemon.other-driver"]);
  });

  it("a file elsewhere, and a swarm", () => {
    const file = (path: string) => ({ unit: unit(`/usr/sbin/dockerd --config-file ${path}`) });
    expect(ids(file("/srv/daemon.json"))).toEqual(["block daemon.elsewhere"]);
    expect(ids(file("/etc/docker/daemon.json"))).toEqual([]);
    const swarm = { engine: present(engine({ info: { ...says, swarm: "active" } })) };
    expect(ids(swarm)).toEqual(["block daemon.swarm"]);
    expect(ids(swarm, { liveRestore: false })).toEqual([]);
  });
});

const ofSockets = (sockets: Engine["sockets"]) => {
  const { sockets: _, ...rest } = engine();
  return of("socket", { engine: present(sockets === undefined ? rest : { ...rest, sockets }) });
};

describe("checks", () => {
  it("logs of new containers: the driver that the engine says, and options that it has read", () => {
    expect(of("log-opts")).toMatchObject({ verdict: "pass", found: "json-file, 3 × 10m" });
    expect(of("log-opts", {}, { logMaxFile: 4 }).verdict).toBe("fail");
    expect(of("log-opts", { config: absent })).toMatchObject({
      verdict: "fail",
      found: "json-file without a bound",
    });
    expect(
      of("log-opts", { unread: present([{ path: "/etc/docker/daemon.json", changed: 0 }]) }).verdict,
    ).toBe("fail");
    const by = (driver: string) => of("log-opts", { engine: present(engine({ info: { ...says, driver } })) });
    expect(by("journald").verdict).toBe("pass");
    expect(by("somebodys-plugin").verdict).toBe("fail");
  });

  it("live-restore and no-new-privileges, by what the engine says", () => {
    const info = (more: object) => ({ engine: present(engine({ info: { ...says, ...more } })) });
    expect(of("live-restore").verdict).toBe("pass");
    expect(of("live-restore", info({ live: false }))).toMatchObject({
      verdict: "fail",
      found: "they stop with it",
    });
    const off = { ...info({ live: false }), config: fileOf("{}") };
    expect(of("live-restore", off, { liveRestore: false }).verdict).toBe("pass");
    expect(of("no-new-privileges").verdict).toBe("pass");
    expect(of("no-new-privileges", info({ security: [] })).verdict).toBe("fail");
    // An engine before 23 doesn't say it.
    const old = info({ security: [], version: "20.10.24+dfsg1" });
    expect(of("no-new-privileges", old).verdict).toBe("pass");
    expect(of("no-new-privileges", { ...old, config: fileOf("{}") }).verdict).toBe("fail");
    expect(
      of("no-new-privileges", { ...old, unread: present([{ path: "/etc/docker/daemon.json", changed: 0 }]) })
        .verdict,
    ).toBe("fail");
  });

  it("live-restore passes until dockerd's next start where its file takes it away", () => {
    const unread = present([{ path: "/etc/docker/daemon.json", changed: 0 }]);
    for (const text of ['{"live-restore": false}', "{}"])
      expect(of("live-restore", { config: fileOf(text), unread })).toMatchObject({
        verdict: "until the next boot",
        found: expect.stringContaining(
          "they run on; but at dockerd's next start live-restore is off: dockerd has not",
        ),
      });
    expect(of("live-restore", { config: absent }).verdict).toBe("until the next boot");
    // A reload has read it, or it says the same.
    expect(of("live-restore", { unread }).verdict).toBe("pass");
    const off = engine({ info: { ...says, live: false } });
    expect(of("live-restore", { engine: present(off) }, { liveRestore: false }).verdict).toBe(
      "until the next boot",
    );
    const byFlag = (flag: string) => ({ config: absent, unit: unit(`/usr/sbin/dockerd ${flag}`) });
    expect(of("live-restore", byFlag("--live-restore")).verdict).toBe("pass");
    expect(of("live-restore", byFlag("--live-restore=0")).verdict).toBe("until the next boot");
  });

  it("a file with which dockerd would not start again fails each of them", () => {
    const facts = { config: fileOf("{broken") };
    for (const id of ["log-opts", "live-restore", "tcp"])
      expect(of(id, facts)).toMatchObject({
        verdict: "fail",
        found: expect.stringContaining("will not start any more"),
      });
  });

  it("what daemon.json says is not known where dockerd goes by another file", () => {
    const words = "/usr/sbin/dockerd --config-file=/srv/engine.json";
    const found = expect.stringContaining("dockerd read /srv/engine.json, which harden does not read");
    for (const facts of [
      { flags: fileOf('DOCKER_OPTS="--config-file=/srv/engine.json"\n') },
      { unit: unit(words) },
      {
        unit: unit("/usr/sbin/dockerd --config-file=/etc/docker/daemon.json"),
        engine: present(engine({ started: words.split(" ") })),
      },
    ])
      for (const id of ["log-opts", "live-restore", "no-new-privileges", "tcp"])
        expect(of(id, facts), id).toMatchObject({ verdict: "error", found });
    const open = { unit: unit(`${words} -H tcp://:2375`) };
    expect(of("tcp", open).verdict).toBe("fail");
    const off = { engine: present<Engine>({ started: undefined }), unit: unit(words) };
    expect(of("tcp", off)).toMatchObject({ verdict: "until the next boot", found });
    expect(of("log-opts", { ...off, unit: unit("/usr/sbin/dockerd") }).verdict).toBe("not applicable");
  });

  it("logs of running containers, each by itself", () => {
    const container = (name: string, driver: string, options: Record<string, string> = {}) => ({
      name,
      log: { driver, options },
    });
    const containers = [
      ...[container("a", "json-file"), container("b", "json-file", { "max-size": "-1" })],
      ...[container("c", "json-file", { "max-size": "5m" }), container("d", "local"), container("e", "x")],
    ];
    const { parts = [] } = of("container-logs", { logs: present(containers) });
    expect(parts.map(({ object }) => object)).toEqual(["a", "b", "e"]);
    const sized = (driver: string, size: string, files?: string) =>
      container(`${driver} ${files ?? 1} × ${size}`, driver, {
        "max-size": size,
        ...(files === undefined ? {} : { "max-file": files }),
      });
    const huge = [
      ...[
        sized("json-file", "900g", "1000"),
        sized("json-file", "1.5 TB"),
        sized("json-file", "10m", "99999"),
      ],
      ...[sized("local", "900g"), sized("local", "100m", "1000"), sized("json-file", "x")],
    ];
    const fine = [
      ...[sized("json-file", "1g", "20"), sized("json-file", "512KiB", "3"), sized("local", "50m", "9")],
    ];
    const wide = of("container-logs", { logs: present([...huge, ...fine]) });
    expect(wide.parts?.map(({ object }) => object)).toEqual(huge.map(({ name }) => name));
    expect(of("container-logs", { logs: present([]) }).verdict).toBe("pass");
    expect(of("container-logs", { logs: unknown("not looked") }).verdict).toBe("error");
  });

  it("who reaches the socket", () => {
    expect(of("socket").verdict).toBe("pass");
    const by = (...sockets: NonNullable<Engine["sockets"]>) => ofSockets(sockets);
    expect(by(stat("0600", "root", "root")).verdict).toBe("pass");
    for (const socket of [stat("0666"), stat("0660", "app"), stat("0660", "root", "users")])
      expect(by(socket).verdict).toBe("fail");
    const listed = (mode: string) => stat(mode, "root", "docker", true);
    expect(by(listed("0660"))).toMatchObject({ verdict: "fail", parts: [{ remedy: expect.any(String) }] });
    expect(by(listed("0600")).verdict).toBe("pass");
    expect(ofSockets(undefined).verdict).toBe("error");
    expect(of("socket", { engine: unknown("why") }).verdict).toBe("error");
    expect(by().verdict).toBe("not applicable");
  });

  it("who reaches each other socket of the engine, and containerd's", () => {
    const beside = (socket: ReturnType<typeof stat>) => ofSockets([stat("0660"), socket]);
    expect(beside({ name: "@harmless", way: [] })).toMatchObject({
      verdict: "fail",
      parts: [{ object: "@harmless", found: expect.stringContaining("abstract") }],
    });
    const open = entry("/srv/d.sock", "0666");
    const folders = (mode: string, owner = "root") => [entry("/srv", mode, owner), entry("/", "0755")];
    const own = (...way: ReturnType<typeof entry>[]) => beside({ name: "/srv/d.sock", way });
    expect(own(open, ...folders("0755"))).toMatchObject({
      verdict: "fail",
      parts: [{ object: "/srv/d.sock", found: "/srv/d.sock is 0666 root:root" }],
    });
    // A folder keeps out whom the socket would let in.
    expect(own(open, ...folders("0750")).verdict).toBe("pass");
    expect(own(open, ...folders("0750", "app")).verdict).toBe("fail");
    expect(own(open, entry("/srv", "0750", "root", "www-data"), entry("/", "0755")).verdict).toBe("fail");
    expect(own(open, entry("/srv", "0750", "root", "root", true), entry("/", "0755")).verdict).toBe("fail");
    expect(own().verdict).toBe("error");
    expect([containerd("0660"), containerd("0666"), containerd("0666", "0700")].map(beside)).toMatchObject([
      { verdict: "pass" },
      { verdict: "fail", parts: [{ object: "/run/containerd/containerd.sock" }] },
      { verdict: "pass" },
    ]);
    const off = present<Engine>({ started: undefined, sockets: [{ name: "@harmless", way: [] }] });
    expect(of("socket", { engine: off }).verdict).toBe("fail");
  });

  const started = (...more: string[]) => ({ engine: present(engine({ started: [...flags, ...more] })) });

  it("TCP without certificates, by a flag or by the file", () => {
    expect(of("tcp").verdict).toBe("pass");
    expect(of("tcp", started("-H", "tcp://0.0.0.0:2375")).verdict).toBe("fail");
    expect(of("tcp", started("--host=tcp://0.0.0.0:2376", "--tlsverify")).verdict).toBe("pass");
    expect(
      of("tcp", { config: fileOf('{"hosts": ["unix:///run/docker.sock", "tcp://[::]:2375"]}') }).verdict,
    ).toBe("fail");
    expect(of("tcp", { config: fileOf('{"hosts": ["tcp://[::]:2376"], "tlsverify": true}') }).verdict).toBe(
      "pass",
    );
  });

  it.each([
    ["-H 127.0.0.1:2375"],
    ["-H127.0.0.1:2375"],
    ["-Htcp://127.0.0.1:2375"],
    ["-H=:2375"],
    ["-DH :2375"],
    ["-DHtcp://:2375"],
    ["--host 127.0.0.1:2375"],
    ["--host=127.0.0.1:2375"],
    ["--tls -H 0.0.0.0"],
  ])("dockerd %s is TCP, of the running one and of the unit", (words) => {
    const open = { verdict: "fail", found: expect.stringContaining("root here") };
    expect(of("tcp", started(...words.split(" ")))).toMatchObject(open);
    expect(of("tcp", { unit: unit(`/usr/sbin/dockerd -H fd:// ${words}`) })).toMatchObject(open);
    expect(of("tcp", { flags: fileOf(`DOCKER_OPTS="${words}"\n`) })).toMatchObject(open);
  });

  it("a host of the file without a scheme is TCP; a socket is none", () => {
    expect(of("tcp", { config: fileOf('{"hosts": ["127.0.0.1:2375"]}') }).verdict).toBe("fail");
    const sockets = ["-H", "unix:///run/docker.sock", "-Hfd://", "--host=npipe:////./pipe/docker", "-H="];
    expect(of("tcp", started(...sockets))).toMatchObject({ verdict: "pass", found: "no TCP" });
  });

  it("a running dockerd that listens as the unit no longer says is open still", () => {
    const now = { ...started("-H", "tcp://:2375"), unit: unit("/usr/sbin/dockerd -H fd://") };
    expect(of("tcp", now).verdict).toBe("fail");
  });

  it("TCP of containerd is open without certificates of clients, whether dockerd runs or not", () => {
    const found = "containerd on 127.0.0.1:2399: whoever reaches it is root here";
    const tcp = (host: ContainerdHost, more: Partial<Engine> = {}) =>
      of("tcp", { engine: present({ ...engine(), tcp: [host], ...more }) });
    const open = { is: "open", address: "127.0.0.1:2399" } as const;
    expect(tcp(open)).toMatchObject({ verdict: "fail", found });
    expect(of("tcp", { engine: present({ started: undefined, tcp: [open] }) })).toMatchObject({
      verdict: "fail",
      found,
    });
    expect(tcp({ ...open, is: "verified" })).toMatchObject({
      verdict: "pass",
      found: "containerd on 127.0.0.1:2399 with certificates of clients",
    });
    expect(tcp({ is: "unread", file: "/etc/containerd/config.toml" }).verdict).toBe("error");
    const stale = { is: "stale", address: "127.0.0.1:2399" } as const;
    expect(tcp(stale).verdict).toBe("error");
    expect(tcp(stale, { started: undefined }).verdict).toBe("error");
    const lines = ["[Service]", `ExecStart=${containerdStart} --config /srv/c.toml`];
    expect(of("tcp", { containerdAtBoot: containerdAtBoot(lines) }).verdict).toBe("until the next boot");
    const said = docker.parse(answer(["started", ""], ["tcp", "open :2399\nstale :2399\n"], ["sockets", ""]));
    expect(said.tcp).toEqual([
      { is: "open", address: ":2399" },
      { is: "stale", address: ":2399" },
    ]);
  });

  it("certificates are asked for by the last word on it, where dockerd has read it", () => {
    const host = "--host=tcp://:2376";
    for (const off of ["--tlsverify=false", "--tlsverify=0", "--tlsverify=F", "--tlsverify=no"]) {
      expect(of("tcp", started(host, off)).verdict).toBe("fail");
      expect(of("tcp", started(host, "--tlsverify", off)).verdict).toBe("fail");
    }
    expect(of("tcp", started(host, "--tlsverify=0", "--tlsverify=true"))).toMatchObject({
      verdict: "pass",
      found: "tcp://:2376 with certificates of clients",
    });
    const file = { config: fileOf('{"tlsverify": true}') };
    expect(of("tcp", { ...file, ...started(host) }).verdict).toBe("pass");
    const unread = present([{ path: "/etc/docker/daemon.json", changed: 0 }]);
    expect(of("tcp", { ...file, ...started(host), unread }).verdict).toBe("fail");
    // Certificates of the running one are none of its next start.
    const next = { unit: unit("/usr/sbin/dockerd -H tcp://:2376"), ...started(host, "--tlsverify") };
    expect(of("tcp", next).verdict).toBe("fail");
  });
});

describe("authorities whose clients are let in by TCP", () => {
  const bundle = "/etc/ssl/certs/ca-certificates.crt";
  const own = "/etc/docker/ca.pem";
  const verifies = (words: string, more: object = {}) => {
    const all = `--tlsverify -H tcp://:2376 ${words}`.trim().split(" ");
    return of("tcp", { engine: present(engine({ started: [...flags, ...all] })), ...more });
  };
  const read = (...all: Authorities[]) => ({ authorities: present(all) });

  it("are somebody's own: few, and none that comes with the system", () => {
    expect(verifies(`--tlscacert ${own}`, read(ca(own, 4)))).toMatchObject({ verdict: "pass" });
    expect(verifies(`--tlscacert=${bundle}`, read(ca(bundle)))).toMatchObject({
      verdict: "fail",
      found: expect.stringContaining(bundle),
    });
    for (const path of ["/usr/share/ca-certificates/mozilla/X.crt", "/etc/ssl/certs/x.pem"])
      expect(verifies(`--tlscacert ${path}`, { authorities: unknown("not looked") }).verdict).toBe("fail");
    expect(verifies(`--tlscacert ${own}`, read(ca(own, 140))).verdict).toBe("fail");
    expect(verifies(`--tlscacert ${own}`, read(ca(own, 1, true))).verdict).toBe("fail");
  });

  it("are those that count: the last flag's, the file's, or dockerd's own; and are no pass where they aren't known", () => {
    expect(verifies(`--tlscacert ${bundle} --tlscacert ${own}`, read(ca(own))).verdict).toBe("pass");
    const file = { config: fileOf(`{"tlscacert": "${bundle}"}`) };
    expect(verifies("", file).verdict).toBe("fail");
    expect(verifies(`--tlscacert ${own}`, { ...file, ...read(ca(own)) }).verdict).toBe("pass");
    expect(verifies("", read(ca("/root/.docker/ca.pem", 99))).verdict).toBe("fail");
    expect(verifies(`--tlscacert ${own}`, read()).verdict).toBe("error");
    expect(verifies("", { authorities: unknown("it took too long") }).verdict).toBe("error");
  });

  it("are those of its next start, too, and nobody's without TCP", () => {
    const next = { unit: unit(`/usr/sbin/dockerd --tlsverify -H tcp://:2376 --tlscacert ${bundle}`) };
    expect(of("tcp", next).verdict).toBe("fail");
    expect(of("tcp", { ...next, engine: present<Engine>({ started: undefined }) }).verdict).toBe(
      "until the next boot",
    );
    expect(of("tcp", { config: fileOf(`{"tlscacert": "${bundle}", "tlsverify": true}`) }).verdict).toBe(
      "pass",
    );
  });

  it("are a line a file, whole or not at all", () => {
    const parse = (text: string) => engineAuthorities.parse(Buffer.from(text));
    expect(parse(`142 public ${bundle}\n1 - /etc/my ca.pem\nend\n`)).toEqual([
      ...[ca(bundle, 142, true), ca("/etc/my ca.pem")],
    ]);
    for (const wrong of ["", `1 - ${own}\n`, `x - ${own}\nend\n`]) expect(() => parse(wrong)).toThrow();
  });
});

describe("TCP by the units", () => {
  it.each([["127.0.0.1:2375"], ["[::]:2375"], ["vsock:2:2375"]])(
    "docker.socket, or a unit like it, on %s is open without certificates, also where dockerd waits for a connection",
    (place) => {
      const socketUnit = listening("/run/docker.sock", place);
      const found = `${place}: whoever reaches it is root here`;
      expect(of("tcp", { socketUnit })).toMatchObject({ verdict: "fail", found });
      const idle = { engine: present({ started: undefined }) };
      expect(of("tcp", { ...idle, socketUnit })).toMatchObject({ verdict: "fail", found });
      expect(of("tcp", idle).verdict).toBe("not applicable");
      expect(of("tcp", { engine: absent, unit: absent, socketUnit }).verdict).toBe("not applicable");
      const verified = { config: fileOf('{"tlsverify": true}') };
      expect(of("tcp", { ...verified, socketUnit }).verdict).toBe("pass");
      const other = { engine: present({ started: undefined, activated: [place] }) };
      expect(of("tcp", other)).toMatchObject({ verdict: "fail", found });
      const running = { engine: present(engine({ activated: [place] })) };
      expect(of("tcp", { ...verified, ...running }).verdict).toBe("pass");
    },
  );

  const loaded = "/usr/sbin/dockerd -H fd:// $DOCKER_OPTS";
  const byLines = (...lines: string[]) =>
    of("tcp", { unit: unit(loaded), serviceAtBoot: serviceAtBoot(["[Service]", ...lines]) });

  it.each([
    [["ExecStart=", "ExecStart=/usr/sbin/dockerd -H fd:// -H tcp://0.0.0.0:2375"], 3],
    [["ExecStart=", `ExecStart=${loaded} \\`, "# more", " -H :2375"], 3],
    [[`# a \\`, "ExecStart = @/usr/sbin/dockerd dockerd -H :2375"], 3],
    [['Environment="DOCKER_OPTS=-H :2375"'], 2],
    [["PassEnvironment=DOCKER_OPTS"], 2],
    [["EnvironmentFile=/srv/docker"], 2],
    [["Sockets=other.socket"], 2],
  ])("of docker.service %j are not what dockerd was started with", (lines, at) => {
    const { verdict, found } = byLines(...lines);
    expect(verdict).toBe("until the next boot");
    expect(found).toMatch(
      `no TCP; of the next start not known: /etc/systemd/system/docker.service.d/a.conf:${at} `,
    );
  });

  it.each([
    [["Environment=HTTP_PROXY=http://proxy:3128", "ExecStartPost=/bin/true"]],
    [
      [
        "ExecStart=",
        "ExecStart=/usr/sbin/dockerd \\",
        '  "-H" fd:// \\',
        "  $DOCKER_OPTS",
        "EnvironmentFile=-/etc/default/docker",
      ],
    ],
  ])("of docker.service %j change nothing of it", (lines) => expect(byLines(...lines).verdict).toBe("pass"));

  it("who may connect to its socket at the next start is known by docker.socket's files", () => {
    const socket = (line: string) => of("socket", { socketAtBoot: socketAtBoot(["[Socket]", line]) }).verdict;
    for (const line of ["SocketMode=0666", "SocketGroup=op", "SocketUser=op", "ListenStream=@harmless"])
      expect(socket(line)).toBe("until the next boot");
    for (const line of ["SocketMode=0600", "SocketGroup=docker", "Backlog=1"])
      expect(socket(line)).toBe("pass");
  });

  it("who may connect to containerd's at its next start is known by its files", () => {
    const command = (line: string) =>
      of("socket", { containerdAtBoot: containerdAtBoot(["[Service]", line]) }).verdict;
    expect(command(`ExecStart=${containerdStart} --config /srv/c.toml`)).toBe("until the next boot");
    expect(command(`ExecStart=${containerdStart}`)).toBe("pass");
    expect(command("LimitNOFILE=1048576")).toBe("pass");
    const pending = ["/etc/containerd/config.toml:9 gid = 1002"];
    const { verdict, found } = of("socket", { engine: present({ ...engine(), pending }) });
    expect(verdict).toBe("until the next boot");
    expect(found).toContain(pending[0]);
  });

  it("files of docker.socket, and files that systemd hasn't read, are not known", () => {
    const socket = (line: string) => of("tcp", { socketAtBoot: socketAtBoot(["[Socket]", line]) }).verdict;
    for (const line of ["ListenStream=2375", "ListenStream = 127.0.0.1:2375", "ListenStream=[::1]:1"])
      expect(socket(line)).toBe("until the next boot");
    for (const line of ["ListenStream=", "ListenStream=%t/docker.sock", "SocketMode=0600"])
      expect(socket(line)).toBe("pass");
    const unread = { needsReload: true };
    expect(of("tcp", { serviceAtBoot: serviceAtBoot([], unread) }).verdict).toBe("until the next boot");
    expect(of("tcp", { socketAtBoot: socketAtBoot([], unread) }).verdict).toBe("until the next boot");
    expect(of("tcp", { socketAtBoot: absent }).verdict).toBe("pass");
    expect(of("tcp", { socketAtBoot: unknown("systemctl show failed") }).verdict).toBe("until the next boot");
  });
});

describe("the engine's answer", () => {
  const info = ["info", `${JSON.stringify(says)}\n`] as const;

  it("is read whole, or not at all", () => {
    const whole = [["started", `${flags.join("\n")}\n`], info] as const;
    const sockets = [
      [
        "socket /run/docker.sock",
        "c1b0 root docker /run/docker.sock\n41ed root root /run\n41ed root root /\n",
      ],
      ["socket @a b", ""],
      ["sockets", ""],
    ] as const;
    const { sockets: _, ...rest } = engine();
    expect(docker.parse(answer(...whole, ["stopping", ""]))).toEqual({ ...rest, stopping: [] });
    const listens = [stat("0660"), { name: "@a b", way: [] }];
    expect(docker.parse(answer(...whole, ...sockets, ["stopping", ""])).sockets).toEqual(listens);
    expect(docker.parse(answer(["started", ""], ...sockets)).sockets).toEqual(listens);
    const cut = sockets.slice(0, 2);
    expect(docker.parse(answer(["started", ""], ...cut)).sockets).toBeUndefined();
    const named = [
      "stopping",
      '{"name":"/job","removed":true,"service":null}\n{"name":"/web.1.x","removed":false,"service":"web"}\n\n',
    ] as const;
    expect(docker.parse(answer(...whole, named)).stopping).toEqual([
      { name: "job", removed: true },
      { name: "web.1.x", removed: false, service: "web" },
    ]);
    expect(() => docker.parse(answer(...whole))).toThrow("cut off");
    expect(docker.parse(answer(["started", ""]))).toEqual({ started: undefined });
    const started = ["started", "dockerd\n"] as [string, string];
    for (const wrong of [answer(), answer(started), answer(started, ["info", "{}\n"])])
      expect(() => docker.parse(wrong)).toThrow();
    const logs = (text: string) => containerLogs.parse(Buffer.from(text));
    const line =
      '{"name":"/web","log":{"Type":"json-file","Config":{"max-size":"10m"}}}\n{"name":"/db","log":{"Type":"local","Config":null}}\n';
    expect(logs(`${line}end\n`)).toEqual([
      { name: "web", log: { driver: "json-file", options: { "max-size": "10m" } } },
      { name: "db", log: { driver: "local", options: {} } },
    ]);
    expect(logs("")).toEqual([]);
    for (const wrong of [line, "x\nend\n"]) expect(() => logs(wrong)).toThrow();
  });
});
