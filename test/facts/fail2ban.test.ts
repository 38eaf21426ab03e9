import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runningFail2ban } from "../../src/facts/fail2ban.ts";
import { jailFiles, parseSettings } from "../../src/facts/fail2ban-files.ts";
import { parsePickle } from "../../src/facts/pickle.ts";

/** Recorded from fail2ban 1.1.0 on Debian 13. */
const status =
  "80059533000000000000004b005d94288c0e4e756d626572206f66206a61696c944b0186948c094a61696c206c697374948c04737368649486946586942e";
const recorded = `status ${status}
get sshd maxretry 80059507000000000000004b004b0586942e
get sshd findtime 80059508000000000000004b004d580286942e
get sshd bantime 8005950a000000000000004b004affffffff86942e
get sshd ignoreip 80059507000000000000004b005d9486942e
get sshd journalmatch 80059538000000000000004b005d94285d948c195f53595354454d445f554e49543d7373682e7365727669636594615d948c0a5f434f4d4d3d7373686494616586942e
get sshd logpath 80059507000000000000004b005d9486942e
get sshd actions 80059513000000000000004b005d948c086e667461626c6573946186942e
get sshd action nftables port 8005950b000000000000004b008c037373689486942e
get sshd action nftables addr_type?family=inet6 80059511000000000000004b008c09697076365f616464729486942e
`;
/** `(0, [IPAddr("127.0.0.0/8"), IPAddr("::1")])`: an address is pickled as the call of str. */
const ignored =
  "4b005d94288c086275696c74696e73948c037374729493948c0b3132372e302e302e302f38948594529468038c033a3a3194859452946586942e";
const answers = recorded.replace(/^get sshd ignoreip .*$/m, `get sshd ignoreip 8005${ignored}`);

/** As nft list chain and iptables-save print them. */
const rules = `rule4 \t\ttcp dport { 22, 2222 } ip saddr @addr-set-sshd reject with icmp port-unreachable
rule4 -A INPUT -p tcp -m multiport --dports 22,1000:2000 -j f2b-sshd
rule6 -A INPUT -p tcp -j f2b-sshd
rule6 \t\ttcp dport 80-90 ip6 saddr @addr6-set-sshd drop
judged yes Failed password for invalid user intruder from 192.0.2.1 port 4242 ssh2
judged no Invalid user intruder from 192.0.2.1 port 4242
narrow ^Invalid user (?!deploy) from <HOST>
ignores from 172\\.30\\.
banned 192.0.2.7
banned 192.0.2.8
banned 2001:db8::7
held 192.0.2.7
unsure 192.0.2.8
save6 *filter
save6 -A f2b-sshd -s 2001:db8::7/128 -j DROP
table \tchain f2b-chain {
newer /etc/fail2ban/filter.d/sshd.local
newer /etc/fail2ban/action.d/nftables.local
foreign /etc/fail2ban/filter.d/sshd.local
barred network
barred capability
`;

const parse = (text: string) => runningFail2ban.parse(Buffer.from(text));

