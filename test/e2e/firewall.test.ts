import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { failing } from "../../src/assess/assess.ts";
import { desired } from "../../src/controls/firewall/claims.ts";
import { eachRule, type RuleParams, schema } from "../../src/controls/firewall/schema.ts";
import { firewall } from "../../src/controls/firewall.ts";
import type { Access } from "../../src/plan/access.ts";
import { but, inactive, inputOf } from "../controls/firewall/host.ts";
import { sample } from "../setup/sample.ts";
import { checksOf, place, planOf, type Trial } from "./control.ts";
import { bothDistros, hasDocker, type Peer, startHost, startPeer, type TestHost } from "./hosts.ts";
import { must } from "./trouble.ts";

const way = { login: "root", ports: [22], callers: ["0.0.0.0/0", "::/0"] };
const visit = {
  login: "root",
  planned: "root",
  address: "192.0.2.1",
  serverAddress: "192.0.2.2",
  serverPort: "22",
};
const access: Access = { now: way, planned: way, via: "ssh", proven: true, visit };

const distros = sample("firewall", bothDistros, 1);

const addresses = (plan: { changes: readonly { address: string; action: string }[] }) =>
  plan.changes.map(({ address, action }) => `${action} ${address}`);

/** Distinct ports, so that no rule is another one said twice. */
const ruleParams = fc.record(
  {
    port: fc.oneof(
      fc.integer({ min: 1000, max: 65535 }),
      fc.integer({ min: 100, max: 60000 }).map((from) => `${from}:${from + 7}`),
    ),
    protocol: fc.constantFrom("tcp", "udp"),
    from: fc.constantFrom(
      ...[
        "10.0.0.0/8",
        "192.0.2.7/32",
        "0.0.0.0/0",
        "::/0",
        "2001:db8::/32",
        "fd00::1/128",
        "::ffff:a00:0/104",
      ],
    ),
    comment: fc.constantFrom(
      "a",
      "für alle # 1",
      "comment=41",
      '$(id) `no` "x"'.replaceAll(/["`]/g, ""),
      "漢字 %20",
    ),
  },
  { requiredKeys: ["port", "protocol"] },
);

/** The words of ufw's own command; the comment has no quotes by its type. */
const ufwCommand = ({ port, protocol, from, comment }: RuleParams) => {
  const note = `comment 'harden${comment === undefined ? "" : `: ${comment}`}'`;
  return from === undefined
    ? `allow ${port}/${protocol} ${note}`
    : `allow proto ${protocol} from ${from} to any port ${port} ${note}`;
};

const ufwFiles = [
  ...["/etc/ufw/user.rules", "/etc/ufw/user6.rules", "/etc/ufw/ufw.conf"],
  ...["/etc/default/ufw", "/etc/ufw/before.rules", "/etc/ufw/after.rules"],
];

describe.skipIf(!hasDocker()).each(distros)("firewall on %s", (distro) => {
  let host: TestHost;
  /** Where ufw's own commands do the same. */
  let reference: TestHost;
  let friend: Peer;
  let stranger: Peer;
  let trial: Trial;

  beforeAll(async () => {
    [host, reference] = await Promise.all([startHost(distro), startHost(distro)]);
    [friend, stranger] = await Promise.all([startPeer(host), startPeer(host)]);
    const rules = [
      { port: 22, comment: "ssh" },
      { port: [80, 81], comment: "http, für alle" },
      { port: 443, protocol: "any" },
      { port: 5432, from: [friend.address, "192.0.2.0/24", "2001:db8::1"], comment: "postgresql" },
      { port: "6000-6010", protocol: "udp" },
    ];
    trial = { host, control: firewall, section: { rules }, access };
    const listen = ["80", "5432", "8080", "9999"].map(
      (port) => `systemd-run -q --unit listen-${port} python3 -m http.server --bind :: ${port}`,
    );
    const raw =
      "import socket as s, time; held = [s.socket(s.AF_INET, s.SOCK_RAW, each) for each in (1, 112)]; time.sleep(9e9)";
    const ready =
      "until grep -q :0070 /proc/net/raw && [ $(ss -Hltn | grep -c ':\\(80\\|5432\\|8080\\|9999\\) ') = 4 ]; do sleep 0.1; done";
    await host.exec([...listen, `systemd-run -q --unit raw python3 -c '${raw}'`, ready].join("\n"));
  });

  afterAll(() =>
    Promise.all([host, reference, friend, stranger].map((each) => each?.remove())).catch(() => undefined),
  );

  const exec = (script: string) => must(host, script);
  const statusOf = async (on: TestHost) => (await on.exec("ufw status verbose; ufw status numbered")).stdout;

  test("plan names what changes and what is shut", async () => {
    const plan = await planOf(trial);
    expect(addresses(plan)).toEqual([
      "update firewall/file:/etc/ufw/ufw.conf",
      "update firewall/file:/etc/ufw/user.rules",
      "update firewall/file:/etc/ufw/user6.rules",
      "enable firewall/firewall:ufw",
      ...plan.changes.filter(({ kind }) => kind === "sysctl").map(({ address }) => `update ${address}`),
    ]);
    expect(plan.findings.map(({ id, level }) => `${level} ${id}`)).toEqual([
      ...["warn firewall.closing-ports", "warn firewall.closing-protocols"],
    ]);
    expect(plan.findings[0]?.message).toContain("9999/tcp (python3)");
    expect(plan.findings[1]?.message).toContain(": vrrp (python3).");
    expect(failing(await checksOf(trial)).map(({ id }) => id)).toContain("firewall.enabled");
  });

  test("ssh that closes over IPv6 only says so", async () => {
    const planned = { ...way, callers: ["0.0.0.0/0"] };
    const { findings } = await planOf({ ...trial, access: { ...access, planned } });
    expect(findings.find(({ id }) => id === "firewall.closing-ports")?.message).toContain(
      "closed to the outside: 22/tcp (sshd) over IPv6",
    );
  });

  test("the kernel lets in what the profile says, over IPv4 and IPv6", async () => {
    await expect(friend.knock(host.address, 9999)).resolves.toBe("open");
    await place(trial, await planOf(trial));
    expect(addresses(await planOf(trial))).toEqual([]);
    const checks = await checksOf(trial);
    expect(failing(checks)).toEqual([]);
    const others = checks.filter(({ id }) => id !== "firewall.published");
    expect(others.map(({ verdict }) => verdict)).toEqual(others.map(() => "pass"));
    const knocks = async (peer: Peer, port: number) => [
      await peer.knock(host.address, port),
      ...(host.address6 ? [await peer.knock(host.address6, port)] : []),
    ];
    expect(new Set(await knocks(stranger, 22))).toEqual(new Set(["open"]));
    expect(new Set(await knocks(stranger, 80))).toEqual(new Set(["open"]));
    expect(new Set(await knocks(stranger, 9999))).toEqual(new Set(["silent"]));
    await expect(friend.knock(host.address, 5432)).resolves.toBe("open");
    expect(new Set(await knocks(stranger, 5432))).toEqual(new Set(["silent"]));
  });

  test("files and status are what ufw's own commands make", async () => {
    const { code, stdout, stderr } = await reference.exec(
      [
        "set -e",
        "ufw allow 22/tcp comment 'harden: ssh'",
        "ufw allow 80/tcp comment 'harden: http, für alle'",
        "ufw allow 81/tcp comment 'harden: http, für alle'",
        "ufw allow 443 comment harden",
        `for from in ${friend.address} 192.0.2.0/24 2001:db8::1; do`,
        "ufw allow proto tcp from $from to any port 5432 comment 'harden: postgresql'; done",
        "ufw allow 6000:6010/udp comment harden",
        "ufw default deny incoming",
        "ufw default allow outgoing",
        "ufw --force enable",
      ].join("\n"),
    );
    if (code !== 0) throw new Error(`${stdout}${stderr}`);
    for (const path of ufwFiles) {
      const [ours, ufws] = await Promise.all([host.exec(`cat ${path}`), reference.exec(`cat ${path}`)]);
      expect([path, ours.stdout]).toEqual([path, ufws.stdout]);
    }
    expect(await statusOf(host)).toBe(await statusOf(reference));
  });

  test("values of all kinds give the bytes that ufw's commands write", async () => {
    const rules = fc.sample(ruleParams, { seed: 20252, numRuns: 12 });
    const section = { rules: rules.map((rule) => JSON.parse(JSON.stringify(rule))) };
    const { params, facts } = { params: schema.parse(section), facts: inactive };
    const wanted = desired(but(inputOf(facts), { params }));
    const commands = ["allow 22/tcp comment 'harden: ssh'", ...eachRule(params).map(ufwCommand)];
    const written = await reference.exec(
      [
        ...["set -e", "ufw --force reset", "rm -f /etc/ufw/*.20*"],
        'while read -r line; do eval "ufw $line"; done',
      ].join("\n"),
      { stdin: `${commands.join("\n")}\n`, timeoutMs: 110_000 },
    );
    if (written.code !== 0) throw new Error(`${written.stdout}${written.stderr}`);
    for (const path of ["/etc/ufw/user.rules", "/etc/ufw/user6.rules"]) {
      const claim = wanted.find(({ resource }) => resource.kind === "file" && resource.path === path);
      const content = claim?.resource.kind === "file" ? claim.resource.content.toString() : "";
      expect([path, content]).toEqual([path, (await reference.exec(`cat ${path}`)).stdout]);
    }
  });

  test("a rule of the user's own stays, works, and is an audit that fails", async () => {
    await exec("ufw allow 8080/tcp comment 'my own'");
    expect(addresses(await planOf(trial))).toEqual([]);
    const other: Trial = { ...trial, section: { rules: [{ port: 9999 }] } };
    const plan = await planOf(other);
    expect(addresses(plan)).toEqual([
      "update firewall/file:/etc/ufw/user.rules",
      "update firewall/file:/etc/ufw/user6.rules",
      "load firewall/firewall:ufw",
    ]);
    expect(plan.findings.find(({ id }) => id === "firewall.own-rules")?.message).toContain(
      "allow 8080/tcp (my own)",
    );
    await place(other, plan);
    expect(addresses(await planOf(other))).toEqual([]);
    const [audit, ...more] = failing(await checksOf(other));
    expect(more).toEqual([]);
    expect(audit).toMatchObject({ id: "firewall.other-rules", role: "audit" });
    expect(audit?.found).toBe(`8080/tcp from anywhere by the host's own rule "allow 8080/tcp (my own)"`);
    await expect(stranger.knock(host.address, 8080)).resolves.toBe("open");
    await expect(stranger.knock(host.address, 9999)).resolves.toBe("open");
    await expect(stranger.knock(host.address, 80)).resolves.toBe("silent");
    await exec("ufw delete allow 8080/tcp");
    await place(trial, await planOf(trial));
    expect(failing(await checksOf(trial))).toEqual([]);
  });

  test.each([
    ["iptables -D ufw-user-input -p tcp --dport 80 -j ACCEPT", "load", "firewall.rules"],
    ["ip6tables -A ufw6-user-input -p tcp --dport 7 -j ACCEPT", "load", "firewall.other-rules"],
    ["iptables -P INPUT ACCEPT", "load", "firewall.default-incoming-ipv4"],
    ["ip6tables -F ufw6-before-input", "load", "firewall.enabled"],
    ["iptables -D ufw-before-input -i lo -j ACCEPT", "load", "firewall.loopback"],
    ["iptables -I ufw-before-input -p udp -j ACCEPT", "load", "firewall.other-rules"],
    ["ufw disable", "enable", "firewall.enabled"],
  ])("drift by hand is seen and mended: %s", async (script, action, check) => {
    await exec(script);
    expect(failing(await checksOf(trial)).map(({ id }) => id)).toContain(check);
    const plan = await planOf(trial);
    expect(addresses(plan)).toContain(`${action} firewall/firewall:ufw`);
    await place(trial, plan);
    expect(addresses(await planOf(trial))).toEqual([]);
    expect(failing(await checksOf(trial))).toEqual([]);
  });

  test("a rule that has only moved in the kernel is no change; over a deny it is one, with a line of its own", async () => {
    await exec(
      "iptables -D ufw-user-input -p tcp --dport 80 -j ACCEPT && iptables -I ufw-user-input -p tcp --dport 80 -j ACCEPT",
    );
    expect(addresses(await planOf(trial))).toEqual([]);
    const deny = "proto tcp from 10.99.0.0/16 to any port 80";
    await exec(`ufw deny ${deny}`);
    expect(addresses(await planOf(trial))).toEqual([]);
    const line = "-s 10.99.0.0/16 -p tcp --dport 80 -j DROP";
    await exec(`iptables -D ufw-user-input ${line} && iptables -I ufw-user-input ${line}`);
    const plan = await planOf(trial);
    expect(addresses(plan)).toEqual(["load firewall/firewall:ufw"]);
    expect(plan.changes[0]?.details).toEqual([
      '~ allow 80/tcp "http, für alle" moves before deny 80/tcp from 10.99.0.0/16 (the host\'s own)',
    ]);
    await place(trial, plan);
    expect(addresses(await planOf(trial))).toEqual([]);
    expect((await exec("iptables -S ufw-user-input")).trim().split("\n").at(-1)).toContain("-j DROP");
    await exec(`ufw delete deny ${deny}`);
    expect(addresses(await planOf(trial))).toEqual([]);
  });

  test("right now but not after a boot", async () => {
    await exec("sed -i s/ENABLED=yes/ENABLED=no/ /etc/ufw/ufw.conf");
    const verdicts = (await checksOf(trial)).map(({ id, verdict }) => `${id} ${verdict}`);
    expect(verdicts).toContain("firewall.enabled until the next boot");
    expect(addresses(await planOf(trial))).toEqual(["update firewall/file:/etc/ufw/ufw.conf"]);
    await place(trial, await planOf(trial));
  });

  test("a deny of the user's own before ours is a block, and is seen in the kernel", async () => {
    await exec("ufw insert 1 deny 22 comment 'not here'");
    const plan = await planOf(trial);
    const blocks = plan.findings.filter(({ level }) => level === "block");
    expect(blocks.map(({ id }) => id)).toContain("firewall.ssh-shut");
    expect(blocks[0]?.message).toContain("deny 22 (not here)");
    expect(failing(await checksOf(trial)).map(({ id }) => id)).toContain("firewall.ssh-open");
    await exec("ufw delete deny 22");
  });
});
