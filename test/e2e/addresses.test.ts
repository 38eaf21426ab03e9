/** Hosts with another set of addresses than one of each family. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, type Peer, startHost, startPeer, type TestHost } from "./hosts.ts";
import { must, thereAndBack } from "./trouble.ts";

/** An alias of the host's ssh configuration for another of its addresses. */
function alias(host: TestHost, name: string, address: string): string {
  const config = join(host.home, ".ssh/config");
  const lines = [
    `Host ${name}`,
    `  HostName ${address}`,
    `  HostKeyAlias ${host.address}`,
    "  User root",
    "",
  ];
  writeFileSync(config, lines.join("\n") + readFileSync(config, "utf8"));
  return name;
}

describe.skipIf(!hasDocker())("a host's addresses", () => {
  let host: TestHost;
  let peer: Peer;
  beforeAll(async () => {
    host = await startHost("debian13", "full");
    peer = await startPeer(host);
  });
  afterAll(async () => {
    await peer?.remove();
    await host?.remove();
  });

  const exec = async (script: string) => (await must(host, script)).trim();
  const back = (target: string, yaml: string, whileApplied: () => Promise<void>) =>
    thereAndBack(host, profileFile(yaml), { target, whileApplied });

  const everything = "fail2ban: {}\nsysctl: {}\nfirewall: {rules: [{port: 80, protocol: tcp}]}\n";

  it("IPv6 only: applied, proven and rolled back over IPv6, which stays open to access.from alone", async ({
    skip,
  }) => {
    const { address6 } = host;
    if (address6 === undefined || peer.address6 === undefined) return skip("this machine has no IPv6");
    const target = alias(host, "six", address6);
    const from = (await exec("ip -6 route show default")).split(" ")[2]!;
    const inet = await exec("ip -4 -o address show eth0 | awk '{ print $4 }'");
    const route = await exec("ip -4 route show default");
    await exec("ip -4 address flush dev eth0");
    try {
      await back(target, `access: {from: ["${from}/128"]}\nssh: {}\n${everything}`, async () => {
        expect(await peer.knock(address6, 22)).toBe("silent");
        expect((await harden(host, ["runs", target])).code).toBe(0);
      });
    } finally {
      await exec(`ip address add ${inet} dev eth0; ip route add ${route}`);
    }
  });

  it("two addresses, sshd on one of them only: proven on the one in use", async () => {
    const second = host.address.replace(/\d+$/, (last) => String((Number(last) % 250) + 2));
    const file = "/etc/ssh/sshd_config.d/20-listen.conf";
    await exec(`ip address add ${second}/16 dev eth0
      echo 'ListenAddress ${second}' >${file}; systemctl restart ssh`);
    try {
      const target = alias(host, "second", second);
      await back(target, `ssh: {}\n${everything}`, async () => {
        expect((await harden(host, ["runs", target])).code).toBe(0);
        expect(await peer.knock(host.address, 22)).not.toBe("open");
      });
    } finally {
      await exec(`rm ${file}; systemctl restart ssh; ip address del ${second}/16 dev eth0`);
    }
  });
});
