/** Running containers on a real engine: a well-made one is green, and each weakness turns its own check red. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sample } from "../setup/sample.ts";
import { type Answer, type Made, made, red, together } from "./containers.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";

const certificates = (...folders: readonly string[]) =>
  folders.map((folder) => `-v /etc/letsencrypt/${folder}:/etc/letsencrypt/${folder}:ro`).join(" ");

const secret = (name: string) => `-v /opt/secrets/${name}:/run/secrets/db:ro`;

/** What nginx writes to. */
const scratch = "--tmpfs /run:size=1m --tmpfs /var/cache/nginx:size=1m";

/** By the checks that alone are to fail; a second one of a check has a word behind its id. */
const weak: Readonly<Record<string, Made>> = {
  "containers.capabilities": { capabilities: "" },
  "containers.capabilities added": { more: "--cap-add NET_ADMIN" },
  "containers.no-new-privileges": { privileges: "" },
  "containers.user": { user: "" },
  "containers.docker-socket": { more: "-v /run/docker.sock:/run/docker.sock" },
  "containers.sensitive-mounts": { more: "-v /etc:/host-etc:ro" },
  "containers.docker-socket link": { more: "-v /srv/innocent.sock:/s.sock" },
  "containers.docker-socket listens": { more: "-v /srv/api/engine.sock:/var/run/docker.sock" },
  "containers.docker-socket folder": { more: "-v /srv/api:/api" },
  "containers.docker-socket hard link": { more: "-v /run/yy/d.sock:/y.sock" },
  "containers.docker-socket linked folder": { more: "-v /run/yy:/y" },
  "containers.docker-socket proxy": { more: "-v /srv/p.sock:/run/docker.sock" },
  "containers.sensitive-mounts home": { more: "-v /home/deploy:/d" },
  "containers.docker-socket containers.sensitive-mounts runtime": { more: "-v /run/containerd:/c:ro" },
  "containers.docker-socket containers.sensitive-mounts link": { more: "-v /srv/link:/host:ro" },
  "containers.sensitive-mounts bind": { more: "-v '/srv/b & m:/host'" },
  "containers.docker-socket containers.sensitive-mounts volume": { more: "-v whole:/host" },
  "containers.namespaces": { more: "--pid host" },
  "containers.namespaces joined": { more: "--pid container:agent" },
  "containers.confinement": { more: "--security-opt seccomp=unconfined" },
  "secrets.found": { image: "kept:1.0" },
  "containers.propagation": { more: "-v /srv/shared:/shared:ro,rshared" },
  "containers.devices": { more: "--device /dev/zero:/dev/nought" },
  "containers.read-only": { root: "" },
  "containers.tmpfs": { tmpfs: "--tmpfs /tmp" },
  "containers.data": { more: "-v /data" },
  "containers.image-tag": { image: "app:latest" },
  "containers.certificates": { more: `${certificates("live")} --group-add 1002` },
  "containers.certificates-group": { more: `${certificates("live", "archive")} --group-add 1003` },
  "containers.memory": { memory: "" },
  "containers.memory-headroom": {
    memory: "--memory 24m",
    command: "sh -c 'dd if=/dev/zero of=/dev/shm/full bs=1M count=21 2>/dev/null; sleep 9999'",
  },
  "containers.cpu": { cpus: "" },
  "containers.cpu all": { cpus: "--cpus $(nproc)" },
  "containers.pids": { pids: "" },
  "containers.logging": { log: "" },
  "containers.health": { health: "" },
  "containers.restart": { restart: "" },
  "networks.default": { network: "" },
  "networks.frontend": { network: "--network front" },
  "networks.database": { network: "--network front", image: "memcached:1.6.1" },
  "networks.database shared": { network: "--network container:owner", image: "memcached:1.6.1" },
  "exposure.internal-only": { network: "--network outside", more: "-p 8080:8080" },
  "secrets.encrypted": { more: secret("open") },
  "secrets.age": { more: secret("old") },
  "exposure.entry-points": {
    network: "--network front",
    image: "nginx:1.27.1",
    more: `-p 8443:443 ${scratch}`,
  },
};

/** Debian 12's runc refuses it where the machine lacks a capability that it knows. */
const privileged: typeof weak = { "containers.privileged": { more: "--privileged" } };

/** Nothing of the host is judged: that has suites of its own. */
const containersAlone = profileFile("sysctl: {enabled: false}");

const idsOf = (words: string) => words.split(" ").filter((word) => word.includes("."));

const nameOf = (id: string) => id.replace(/[. ]/g, "-");

const distros = sample("audit", bothDistros, 1);

