/** A Debian 13 host with ufw, as facts: pristine and inactive, unless a test says otherwise. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FirewallInput, FirewallSeen, FirewallView } from "../../../src/controls/firewall/model.ts";
import {
  type FirewallFacts,
  type FirewallProbes,
  firewallProbes,
  liveKey,
} from "../../../src/controls/firewall/probes.ts";
import { withPublished } from "../../../src/controls/firewall/published/chains.ts";
import { type FirewallParams, schema } from "../../../src/controls/firewall/schema.ts";
import { plannedChains } from "../../../src/controls/firewall/skeleton.ts";
import { viewOf } from "../../../src/controls/firewall/view.ts";
import type { FileFact } from "../../../src/facts/files.ts";
import type { HostFacts } from "../../../src/facts/host.ts";
import { type Chains, parseTables, ruleOf, type Tables, words } from "../../../src/facts/iptables.ts";
import { absent, type Fact, present } from "../../../src/facts/probe.ts";
import { type RoutesFact, routes } from "../../../src/facts/routes.ts";
import type { RulesFact } from "../../../src/facts/rules.ts";
import type { Access } from "../../../src/plan/access.ts";
import type { Claim } from "../../../src/plan/claim.ts";
import { Input } from "../../../src/plan/control.ts";

export const fixture = (name: string) => readFileSync(join(import.meta.dirname, "../../fixtures/ufw", name));

export const fileFact = (content: Buffer | string, mode = "0640"): Fact<FileFact> =>
  present({
    type: "file" as const,
    mode,
    owner: "root",
    group: "root",
    immutable: false,
    acl: false,
    content: Buffer.from(content),
    size: content.length,
  });

const unit = (enabled: string, active: boolean) =>
  present({ enabled, active, state: active ? "active" : "inactive", mainPid: 0, loaded: true });

const filter = (chains: Chains): RulesFact["v4"] => new Map([["filter", chains]]);

export const rulesFact = (more: Partial<RulesFact> = {}): Fact<RulesFact> =>
  present({
    v4: new Map(),
    v6: new Map(),
    ipv6: true,
    variant: "nft" as const,
    legacyTables: [],
    nftTables: ["ip filter", "ip6 filter"],
    nft: [],
    links: ["lo", "eth0"],
    ...more,
  });

/** Chains as iptables-save prints them. */
export const tables = (text: string) => parseTables(text);

export const routesFact = (...lines: readonly string[]): Fact<RoutesFact> =>
  present(routes.parse(Buffer.from(lines.join("\n"))));

const none = Object.fromEntries(Object.keys(firewallProbes).map((name) => [name, absent]));

export const inactive = {
  ...(none as unknown as FirewallFacts),
  package: present({ version: "0.36.2-9", installed: true, status: "ii " }),
  service: unit("enabled", true) as FirewallFacts["service"],
  defaults: fileFact(fixture("default"), "0644"),
  conf: fileFact(fixture("ufw.conf"), "0644"),
  user4: fileFact(fixture("pristine.user.rules")),
  user6: fileFact(fixture("pristine.user6.rules")),
  before4: fileFact(fixture("before.rules")),
  before6: fileFact(fixture("before6.rules")),
  after4: fileFact(fixture("after.rules")),
  after6: fileFact(fixture("after6.rules")),
  sysctls: fileFact(fixture("sysctl.conf"), "0644"),
  modulesDisabled: present("0"),
  rules: rulesFact(),
  routes: routesFact("route unicast 0.0.0.0/0 eth0", "route unicast ::/0 eth0"),
  sockets: present({ listeners: [], connected: [] }),
  [liveKey("net.ipv4.conf.all.log_martians")]: present("1"),
} as FirewallFacts;

export const notInstalled: FirewallFacts = {
  ...inactive,
  package: absent,
  service: absent,
  defaults: absent,
  conf: absent,
  user4: absent,
  user6: absent,
  before4: absent,
  before6: absent,
  after4: absent,
  after6: absent,
  sysctls: absent,
};

