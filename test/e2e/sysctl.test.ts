import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bootAssignment, merged } from "../../src/controls/sysctl/boot.ts";
import { sample } from "../setup/sample.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { must } from "./trouble.ts";

const distros = sample("sysctl", bothDistros, 1);

/** Every value of the profile, for all, default and each interface; a line for each that is otherwise. */
const otherwise = `cd /proc/sys/net
  for path in ipv4/conf/*/rp_filter ipv4/conf/*/log_martians; do [ "$(cat $path)" = 1 ] || echo $path; done
  for path in ipv[46]/conf/*/accept_redirects ipv[46]/conf/*/accept_source_route; do [ "$(cat $path)" = 0 ] || echo $path; done`;

/** A packet from a network behind lan0, with a sender whose answer would leave by eth0; prints how many were dropped. */
const forged = `dropped() { awk '/^TcpExt:/ { if (!n) n = split($0, name); else for (i = 1; i <= n; i++)
    if (name[i] == "IPReversePathFilter") print $i }' /proc/net/netstat; }
  before=$(dropped)
  ip netns exec lan bash -c 'echo x >/dev/udp/10.9.0.1/9'
  sleep 0.2; echo $(($(dropped) - before))`;

const lan = `ip netns add lan && ip link add lan0 type veth peer name lan1 netns lan
  ip addr add 10.9.0.1/24 dev lan0 && ip link set lan0 up
  ip -n lan link set lan1 up && ip -n lan addr add "$1/32" dev lan1
  ip -n lan route add 10.9.0.1 dev lan1 src "$1"`;

describe.skipIf(!hasDocker()).each(distros)("sysctl on %s", (distro) => {
  let host: TestHost;
  let neighbour: string;
  const profile = profileFile("sysctl: {}\n");
  const run = (command: string, ...more: string[]) =>
    harden(host, [command, host.target("root"), "--profile", profile, ...more]);
  const exec = (script: string) => must(host, script);
  const holds = async () => {
    expect(await exec(otherwise)).toBe("");
    const verified = await run("verify");
    expect(verified, verified.stdout + verified.stderr).toMatchObject({ code: 0 });
    expect(await run("plan", "--detailed-exitcode")).toMatchObject({ code: 0 });
  };

  beforeAll(async () => {
    host = await startHost(distro, "full");
    await exec("ip link add eth0.100 type veth peer name peer100");
    neighbour = host.address.replace(/\d+$/, (last) => String((Number(last) + 100) % 250));
    await exec(`set -- ${neighbour}; ${lan}`);
  });
  afterAll(() => host?.remove());

  test("a connection whose answers leave by another interface is told of, unless rules may choose", async () => {
    const told = async () => /sysctl\.(peers|caller)-\w+/.exec((await run("plan")).stdout)?.[0];
    expect(await told()).toBeUndefined();
    await exec(`ip route add ${neighbour} dev lan0
      systemd-run -q --unit crossing ip netns exec lan bash -c 'exec 3<>/dev/tcp/10.9.0.1/22; exec sleep 90'
      until ss -Htn state established dst ${neighbour} | grep -q .; do sleep 0.1; done
      ip route del ${neighbour} dev lan0`);
    expect(await told()).toBe("sysctl.peers-cross");
    await exec("ip rule add from 10.9.0.1 lookup 100");
    expect(await told()).toBeUndefined();
    await exec("ip rule del from 10.9.0.1 lookup 100; systemctl stop crossing");
  });

  test("a forged packet comes in before the apply, and is dropped after it", async () => {
    expect(await exec(forged)).toBe("0\n");
    const applied = await run("apply", "--yes");
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    expect(await exec(forged)).toBe("1\n");
  });

  test("every interface has the values, one with a dot in its name too", async () => {
    expect(await exec("sysctl -n net.ipv4.conf.eth0/100.rp_filter")).toBe("1\n");
    await holds();
  });

  test("an interface that comes later starts with them", async () => {
    await exec("ip link add late0 type veth peer name late1");
    await holds();
  });

  test("ufw's start sets none of them back", async () => {
    await exec("ufw allow 22/tcp && ufw --force enable");
    await holds();
  });

  test("they are there after a boot, ufw's start included", async () => {
    await host.restart();
    expect(await exec("ufw status | head -1; systemctl is-active systemd-sysctl")).toBe(
      "Status: active\nactive\n",
    );
    await holds();
  });

  test("a file that wins at the next boot is named, and the rest is set all the same", async () => {
    await exec(`printf '# theirs\\nnet.ipv4.conf.eth0.log_martians=0\\n' >/etc/sysctl.d/99-zzz.conf
      sysctl -w net.ipv4.conf.all.accept_redirects=1`);
    const applied = await run("apply", "--yes");
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 2 });
    expect(applied.stdout + applied.stderr).toContain("/etc/sysctl.d/99-zzz.conf sets");
    expect(await exec("sysctl -n net.ipv4.conf.all.accept_redirects")).toBe("0\n");
    const { code, stdout } = await run("verify");
    expect(code).toBe(2);
    expect(stdout).toMatch(/until the next boot +sysctl\.log-martians/);
    expect(stdout).toContain("eth0.log_martians 0 by /etc/sysctl.d/99-zzz.conf:2");
    await exec("rm /etc/sysctl.d/99-zzz.conf");
    expect(await run("apply", "--yes")).toMatchObject({ code: 0 });
    await holds();
  });

  test("forwarding is nobody's business here", async () => {
    await exec("sysctl -w net.ipv4.ip_forward=1");
    await holds();
    expect(await exec("sysctl -n net.ipv4.ip_forward")).toBe("1\n");
  });

  test("what we expect of sysctl.d is what systemd-sysctl does", async () => {
    const cases = fc.sample(fileSet, { numRuns: 40, seed: 11 });
    const answers = (await exec(cases.map(scriptOf).join("\n"))).trim().split("\n\n");
    cases.forEach((files, at) => {
      const boot = merged(files);
      const expected = interfaces.map(
        (name) => bootAssignment(boot, `net/ipv4/conf/${name}/rp_filter`)?.value ?? "7",
      );
      expect(answers[at]?.split("\n"), JSON.stringify(files, null, 1)).toEqual(expected);
    });
  });
});

