import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { firewall } from "../../src/controls/firewall.ts";
import { accessOf } from "../controls/firewall/host.ts";
import { checksOf } from "./control.ts";
import { hasDocker, type Peer, startHost, startPeer, type TestHost } from "./hosts.ts";
import { waitUntil } from "./wait.ts";

describe.skipIf(!hasDocker())("a host with a container engine of its own", () => {
  let host: TestHost;
  let peer: Peer;
  beforeAll(async () => {
    host = await startHost("debian13", "docker");
    peer = await startPeer(host);
  });
  afterAll(async () => {
    await peer?.remove();
    await host?.remove();
  });

  test("publishes a port past ufw's default deny, and takes a rule in DOCKER-USER", async () => {
    const run = `set -e; docker import /srv/busybox.tar busybox
      docker run --detach --publish 8080:80 busybox httpd -f -p 80
      ufw allow proto tcp from ${host.controller} to any port 22
      ufw --force enable`;
    const { code, stderr } = await host.exec(run);
    expect(code, stderr).toBe(0);
    expect(await peer.knock(host.address, 22)).toBe("silent");
    await waitUntil(
      "the published port answers",
      async () => (await peer.knock(host.address, 8080)) === "open",
    );
    const otherRules = async () => {
      const checks = await checksOf({ host, control: firewall, section: {}, access: accessOf() });
      return checks.find(({ id }) => id === "firewall.other-rules");
    };
    const audit = await otherRules();
    expect(audit).toMatchObject({ role: "audit", verdict: "fail" });
    expect(audit?.found).toMatch(/8080\/tcp from anywhere, published by Docker to 172\.17\.\d+\.\d+:80/);
    const rule = "-i eth0 -p tcp -m conntrack --ctorigdstport 8080 -j DROP";
    expect((await host.exec(`iptables -I DOCKER-USER ${rule}`)).code).toBe(0);
    expect(await peer.knock(host.address, 8080)).toBe("silent");
    expect((await otherRules())?.found).not.toContain("8080");
  });

  test("starts again with its containers' images after a reboot", async () => {
    await host.restart();
    expect((await host.exec("docker images --format '{{.Repository}}'")).stdout).toBe("busybox\n");
  });
});
