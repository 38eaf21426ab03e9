/** docker/example on a real engine: what `compose fix` makes of it starts, works, survives restarts, and lets nobody near the data. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { get as getPlain } from "node:http";
import { get as getSecure } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { composeFix } from "../../src/features/compose/fix.ts";
import { keep } from "../compose/world.ts";
import { harden } from "./harden.ts";
import { hasDocker, type Peer, startHost, startPeer, type TestHost } from "./hosts.ts";
import { must } from "./trouble.ts";
import { waitUntil } from "./wait.ts";

const folder = join(import.meta.dirname, "../../docker/example");
const file = (name: string) => readFileSync(join(folder, name), "base64");
const read = (name: string) => readFileSync(join(folder, name), "utf8");

/** The guide's group, certificates that only it reads, and the example's files; a volume is there, and root's. */
const prepare = `set -e
sh /srv/images.sh
groupadd -g 1002 ssl-docker
cd /etc && mkdir -p letsencrypt/live/example.com letsencrypt/archive/example.com && cd letsencrypt
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=example.com \
  -keyout archive/example.com/privkey1.pem -out archive/example.com/fullchain1.pem 2>/dev/null
ln -s ../../archive/example.com/privkey1.pem live/example.com/privkey.pem
ln -s ../../archive/example.com/fullchain1.pem live/example.com/fullchain.pem
chgrp -R ssl-docker live/example.com archive/example.com
chmod 750 live/example.com archive/example.com
chmod 640 archive/example.com/privkey1.pem
mkdir -p /opt/weak /opt/shop
printf 'POSTGRES_PASSWORD=one\\nREDIS_PASSWORD=two\\n' | tee /opt/weak/.env >/opt/shop/.env
echo ${file("nginx.conf")} | base64 -d | tee /opt/weak/nginx.conf >/opt/shop/nginx.conf
echo ${file("weak/compose.yaml")} | base64 -d >/opt/weak/compose.yaml
echo ${file("compose.yaml")} | base64 -d >/opt/shop/compose.yaml
docker volume create shop_postgres-data
chown 0:0 "$(docker volume inspect -f '{{.Mountpoint}}' shop_postgres-data)"`;

/** A proxy and an app of somebody's own: only the profile knows what they are. */
const profile = `sysctl: {enabled: false}
images:
  registry.example/team/edge:
    role: proxy
    user: "101:101"
    pids: 128
    writable: [/run, /var/cache/nginx]
    why: nginx in a registry of our own
  myapp:
    user: "1234:1234"
    egress: [api]
    why: it asks a service of others
`;