describe("the running server's answers", () => {
  test("a jail as recorded", () => {
    expect(parse(answers + rules)).toEqual({
      running: true,
      jails: ["sshd"],
      sshd: {
        maxRetry: 5,
        findTime: 600,
        banTime: -1,
        ignoreIp: ["127.0.0.0/8", "::1"],
        journalMatch: [["_SYSTEMD_UNIT=ssh.service"], ["_COMM=sshd"]],
        logPaths: [],
        actions: [{ name: "nftables", port: "ssh", properties: { "addr_type?family=inet6": "ipv6_addr" } }],
        closed: [
          { family: 4, ports: "22,2222" },
          { family: 4, ports: "22,1000:2000" },
          { family: 6, ports: "0:65535" },
          { family: 6, ports: "80:90" },
        ],
        banned: [
          { address: "192.0.2.7", inSet: "yes" },
          { address: "192.0.2.8", inSet: "unknown" },
          { address: "2001:db8::7", inSet: "no" },
        ],
        rules: {
          save4: [],
          save6: ["*filter", "-A f2b-sshd -s 2001:db8::7/128 -j DROP"],
          table: ["\tchain f2b-chain {"],
        },
        ignoreCommand: "",
        ignoreCacheKey: "",
        judged: [
          { counts: "yes", said: "Failed password for invalid user intruder from 192.0.2.1 port 4242 ssh2" },
          { counts: "no", said: "Invalid user intruder from 192.0.2.1 port 4242" },
        ],
        narrow: ["^Invalid user (?!deploy) from <HOST>"],
        ignores: ["from 172\\.30\\."],
        changed: {
          filter: ["/etc/fail2ban/filter.d/sshd.local"],
          action: ["/etc/fail2ban/action.d/nftables.local"],
        },
        foreignFilter: ["/etc/fail2ban/filter.d/sshd.local"],
        deaf: [],
        barred: [expect.stringContaining("PrivateNetwork=yes"), expect.stringContaining("CAP_NET_ADMIN")],
      },
    });
  });

  test("no server", () => expect(parse("")).toEqual({ running: false, jails: [] }));

  test("a server without the jail", () => {
    const other = status.replace("73736864", "61706163"); // apac
    expect(parse(`status ${other}\n`)).toEqual({ running: true, jails: ["apac"] });
  });

  test("a jail that is cut off, refused or nonsense throws, and so is never taken for absent", () => {
    for (const broken of [
      answers.replace(/^get sshd maxretry.*\n/m, ""),
      answers.replace("4b004b0586942e", "4b014b0586942e"),
      answers.replace(status, "00"),
      answers.replace(status, status.slice(0, -8)),
      "status zz\n",
    ])
      expect(() => parse(broken)).toThrow();
  });
});

describe("pickles", () => {
  const read = (hex: string) => parsePickle(Buffer.from(hex, "hex"));

  test("sets, longs, and what Python would construct", () => {
    expect(read("8004950f000000000000004b008f94288c0161944b019086942e")).toEqual([0, ["a", 1]]);
    expect(read("8004950c000000000000004b008a0500b8eb6c4986942e")).toEqual([0, 315_360_000_000]);
    expect(read("8c05706f7369788c0673797374656d938c02696485522e")).toEqual({
      name: "posix.system",
      args: ["id"],
    });
  });

  test("any bytes end in a value or an error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          parsePickle(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
});

describe("configuration files", () => {
  test("files in their order, sections, continued values", () => {
    const files = jailFiles.parse(
      Buffer.from(
        "/etc/fail2ban/jail.d/a.local\nF /etc/fail2ban/jail.conf\nL [DEFAULT]\nL bantime  = 10m\nL ignoreip = 127.0.0.1/8 \nL   ::1 ; own\nF /etc/fail2ban/jail.local\nL [sshd]\nL BanTime: 1d\nF /etc/fail2ban/jail.d/a.local\nL [sshd]\nL BanTime: 1s\n",
      ),
    );
    expect(files).toEqual([
      {
        path: "/etc/fail2ban/jail.conf",
        isText: true,
        settings: [
          { section: "DEFAULT", key: "bantime", value: "10m" },
          { section: "DEFAULT", key: "ignoreip", value: "127.0.0.1/8 ::1" },
        ],
      },
      {
        path: "/etc/fail2ban/jail.local",
        isText: true,
        settings: [{ section: "sshd", key: "bantime", value: "1d" }],
      },
      { path: "/etc/fail2ban/jail.d/a.local", isText: false, settings: [] },
    ]);
  });

  test("# is no comment after a value, ; is", () => {
    expect(parseSettings(["[sshd]", "bantime = 86400 # day", "findtime = 60 ; minute"])).toEqual([
      { section: "sshd", key: "bantime", value: "86400 # day" },
      { section: "sshd", key: "findtime", value: "60" },
    ]);
  });
});