export const accessOf = (
  more: { ports?: number[]; callers?: string[]; caller?: string; server?: string } = {},
): Access => {
  const way = {
    login: "root",
    ports: more.ports ?? [22],
    callers: more.callers ?? ["0.0.0.0/0", "::/0"],
  };
  const visit = {
    login: "root",
    planned: "root",
    address: "192.0.2.1",
    serverAddress: more.server ?? "192.0.2.2",
    serverPort: "22",
  };
  const caller = more.caller === undefined ? {} : { caller: more.caller };
  return { now: way, planned: way, via: "ssh", proven: true, visit, ...caller };
};

const host: HostFacts = {
  hostname: "h",
  machineId: "m",
  bootId: "b",
  distro: "debian",
  version: "13",
  codename: "trixie",
  kernel: "6.12",
  architecture: "amd64",
  systemd: true,
  container: "none",
  uid: 0,
};

const seenAs = (seen: FirewallSeen) =>
  new Input<FirewallParams, FirewallProbes, FirewallView>({ view: viewOf }, seen);

export const inputOf = (facts: FirewallFacts, section: object = {}, access = accessOf()): FirewallInput =>
  seenAs({ params: schema.parse(section) as FirewallParams, facts, access, host });

/** The same host but for this. */
export const but = (
  { params, facts, access, host }: FirewallInput,
  change: Partial<FirewallSeen>,
): FirewallInput => seenAs({ params, facts, access, host, ...change });

/** The host after the claims: their files, and the kernel with the rules that follow from them. */
export function applied(input: FirewallInput, claims: readonly Claim[]): FirewallInput {
  const contents = new Map(
    claims.flatMap(({ resource }) =>
      resource.kind === "file" && Buffer.isBuffer(resource.content)
        ? [[resource.path, resource.content] as const]
        : [],
    ),
  );
  const files = Object.entries(firewallProbes).flatMap(([name, probe]) => {
    const content = probe.collector === "file" ? contents.get(probe.args[0]!) : undefined;
    return content === undefined ? [] : [[name, fileFact(content)] as const];
  });
  const sysctls = claims.flatMap(({ resource }) =>
    resource.kind === "sysctl" ? [[liveKey(resource.key), present(resource.value)] as const] : [],
  );
  const facts = { ...input.facts, ...Object.fromEntries([...files, ...sysctls]) } as FirewallFacts;
  const { view } = but(input, { facts });
  const [v4, v6] = view.families.map((each) => filter(withPublished(plannedChains(each), each.published)));
  const now = facts.rules.state === "present" ? facts.rules.value : undefined;
  const beside = (tables: Tables | undefined, own: Tables) => new Map([...(tables ?? []), ...own]);
  const rules = rulesFact({
    ...now,
    ...(v4 ? { v4: beside(now?.v4, v4) } : {}),
    ...(v6 ? { v6: beside(now?.v6, v6) } : {}),
  });
  return but(input, { facts: { ...facts, rules } });
}

/** The host after `iptables -t TABLE -I CHAIN …`, done by hand for IPv4; `chain` is made where it isn't there. */
export function inserted(input: FirewallInput, table: string, line: string): FirewallInput {
  const { rules } = input.facts;
  if (rules.state !== "present") throw new Error("no rules");
  const [how, chain = "", ...rest] = words(line);
  const tables: Tables = rules.value.v4 ?? new Map();
  const chains = tables.get(table) ?? new Map();
  const old = chains.get(chain) ?? { rules: [] };
  const rule = ruleOf(chain, rest, `-A ${chain} ${rest.join(" ")}`);
  const now = { ...old, rules: how === "-A" ? [...old.rules, rule] : [rule, ...old.rules] };
  const v4 = new Map([...tables, [table, new Map([...chains, [chain, now]])]]);
  return but(input, { facts: { ...input.facts, rules: rulesFact({ ...rules.value, v4 }) } });
}
