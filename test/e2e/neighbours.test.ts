import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sampleRows } from "../setup/sample.ts";
import { expectPristine, outcome, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, type Peer, startHost, startPeer, type TestHost } from "./hosts.ts";
import { state } from "./state.ts";
import { must } from "./trouble.ts";
import { waitUntil } from "./wait.ts";

const profile = profileFile("firewall: {rules: [{port: 80, protocol: tcp}]}\nfail2ban: {}\n");

describe.skipIf(!hasDocker())(
  "Docker and fail2ban, between an apply and its rollback",
  { timeout: 300_000 },
  () => {
    let host: TestHost;
    let peer: Peer;
    let banned: Peer;
    beforeAll(async () => {
      host = await startHost("debian13", "docker");
      [peer, banned] = await Promise.all([startPeer(host), startPeer(host)]);
      await exec("docker import /srv/busybox.tar busybox");
    });
    afterAll(async () => {
      await Promise.all([peer?.remove(), banned?.remove()]);
      await host?.remove();
    });

    const exec = (script: string) => must(host, script);
    const rules = () => exec("iptables-save; nft list ruleset 2>/dev/null");

    const wheres = [
      { where: "where ufw was off", before: "true", after: "true" },
      {
        where: "where ufw had rules of its own",
        before: "ufw allow 22/tcp && ufw allow 9000/tcp && ufw --force enable",
        after: "ufw --force disable && ufw --force reset",
      },
    ];
    describe.each(sampleRows("ufw beside neighbours", wheres, 1, ({ where }) => where))(
      "$where",
      ({ before, after }) => {
        beforeEach(async () => {
          await exec(before);
        });

        it("their new rules are still there and work, and ufw's chains are as before", async () => {
          const pristine = await state(host.exec);
          const old = await rules();
          const applied = await harden(host, [
            ...[
              "apply",
              host.target("root"),
              "--profile",
              profile,
              "--yes",
              "--no-confirm",
              "--confirm-timeout",
              "20",
            ],
          ]);
          expect(applied, applied.stderr).toMatchObject({ code: 0 });
          expect(await exec("iptables-save -t filter")).toContain(
            "-A ufw-user-input -p tcp -m tcp --dport 80 -j ACCEPT",
          );

          await exec("docker run --detach --name web --publish 8080:80 busybox httpd -f -p 80");
          await exec(`fail2ban-client set sshd banip ${banned.address}`);
          await waitUntil("the ban is in the kernel", async () => (await rules()).includes(banned.address));
          const published = /-A DOCKER .*--dport 8080 .*DNAT.*/;
          expect(await rules()).toMatch(published);
          expect(old).not.toMatch(published);
          expect((await host.exec("ls /var/lib/harden/pending")).stdout.trim(), "all this in time").not.toBe(
            "",
          );

          await untilSettled(host);
          expect(await outcome(host)).toBe("rolled-back clean timeout");
          expect(await rules()).toMatch(published);
          expect(await peer.knock(host.address, 8080)).toBe("open");
          expect(await rules()).toContain(banned.address);
          expect(await exec("fail2ban-client get sshd banip")).toContain(banned.address);
          expect(await banned.knock(host.address, 22)).not.toBe("open");
          expect(await peer.knock(host.address, 22)).toBe("open");
          expect(await rules()).not.toContain("harden-");
          await expectPristine(host, pristine);
          await exec(`docker rm --force web; fail2ban-client set sshd unbanip ${banned.address}; ${after}`);
        });
      },
    );
  },
);
