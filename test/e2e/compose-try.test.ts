/** `compose fix --try` on a real engine: what it finds, that nothing of the original is touched or mounted, and that nothing of it stays. */
import { dirname } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { fixResult } from "../../generate/results-schema.ts";
import { cli } from "./harden.ts";
import { hasDocker, startHost, type TestContainer } from "./hosts.ts";
import { must } from "./trouble.ts";
import { waitUntil } from "./wait.ts";

/** Ends at once when it is asked to. */
const lives = (script: string) => `["sh", "-c", "trap exit TERM; ${script}; sleep infinity & wait"]`;

/** Works as it is fixed; its name, its port and its network can be had once only. */
const good = `name: shop
services:
  keeper:
    image: tool:1
    container_name: keeper
    user: root # harden waive containers.user until 2099-12-31: it owns the data
    command: ${lives("cat /conf/a.conf /run/secrets/db && echo more >>/data/x && echo more >>/work/x && echo more >>/there/x && date +%N >>/data/starts")}
    restart: unless-stopped
    ports: ["127.0.0.1:8123:80"]
    volumes:
      - ./conf:/conf:ro
      - ./work:/work
      - data:/data
      - there:/there
      - /var/run/docker.sock:/var/run/docker.sock
    secrets: [db]
    networks: {front: {ipv4_address: 10.77.0.4}}
  job:
    build: ./job
    restart: on-failure:5
  cache:
    image: redis:8.0
    command: redis-server --requirepass inthefile
    volumes: [cached:/data]
volumes:
  cached:
  data:
  there: {external: true}
networks: {front: {ipam: {config: [{subnet: 10.77.0.0/24}]}}}
secrets: {db: {file: ./db}}
`;

/** The one steps down from root by an image that nobody knows; the other never starts without a database that isn't here. */
const bad = `services:
  cache:
    image: mycache:1
    user: root # harden waive containers.user until 2099-12-31: it steps down
    environment: {CACHE_PASSWORD: verysecret}
    restart: unless-stopped
  lost:
    image: tool:1
    command: ["sh", "-c", "printf '\\\\033[2Jno database at verysecret or postgres://u:another@db/x' >&2; exit 3"]
`;

/** Takes as long as anybody needs to break in. */
const slow = `services:
  long:
    build: .
`;

const base64 = (text: string) => Buffer.from(text).toString("base64");
const file = (path: string, text: string) => `echo ${base64(text)} | base64 -d >${path}`;

const prepare = `set -e
sh /srv/images.sh
docker tag harden/services tool:1
docker tag redis:8.0 mycache:1
docker volume create there
mkdir -p /opt/shop/conf /opt/shop/work /opt/shop/job /opt/bad /opt/slow
${file("/opt/shop/compose.yaml", good)}
${file("/opt/bad/compose.yaml", bad)}
${file("/opt/slow/compose.yaml", slow)}
printf 'FROM tool:1\\nRUN sleep 600\\n' >/opt/slow/Dockerfile
cd /opt/shop
printf 'FROM tool:1\\nRUN echo made >/made\\nCMD ["cat", "/made"]\\n' >job/Dockerfile
echo setting >conf/a.conf
ln -s /etc/shadow conf/out
echo data >work/x
echo filesecret >db
docker compose --progress quiet up -d
timeout 60 sh -c 'until [ -s /var/lib/docker/volumes/shop_data/_data/starts ]; do sleep 0.1; done'`;

/** Ids of all that an engine has but its build cache, and what lies in /tmp. */
const everything = `docker ps -aq --no-trunc | sort
docker volume ls -q | sort; docker network ls -q --no-trunc | sort; docker image ls -aq --no-trunc | sort; ls /tmp`;

/** Each byte, owner, mode and time of what the original has. */
const belongings = `volumes=$(docker volume inspect -f '{{.Mountpoint}}' shop_data there)
find /opt/shop/conf /opt/shop/work /opt/shop/db $volumes -printf '%p %u %m %T@ %l\\n' | sort
find /opt/shop/conf /opt/shop/work /opt/shop/db $volumes -type f -exec sha256sum {} + | sort
docker inspect -f '{{.State.StartedAt}} {{.RestartCount}}' keeper`;