/** What nginx answers from outside; undefined where it doesn't, or not with 200. */
function page(host: TestHost, scheme: "http" | "https"): Promise<string | undefined> {
  const options = { host: host.address, path: "/", timeout: 5000, rejectUnauthorized: false };
  return new Promise((resolve) => {
    const request = (scheme === "http" ? getPlain : getSecure)(options, async (response) => {
      const parts = await response.toArray().catch(() => []);
      resolve(response.statusCode === 200 ? Buffer.concat(parts).toString() : undefined);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(undefined));
  });
}

describe.skipIf(!hasDocker())("the example", () => {
  let host: TestHost;
  let peer: Peer;
  const exec = (script: string) => must(host, script);
  const compose = (words: string, project = "shop") =>
    exec(`cd /opt/${project} && docker compose --progress quiet ${words} 2>&1`);
  const inspect = (format: string) =>
    exec(
      `docker inspect -f '{{index .Config.Labels "com.docker.compose.service"}} ${format}' $(cd /opt/shop && docker compose ps -aq) | sort`,
    );
  const answer = async (scheme: "http" | "https" = "http") => {
    let text: string | undefined;
    await waitUntil(`the page comes by ${scheme}`, async () => {
      text = await page(host, scheme);
      return text !== undefined;
    });
    return JSON.parse(text!) as { redis: number; postgres: number; uid: number };
  };
  /** Everything that has a test of its health passes it, and everything runs. */
  const healthy = async () => {
    const states = () => inspect("{{.State.Status}} {{with .State.Health}}{{.Status}}{{end}}");
    const wanted = "api running \nnginx running \npostgres running healthy\nredis running healthy\n";
    await waitUntil("all services are healthy", async () => (await states()) === wanted);
  };

  beforeAll(async () => {
    host = await startHost("debian13", "services");
    peer = await startPeer(host);
    await exec(prepare);
  });
  afterAll(async () => {
    await peer?.remove();
    await host?.remove();
  });

  test("as it was first written works, and has its data open to another machine", async () => {
    await compose("up -d", "weak");
    expect(await answer()).toMatchObject({ redis: 1, postgres: 1, uid: 0 });
    expect(await peer.knock(host.address, 5432)).toBe("open");
    expect(await peer.knock(host.address, 6379)).toBe("open");
  });

  test("an audit tells what it lets in without a password, by real attempts, and never shows one", async () => {
    const audit = async () => {
      const { stdout } = await harden(host, ["audit", host.target("root"), "--format", "json"]);
      expect(stdout).not.toMatch(/"(one|two)"|requirepass two|mysecretpassword/);
      const [{ value }] = JSON.parse(stdout) as [{ value: { checks: Record<string, string>[] } }];
      return value.checks
        .filter(({ id = "" }) => /^(auth\.(redis|postgres)|exposure\.(reached|authentication))/.test(id))
        .map(({ id, object = "", verdict }) => `${id} ${object.replace(/ \(\S+\)/, "")}: ${verdict}`);
    };
    await compose("up -d", "weak");
    await exec("docker run --detach --stop-timeout 1 --name open redis:8.0 redis-server --protected-mode no");
    await exec(
      "docker run --detach --stop-timeout 1 --name usual redis:8.0 redis-server --requirepass redis",
    );
    await exec(
      "docker run --detach --stop-timeout 1 --name apart redis:8.0 redis-server --protected-mode yes --bind '*'",
    );
    await exec(
      "docker run --detach --stop-timeout 1 --name moved redis:8.0 redis-server --protected-mode no --port 6380",
    );
    await exec(
      "docker run --detach --stop-timeout 1 --name beside --network container:usual redis:8.0 redis-server --protected-mode no --port 6381",
    );
    // A process of the host's own network, as one that apt has installed.
    await exec(
      "docker run --detach --stop-timeout 1 --name own --network host redis:8.0 redis-server --protected-mode no --port 6390",
    );
    const database = (name: string, password: string) =>
      `docker run --detach --stop-timeout 1 --name ${name} -e POSTGRES_PASSWORD=${password} postgres:17.6`;
    await exec(database("guessed", "mysecretpassword"));
    await exec(database("random", "$(openssl rand -hex 16)"));
    const wanted = [
      ...["auth.postgres guessed: fail", "auth.postgres random: pass"],
      ...["auth.redis open: fail", "auth.redis usual: fail", "auth.redis usual command: fail"],
      // Who is in another's network has its ports, and that one has those of this.
      ...[
        "auth.redis moved: fail",
        "auth.redis beside: fail",
        "auth.redis beside: fail",
        "auth.redis usual: fail",
      ],
      ...["auth.redis apart: pass", "auth.redis weak-redis-1: pass", "auth.redis weak-redis-1 command: fail"],
      "exposure.authentication redis: fail",
      ...["exposure.reached 5432/tcp: fail", "exposure.reached 6379/tcp: fail"],
    ];
    await waitUntil("all of them listen", async () => (await audit()).length === wanted.length + 1);
    expect((await audit()).sort()).toEqual([...wanted, "auth.postgres weak-postgres-1: pass"].sort());
    const weak = join(mkdtempSync(join(tmpdir(), "harden-example-")), "weak");
    cpSync(join(folder, "weak"), weak, { recursive: true });
    const fixed = await harden(host, [
      ...["compose", "fix", join(weak, "compose.yaml"), "--write", "--from", host.target("root")],
    ]);
    // What is left to a person fails.
    expect(fixed, fixed.stderr).toMatchObject({ code: 2 });
    expect(fixed.stdout).toMatch(/ {2}redis: \d+M, half as much again as its peak with cache of \d+M/);
    const { services } = parse(readFileSync(join(weak, "compose.yaml"), "utf8"));
    const limits = ["nginx", "api", "postgres", "redis"].map(
      (name) => services[name].deploy.resources.limits.memory as string,
    );
    expect(limits.map((size) => /^\d+M$/.test(size) && Number.parseInt(size, 10) % 64)).toEqual([0, 0, 0, 0]);
    expect(limits).not.toContain("512M");
    const hba = "/var/lib/postgresql/data/pg_hba.conf";
    await exec(
      `docker exec -u 999 weak-postgres-1 sh -c "sed -i '1i host all all all trust' ${hba} && kill -HUP 1"`,
    );
    await waitUntil("postgres trusts", async () =>
      (await audit()).includes("auth.postgres weak-postgres-1: fail"),
    );
    await exec("docker rm -f open beside usual apart moved guessed random");
    await compose("down --volumes", "weak");
  });

  test("as it is fixed starts on a volume that is root's, works through nginx, and survives two restarts", async () => {
    const volume = "stat -c %u:%g $(docker volume inspect -f '{{.Mountpoint}}' shop_postgres-data)";
    expect(await exec(volume)).toBe("0:0\n");
    await compose("up -d");
    await healthy();
    expect(await exec(volume)).toBe("999:999\n");
    expect(await answer()).toEqual({ redis: 1, postgres: 1, uid: 1000 });
    await compose("restart");
    await healthy();
    expect(await answer("https")).toEqual({ redis: 2, postgres: 2, uid: 1000 });
    await compose("down");
    await compose("up -d");
    await healthy();
    expect(await answer()).toEqual({ redis: 3, postgres: 3, uid: 1000 });
    expect(await inspect("{{.RestartCount}}")).toBe("api 0\nnginx 0\npostgres 0\nredis 0\n");
  });

  test("has no rights that it doesn't need", async () => {
    for (const [service, uid] of Object.entries({ nginx: 101, api: 1000, postgres: 999, redis: 999 })) {
      const inside = (script: string) =>
        `cd /opt/shop && docker compose exec -T ${service} sh -c '${script}'`;
      const status = await exec(inside("cat /proc/1/status"));
      expect(status, service).toMatch(
        new RegExp(`^Uid:\\t${uid}\\t[\\s\\S]*^CapEff:\\t0+$[\\s\\S]*^NoNewPrivs:\\t1$`, "m"),
      );
      expect((await host.exec(inside("touch /x"))).stderr, service).toContain("Read-only file system");
      expect(await exec(inside("df -k /tmp | tail -n 1")), service).toMatch(/^tmpfs +65536 /);
    }
    const key = "/etc/letsencrypt/live/example.com/privkey.pem";
    const inNginx = "cd /opt/shop && docker compose exec -T";
    expect(await exec(`${inNginx} nginx cat ${key}`)).toContain("BEGIN PRIVATE KEY");
    const written = await host.exec(`${inNginx} --user 0 nginx sh -c 'echo >>${key}'`);
    expect(written.stderr).toContain("Read-only file system");
  });

  test("an image of a mended Dockerfile runs, as nobody who can write its code", async () => {
    const weak =
      "FROM harden/services\nWORKDIR /code\nCOPY --chown=1000:1000 . .\nENV PATH=/bin:/usr/bin\nCMD sleep 9999\n";
    const read = async (path: string) => (path === "Dockerfile" ? weak : undefined);
    const { text, byHand } = await composeFix("Dockerfile", { read, keep, today: "2027-01-31" });
    expect(byHand).toEqual([]);
    const put = `mkdir -p /opt/mended && cd /opt/mended && echo hi >code && echo ${Buffer.from(text).toString("base64")} | base64 -d >Dockerfile`;
    await exec(
      `${put} && DOCKER_BUILDKIT=0 docker build -q -t mended . && docker run -d --name mended mended`,
    );
    const inside = (script: string) => `docker exec mended sh -c "${script}"`;
    expect(await exec(inside("id -u; cat code; cat /proc/1/comm"))).toBe("1000\nhi\nsleep\n");
    expect((await host.exec(inside("echo more >>code"))).stderr).toContain("ermission denied");
    await exec("docker rm --force mended && docker image rm mended");
  });

  test("on data that is root's it works once what the fix tells has been done", async () => {
    await compose("stop");
    const folder = (await exec("docker volume inspect -f '{{.Mountpoint}}' shop_redis-data")).trim();
    await exec(`chown -R 0:0 ${folder}`);
    await compose("start redis");
    await waitUntil("redis gives up", async () => /redis [1-9]/.test(await inspect("{{.RestartCount}}")));
    await exec(`chown -R 999:999 ${folder}`);
    await compose("up -d");
    await healthy();
    expect(await answer()).toEqual({ redis: 4, postgres: 4, uid: 1000 });
  });

  test("lets another machine reach nginx alone, by any way, and the data nobody who is not on its network", async () => {
    const doors = async (address: string, ports: readonly number[]) => {
      const found = await Promise.all(ports.map(async (port) => [port, await peer.knock(address, port)]));
      return found.flatMap(([port, what]) => (what === "open" ? [port] : []));
    };
    expect(await doors(host.address, [80, 443, 3000, 5432, 6379])).toEqual([80, 443]);
    const rows = (await inspect("{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}"))
      .trim()
      .split("\n");
    const addresses = new Map(rows.map((row) => [row.split(" ")[0]!, row.trim().split(" ").slice(1)]));
    // Whoever shares the wire may route to the containers themselves.
    for (const address of [...addresses.values()].flat())
      expect((await peer.exec(`ip route add ${address} via ${host.address}`)).code, address).toBe(0);
    const doorOfNginx = await Promise.all((addresses.get("nginx") ?? []).map((one) => peer.knock(one, 80)));
    expect(doorOfNginx).toContain("open");
    const ports = { api: 3000, postgres: 5432, redis: 6379 };
    const near = await Promise.all(
      Object.entries(ports).map(async ([service, port]) => {
        const [address = "", ...more] = addresses.get(service) ?? [];
        const knock = `timeout 2 bash -c "</dev/tcp/${address}/${port}"`;
        const beside = `docker run --rm --entrypoint "" nginx:1.28 ${knock}`;
        const within = `cd /opt/shop && docker compose exec -T api ${knock}`;
        const codes = await Promise.all(
          [beside, within].map(async (script) => (await host.exec(script)).code),
        );
        return [service, more, await peer.knock(address, port), ...codes];
      }),
    );
    // 124: nothing came back, and the knock was ended.
    expect(near).toEqual(Object.keys(ports).map((service) => [service, [], "silent", 124, 0]));
    await peer.exec("mkdir -p /run/sshd && /usr/sbin/sshd");
    const out = (service: string) =>
      host.exec(
        `cd /opt/shop && docker compose exec -T ${service} timeout 2 bash -c "</dev/tcp/${peer.address}/22"`,
      );
    expect((await out("nginx")).code).toBe(0);
    expect((await out("postgres")).code).not.toBe(0);
  });

  test("with images of a profile, what must call out does, from the network egress, and its neighbour can't", async () => {
    await compose("down");
    await exec("docker tag nginx:1.28 registry.example/team/edge:1.0");
    const place = mkdtempSync(join(tmpdir(), "harden-example-"));
    const worker = "  worker:\n    image: myapp:v1.2.3\n    environment: {}\n";
    const weak = read("weak/compose.yaml").replace("nginx:1.28", "registry.example/team/edge:1.0");
    writeFileSync(
      join(place, "compose.yaml"),
      weak.replace("  postgres:\n    image", `${worker}  postgres:\n    image`),
    );
    writeFileSync(join(place, "profile.yaml"), profile);
    const by = ["--profile", join(place, "profile.yaml")];
    const fixed = await harden(host, ["compose", "fix", join(place, "compose.yaml"), "--write", ...by]);
    expect(fixed, fixed.stderr).toMatchObject({ code: 2 });
    expect(fixed.stdout).toContain("    api: it asks a service of others\n");
    const text = readFileSync(join(place, "compose.yaml")).toString("base64");
    await exec(
      `mkdir /opt/team && cp /opt/shop/.env /opt/shop/nginx.conf /opt/team && echo ${text} | base64 -d >/opt/team/compose.yaml`,
    );
    await compose("up -d", "team");
    expect(await answer("https")).toMatchObject({ redis: 1, postgres: 1, uid: 1234 });
    await peer.exec("mkdir -p /run/sshd && /usr/sbin/sshd");
    const out = async (service: string) => {
      const knock = `timeout 2 bash -c "</dev/tcp/${peer.address}/22"`;
      return (await host.exec(`cd /opt/team && docker compose exec -T ${service} ${knock}`)).code === 0;
    };
    const called = ["nginx", "api", "worker", "postgres", "redis"];
    expect(await Promise.all(called.map(out))).toEqual([true, true, false, false, false]);
    const { stdout } = await harden(host, ["audit", host.target("root"), "--format", "json", ...by]);
    const [{ value }] = JSON.parse(stdout) as [{ value: { checks: Record<string, string>[] } }];
    const told = value.checks
      .filter(({ id = "", object = "" }) => /^networks\./.test(id) && /\(team\/|^team_/.test(object))
      .filter(({ verdict }) => verdict !== "not applicable")
      .map(({ id, object, verdict }) => `${id} ${object}: ${verdict}`);
    expect(told).toContain("networks.egress team-api-1 (team/api): pass");
    expect(told).toContain("networks.internal team_egress: pass");
    expect(told.filter((each) => !each.endsWith(": pass"))).toEqual([]);
    await compose("down --volumes", "team");
  });
});
