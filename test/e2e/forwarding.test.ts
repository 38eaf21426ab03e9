/** Two guests in network namespaces, whose packets a host passes on: told before they are cut, where they would be. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { must } from "./trouble.ts";

const profile = profileFile("firewall: {}\n");

/** Guest b answers on port 7000. */
const guests = `for n in a b; do
    ip netns add $n && ip link add g$n type veth peer name e0 netns $n && ip link set g$n up
    ip -n $n link set lo up; ip -n $n link set e0 up
  done
  ip -n a addr add 10.8.1.2/24 dev e0; ip -n a addr add fd08:1::2/64 dev e0 nodad
  ip -n b addr add 10.8.2.2/24 dev e0; ip -n b addr add fd08:2::2/64 dev e0 nodad
  ip -n b addr add 10.8.1.3/24 dev e0; ip -n b addr add fd08:1::3/64 dev e0 nodad
  systemd-run -q --unit guest ip netns exec b python3 -m http.server --bind :: 7000
  until ip netns exec b ss -Hltn sport = 7000 | grep -q .; do sleep 0.1; done`;

const bridge = `ip link add br0 type bridge && ip link set br0 up
  for port in ga gb; do ip link set $port master br0; done
  until ip netns exec a bash -c 'exec 3<>/dev/tcp/10.8.1.3/7000' 2>/dev/null; do sleep 0.1; done`;

/** The other's network is behind the host; addresses of the host's own take the place of the bridge's. */
const router = `ip -n b addr del 10.8.1.3/24 dev e0; ip -n b addr del fd08:1::3/64 dev e0
  ip addr add 10.8.1.1/24 dev ga; ip addr add fd08:1::1/64 dev ga nodad
  ip addr add 10.8.2.1/24 dev gb; ip addr add fd08:2::1/64 dev gb nodad
  ip -n a route add default via 10.8.1.1; ip -n a route add default via fd08:1::1
  ip -n b route add default via 10.8.2.1; ip -n b route add default via fd08:2::1`;

const off = `ufw --force reset >/dev/null; iptables -P FORWARD ACCEPT; ip6tables -P FORWARD ACCEPT
  sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
  sysctl -qw net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0
  for path in /proc/sys/net/ipv[46]/conf/*/*forwarding; do case $path in */mc_*) ;; *) echo 0 >$path ;; esac; done
  ! [ -d /sys/class/net/br0 ] || echo 0 | tee /sys/class/net/br0/bridge/nf_call_ip*tables`;

describe.skipIf(!hasDocker())("whose packets a host passes on", { timeout: 240_000 }, () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost("debian13", "full");
    await exec(guests);
  });
  beforeEach(() => exec(off));
  afterAll(() => host?.remove());

  const exec = (script: string) => must(host, script);
  const run = (command: string, ...more: string[]) =>
    harden(host, [command, host.target("root"), "--profile", profile, ...more]);
  const told = async () =>
    / \((.*)\), and ufw will drop what no rule of its own lets through over (.*?)\. \[/m
      .exec((await run("plan")).stdout)
      ?.slice(1);
  const passes = async (address: string) =>
    (await exec(
      `timeout 1 ip netns exec a bash -c 'exec 3<>/dev/tcp/${address}/7000' 2>/dev/null; echo $?`,
    )) === "0\n";
  const apply = async () => {
    const applied = await run("apply", "--yes");
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
  };

  test("frames of a bridge that pass iptables are told of, cut by the apply, and let through by ufw route", async () => {
    await exec(bridge);
    expect(await told()).toBeUndefined();
    await exec("sysctl -qw net.bridge.bridge-nf-call-iptables=1");
    expect(await told()).toEqual(["frames of br0 by net.bridge.bridge-nf-call-iptables = 1", "IPv4"]);
    await exec(
      "sysctl -qw net.bridge.bridge-nf-call-iptables=0; echo 1 >/sys/class/net/br0/bridge/nf_call_iptables",
    );
    expect(await told()).toEqual(["frames of br0 by /sys/class/net/br0/bridge/nf_call_iptables = 1", "IPv4"]);
    expect(await passes("10.8.1.3")).toBe(true);
    await apply();
    expect([await passes("10.8.1.3"), await passes("fd08:1::3")]).toEqual([false, true]);
    await exec("ufw route allow in on br0 out on br0");
    expect(await passes("10.8.1.3")).toBe(true);
  });

  test("frames that pass no iptables are neither told of nor cut", async () => {
    expect(await told()).toBeUndefined();
    await apply();
    expect([await passes("10.8.1.3"), await passes("fd08:1::3")]).toEqual([true, true]);
  });

  test("packets that interfaces alone forward are told of, and cut by the apply", async () => {
    await exec(`ip link del br0; ${router}`);
    expect([await told(), await passes("10.8.2.2")]).toEqual([undefined, false]);
    await exec("sysctl -qw net.ipv4.conf.ga.forwarding=1 net.ipv4.conf.gb.forwarding=1");
    const settings = "net.ipv4.conf.ga.forwarding = 1, net.ipv4.conf.gb.forwarding = 1";
    expect([await told(), await passes("10.8.2.2")]).toEqual([[settings, "IPv4"], true]);
    await apply();
    expect(await passes("10.8.2.2")).toBe(false);
  });

  test("packets of IPv6 are told of exactly where the kernel passes them on", async () => {
    const set = (...keys: string[]) =>
      exec(`sysctl -qw ${keys.map((key) => `net.ipv6.conf.${key}=1`).join(" ")}`);
    const both = async () => [await told(), await passes("fd08:2::2")];
    await set("ga.forwarding", "gb.forwarding");
    expect(await both()).toEqual([undefined, false]);
    const forces = (await exec("ls /proc/sys/net/ipv6/conf/ga")).includes("force_forwarding");
    if (forces) {
      await set("ga.force_forwarding", "gb.force_forwarding");
      const settings = "net.ipv6.conf.ga.force_forwarding = 1, net.ipv6.conf.gb.force_forwarding = 1";
      expect(await both()).toEqual([[settings, "IPv6"], true]);
    }
    await set("all.forwarding");
    expect(await both()).toEqual([["net.ipv6.conf.all.forwarding = 1", "IPv6"], true]);
  });
});