/** Inspects all containers of tries until the tool has ended, as JSON lines. */
const spied = (command: string) => `set -u
rm -f /srv/seen /srv/code /srv/out /srv/err
(${command} >/srv/out 2>/srv/err; echo $? >/srv/code) &
while [ ! -s /srv/code ]; do
  ids=$(docker ps -aq --filter label=harden.try)
  [ -z "$ids" ] || docker inspect -f '{{json .}}' $ids >>/srv/seen 2>/dev/null
  sleep 0.2
done
cat /srv/code`;

interface Spied {
  readonly Name: string;
  readonly State: { readonly Status: string };
  readonly Mounts: readonly {
    readonly Type: string;
    readonly Name?: string;
    readonly Source: string;
    readonly Destination: string;
  }[];
  readonly HostConfig: {
    readonly PortBindings: object;
    readonly Privileged: boolean;
    readonly NetworkMode: string;
  };
  readonly NetworkSettings: { readonly Ports: Readonly<Record<string, unknown>> };
}

describe.skipIf(!hasDocker())("compose fix --try", () => {
  let host: TestContainer;
  const exec = (script: string) => must(host, script);
  const tool = "node /opt/harden/dist/cli.js compose fix";
  const read = (path: string) => exec(`cat ${path}`);

  beforeAll(async () => {
    host = await startHost("debian13", "services");
    await exec("mkdir -p /opt/harden");
    await host.put(process.execPath, "/usr/local/bin");
    await host.put(dirname(cli), "/opt/harden");
    await exec(prepare);
  });
  afterAll(() => host?.remove());

  test("starts a good result twice beside the original, of which it mounts nothing, and writes it", async () => {
    const [before, all] = [await exec(belongings), await exec(everything)];
    const code = await exec(spied(`cd /opt/shop && ${tool} compose.yaml --try --write --format json`));
    const { written, tried } = fixResult.parse(JSON.parse(await read("/srv/out")));
    expect(code, await read("/srv/err")).toBe("2\n"); // What is left to a person.
    expect({ written, tried }).toEqual({
      written: true,
      tried: {
        verdict: "works",
        services: [
          // Its password is moved into a file that is written once the try is over.
          { name: "cache", first: "runs", again: "runs" },
          { name: "job", first: "done", again: "done" },
          { name: "keeper", first: "runs", again: "runs" },
        ],
        notes: ["keeper: without /var/run/docker.sock at /var/run/docker.sock (it is the host's)"],
        left: [],
      },
    });
    expect(parse(await read("/opt/shop/compose.yaml")).services.keeper.read_only).toBe(true);

    const seen = (await read("/srv/seen"))
      .trim()
      .split("\n")
      .map((line): Spied => JSON.parse(line));
    expect(seen.filter(({ State }) => State.Status === "running").length).toBeGreaterThan(2);
    for (const { Name, Mounts, HostConfig, NetworkSettings } of seen) {
      const [, service = ""] = /^\/harden-try-[0-9a-f]{8}-(keeper|job|cache)-1$/.exec(Name) ?? [];
      for (const { Type, Name: volume, Source } of Mounts)
        if (Type === "volume") expect(volume).toMatch(/^harden-try-[0-9a-f]{8}_(cached|data|there)$/);
        else expect(Source).toMatch(/^\/tmp\/harden-try-[0-9a-f]{8}-\w+\/copies\/\d+$/);
      const wanted = {
        cache: ["/data", "/run/secrets/cache-redis.conf"],
        keeper: ["/conf", "/data", "/run/secrets/db", "/there", "/work"],
        job: [],
      };
      const there = Mounts.map(({ Destination }) => Destination).sort();
      expect(there).toEqual(wanted[service as keyof typeof wanted]);
      expect([HostConfig.PortBindings, HostConfig.Privileged]).toEqual([{}, false]);
      expect(Object.values(NetworkSettings.Ports).filter(Boolean)).toEqual([]);
    }
    expect(await exec(everything)).toBe(all);
    expect(await exec(belongings)).toBe(before);
  });

  test.each([
    ["no docker command", `PATH=/usr/local/bin ${tool}`, "There is no docker command on this machine."],
    [
      "no engine",
      `DOCKER_HOST=unix:///nowhere ${tool}`,
      "No container engine answers: Cannot connect to the Docker daemon",
    ],
    [
      "no compose",
      `mv /usr/libexec/docker /srv/docker; trap 'mv /srv/docker /usr/libexec/docker' EXIT; ${tool}`,
      "`docker compose` is not on this machine, version 2 or later.",
    ],
  ])("says that nothing was tried where there is %s", async (_what, command, wanted) => {
    const text = await read("/opt/shop/compose.yaml");
    const { code, stderr } = await host.exec(`cd /opt/shop; ${command} compose.yaml --try --write`);
    expect(stderr.replace(/\s+/g, " ")).toContain(wanted);
    expect(stderr).toContain("nothing was tried, and the file is as it was");
    expect(code, stderr).toBe(1);
    expect(await read("/opt/shop/compose.yaml")).toBe(text);
  });

  const starting = "docker ps -q --filter label=harden.try";
  // Not this very shell, which has the pattern among its words.
  const building = "pgrep -f 'docke[r].* compose .*harden-try-.* build' || :";

  /** Runs the tool on a project, out of everybody's hearing, and sends it a signal once it is at work. */
  async function signalled(
    signal: string,
    { project = "bad", atWork = starting } = {},
  ): Promise<{ readonly code: string; readonly said: string }> {
    const work = `trap : INT; ${tool} compose.yaml --try --write >/srv/out 2>&1; echo $? >/srv/code`;
    await exec(
      `cd /opt/${project} && rm -f /srv/code && (setsid sh -c '${work}' </dev/null >/dev/null 2>&1 &)`,
    );
    await waitUntil("it is at work", async () => (await exec(atWork)) !== "");
    // A terminal sends its Ctrl-C to all that runs on it.
    const all = signal === "INT" ? "-- -$(ps -o pgid= -p $pid | tr -d ' ')" : "$pid";
    await exec(`pid=$(pgrep -f '^node /opt/harden/dist/cli.js'); kill -s ${signal} ${all}`);
    await waitUntil("the tool has ended", async () => (await host.exec("test -s /srv/code")).code === 0);
    return { code: (await read("/srv/code")).trim(), said: await read("/srv/out") };
  }

  test("tells what broke by the fix, what breaks without it too, and writes nothing; a terminal may hang up meanwhile", async () => {
    const all = await exec(everything);
    const { code, said } = await signalled("HUP");
    expect(code, said).toBe("2");
    expect(said).toContain("Tried: it breaks what works without it.");
    expect(said).toMatch(
      /cache +exited with 1 at its first start, after 5 restarts\n +\| chown: [^\n]*Operation not permitted\n +look at cap_add: CHOWN[^\n]*\n +the original works when it is tried so\n/,
    );
    expect(said).toMatch(
      /lost +exited with 3 at its first start, after 5 restarts\n +\| no database at … or postgres:\/\/u:…@db\/x[^\n]*\n +the original breaks, too/,
    );
    expect(said).not.toMatch(/verysecret|another@|\u001b/);
    expect(said).toContain("harden: compose.yaml is as it was.");
    expect(await read("/opt/bad/compose.yaml")).toBe(bad);
    expect(await exec(everything)).toBe(all);
  });

  test.each([
    ["INT", "1"],
    ["TERM", "1"],
    ["KILL", "137"],
  ])("takes all away after SIG%s in the middle of a start", async (signal, wanted) => {
    const all = await exec(everything);
    const { code, said } = await signalled(signal);
    // Killed, it can't wait for that itself.
    if (signal === "KILL") await waitUntil("nothing is left", async () => (await exec(everything)) === all);
    expect(await exec(everything)).toBe(all);
    expect(code, said).toBe(wanted);
    if (signal !== "KILL") expect(said).toContain("The try was interrupted.");
    expect(await read("/opt/bad/compose.yaml")).toBe(bad);
  });

  test("ends a build, too, when it is killed meanwhile", async () => {
    const all = await exec(everything);
    await signalled("KILL", { project: "slow", atWork: building });
    await waitUntil("nothing is left", async () => (await exec(everything)) === all);
    expect(await exec(building)).toBe("");
  });
});