describe.skipIf(!hasDocker()).each(distros)("the audit of containers on %s", (distro) => {
  let host: TestHost;
  const planted = distro === "debian13" ? { ...weak, ...privileged } : weak;
  const exec = async (script: string) => {
    const { code, stdout, stderr } = await host.exec(script, { timeoutMs: 170_000 });
    expect(code, stdout + stderr).toBe(0);
    return stdout;
  };
  const audit = async (code: number, ...files: string[]) => {
    const words = ["audit", host.target("root"), ...files, "--profile", containersAlone];
    const done = await harden(host, [...words, "--format", "json"]);
    expect(done, done.stdout + done.stderr).toMatchObject({ code });
    const answers = JSON.parse(done.stdout) as readonly Answer[];
    return { answer: answers[0]!.value, text: done.stdout, answers };
  };
  /** Of a host of which only the containers are judged one layer is all there is. */
  const besides = ({ findings }: Answer["value"]) => findings.filter(({ id }) => id !== "audit.one-layer");
  beforeAll(async () => {
    host = await startHost(distro, "docker");
    await exec(`docker import /srv/busybox.tar app:1.0
for image in app:latest nginx:1.27.1 memcached:1.6.1; do docker tag app:1.0 $image; done
groupadd --gid 1002 ssl-docker; mkdir -p /etc/letsencrypt/live /etc/letsencrypt/archive
mkdir --mode 700 /opt/secrets; cd /opt/secrets
for name in db old open; do echo hunter2secret >$name; chmod 400 $name; done
chmod 440 open; touch --date '100 days ago' old
echo 'DOCKER_OPTS="-H unix:///srv/api/engine.sock"' >/etc/default/docker; mkdir /srv/api /run/yy
systemctl restart docker; ln /run/docker.sock /run/yy/d.sock
perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => "/srv/p.sock", Listen => 1) or die'
ln -s /run/docker.sock /srv/innocent.sock; ln -s / /srv/link
mkdir '/srv/b & m'; mount --bind /etc '/srv/b & m'
printf 'FROM app:1.0\nARG DEPLOY_TOKEN\nRUN true\n' | DOCKER_BUILDKIT=0 docker build --quiet --build-arg DEPLOY_TOKEN=hunter2hunter2 --tag kept:1.0 -
mkdir /srv/shared; mount --bind /srv/shared /srv/shared; mount --make-shared /srv/shared
docker volume create --opt type=none --opt o=bind --opt device=/ whole
docker network create --internal inside; docker network create front; docker network create outside`);
  });
  afterAll(() => host?.remove());

  test("a well-made container is green, and the audit with it", async () => {
    await exec(made("well", { more: `${secret("db")} -v plain:/plain -v /srv/plain:/own` }));
    const { answer } = await audit(0);
    expect(red(answer, "well")).toEqual([]);
    const kept = answer.checks.filter(({ id }) => /^secrets\.(encrypted|age)$/.test(id));
    expect(kept.map(({ verdict }) => verdict)).toEqual(["pass", "pass"]);
    expect(answer.engine.state).toBe("asked");
    expect(answer.containers).toMatchObject([{ name: "well", memory: { peak: expect.any(Number) } }]);
    const told = await harden(host, ["audit", host.target("root"), "--profile", containersAlone]);
    expect(told.stdout).toMatch(/well +app:1\.0 +holds +0\.2 +64M, \d+M, \d+M +inside/);
  });

  test("each planted weakness turns its own check red and no other", async () => {
    const all = Object.entries(planted);
    const names = new Map(all.map(([id]) => [nameOf(id), idsOf(id)]));
    // What others join: one of them is gone when the host is looked at.
    await exec(`${made("agent", { more: "--pid host" })}
${made("owner", { network: "--network outside", more: "-p 127.0.0.1:8081:8080" })}
${together(all.map(([id, given]) => made(nameOf(id), given)))}
docker rm --force agent
until [ "$(docker exec containers-memory-headroom stat -c %s /dev/shm/full)" = 22020096 ]; do sleep 0.1; done`);
    const { answer, text } = await audit(2);
    expect(text).not.toContain("hunter2secret");
    const found = Object.fromEntries([...names.keys()].map((name) => [name, red(answer, name)]));
    expect(found).toEqual(Object.fromEntries(names));
    expect(red(answer, "well")).toEqual([]);
    // The network itself is what is told of.
    expect(red(answer, "outside")).toEqual(["networks.internal"]);
    const pids = answer.checks.find(({ id, verdict }) => id === "containers.pids" && verdict === "fail")!;
    expect(pids.references).toEqual([
      { benchmark: "CIS Docker 1.6.0", number: "5.29" },
      { benchmark: "SOC 2 TSC 2017", number: "A1.1" },
    ]);
    await exec(`docker rm --force --volumes owner ${[...names.keys()].join(" ")}`);
  });

  test("a stopped container is judged exactly where the engine's next start starts it", async () => {
    const stopped = ["always", "on-failure", "unless-stopped", "no"];
    const etc = (policy: string) => ({ restart: `--restart ${policy}`, more: "-v /etc:/e:ro" });
    const left = {
      restart: "--restart unless-stopped",
      more: "-v /etc:/e:ro --mount type=bind,source=/srv/gone,target=/g",
    };
    await exec(`${stopped.map((policy) => made(`by-hand-${policy}`, etc(policy))).join("\n")}
${made("never-started", etc("always")).replace("docker run --detach", "docker create")}
mkdir /srv/gone; ${made("by-itself", left)}; rmdir /srv/gone
docker stop --time 0 ${stopped.map((policy) => `by-hand-${policy}`).join(" ")}
kill -9 $(docker inspect -f '{{.State.Pid}}' by-itself)
until [ "$(docker inspect -f '{{.State.Status}}' by-itself)" = exited ]; do sleep 0.1; done`);
    const { answer } = await audit(2);
    const names = [...stopped.map((policy) => `by-hand-${policy}`), "never-started", "by-itself"];
    const judged = names.filter((name) => red(answer, name).includes("containers.sensitive-mounts"));
    expect(judged).toEqual(["by-hand-always", "by-hand-on-failure", "by-itself"]);
    for (const name of judged) expect(red(answer, name)).toEqual(["containers.sensitive-mounts"]);
    expect(besides(answer)).toMatchObject([{ id: "containers.comes-back" }]);
    await exec("mkdir /srv/gone; systemctl reset-failed docker; systemctl restart docker");
    const running = (await exec("docker ps --format '{{.Names}}'")).split("\n");
    expect(names.filter((name) => running.includes(name))).toEqual(judged);
    await exec(`docker rm --force ${names.join(" ")}`);
  });

  test("no value of an environment leaves the host, and a process decides and not the configuration", async () => {
    await exec(`${made("well-but-root", { user: "--user 0:0", more: "-e DB_PASSWORD=hunter2secret" })}
${made("well-dropped", {
  user: "",
  capabilities: "--cap-drop ALL --cap-add SETUID --cap-add SETGID",
  command: "httpd -f -p 8000 -u 1000:1000",
})}
until docker exec well-dropped grep -q 1000 /proc/1/status; do sleep 0.1; done`);
    const { answer, text } = await audit(2);
    expect(text).not.toContain("hunter2secret");
    expect(
      answer.checks.find(({ id, object }) => id === "secrets.visible" && object.startsWith("well-but-root")),
    ).toMatchObject({
      found: "its environment has DB_PASSWORD, whose value docker inspect shows",
    });
    expect(
      answer.checks.find(({ id, object }) => id === "containers.user" && object === "well-but-root"),
    ).toMatchObject({
      found: expect.stringMatching(/^sleep \(process \d+\) runs as root, though user is 0:0$/),
    });
    // Nobody set a user, and its only process has left root behind; what it needed for that stays with it.
    expect(red(answer, "well-dropped")).toEqual(["containers.capabilities"]);
    await exec("docker rm --force well-but-root well-dropped");
  });

  test("the matrix says what connecting from within each container does", async () => {
    const serve = (name: string, given: Made, ...more: readonly string[]) =>
      [
        made(name, { ...given, command: "httpd -f -p 8000 -h /tmp" }),
        ...more.map((network) => `docker network connect ${network} ${name}`),
      ].join("\n");
    await exec(`docker rm --force well
docker network create --internal back
docker network create --opt com.docker.network.bridge.enable_icc=false apart
${serve("proxy", { network: "--network front", image: "nginx:1.27.1" }, "inside")}
${serve("api", {}, "back")}
${serve("db", { network: "--network back", image: "memcached:1.6.1" })}
${serve("one", { network: "--network apart" })}
${serve("other", { network: "--network apart" })}
${serve("sidecar", { network: "--network container:db" }).replace("-p 8000", "-p 8001")}
${serve("nothing", { network: "--network none" })}`);
    const names = ["proxy", "api", "db", "one", "other", "sidecar", "nothing"];
    // A container of another's namespace has that one's addresses, and each asks all others at once.
    const tried = await exec(`for to in ${names.join(" ")}; do
  of=$to port=8000; [ $to = sidecar ] && of=db port=8001
  for address in $(docker inspect --format '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}' $of); do
    echo "{ echo | timeout 3 nc $address $port >/dev/null 2>&1 && echo $to; } &"
  done
done >/run/asked
for each in ${names.join(" ")}; do
  port=8000; [ $each = sidecar ] && port=8001
  until docker exec $each sh -c "echo | timeout 3 nc 127.0.0.1 $port >/dev/null 2>&1"; do sleep 0.1; done
done
for from in ${names.join(" ")}; do
  docker exec $from sh -c "$(cat /run/asked)
wait" | sort -u | sed "s/^/$from /" &
done
wait`);
    const { answer } = await audit(2);
    const connected = tried
      .trim()
      .split("\n")
      .filter((row) => new Set(row.split(" ")).size === 2);
    const said = answer.reach.filter(({ answer }) => answer === "yes").map(({ from, to }) => `${from} ${to}`);
    expect(said.sort()).toEqual(connected.sort());
    expect(connected).toEqual(
      expect.arrayContaining(["proxy api", "api proxy", "api db", "sidecar db", "api sidecar"]),
    );
    expect(connected).not.toContain("proxy db");
    expect(besides(answer)).toEqual([]);
    await exec("docker network connect back proxy");
    const { answer: now } = await audit(2);
    expect(besides(now)).toMatchObject([
      {
        id: "networks.proxy-reaches-data",
        level: "note",
        message: expect.stringContaining("proxy reaches db by back"),
      },
    ]);
    await exec(`docker rm --force ${names.join(" ")}`);
  });

  test("file, container and host are compared, and a difference names both numbers", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "harden-audit-")), "compose.yaml");
    writeFileSync(
      file,
      `name: shop
services:
  web:
    image: app:1.0
    group_add: ["1002"]
    volumes: ["/etc/letsencrypt:/etc/letsencrypt:ro"]
    # harden waive containers.health until 2999-01-01: it is looked at from outside
  gone:
    image: app:1.0
networks: {}
`,
    );
    const label = "--label com.docker.compose.project=shop --label com.docker.compose.service=web";
    const mount = "-v /etc/letsencrypt:/etc/letsencrypt:ro";
    await exec(made("shop-web-1", { more: `${label} ${mount} --group-add 1003`, health: "" }));
    const { answer, answers } = await audit(2, file);
    const group = answer.checks.find(
      ({ id, verdict }) => id === "containers.certificates-group" && verdict === "fail",
    );
    expect(group).toMatchObject({
      object: "shop-web-1 (shop/web)",
      found: `ssl-docker is 1002 on the host; group_add is 1002 in ${file} and 1003 in the container; sleep is in 1000, 1003`,
    });
    expect(besides(answer)).toMatchObject([
      { id: "containers.not-running", message: expect.stringContaining("for gone") },
    ]);
    expect(answers.map(({ verdict }) => verdict)).toEqual(["fail", "fail"]);
    await exec("docker rm --force shop-web-1");
  });

  /** Without what answers from here: the host's own sshd does. */
  const ofEngine = ({ checks }: Answer["value"]) => checks.filter(({ id }) => id.startsWith("containers."));

  test("an engine that does not answer is never green, and one that does not run is not applicable", async () => {
    await exec("kill -STOP $(pidof dockerd)");
    const silent = await audit(2);
    await exec("kill -CONT $(pidof dockerd)");
    expect(ofEngine(silent.answer)).toMatchObject([{ id: "containers.readable", verdict: "error" }]);
    await exec(`${made("well")}
echo '{"live-restore": true}' >/etc/docker/daemon.json; systemctl reload docker
until [ "$(docker info --format '{{.LiveRestoreEnabled}}')" = true ]; do sleep 0.1; done
systemctl stop docker.socket docker.service`);
    const { answer: left } = await audit(2);
    expect(ofEngine(left)).toMatchObject([
      {
        id: "containers.readable",
        verdict: "error",
        found: "the engine doesn't run, and containers run on without it (1)",
      },
    ]);
    await exec(`systemctl reset-failed docker; systemctl start docker.service; docker rm --force well
until ! ls /run/containerd/io.containerd.runtime.v2.task/moby/* 2>/dev/null; do sleep 0.1; done
systemctl stop docker.socket docker.service`);
    const { answer } = await audit(0);
    expect(answer.engine).toEqual({ state: "not applicable", why: "the engine doesn't run" });
    expect(ofEngine(answer)).toEqual([]);
    expect(await exec("systemctl is-active docker.service docker.socket || :")).toBe("inactive\ninactive\n");
  });
});
