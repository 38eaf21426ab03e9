/** The container engine: its file, its restart, and the containers that run through both; by use. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drawTests, sample } from "../setup/sample.ts";
import { outcome, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { must } from "./trouble.ts";
import { waitUntil } from "./wait.ts";

const distros = sample("daemon", bothDistros, 1);

const config = "/etc/docker/daemon.json";
/** Somebody's own, in a style that nobody chooses. */
const theirs = `{ "dns": ["192.0.2.53"],
\t"log-opts": {"labels": "app"},   "debug":false }
`;

describe.skipIf(!hasDocker()).each(distros)("the container engine on %s", (distro) => {
  let host: TestHost;
  const profile = profileFile("daemon: {}\n");
  const run = (command: string, file = profile, ...more: string[]) =>
    harden(host, [command, host.target("root"), "--profile", file, ...more]);
  const exec = (script: string) => must(host, script);
  const applied = async (file = profile) => {
    const done = await run("apply", file, "--yes");
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
    return done;
  };
  /** When each was started, of those that run. */
  const running = () =>
    exec("docker ps -q | xargs docker inspect --format '{{.Name}} {{.State.StartedAt}}' | sort");
  const setting = (format: string) => exec(`docker info --format '{{${format}}}'`);

  beforeAll(async () => {
    host = await startHost(distro, "docker");
    await exec(`docker import /srv/busybox.tar busybox; mkdir -p /etc/docker; cat >${config} <<'END'\n${theirs}END
systemctl restart docker
docker run --detach --name always --restart always --log-opt max-size=1m busybox sleep 9999
docker run --detach --name never --log-opt max-size=1m busybox sleep 9999
docker run --detach --name endless busybox sleep 9999`);
  });
  afterAll(() => host?.remove());

  test("an apply bounds new containers, keeps what stands in daemon.json, and lets containers run on", async () => {
    const before = await running();
    const done = await run("apply", profile, "--yes");
    // A container keeps what it was made with.
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 2 });
    expect(done.stdout).toMatch(
      /fail +daemon\.container-logs[\s\S]*endless logs to json-file without a bound/,
    );
    expect(await running()).toBe(before);
    await exec("docker rm -f endless");
    const text = await exec(`cat ${config}`);
    expect(text).toContain('{ "dns": ["192.0.2.53"],\n\t"log-opts": {"labels": "app", "max-size": "10m"');
    expect(JSON.parse(text)).toEqual({
      dns: ["192.0.2.53"],
      debug: false,
      "log-driver": "json-file",
      "log-opts": { labels: "app", "max-size": "10m", "max-file": "3" },
      "live-restore": true,
      "no-new-privileges": true,
    });
    expect(await setting(".LiveRestoreEnabled")).toBe("true\n");
    const again = await run("plan", profile, "--detailed-exitcode");
    expect(again, again.stdout).toMatchObject({ code: 0 });

    const made = "docker run --rm busybox grep NoNewPrivs /proc/1/status";
    expect(await exec(made)).toBe("NoNewPrivs:\t1\n");
    const talks = "yes 0123456789012345678901234567890123456789012345678 | head -n 800000";
    await exec(`docker run --name talks busybox sh -c '${talks}' >/dev/null`);
    const size = await exec("du -cb $(docker inspect --format '{{.LogPath}}' talks)* | tail -n 1 | cut -f 1");
    expect(Number(size)).toBeGreaterThan(10_000_000);
    expect(Number(size)).toBeLessThan(31_000_000);
    await exec("docker rm talks");
  });

  test("a rollback gives the file back to the byte, and the containers run", async () => {
    const back = await harden(host, ["rollback", host.target("root"), "--yes"]);
    expect(back, back.stdout + back.stderr).toMatchObject({ code: 0 });
    expect(await outcome(host)).not.toMatch(/^rolled-back/);
    expect(await exec(`cat ${config}`)).toBe(theirs);
    expect(await setting(".LiveRestoreEnabled")).toBe("false\n");
    expect(await running()).toMatch(/^\/always .*\n\/never .*\n$/);
    await applied();
  });

  drawTests("what happens to an engine", 4, {
    "an engine that works with other values is drift, and comes back without stopping a container":
      async () => {
        await exec(
          `sed -i 's/"live-restore": true/"live-restore": false/' ${config}; systemctl reload docker`,
        );
        await waitUntil(
          "the engine has reloaded",
          async () => (await setting(".LiveRestoreEnabled")) === "false\n",
        );
        const seen = await run("verify");
        expect(seen, seen.stdout).toMatchObject({ code: 2 });
        expect(seen.stdout).toMatch(/fail +daemon\.live-restore/);
        const before = await running();
        await applied();
        expect(await running()).toBe(before);
        expect(await setting(".LiveRestoreEnabled")).toBe("true\n");
      },

    "each socket of the engine and of containerd that lets everybody in is told, whichever unit has it":
      async () => {
        const units = "/etc/systemd/system";
        await exec(`chmod 666 /run/docker.sock /run/containerd/containerd.sock
      printf '[Socket]\\nListenStream=/srv/d.sock\\nListenStream=@harmless\\nListenStream=2375\\nService=docker.service\\n' >${units}/d2.socket
      systemctl daemon-reload; systemctl stop docker; systemctl reset-failed; systemctl start d2.socket docker`);
        const seen = await run("verify");
        await exec(`chmod 660 /run/docker.sock /run/containerd/containerd.sock
      systemctl stop docker d2.socket; rm ${units}/d2.socket; systemctl daemon-reload; systemctl reset-failed; systemctl start docker.socket docker`);
        expect(seen, seen.stdout).toMatchObject({ code: 2 });
        for (const found of [
          "[::]:2375: whoever reaches it is root here",
          "/run/docker.sock is 0666 root:docker",
          "/run/containerd/containerd.sock is 0666 root:root",
          "/srv/d.sock is 0666 root:root",
          "@harmless is an abstract socket",
        ])
          expect(seen.stdout).toContain(found);
        const closed = await run("verify");
        expect(closed.stdout).not.toMatch(/fail +daemon\.(socket|tcp)/);
      },

    "TCP with the authorities of the system lets in everybody, and with one of its own nobody else":
      async () => {
        const words = "--tlsverify --tlscert /root/own.pem --tlskey /root/own.key -H tcp://127.0.0.1:2376";
        const start = (authorities: string) =>
          exec(
            `echo 'DOCKER_OPTS="${words} --tlscacert ${authorities}"' >/etc/default/docker; systemctl reset-failed; systemctl restart docker`,
          );
        await exec(`cp -a /etc/default/docker /root/docker.default
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=own -keyout /root/own.key -out /root/own.pem 2>/dev/null
      cp /etc/ssl/certs/ca-certificates.crt /root/copied.pem`);
        await start("/root/copied.pem");
        const open = await run("verify");
        await start("/root/own.pem");
        const closed = await run("verify");
        await exec(
          "mv /root/docker.default /etc/default/docker; systemctl reset-failed; systemctl restart docker",
        );
        expect(open.stdout).toContain("tlscacert /root/copied.pem has authorities that come with the system");
        expect(closed.stdout).not.toMatch(/fail +daemon\.tcp|error +daemon\.tcp/);
      },

    "containerd's configuration that gives its socket to a user's group is told before its next start, and after, also in a file that it imports":
      async () => {
        const [file, imported] = ["/etc/containerd/config.toml", "/opt/imported.toml"];
        const [mark, group] = ["a mark that only root has to see", "1000"];
        await exec(`cp -a ${file} /root/containerd.toml; echo 'version = 2' >${imported}
sed -i '1i imports = ["${imported}"]' ${file}; systemctl restart containerd
printf '[plugins."io.containerd.grpc.v1.cri".registry.configs."r.example".auth]\\npassword = "${mark}"\\n[ "grpc" ] # more\\n  uid = 0\\n  gid = ${group}\\n' >>${imported}`);
        const before = await run("verify");
        await exec("systemctl restart containerd");
        const after = await run("verify");
        await exec(
          `cp -a /root/containerd.toml ${file}; rm ${imported}; systemctl restart containerd; systemctl reset-failed containerd`,
        );
        expect(before, before.stdout).toMatchObject({ code: 2 });
        expect(before.stdout).toMatch(/until the next boot +daemon\.socket/);
        expect(before.stdout).toMatch(/imported\.toml:\d+ gid = 1000/);
        expect(before.stdout).not.toContain(mark);
        expect(after.stdout).toMatch(/fail +daemon\.socket/);
        expect((await run("verify")).stdout).not.toMatch(/(fail|until the next boot) +daemon\.socket/);
      },

    "containerd's CRI on TCP is open, and what another file of dockerd's says is not known": async () => {
      const files = "/etc/containerd/config.toml /etc/default/docker";
      await exec(`mkdir /root/kept; cp -a ${files} /root/kept
sed -i 's/.*grpc[.]v1[.]cri"\\]$/&\\n    disable_tcp_service = false/' /etc/containerd/config.toml
printf '[grpc]\\ntcp_address = "127.0.0.1:2399"\\n' >>/etc/containerd/config.toml
echo 'DOCKER_OPTS="--config-file=/etc/docker/engine.json"' >>/etc/default/docker`);
      const { stdout } = await run("verify");
      await exec(
        "mv /root/kept/config.toml /etc/containerd/; mv /root/kept/docker /etc/default/; rmdir /root/kept; systemctl restart containerd",
      );
      expect(stdout).toMatch(/fail +daemon\.tcp[\s\S]*containerd on 127\.0\.0\.1:2399/);
      expect(stdout).toMatch(/error +daemon\.log-opts[\s\S]*which harden does not read/);
    },

    "TCP that containerd's file no longer has, and containerd does, is not known": async () => {
      const file = "/etc/containerd/config.toml";
      await exec(`cp -a ${file} /root/containerd.toml
sed -i 's/.*grpc[.]v1[.]cri"\\]$/&\\n    disable_tcp_service = false/' ${file}
printf '[grpc]\\ntcp_address = "127.0.0.1:2399"\\n' >>${file}
systemctl restart containerd; cp -a /root/containerd.toml ${file}`);
      const before = await run("verify");
      await exec("systemctl restart containerd");
      expect(before.stdout).toMatch(
        /error +daemon\.tcp[\s\S]*containerd on 127\.0\.0\.1:2399[,:].* its configuration/,
      );
      expect((await run("verify")).stdout).not.toMatch(/(fail|error) +daemon\.tcp/);
    },

    "an engine that can't be asked keeps nothing else from being done, and is not green": async () => {
      await exec("mv /usr/bin/docker /usr/bin/docker.away");
      const plan = await run("plan", profile, "--detailed-exitcode");
      const verified = await run("verify");
      await exec("mv /usr/bin/docker.away /usr/bin/docker");
      expect(plan, plan.stdout).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("[daemon.unasked]"),
      });
      expect(verified, verified.stdout).toMatchObject({ code: 2 });
    },

    "an engine that is killed in the middle of an apply is there again, and so are its containers":
      async () => {
        const fewer = profileFile("daemon: {logMaxFile: 5}\n");
        const before = await running();
        await exec(
          `systemd-run --quiet sh -c 'until grep -q "\\"5\\"" ${config}; do sleep 0.02; done; kill -9 $(pidof dockerd)'`,
        );
        const done = await run("apply", fewer, "--yes");
        // 2: a container without a bound, which only the suite's own tests make anew.
        expect([0, 2, 4], done.stdout + done.stderr).toContain(done.code);
        await untilSettled(host);
        expect(await exec(`grep -c '"5"' ${config} || :`)).toBe(done.code === 4 ? "0\n" : "1\n");
        expect(await running()).toBe(before);
        expect(await exec("docker info --format '{{.LiveRestoreEnabled}}'")).toBe("true\n");
      },

    "a container that does not come back takes the run back": async () => {
      await exec("docker rm -f endless >/dev/null 2>&1 || :");
      await exec(
        `docker run --detach --name once busybox sh -c '[ ! -e /ran ] && touch /ran && exec sleep 9999'`,
      );
      const stopping = profileFile("daemon: {liveRestore: false, logMaxFile: 7}\n");
      const off = await run("apply", profileFile("daemon: {liveRestore: false}\n"), "--yes");
      expect(off, off.stdout + off.stderr).toMatchObject({ code: 0 });
      // No engine in a swarm lets containers run on over its end.
      await exec("docker swarm init --advertise-addr 127.0.0.1");
      const plan = await run("plan", stopping);
      expect(plan.stdout.replace(/\s+/g, " ")).toMatch(
        /stops these containers, and starts them again: .*once/,
      );
      const done = await run("apply", stopping, "--yes");
      expect(done, done.stdout + done.stderr).toMatchObject({ code: 4 });
      expect(done.stdout + done.stderr).toMatch(/ran before, and no longer: once/);
      await untilSettled(host);
      expect(await exec(`grep -c '"7"' ${config} || :`)).toBe("0\n");
      expect(await running()).toMatch(/^\/always .*\n\/never .*\n$/);
      await exec("docker rm -f once; docker swarm leave --force");
      await applied();
    },

    "services of a swarm run in new containers when an apply and its rollback restart the engine":
      async () => {
        const stopping = (files: number) =>
          profileFile(`daemon: {liveRestore: false, logMaxFile: ${files}}\n`);
        const tasks = async () =>
          (await exec("docker ps --format '{{.Names}}' --filter label=com.docker.swarm.service.name=web"))
            .split("\n")
            .filter((line) => line !== "");
        const expectNew = async (before: readonly string[]) => {
          const after = await tasks();
          expect(after).toHaveLength(2);
          for (const name of before) expect(after).not.toContain(name);
        };
        await applied(stopping(6));
        await exec(`docker swarm init --advertise-addr 127.0.0.1
docker service create --detach --name web --replicas 2 --stop-grace-period 1s busybox sleep 9999`);
        await waitUntil("the service runs", async () => (await tasks()).length === 2);

        const first = await tasks();
        const plan = await run("plan", stopping(8));
        expect(plan.stdout.replace(/\s+/g, " ")).toMatch(
          /stops the containers of these swarm services, and the swarm starts new ones: web\./,
        );
        const done = await applied(stopping(8));
        expect(done.stdout.replace(/\s+/g, " ")).toMatch(/containers of these swarm services, .*: web\b/);
        await expectNew(first);

        const second = await tasks();
        const back = await harden(host, ["rollback", host.target("root"), "--yes"]);
        expect(back, back.stdout + back.stderr).toMatchObject({ code: 0 });
        await expectNew(second);
        expect(await exec(`grep -c '"6"' ${config}`)).toBe("1\n");
        expect(await exec("docker ps --quiet --filter name=^web | wc -l")).toBe("2\n");
        await exec("docker service rm web; docker swarm leave --force");
        await applied();
      },

    "a file that the engine refuses is found before anything is restarted": async () => {
      await exec(`sed -i 's/"debug":false/"nonsense": 1/' ${config}`);
      const before = await running();
      const done = await run("apply", profileFile("daemon: {logMaxFile: 9}\n"), "--yes");
      expect(done, done.stdout + done.stderr).toMatchObject({ code: 4 });
      expect(done.stdout + done.stderr).not.toMatch(/nonsense/);
      const [, said = ""] = /On the host there is more: (cat [\w/.-]+)\)/.exec(done.stdout) ?? [];
      expect(await exec(said)).toMatch(/nonsense/);
      await untilSettled(host);
      expect(await running()).toBe(before);
      expect(await exec(`grep -c nonsense ${config}`)).toBe("1\n");
      await exec(`sed -i 's/"nonsense": 1/"debug":false/' ${config}; systemctl restart docker`);
    },
  });

  test("switched off: what is theirs stays, and the containers run", async () => {
    await exec("docker rm -f endless >/dev/null 2>&1 || :");
    await applied();
    await applied(profileFile("daemon: {logMaxFile: 5}\n"));
    const done = await run("apply", profileFile("daemon: {enabled: false}\n"), "--yes");
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(await exec(`cat ${config}`))).toEqual(JSON.parse(theirs));
    expect(await setting(".LiveRestoreEnabled")).toBe("false\n");
    expect(await running()).toMatch(/^\/always .*\n\/never .*\n$/);
  });
});
