/** Containers over a restart of their engine: an apply's, and that of each way of undoing it; by ids, start times and data. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drawTests, sample } from "../setup/sample.ts";
import { outcome, untilHost, untilSettled } from "./faults.ts";
import { harden, inShell, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { must } from "./trouble.ts";

const distros = sample("engine-restart", bothDistros, 1);

/** The engine of Debian 12 stops containers with --rm at each restart (moby#46308). */
const keepsRemoved = (distro: string) => distro !== "debian12";

const theirs = `{ "dns": ["192.0.2.53"],\t"debug":false }\n`;

const said = ({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }) =>
  (stdout + stderr).replace(/\s+/g, " ");

describe.skipIf(!hasDocker()).each(distros)("containers over an engine's restart on %s", (distro) => {
  let host: TestHost;
  const profile = profileFile("daemon: {}\n");
  const stopping = profileFile("daemon: {liveRestore: false}\n");
  const exec = (script: string) => must(host, script);
  const run = (command: string, file = profile, ...more: string[]) =>
    harden(host, [command, host.target("root"), "--profile", file, ...more], { alone: true });
  const back = (...more: string[]) => inShell(host, `HARDEN rollback HOST --yes ${more.join(" ")}`);
  const running = () =>
    exec(
      "docker ps -q --no-trunc | xargs -r docker inspect --format '{{.Name}} {{.Id}} {{.State.StartedAt}}' | sort",
    );
  const names = async () =>
    (await running())
      .replace(/^\/(\S+) .*$/gm, "$1")
      .trim()
      .split("\n");
  const removed =
    "docker run --detach --rm --stop-timeout 1 --name removed -v /data busybox sh -c 'echo precious >/data/file; exec sleep 9999'";
  const data = () => exec("docker exec removed cat /data/file");
  /** As it was before any run. */
  const untouched = async () => {
    expect(await exec("cat /etc/docker/daemon.json")).toBe(theirs);
    expect(
      await exec(
        "docker info --format '{{.LiveRestoreEnabled}}'; grep -c daemon.json /proc/self/mountinfo || :",
      ),
    ).toBe("false\n0\n");
    await stoppedStay();
  };
  /** Which the engine would start again, and their policies are theirs. */
  const stoppedStay = async () => {
    const format = "{{.Name}} {{.State.Running}} {{.HostConfig.RestartPolicy}}";
    expect(await exec(`docker inspect --format '${format}' stopped broken`)).toBe(
      "/stopped false {always 0}\n/broken false {on-failure 3}\n",
    );
  };
  const whenApplied = (script: string) =>
    exec(
      `rm -f /run/was; ls /var/lib/harden/runs >/run/was 2>/dev/null || :
systemd-run --quiet sh -c 'until ls -d /var/lib/harden/runs/*/applied 2>/dev/null | grep -v -F -f /run/was; do sleep 0.05; done; ${script}'`,
    );

  beforeAll(async () => {
    host = await startHost(distro, "docker");
    await exec(`docker import /srv/busybox.tar busybox; mkdir -p /etc/docker; printf '%s' '${theirs}' >/etc/docker/daemon.json
systemctl restart docker
echo none >/run/was
docker run --detach --stop-timeout 1 --name always --restart always --log-opt max-size=1m busybox sleep 9999
docker run --detach --stop-timeout 1 --name never --log-opt max-size=1m busybox sleep 9999
docker run --detach --name stopped --restart always --log-opt max-size=1m busybox sleep 9999
docker run --detach --name broken --restart on-failure:3 --log-opt max-size=1m busybox sleep 9999
docker stop -t 0 stopped broken`);
    if (keepsRemoved(distro)) await exec(removed.replace("--rm", "--rm --log-opt max-size=1m"));
  });
  afterAll(() => host?.remove());

  const ways = [
    "by hand, days later",
    "by hand, before the confirm",
    "when nobody confirms",
    "when the proof fails",
  ] as const;
  test.each(sample("ways of an undo over an engine", ways, 2))(
    "an undo %s stops none, and gives the file back to the byte",
    async (way) => {
      const before = await running();
      if (way === "when the proof fails") await whenApplied("chmod 600 /etc/docker/daemon.json");
      const pending = /days|proof/.test(way) ? [] : ["--no-confirm", "--confirm-timeout", "10"];
      const done = await run("apply", profile, "--yes", ...pending);
      expect(done.code, done.stdout + done.stderr).toBe(way === "when the proof fails" ? 4 : 0);
      await stoppedStay();
      if (way.startsWith("by hand")) {
        const undone = await back();
        expect(undone, undone.stdout + undone.stderr).toMatchObject({ code: 0 });
      }
      await untilSettled(host);
      if (!way.includes("days")) expect(await outcome(host)).toMatch(/^rolled-back clean /);
      expect(await running()).toBe(before);
      await untouched();
      if (keepsRemoved(distro)) expect(await data()).toBe("precious\n");
    },
  );

  const dropIn = "/etc/systemd/system/docker.service.d/reload.conf";
  const deaf = `mkdir -p /etc/systemd/system/docker.service.d; printf '[Service]\\nExecReload=\\nExecReload=/bin/true\\n' >${dropIn}; systemctl daemon-reload`;
  const hears = `rm ${dropIn}; systemctl daemon-reload`;

  drawTests("an engine over a run", 3, {
    "an undo of a run that has not come to the engine leaves the engine's process alone": async () => {
      const process = "systemctl show -p MainPID -p InvocationID docker.service";
      const before = [await running(), await exec(process)];
      // The journal's restart comes before the engine's.
      await exec(
        `systemd-run --quiet sh -c 'until grep -q live-restore /etc/docker/daemon.json; do :; done; systemctl kill --kill-who=all --signal KILL "harden-apply-*.service"'`,
      );
      const done = await run("apply", profileFile("daemon: {}\nlogging: {}\n"), "--yes");
      expect(done.code, done.stdout + done.stderr).toBe(4);
      await untilSettled(host);
      expect(await outcome(host)).toBe("rolled-back clean apply-died");
      expect([await running(), await exec(process)]).toEqual(before);
      await untouched();
    },

    "an apply without live-restore and its undo stop none either": async () => {
      const before = await running();
      const done = await run("apply", stopping, "--yes");
      expect(done.code, done.stdout + done.stderr).toBe(0);
      expect(await exec("docker info --format '{{.LiveRestoreEnabled}}'")).toBe("false\n");
      expect(await running()).toBe(before);
      const again = await run("plan", stopping, "--detailed-exitcode");
      expect(again.code, again.stdout).toBe(0);
      const undone = await back();
      expect(undone, undone.stdout + undone.stderr).toMatchObject({ code: 0 });
      expect(await running()).toBe(before);
      await untouched();
    },

    "an engine that somebody stops in the window runs again behind the undo, and so do its containers":
      async () => {
        for (const file of [profile, stopping]) {
          const before = await names();
          await run("apply", file, "--yes", "--no-confirm", "--confirm-timeout", "15");
          await exec("systemctl stop docker.service docker.socket");
          await untilSettled(host);
          await untilHost(host, "systemctl is-active --quiet docker.service");
          const after = await names();
          const told = await exec(
            "cat $(ls -td /var/lib/harden/runs/*/ | head -n 1)events | grep note | cut -d ' ' -f 6 | base64 -d || :",
          );
          for (const name of before)
            if (!after.includes(name)) expect(told).toMatch(new RegExp(`gone.*${name}`));
          expect(after).toEqual(expect.arrayContaining(["always", "never"]));
          // Each start of an engine that was off starts them, whoever starts it.
          await exec("docker stop -t 0 stopped broken");
          await untouched();
        }
        if (keepsRemoved(distro))
          await exec(`docker rm -f removed; ${removed.replace("--rm", "--rm --log-opt max-size=1m")}`);
      },

    "a container that somebody stops in the window runs again, or is named with its next step": async () => {
      await run("apply", profile, "--yes", "--no-confirm");
      await exec("docker stop --time 1 always never");
      await exec("docker rename never moved; docker rm -f always; docker rename moved never");
      const undone = await back();
      expect(undone, undone.stdout + undone.stderr).toMatchObject({ code: 4 });
      expect(said(undone)).toMatch(/gone, .*: always/);
      expect(await names()).toContain("never");
      await exec(
        "docker run --detach --stop-timeout 1 --name always --restart always --log-opt max-size=1m busybox sleep 9999",
      );
    },

    "an engine that takes no live-restore is not restarted, neither by the apply nor by its undo":
      async () => {
        await exec(deaf);
        const before = await running();
        const done = await run("apply", profile, "--yes");
        expect(done.code, done.stdout + done.stderr).toBe(4);
        expect(said(done)).toContain("does not take live-restore");
        await untilSettled(host);
        expect(await outcome(host)).toMatch(/^rolled-back clean /);
        expect(await running()).toBe(before);
        await exec(hears);
        await untouched();
      },

    "an apply that is killed while it holds the file back leaves no mount, and stops none": async () => {
      await exec(`rm -f /run/held; ${deaf}
systemd-run --quiet sh -c 'until grep -q daemon.json /proc/self/mountinfo; do sleep 0.05; done; ${hears}; touch /run/held; systemctl kill --kill-who=all --signal KILL "harden-apply-*.service"'`);
      const before = await running();
      const done = await run("apply", stopping, "--yes");
      expect(done.code, done.stdout + done.stderr).toBe(4);
      await untilSettled(host);
      await exec("test -e /run/held");
      expect(await outcome(host)).toMatch(/^rolled-back clean apply-died/);
      expect(await running()).toBe(before);
      await untouched();
    },
  });

  describe("that can't leave them alone", () => {
    const off = keepsRemoved(distro) ? stopping : profile;
    beforeAll(() =>
      keepsRemoved(distro)
        ? exec("docker swarm init --advertise-addr 127.0.0.1")
        : exec(`${removed.replace("--rm", "--rm --log-opt max-size=1m")}`),
    );
    afterAll(() => host.exec("docker swarm leave --force"));

    test("a container with --rm blocks an apply and a rollback by hand, and never the host's own", async () => {
      const before = await running();
      const refused = await run("apply", off, "--yes");
      expect(refused.code, refused.stdout).toBe(3);
      expect(said(refused)).toMatch(/--rm, which go with their data: removed\./);
      expect(await running()).toBe(before);

      const allowed = await run("apply", off, "--yes", "--stop-containers");
      expect([0, 2], allowed.stdout + allowed.stderr).toContain(allowed.code);
      expect(said(allowed)).toMatch(/note: docker.service: .*stopped these containers.*removed/);
      await exec(removed);
      const kept = await running();
      const undone = await back();
      expect(undone.code, undone.stdout).toBe(3);
      expect(await running()).toBe(kept);

      const changed = profileFile(
        `daemon: {logMaxFile: 5${keepsRemoved(distro) ? ", liveRestore: false" : ""}}\n`,
      );
      await run("apply", changed, "--yes", "--no-confirm", "--confirm-timeout", "15", "--stop-containers");
      await exec(removed);
      const pending = await running();
      const early = await back();
      expect(early.code, early.stdout + early.stderr).toBe(3);
      expect(await running()).toBe(pending);
      await untilSettled(host);
      expect(await exec("grep -c '\"5\"' /etc/docker/daemon.json || :")).toBe("0\n");
      expect(await names()).toEqual(["always", "never"]);
    });

    test("one that was started since the plan is found by the host itself, before anything changes", async () => {
      const plan = join(host.home, "plan.json");
      const changed = profileFile(
        `daemon: {logMaxFile: 6${keepsRemoved(distro) ? ", liveRestore: false" : ""}}\n`,
      );
      await run("plan", changed, "--out", plan);
      await exec(removed);
      const before = await running();
      const refused = await inShell(
        host,
        `HARDEN apply ${plan} --yes --ssh-config '${join(host.home, ".ssh/config")}'`,
      );
      expect(refused.code, refused.stdout + refused.stderr).toBe(3);
      expect(said(refused)).toMatch(/go with their data: removed\b/);
      expect(await running()).toBe(before);
      await exec("docker rm -f removed");
    });

    test("one that is started when the file is written already keeps the engine from being restarted", async () => {
      const changed = profileFile(
        `daemon: {logMaxFile: 8${keepsRemoved(distro) ? ", liveRestore: false" : ""}}\n`,
      );
      // The first that asks the engine behind the write of the file.
      await exec(`mv /usr/bin/docker /usr/bin/docker.real; cat >/usr/bin/docker <<'END'
#!/bin/sh
if grep -q '"8"' /etc/docker/daemon.json && mkdir /run/started 2>/dev/null; then
  docker.real run --detach --rm --stop-timeout 1 --name removed --log-opt max-size=1m busybox sleep 9999 >/dev/null 2>&1
  docker.real inspect --format '{{.State.StartedAt}}' removed >/run/started/at
fi
exec docker.real "$@"
END
chmod +x /usr/bin/docker`);
      const before = await running();
      const failed = await run("apply", changed, "--yes");
      await untilSettled(host);
      await exec("mv -f /usr/bin/docker.real /usr/bin/docker");
      expect(failed.code, failed.stdout + failed.stderr).toBe(4);
      expect(said(failed)).toMatch(/run with --rm: removed/);
      expect(await outcome(host)).toMatch(/^rolled-back clean /);
      const started = "docker inspect --format '{{.State.StartedAt}}' removed";
      expect(await exec(started)).toBe(await exec("cat /run/started/at"));
      await exec("docker rm -f removed");
      expect(await running()).toBe(before);
    });
  });
});