const interfaces = ["all", "default", "ra1", "rb.2"];

const key = fc
  .record({
    name: fc.constantFrom("all", "default", "ra1", "rb.2", "*", "r*", "[r]?1", "rb*", "[!r]*"),
    dots: fc.boolean(),
  })
  .map(({ name, dots }) =>
    dots ? `net.ipv4.conf.${name.replaceAll(".", "/")}.rp_filter` : `net/ipv4/conf/${name}/rp_filter`,
  );
const line = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(key, fc.constantFrom("0", "1", "2")).map(([k, v]) => `${k} = ${v}`) },
  { weight: 1, arbitrary: fc.tuple(key, fc.constantFrom("0", "1")).map(([k, v]) => `-${k}=${v}`) },
  { weight: 1, arbitrary: key.map((k) => `-${k}`) },
  { weight: 1, arbitrary: fc.constantFrom("# net.ipv4.conf.all.rp_filter=0", ";x", "", "nonsense") },
);
const fileSet = fc.uniqueArray(
  fc.record({
    path: fc
      .tuple(fc.constantFrom("/etc", "/run", "/usr/lib"), fc.constantFrom("a", "b", "99-Z"))
      .map(([folder, name]) => `${folder}/sysctl.d/${name}.conf`),
    lines: fc.array(line, { maxLength: 4 }),
  }),
  { selector: ({ path }) => path, minLength: 1, maxLength: 5 },
);

/** Puts the files there, sets every value to 7, and prints the values that systemd-sysctl then sets. */
function scriptOf(files: readonly { path: string; lines: readonly string[] }[]): string {
  const lines = files.map(
    ({ path, lines: text }) => `printf '%s\\n' ${text.map((each) => `'${each}'`).join(" ")} >'${path}'`,
  );
  return `ip link show ra1 >/dev/null 2>&1 || ip link add ra1 type veth peer name rb.2
    mkdir -p /run/sysctl.d /root/kept; mv /etc/sysctl.d/99-zz-harden.conf /root/kept/ 2>/dev/null
    ${lines.join("\n")}
    for name in ${interfaces.join(" ")}; do echo 7 >/proc/sys/net/ipv4/conf/$name/rp_filter; done
    $(ls /usr/lib/systemd/systemd-sysctl) 2>/dev/null
    for name in ${interfaces.join(" ")}; do cat /proc/sys/net/ipv4/conf/$name/rp_filter; done
    echo; rm -f ${files.map(({ path }) => path).join(" ")}`;
}
