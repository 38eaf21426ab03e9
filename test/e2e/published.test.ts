/** What containers publish, past ufw: held to the profile's rules; by a packet from another network, at any time. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { drawTests, sample, sampleRows } from "../setup/sample.ts";
import { outcome, untilSettled } from "./faults.ts";
import { harden, inShell, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, type Peer, startHost, startPeer, type TestHost } from "./hosts.ts";
import { must } from "./trouble.ts";
import { waitUntil } from "./wait.ts";

const distros = sample("published", bothDistros, 1);

describe.skipIf(!hasDocker()).each(distros)("what containers publish on %s", (distro) => {
  let host: TestHost;
  let peer: Peer;
  let profile: string;
  const run = (command: string, file = profile, ...more: string[]) =>
    harden(host, [command, host.target("root"), "--profile", file, ...more]);
  const exec = (script: string) => must(host, script);
  const applied = async (file = profile) => {
    const done = await run("apply", file, "--yes");
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
    return done;
  };
  const knocks = async (...ports: number[]) => {
    const found: string[] = [];
    for (const port of ports) found.push(await peer.knock(host.address, port));
    return found;
  };
  /** A database that nobody named, the web that everybody may see, and metrics for one address. */
  const ports = [5432, 80, 9090, 7000];
  const section = (more = "") =>
    `access: {from: [${host.controller}, 0.0.0.0/0]}\nfirewall:\n  rules: [{port: 80}, {port: 9090, from: 192.0.2.9}]\n${more}`;

  beforeAll(async () => {
    host = await startHost(distro, "docker");
    peer = await startPeer(host);
    profile = profileFile(section());
    await exec(`docker import /srv/busybox.tar busybox
docker tag busybox postgres:16
docker network create -o com.docker.network.bridge.name=shop0 shop
docker network create made
docker run --detach --stop-timeout 1 --restart always --name data --publish 5432:80 postgres:16 httpd -f -p 80
docker run --detach --stop-timeout 1 --restart always --name web --network shop --publish 80:8080 busybox httpd -f -p 8080
docker run --detach --stop-timeout 1 --restart always --name metrics --network made --publish 9090:80 busybox httpd -f -p 80
docker run --detach --stop-timeout 1 --restart always --name hidden --network shop --publish 7000:80 busybox httpd -f -p 80`);
    await waitUntil("all are published", async () =>
      (await knocks(...ports)).every((each) => each === "open"),
    );
  });
  afterAll(async () => {
    await peer?.remove();
    await host?.remove();
  });

  test("the plan names what closes, and an apply closes it", async () => {
    const plan = await run("plan");
    expect(plan.stdout.replace(/\s+/g, " ")).toMatch(
      /closed to the outside: 5432\/tcp from anywhere, published by Docker.*9090\/tcp.*7000\/tcp/,
    );
    await applied();
    expect(await knocks(...ports)).toEqual(["silent", "open", "silent", "silent"]);
    const again = await run("plan", profile, "--detailed-exitcode");
    expect(again, again.stdout).toMatchObject({ code: 0 });
    const verified = await run("verify");
    expect(verified, verified.stdout).toMatchObject({ code: 0 });
    expect(verified.stdout).toMatch(/pass +firewall\.published/);
  });

  drawTests("what is published", 4, {
    "an audit from here tells the database that answers, and the weak TLS, and is content when they are mended":
      async () => {
        const audit = async () => {
          const done = await harden(host, ["audit", host.target("root"), "--format", "json"]);
          const [{ value }] = JSON.parse(done.stdout);
          return value.checks
            .filter(({ id }: { id: string }) => /^(tls|exposure\.reached)/.test(id))
            .map(({ id, object, verdict }: Record<string, string>) => `${id} ${object}: ${verdict}`);
        };
        const data = "exposure.reached 5432/tcp (data): ";
        expect(await audit()).toContain(`${data}pass`);
        await exec(`iptables -I DOCKER-USER -p tcp -j ACCEPT
openssl req -x509 -newkey rsa:2048 -nodes -keyout /root/key -out /root/crt -days 5 -subj /CN=x 2>&1
ufw allow 443/tcp
systemd-run --quiet --unit weak openssl s_server -quiet -accept 443 -key /root/key -cert /root/crt -cipher DEFAULT@SECLEVEL=0 -tls1_1`);
        await waitUntil("the server listens", async () => (await knocks(443))[0] === "open");
        const found = await audit();
        expect(found).toEqual(
          expect.arrayContaining([
            `${data}fail`,
            ...["versions", "chain", "expiry"].map((name) => `tls.${name} 443/tcp (openssl): fail`),
          ]),
        );
        await exec("iptables -D DOCKER-USER -p tcp -j ACCEPT; systemctl stop weak; ufw delete allow 443/tcp");
        expect(await audit()).toContain(`${data}pass`);
      },

    "an audit says of each port what a packet from outside meets, and of whom the profile lets in that it does":
      async () => {
        const names = ["web", "metrics", "hidden"];
        const audit = async (file: string) => {
          const done = await harden(host, [
            ...["audit", host.target("root"), "--format", "json"],
            ...["--profile", file],
          ]);
          const { checks } = JSON.parse(done.stdout)[0].value;
          return names.map(
            (name) =>
              checks.find(
                ({ id, object }: Record<string, string>) =>
                  id === "exposure.internal-only" && object!.split(" ")[0] === name,
              ).verdict,
          );
        };
        expect(await knocks(80, 7000)).toEqual(["open", "silent"]);
        expect(await audit(profile)).toEqual(["pass", "pass", "pass"]);
        const others = profileFile("firewall: {}");
        expect(await audit(others)).toEqual(["fail", "pass", "pass"]);
        await exec("iptables -I DOCKER-USER -p tcp -m conntrack --ctorigdstport 7000 -j ACCEPT");
        expect(await knocks(7000)).toEqual(["open"]);
        expect(await audit(profile)).toEqual(["pass", "pass", "fail"]);
        await exec("iptables -D DOCKER-USER -p tcp -m conntrack --ctorigdstport 7000 -j ACCEPT");
        await exec("iptables -I DOCKER-USER -p tcp -m conntrack --ctorigdstport 80 -j DROP");
        expect(await knocks(80)).toEqual(["silent"]);
        // The engine's proxy answers by IPv6, which the profile's rule let in.
        expect(await audit(others)).toEqual(["fail", "pass", "pass"]);
        await exec("ip6tables -I INPUT -p tcp --dport 80 -j DROP");
        expect(await audit(others)).toEqual(["pass", "pass", "pass"]);
        await exec(
          "iptables -D DOCKER-USER -p tcp -m conntrack --ctorigdstport 80 -j DROP; ip6tables -D INPUT -p tcp --dport 80 -j DROP",
        );
      },

    "containers reach each other and the world": async () => {
      const connects = (from: string, address: string, port: number) =>
        host.exec(
          `nsenter -t $(docker inspect -f '{{.State.Pid}}' ${from}) -n timeout 5 bash -c ': >/dev/tcp/${address}/${port}'`,
        );
      const hidden = await exec("docker inspect -f '{{.NetworkSettings.Networks.shop.IPAddress}}' hidden");
      expect(await connects("web", hidden.trim(), 80)).toMatchObject({ code: 0 });
      // An answer, be it a refusal.
      expect((await connects("web", peer.address, 81)).stderr).toContain("refused");
    },

    "whoever sends to a container's own address comes no further": async () => {
      const inner = (
        await exec("docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' data")
      ).trim();
      await peer.exec(`ip route replace ${inner} via ${host.address}`);
      expect(await peer.knock(inner, 80)).toBe("silent");
      await exec(`iptables -I DOCKER-USER -d ${inner} -j ACCEPT`);
      expect(await peer.knock(inner, 80)).toBe("open");
      const verified = await run("verify");
      expect(verified, verified.stdout).toMatchObject({ code: 2 });
      expect(verified.stdout).toMatch(
        /fail +firewall\.published[\s\S]*own addresses: tcp by "-A DOCKER-USER -d/,
      );
      await exec(`iptables -D DOCKER-USER -d ${inner} -j ACCEPT`);
    },

    "a network that is made later is held, too": async () => {
      await exec(`docker network create later
docker run --detach --stop-timeout 1 --name late --network later --publish 7001:80 busybox httpd -f -p 80`);
      expect(await knocks(7001)).toEqual(["silent"]);
      await exec("docker rm -f late; docker network rm later");
    },

    "it stays so over ufw's reload, the engine's restart and a reboot": async () => {
      const held = ["silent", "open", "silent", "silent"];
      const isHeld = async () => {
        await waitUntil("the web is there", async () => (await knocks(80))[0] === "open");
        expect(await knocks(...ports)).toEqual(held);
      };
      await exec("ufw reload");
      await isHeld();
      await exec("systemctl reset-failed docker; systemctl restart docker");
      await isHeld();
      await host.restart();
      await isHeld();
      const again = await run("plan", profile, "--detailed-exitcode");
      expect(again, again.stdout).toMatchObject({ code: 0 });
    },

    "a boot without the engine is no drift, and an apply then lets no network go": async () => {
      await exec("systemctl disable docker.service docker.socket");
      await host.restart();
      expect(await exec("systemctl is-active docker || :")).toBe("inactive\n");
      const seen = await run("verify");
      expect(seen, seen.stdout).toMatchObject({ code: 0 });
      const again = await run("plan", profile, "--detailed-exitcode");
      expect(again, again.stdout).toMatchObject({ code: 0 });
      await applied(profileFile(section().replace("{port: 80}", "{port: 80}, {port: 81}")));
      await applied();
      await exec("systemctl reset-failed docker; systemctl enable --now docker.service docker.socket");
      await waitUntil("the web is there", async () => (await knocks(80))[0] === "open");
      expect(await knocks(...ports)).toEqual(["silent", "open", "silent", "silent"]);
      const then = await run("verify");
      expect(then, then.stdout).toMatchObject({ code: 0 });
    },

    "rules that somebody took out are drift, and come back beside theirs": async () => {
      await exec(`iptables -I DOCKER-USER -s 192.0.2.1 -j DROP; iptables -D DOCKER-USER -j harden-published`);
      expect(await knocks(5432)).toEqual(["open"]);
      const seen = await run("verify");
      expect(seen, seen.stdout).toMatchObject({ code: 2 });
      expect(seen.stdout).toMatch(/fail +firewall\.published[\s\S]*doesn't lead to harden-published/);
      await applied();
      expect(await knocks(5432)).toEqual(["silent"]);
      expect(await exec("iptables -S DOCKER-USER")).toContain("-s 192.0.2.1/32 -j DROP");
    },

    "a rule before ours that lets somebody in is told, and no reason to roll back": async () => {
      await exec("iptables -I DOCKER-USER -p tcp -j ACCEPT");
      const seen = await run("verify");
      expect(seen, seen.stdout).toMatchObject({ code: 2 });
      expect(seen.stdout).toMatch(/fail +firewall\.published/);
      await exec("iptables -D DOCKER-USER -p tcp -j ACCEPT");
    },

    "other rules of a profile are loaded, and a rollback brings the former back": async () => {
      await applied(profileFile(section("").replace("{port: 80}", "{port: 80}, {port: 7000}")));
      expect(await knocks(7000)).toEqual(["open"]);
      const back = await harden(host, ["rollback", host.target("root"), "--yes"]);
      expect(back, back.stdout + back.stderr).toMatchObject({ code: 0 });
      expect(await outcome(host)).not.toMatch(/^rolled-back/);
      expect(await knocks(...ports)).toEqual(["silent", "open", "silent", "silent"]);
    },

    "a run whose rules somebody takes out before the proof leaves everything as open as it was": async () => {
      await applied();
      const rules = "iptables-save -t filter | grep harden-published";
      const before = await exec(rules);
      await exec(
        `systemd-run --quiet sh -c 'until iptables -w -S | grep -q "ctorigdstport 81"; do sleep 0.02; done; iptables -w -F harden-published-in'`,
      );
      const done = await run("apply", profileFile(section().replace("{port: 80}", "{port: 81}")), "--yes");
      expect(done, done.stdout + done.stderr).toMatchObject({ code: 4 });
      await untilSettled(host);
      expect(await exec(rules)).toBe(before);
      expect(await knocks(...ports)).toEqual(["silent", "open", "silent", "silent"]);
    },
  });

  /** Each brings the host back from a run that lets what containers publish go. */
  const ways: Readonly<Record<string, { readonly before?: string; readonly undo: () => Promise<unknown> }>> =
    {
      "by hand": { undo: () => inShell(host, "HARDEN rollback HOST --yes") },
      "when nobody confirms": { undo: async () => undefined },
      "when the proof fails": {
        before: `systemd-run --quiet sh -c 'while iptables -w -nL harden-published; do sleep 0.02; done; iptables -w -N harden-published'`,
        undo: async () => undefined,
      },
    };

  test.each(sampleRows("rollbacks of what is published", Object.entries(ways), 1, ([way]) => way))(
    "a rollback %s holds them again, over IPv4 and IPv6",
    async (name, { before = "true", undo }) => {
      const both =
        "iptables-save -t filter | grep -e harden- -e USER; ip6tables-save -t filter | grep -e harden- -e USER";
      await applied();
      const saved = await exec(both);
      const held = await knocks(...ports);
      await exec(before);
      const keep = profileFile(section("  published: keep\n  otherRules: keep\n"));
      const pending = name === "when the proof fails" ? [] : ["--no-confirm"];
      const done = await run("apply", keep, "--yes", "--confirm-timeout", "10", ...pending);
      expect(done.code, done.stdout + done.stderr).toBe(pending.length === 0 ? 4 : 0);
      await undo();
      await untilSettled(host);
      expect(await exec(both)).toBe(saved);
      expect(await outcome(host)).toMatch(/^rolled-back clean /);
      expect(await knocks(...ports)).toEqual(held);
    },
  );

  test("a rollback that lacks a rule says by which command it comes back", async () => {
    await applied();
    const keep = profileFile(section("  published: keep\n  otherRules: keep\n"));
    await run("apply", keep, "--yes", "--no-confirm");
    const broken = "/usr/sbin/ip6tables-restore";
    await exec(
      `cp -P ${broken} /root/kept; rm ${broken}; printf '#!/bin/sh\\necho no more rules; exit 1\\n' >${broken}; chmod +x ${broken}`,
    );
    const back = await inShell(host, "HARDEN rollback HOST --yes");
    await exec(`mv -fT /root/kept ${broken}`);
    expect(back, back.stdout + back.stderr).toMatchObject({ code: 4 });
    const [, mends = ""] =
      /What mends that: (sh \S+) \(no more rules\)/.exec(back.stdout.replace(/\s+/g, " ")) ?? [];
    expect(mends, back.stdout).not.toBe("");
    await exec(mends);
    expect(await exec("ip6tables -S DOCKER-USER")).toContain("-j harden-published");
    const again = await run("plan", profile, "--detailed-exitcode");
    expect(again, again.stdout).toMatchObject({ code: 0 });
  });

  // The engine of Debian 12 asks nobody about IPv6.
  if (distro !== "debian12")
    test("packets over IPv6 to a container are held again behind a rollback", async () => {
      await exec(`cat >/etc/docker/daemon.json <<'END'
{"experimental": true, "ip6tables": true, "ipv6": true, "fixed-cidr-v6": "fd00:77::/64"}
END
systemctl reset-failed docker; systemctl restart docker`);
      const knock6 = () => peer.knock(host.address6!, 5432);
      await applied();
      expect(await knock6()).toBe("silent");
      const keep = profileFile(section("  published: keep\n  otherRules: keep\n"));
      await run("apply", keep, "--yes", "--no-confirm");
      await waitUntil("it is open", async () => (await knock6()) === "open");
      const back = await inShell(host, "HARDEN rollback HOST --yes");
      expect(back, back.stdout + back.stderr).toMatchObject({ code: 0 });
      expect(await knock6()).toBe("silent");
      await exec("rm /etc/docker/daemon.json");
      // What the engine has made for IPv6 it leaves there.
      await host.restart();
    });

  test("kept by the profile, or switched off: as it was before harden came", async () => {
    await applied(profileFile(section("  published: keep\n  otherRules: keep\n")));
    expect(await knocks(...ports)).toEqual(["open", "open", "open", "open"]);
    await applied();
    await applied(profileFile("firewall: {enabled: false}\n"));
    expect(await knocks(...ports)).toEqual(["open", "open", "open", "open"]);
    expect(
      await exec("iptables-save; ls /etc/docker /etc/systemd/system/docker.service.d 2>&1 || :"),
    ).not.toContain("harden");
    expect(await exec("ip6tables-save")).not.toContain("DOCKER-USER");
  });
});
