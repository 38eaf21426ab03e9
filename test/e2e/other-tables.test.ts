/** What ufw's files say of nat and raw is there once, whatever we make ufw do; others' rules stay where they are. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { expectPristine, outcome, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { state } from "./state.ts";
import { must } from "./trouble.ts";

const nat = `*nat
:POSTROUTING ACCEPT [0:0]
:MINE - [0:0]
-A MINE -s 10.8.0.0/24 -j RETURN
-A POSTROUTING -j MINE
-A POSTROUTING -s 10.9.0.0/24 -o eth0 -j MASQUERADE
-A POSTROUTING -s 10.10.0.0/24 -o eth0 -j MASQUERADE
COMMIT
*raw
-A PREROUTING -p udp --dport 69 -j CT --helper tftp
COMMIT
`;

describe.skipIf(!hasDocker())("rules of before.rules for other tables than filter", () => {
  let host: TestHost;
  const firewall = profileFile("firewall: {}\n");
  beforeAll(async () => {
    host = await startHost("debian12", "full");
    await must(
      host,
      `systemctl stop fail2ban; cat >>/etc/ufw/before.rules <<'END'\n${nat}END
      printf '*nat\\n-A POSTROUTING -s fd00:9::/64 -j MASQUERADE\\nCOMMIT\\n' >>/etc/ufw/before6.rules
      iptables -t nat -A POSTROUTING -s 10.11.0.0/24 -j ACCEPT`,
    );
  });
  afterAll(() => host?.remove());

  const apply = (...more: string[]) => applied(0, ...more);
  const applied = async (expected: number, ...more: string[]) => {
    const { code, stdout, stderr } = await harden(host, [
      ...["apply", host.target("root"), "--profile", firewall, "--yes", ...more],
    ]);
    expect(code, stdout + stderr).toBe(expected);
    return /run (\d\S+?)[,. )]/.exec(stdout)?.[1] ?? "";
  };
  const others = async () =>
    (await must(host, "iptables-save; ip6tables-save")).split("\n").filter((line) => line.startsWith("-A "));
  const times = async (rule: RegExp) => (await others()).filter((line) => rule.test(line)).length;
  let pristine: readonly string[];
  beforeEach(async () => {
    pristine = await state(host.exec);
  });

  it("where ufw was off: there once, and gone with it", async () => {
    const run = await apply();
    expect(await times(/10\.9\.0|fd00:9|10\.8\.0|--dport 69/)).toBe(4);
    // A later run has found them there; taken back with the first one, they go all the same.
    await apply("--profile", profileFile("firewall: {rules: [{port: 80, protocol: tcp}]}\n"));
    const back = await harden(host, ["rollback", host.target("root"), "--to", run, "--yes"]);
    expect(back, back.stderr).toMatchObject({ code: 0 });
    expect(await times(/10\.9\.0|fd00:9|10\.8\.0|--dport 69/)).toBe(0);
    await expectPristine(host, pristine);
  });

  it("where ufw was off, unconfirmed: gone, while a rule that somebody adds meanwhile stays", async () => {
    await apply("--no-confirm", "--confirm-timeout", "10");
    await must(host, "iptables -t nat -I POSTROUTING 1 -s 10.12.0.0/24 -j ACCEPT");
    await untilSettled(host);
    expect(await times(/10\.12\.0/)).toBe(1);
    await must(host, "iptables -t nat -D POSTROUTING -s 10.12.0.0/24 -j ACCEPT");
    await expectPristine(host, pristine);
  });

  it("and what before.init and after.init set when ufw starts: said beforehand, and gone with it", async () => {
    const script = (name: string, port: number, stop: string) => `cat >/etc/ufw/${name}.init <<'END'
#!/bin/sh
case $1 in
start) iptables -t raw -A PREROUTING -p udp --dport ${port} -j NOTRACK ;;
stop) ${stop} ;;
esac
END
      chmod 750 /etc/ufw/${name}.init`;
    const stop = (port: number) => `iptables -t raw -D PREROUTING -p udp --dport ${port} -j NOTRACK`;
    await must(host, `${script("before", 7001, stop(7001))}\n${script("after", 7002, stop(7002))}`);
    pristine = await state(host.exec);
    const plan = await harden(host, ["plan", host.target("root"), "--profile", firewall]);
    expect(plan.stdout.replace(/\s+/g, " ")).toMatch(
      /with "start": \/etc\/ufw\/before\.init, \/etc\/ufw\/after\.init\. .*\[firewall\.init-files\]/,
    );
    await apply("--no-confirm", "--confirm-timeout", "10");
    expect(await times(/--dport 700[12]/)).toBe(2);
    await untilSettled(host);
    expect(await times(/--dport 700[12]/)).toBe(0);
    await expectPristine(host, pristine);
    // What the files set at the next boot is not known.
    const run = await applied(2);
    expect(await times(/--dport 700[12]/)).toBe(2);
    const back = await harden(host, ["rollback", host.target("root"), run, "--yes"]);
    expect(back, back.stderr).toMatchObject({ code: 0 });
    await expectPristine(host, pristine);

    await must(host, script("before", 7001, "exit 1"));
    await apply("--no-confirm", "--confirm-timeout", "10");
    await untilSettled(host);
    expect(await outcome(host)).toBe("rolled-back notes timeout");
    await must(host, `${stop(7001)}; chmod 640 /etc/ufw/before.init /etc/ufw/after.init`);
  });

  it("where ufw is on: a reload of ours doubles nothing, neither when it stays nor when it is taken back", async () => {
    await apply();
    // In the midst of theirs, so that their order is not what a start of ufw would make.
    await must(host, "iptables -t nat -I POSTROUTING 3 -s 10.13.0.0/24 -j ACCEPT");
    const was = await others();
    await must(host, "iptables -P INPUT ACCEPT");
    pristine = await state(host.exec);
    await apply("--no-confirm", "--confirm-timeout", "10");
    expect(await others()).toEqual(was);
    await untilSettled(host);
    await expectPristine(host, pristine);
    await apply();
    expect(await others()).toEqual(was);
  });
});
