import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sampleRows } from "../setup/sample.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, type Peer, startHost, startPeer, type TestHost } from "./hosts.ts";
import { must } from "./trouble.ts";

const profile = profileFile("firewall: {rules: [{port: 80, protocol: tcp}]}\n");
const denying = profileFile("firewall: {defaultOutgoing: deny, rules: [{port: 80, protocol: tcp}]}\n");

/** Answers what it gets, over both protocols and both families. */
const echo = `import socketserver as s, socket, threading
class T(s.BaseRequestHandler):
 def handle(self): self.request.sendall(self.request.recv(9))
class U(s.BaseRequestHandler):
 def handle(self): self.request[1].sendto(self.request[0], self.client_address)
for kind, handler in ((s.TCPServer, T), (s.UDPServer, U)):
 class Server(kind): address_family = socket.AF_INET6
 threading.Thread(target=Server(("::", 7000), handler).serve_forever).start()
`;

/** Asks port 7000 of each address, over TCP and UDP; the exchanges that got an answer. */
const ask = `import socket, sys
for address in sys.argv[1:]:
 for name, kind in (("tcp", socket.SOCK_STREAM), ("udp", socket.SOCK_DGRAM)):
  family = socket.AF_INET6 if ":" in address else socket.AF_INET
  with socket.socket(family, kind) as s:
   s.settimeout(1.5)
   try:
    s.connect((address, 7000)); s.send(b"hello")
    if s.recv(9) == b"hello": print(name, 6 if ":" in address else 4)
   except OSError: pass
`;

