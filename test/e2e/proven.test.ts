/** Proven is what stays: the new login comes in through the rules that are there after the confirm, and no others. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { expectPristine, start, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, type Peer, startHost, startPeer, type TestHost } from "./hosts.ts";
import { keyLogin } from "./logins.ts";
import { state } from "./state.ts";
import { must } from "./trouble.ts";

const listen = `import socket
s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind(("", 5555)); s.listen()
while True:
    c, _ = s.accept()
    while True:
        data = c.recv(100)
        if not data: break
        open("/run/heard", "ab").write(data)
`;

describe.skipIf(!hasDocker())("what the proof came through", { timeout: 240_000 }, () => {
  let host: TestHost;
  let peer: Peer;
  let profile: string;
  beforeAll(async () => {
    host = await startHost("debian13", "full");
    peer = await startPeer(host);
    profile = profileFile("firewall: {rules: [{port: 80, protocol: tcp}]}\n");
    await must(
      host,
      `systemctl stop fail2ban; cat >/run/listen.py <<'END'\n${listen}END
      systemd-run --quiet --unit listen python3 /run/listen.py; until ss -Hltn | grep -q :5555; do sleep 0.1; done`,
    );
  });
  afterAll(() => Promise.all([host?.remove(), peer?.remove()]));
  /** As on a host that has never heard of a firewall: nothing is tracked. */
  beforeEach(() =>
    must(
      host,
      `ufw --force disable >/dev/null; ufw --force reset >/dev/null; rm -f /etc/ufw/*.20*; rm -rf /run/heard /run/proofs
      for tool in iptables ip6tables; do $tool -P INPUT ACCEPT; $tool -P OUTPUT ACCEPT; $tool -F; $tool -X; done`,
    ),
  );

  const args = (file: string, ...more: string[]) => [
    ...["apply", host.target("root"), "--profile", file, "--yes", ...more],
  ];
  const rules = () => must(host, "iptables-save; ip6tables-save");
  /** A connection to a port that will be shut, from before the run; it speaks again when told to. */
  async function talk() {
    await peer.exec("rm -f /tmp/go");
    const speak = `exec 3<>/dev/tcp/${host.address}/5555; echo first >&3
      until [ -e /tmp/go ]; do sleep 0.1; done; echo second >&3; sleep 5`;
    const ended = peer.exec(`bash -c '${speak}'`);
    await must(host, "until grep -q first /run/heard; do sleep 0.1; done");
    return async () => {
      await peer.exec("touch /tmp/go");
      await ended;
      return must(host, "cat /run/heard");
    };
  }

  it("rules that answer no new login are not confirmed, though old connections would live on", async () => {
    await must(host, "sed -i.was '/ufw-before-output.*ESTABLISHED/d' /etc/ufw/before.rules");
    const pristine = await state(host.exec);
    const shut = profileFile("firewall: {defaultOutgoing: deny}\n");
    const applied = start(host, args(shut, "--confirm-timeout", "10"));
    const { code, said } = await applied.ended;
    // Blocked before anything was changed would do as well.
    expect([3, 4], said).toContain(code);
    await untilSettled(host);
    expect(await keyLogin(host, "root")).toBe(true);
    await expectPristine(host, pristine);
    await must(host, "mv /etc/ufw/before.rules.was /etc/ufw/before.rules");
  });

  it("a silent connection from before lives on, by the kernel's table and no rule of ours", async () => {
    const heard = await talk();
    const applied = await harden(host, args(profile));
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    expect(await rules()).not.toContain("harden-");
    expect(await peer.knock(host.address, 5555)).toBe("silent");
    expect(await heard()).toBe("first\nsecond\n");
  });

  it("one that the kernel's table refuses is let through until the confirm, and that is said", async () => {
    await must(host, "mv /usr/bin/perl /usr/bin/perl.away");
    try {
      const heard = await talk();
      const waiting = await harden(host, args(profile, "--no-confirm"));
      expect(waiting, waiting.stderr).toMatchObject({ code: 0 });
      expect(waiting.stderr).toMatch(
        /iptables: \d+ open connections? .* not in the kernel's table of connections; .* at the confirm/,
      );
      const kept = (await rules()).split("\n").filter((line) => line.startsWith("-A harden-flows"));
      expect(kept.filter((line) => line.includes("--sport 5555"))).toHaveLength(1);
      for (const rule of kept)
        expect(rule).toMatch(/ -s \S+ -d \S+ -p tcp -m tcp --sport \d+ --dport \d+ -j ACCEPT$/);
      const [, run = ""] = /applied as run (\S+)\./.exec(waiting.stdout) ?? [];
      const confirmed = await harden(host, ["confirm", host.target("root"), run]);
      expect(confirmed, confirmed.stderr).toMatchObject({ code: 0 });
      expect(await rules()).not.toContain("harden-");
      expect(await heard()).toBe("first\n");
    } finally {
      await must(host, "mv /usr/bin/perl.away /usr/bin/perl");
    }
  });
});