describe.skipIf(!hasDocker())("what the kernel does with packets", { timeout: 240_000 }, () => {
  let host: TestHost;
  let peer: Peer;
  beforeAll(async () => {
    host = await startHost("debian13", "full");
    peer = await startPeer(host);
    await peer.exec(`cat >/tmp/echo.py <<'END'\n${echo}END\nsetsid python3 /tmp/echo.py >/dev/null 2>&1 &
      until ss -Hltn sport = 7000 | grep -q . && ss -Hlun sport = 7000 | grep -q .; do sleep 0.1; done`);
    await exec(`for port in 80 9999; do systemd-run -q --unit listen-$port python3 -m http.server --bind :: $port; done
      cat >/run/ask.py <<'END'\n${ask}END\nuntil [ "$(ss -Hltn | grep -c ':\\(80\\|9999\\) ')" = 2 ]; do sleep 0.1; done`);
  });
  afterAll(async () => {
    await peer?.remove();
    await host?.remove();
  });

  const exec = (script: string) => must(host, script);
  const run = (command: string, file = profile, ...more: string[]) =>
    harden(host, [command, host.target("root"), "--profile", file, ...more]);
  const apply = () => run("apply", profile, "--yes");
  const answered = async () => {
    const addresses = [peer.address, ...(peer.address6 ? [peer.address6] : [])].join(" ");
    return (await exec(`python3 /run/ask.py ${addresses}`)).trim().split("\n").filter(Boolean);
  };
  const all = () => ["tcp 4", "udp 4", ...(peer.address6 ? ["tcp 6", "udp 6"] : [])];
  const without = (chain: string) => `sed -i '/^-A ${chain} .*RELATED,ESTABLISHED/d' /etc/ufw/before.rules`;
  const restored = "cp -a /run/before.rules /etc/ufw/before.rules";

  test("a line of before.rules that lets answers in is missing: blocked, nothing changed", async () => {
    await exec("cp -a /etc/ufw/before.rules /run/before.rules");
    await exec(without("ufw-before-input"));
    const blocked = await apply();
    expect(blocked, blocked.stderr).toMatchObject({ code: 3 });
    expect(blocked.stderr).toContain("firewall.answers-shut");
    expect(await answered()).toEqual(all());
    await exec(restored);
  });

  test("iptables-legacy, used once, is no drift", async () => {
    await exec("iptables-legacy -L >/dev/null; ip6tables-legacy -L >/dev/null");
    const applied = await apply();
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    const again = await apply();
    expect(again, again.stderr).toMatchObject({ code: 0 });
    expect(again.stdout + again.stderr).toContain("in sync");
    expect(await run("verify")).toMatchObject({ code: 0 });
    expect(await answered()).toEqual(all());
    expect(await peer.knock(host.address, 9999)).toBe("silent");
  });

  test("the answers' lines are lost in the kernel: seen, no packet comes back, and mended", async () => {
    const line = (family: "" | "6") =>
      `ip${family}tables -D ufw${family}-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`;
    await exec(`${line("")}; ${line("6")}`);
    expect(await answered()).toEqual([]);
    const verified = await run("verify");
    expect(verified).toMatchObject({ code: 2 });
    expect(verified.stdout).toContain("firewall.replies");
    expect(await apply()).toMatchObject({ code: 0 });
    expect(await answered()).toEqual(all());
  });

  test("where outgoing traffic is denied, sshd's answers need theirs", async () => {
    await exec(without("ufw-before-output"));
    const blocked = await run("apply", denying, "--yes");
    expect(blocked, blocked.stderr).toMatchObject({ code: 3 });
    expect(blocked.stdout + blocked.stderr).toContain("every answer to allow 22/tcp (IPv4)");
    await exec(restored);
  });

  const accepts: readonly (readonly [string, string])[] = [
    ["iptables -I ufw-before-input -j ACCEPT", "-A ufw-before-input -j ACCEPT"],
    ["iptables -A ufw-before-input -p tcp --dport 24:65535 -j ACCEPT", "--dport 24:65535 -j ACCEPT"],
    [
      "iptables -I ufw-before-input -s 0.0.0.0/1 -j ACCEPT; iptables -I ufw-before-input -s 128.0.0.0/1 -j ACCEPT",
      "-s 128.0.0.0/1 -j ACCEPT",
    ],
  ];
  test.each(sampleRows("accepts in ufw's own chain", accepts, 1, ([first]) => first))(
    "in ufw's own chain it is mended, and named: %s",
    async (script, rule) => {
      await exec(script);
      expect(await peer.knock(host.address, 9999)).toBe("open");
      expect(await run("verify")).toMatchObject({ code: 2 });
      const plan = await run("plan", profile, "--detailed-exitcode");
      expect(plan).toMatchObject({ code: 2 });
      expect(plan.stdout).toContain(rule);
      expect(await apply()).toMatchObject({ code: 0 });
      expect(await peer.knock(host.address, 9999)).toBe("silent");
      expect(await run("verify")).toMatchObject({ code: 0 });
    },
  );

  test("elsewhere it is an audit that names port and source, and nothing is undone", async () => {
    await exec(
      "iptables -I INPUT -s 0.0.0.0/1 -p tcp --dport 9000:9999 -m comment --comment 'a\n-A INPUT -j DROP' -j ACCEPT; iptables -I INPUT -s 128.0.0.0/1 -p tcp --dport 9000:9999 -j ACCEPT",
    );
    expect(await peer.knock(host.address, 9999)).toBe("open");
    const applied = await apply();
    expect(applied, applied.stderr).toMatchObject({ code: 2 });
    expect(applied.stdout + applied.stderr).toContain("9000:9999/tcp from 128.0.0.0/1 by");
    const verified = await run("verify");
    expect(verified).toMatchObject({ code: 2 });
    expect(verified.stdout).toContain("9000:9999/tcp from 0.0.0.0/1 by");
    await exec("iptables -D INPUT 1; iptables -D INPUT 1");
    expect(await run("verify")).toMatchObject({ code: 0 });
  });

  const notrack = (table: string, chain: string) =>
    `nft 'add table ${table}; add chain ${table} ${chain} { type filter hook prerouting priority -300; }; add rule ${table} ${chain} tcp dport 9999 notrack'`;
  const untracking: readonly (readonly [string, string, string])[] = [
    [notrack("ip zz", "pre"), "nft delete table ip zz", "ip zz was not walked"],
    [notrack("ip raw", "pre"), "nft delete chain ip raw pre", "ip raw was not walked"],
    [
      "iptables -t raw -A PREROUTING -p tcp --dport 9999 -j NOTRACK",
      "iptables -t raw -D PREROUTING -p tcp --dport 9999 -j NOTRACK",
      "--ctstate UNTRACKED",
    ],
  ];
  test("what comes in past the connection table is never passed, whoever keeps it out", async () => {
    await exec(
      "cp -a /etc/ufw/before.rules /run/before.rules; sed -i '0,/^COMMIT/s//-A ufw-before-input -m conntrack --ctstate UNTRACKED -j ACCEPT\\nCOMMIT/' /etc/ufw/before.rules; ufw reload",
    );
    expect(await run("verify")).toMatchObject({ code: 0 });
    for (const [script, undo, told] of untracking) {
      await exec(script);
      expect(await peer.knock(host.address, 9999), script).toBe("open");
      const verified = await run("verify");
      expect(verified.code, script).toBe(2);
      expect(verified.stdout).toContain(told);
      await exec(undo);
    }
    await exec(`${restored}; ufw reload`);
    expect(await run("verify")).toMatchObject({ code: 0 });
  });

  const drops: readonly (readonly [string, string])[] = [
    ["iptables -t raw", "PREROUTING"],
    ["iptables -t mangle", "INPUT"],
    ["iptables-legacy", "INPUT"],
  ];
  test.each(sampleRows("drops of an allowed port", drops, 1, ([first]) => first))(
    "a drop of an allowed port is a block wherever it is: %s",
    async (tool, chain) => {
      expect(await peer.knock(host.address, 80)).toBe("open");
      await exec(`${tool} -I ${chain} -p tcp --dport 80 -j DROP`);
      expect(await peer.knock(host.address, 80)).toBe("silent");
      const blocked = await apply();
      expect(blocked, blocked.stderr).toMatchObject({ code: 3 });
      expect(blocked.stdout + blocked.stderr).toContain("firewall.rule-shut");
      expect(await run("verify")).toMatchObject({ code: 2 });
      await exec(`${tool} -D ${chain} -p tcp --dport 80 -j DROP`);
      expect(await run("verify")).toMatchObject({ code: 0 });
    },
  );
});
