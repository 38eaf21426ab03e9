import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { globMatcher, inOrder } from "../../src/controls/sysctl/boot.ts";
import { ownPath } from "../../src/controls/sysctl/probes.ts";
import { dotted, type SysctlParams, settings, slashed, table } from "../../src/controls/sysctl/settings.ts";
import { sysctl } from "../../src/controls/sysctl.ts";
import { apply } from "../../src/edits/index.ts";
import { absent, present, unknown } from "../../src/facts/probe.ts";
import { routes } from "../../src/facts/routes.ts";
import { type BootFact, bootFiles, kernelValues, netState, type SysctlFile } from "../../src/facts/sysctl.ts";
import type { EditResource } from "../../src/kinds/edit-keys.ts";
import { paths } from "../../src/platform.ts";
import {
  type AnyInput,
  access,
  bootUnitOf,
  claimOf,
  contentOf,
  debian,
  fileOf,
  inputOf,
  kernelFacts,
  masked,
  noOthers,
  packageOf,
  verdict,
} from "./facts.ts";

const forwards = (name: string, value = "1") => ({ [`net/ipv4/conf/${name}/forwarding`]: value });

/** Live values as a kernel has them; `hardened` says whether those of the profile or others. */
function live(names: readonly string[], hardened: boolean, ipv6 = true): Map<string, string> {
  const all = ["all", "default", ...names];
  const pairs = settings(sysctl.schema.parse({}) as SysctlParams).flatMap(({ path, value, combination }) => {
    if (path.startsWith("net/ipv6/") && !ipv6) return [];
    // Of the whole host as wanted, so that a host that is not hardened differs by its interfaces.
    if (combination === undefined) return [[path, value] as const];
    const other = value === "0" ? "1" : "0";
    return all.map((name) => [path.replace("*", name), hardened ? value : other] as const);
  });
  const forwarding = all.map((name) => [`net/ipv4/conf/${name}/forwarding`, "0"] as const);
  return new Map([...pairs, ...forwarding]);
}

const ufwText = [
  "# Uncomment this to allow this host to route packets between interfaces",
  "#net/ipv4/ip_forward=1",
  "net/ipv4/conf/all/accept_redirects=0",
  "net/ipv4/conf/all/log_martians=0",
  "net/ipv4/conf/default/log_martians = 0",
  "net.ipv4.conf.eth9.rp_filter=2",
  "net/ipv4/icmp_echo_ignore_all=0",
  "",
].join("\n");

interface Host {
  readonly params?: object;
  readonly names?: readonly string[];
  readonly hardened?: boolean;
  readonly set?: Readonly<Record<string, string>>;
  /** Paths that were not read. */
  readonly without?: object;
  readonly files?: Readonly<Record<string, string>>;
  readonly ufw?: BootFact["ufw"];
  readonly facts?: object;
  readonly ipv6?: boolean;
  readonly writable?: boolean;
  readonly host?: object;
}

const toFile = ([path, text]: readonly [string, string]): SysctlFile => ({ path, lines: text.split("\n") });

function hostWith(about: Host): AnyInput {
  const { params = {}, names = ["eth0", "lo"], hardened = false, set = {}, files = {} } = about;
  const values = live(names, hardened, about.ipv6);
  for (const [path, value] of Object.entries(set)) values.set(path, value);
  for (const path of Object.keys(about.without ?? {})) values.delete(path);
  const own = files[ownPath];
  return inputOf(sysctl, {
    params: sysctl.schema.parse(params),
    access,
    host: { ...debian("13"), ...about.host },
    facts: {
      net: present({ writable: about.writable ?? true, ports: [] }),
      ...kernelFacts(values),
      boot: present({ files: Object.entries(files).map(toFile), ufw: about.ufw ?? { enabled: false } }),
      others: noOthers,
      service: bootUnitOf("systemd-sysctl.service", "sysinit.target"),
      own: own === undefined ? absent : fileOf(own),
      ufwFile: absent,
      ufw: absent,
      sockets: absent,
      routes: absent,
      ...about.facts,
    },
  });
}

const text = (input: AnyInput) => contentOf(sysctl.desired(input), ownPath);
const converged = (about: Host = {}) => {
  const files = { ...about.files, [ownPath]: text(hostWith(about)) };
  return hostWith({ hardened: true, ...about, files });
};
const ids = (input: AnyInput) => sysctl.guard(input).map(({ id, level }) => `${level} ${id}`);
const verdicts = (input: AnyInput) =>
  Object.fromEntries(sysctl.checks.map(({ id }) => [id, verdict(sysctl, id, input).verdict]));
const liveClaims = (input: AnyInput) =>
  sysctl.desired(input).flatMap(({ resource }) => (resource.kind === "sysctl" ? [resource] : []));
const pending = (input: AnyInput) => liveClaims(input).filter(({ value, found }) => value !== found);

describe("answers that leave by another interface", () => {
  const ways = [
    ...["local 192.0.2.2 eth0", "unicast 192.0.2.0/24 eth0", "unicast 0.0.0.0/0 eth0"],
    ...["local 10.0.0.2 eth1", "unicast 10.0.0.0/24 eth1", "local 10.9.9.9 dummy0"],
  ].map((way) => `route ${way}`);
  const connected = (peer: string, local: string, port = 22) => ({ port, peer, local, count: 1 });
  const crossed = connected("198.51.100.7", "10.0.0.2");
  const neighbour = connected("10.0.0.7", "10.0.0.2");
  const login = connected(access.caller!, "10.0.0.2");
  const loose = { "net/ipv4/conf/all/rp_filter": "0", "net/ipv4/conf/eth0/rp_filter": "2" };
  const host = (
    sockets: readonly ReturnType<typeof connected>[],
    more: readonly string[] = [],
    { facts, ...rest }: Host = {},
  ) =>
    hostWith({
      names: ["eth0", "eth1", "lo", "dummy0"],
      set: loose,
      facts: {
        sockets: present({ listeners: [], connected: sockets }),
        routes: present(routes.parse(Buffer.from([...ways, ...more].join("\n")))),
        ...facts,
      },
      ...rest,
    });
  const ipv6 = ["route local 2001:db8::2 eth1", "route unicast ::/0 eth0"];
  const past = ["route unicast 10.0.0.7 eth0"];

  test.each<readonly [name: string, AnyInput, readonly string[]]>([
    ["a peer", host([crossed, crossed]), ["warn sysctl.peers-cross"]],
    ["the planned login", host([login]), ["block sysctl.caller-crosses"]],
    ["both", host([crossed, login]), ["block sysctl.caller-crosses", "warn sysctl.peers-cross"]],
    ["the same peer by another port", host([{ ...login, port: 443 }]), ["warn sysctl.peers-cross"]],
    [
      "a host that forwards",
      host([login], [], { set: { ...loose, ...forwards("all") } }),
      ["warn sysctl.peers-cross"],
    ],
    [
      "a host that forwards what comes in where answers leave",
      host([login], [], { set: { ...loose, ...forwards("eth0") } }),
      ["warn sysctl.peers-cross"],
    ],
    [
      "a host that forwards what comes in elsewhere",
      host([login], [], { set: { ...loose, ...forwards("eth1") } }),
      ["block sysctl.caller-crosses"],
    ],
    [
      "a host of which it isn't known",
      host([login], [], { set: loose, without: forwards("all") }),
      ["warn sysctl.peers-cross"],
    ],
    ["a tunnel", host([login], ["tunnel eth1"]), ["warn sysctl.peers-cross"]],
    ["a host route past its network", host([neighbour], past), ["warn sysctl.peers-cross"]],
    ["rules that may choose another table", host([crossed, login], ["rules"]), []],
    ["a neighbour", host([neighbour]), []],
    ["the interface of the default route", host([connected("198.51.100.7", "192.0.2.2")]), []],
    ["an address that no cable has", host([connected("198.51.100.7", "10.9.9.9")]), []],
    ["IPv6", host([connected("2001:db8::7", "2001:db8::2")], ipv6), []],
    ["a table for each interface", host([crossed], ["route unicast 0.0.0.0/0 eth1"]), []],
    ["a route of its own", host([crossed], ["route unicast 198.51.100.0/24 eth1"]), []],
    ["loose as wanted", host([crossed, login], [], { params: { rpFilter: 2 } }), []],
    ["strict already", host([crossed], [], { set: { ...loose, "net/ipv4/conf/eth1/rp_filter": "1" } }), []],
    ["routes that can't be read", host([login], [], { facts: { routes: unknown("x") } }), []],
  ])("%s", (_name, input, expected) => {
    expect(ids(input)).toEqual(expected);
  });

  test("are told with both interfaces", () => {
    expect(sysctl.guard(host([crossed]))[0]!.message).toContain(
      "198.51.100.7 comes to 10.0.0.2 on eth1, and answers leave by eth0.",
    );
  });
});

describe("desired", () => {
  test("names all, default and every interface that is there, default last", () => {
    const keys = liveClaims(hostWith({ names: ["eth0", "eth0.100", "lo"] })).map(({ key }) => key);
    expect(keys.filter((key) => key.endsWith(".rp_filter"))).toEqual([
      "net.ipv4.conf.eth0.rp_filter",
      "net.ipv4.conf.eth0/100.rp_filter",
      "net.ipv4.conf.lo.rp_filter",
      "net.ipv4.conf.all.rp_filter",
      "net.ipv4.conf.default.rp_filter",
    ]);
  });

  test("has nothing left to do on a host that is as wanted", () => {
    const input = converged();
    expect(pending(input)).toEqual([]);
    expect(ids(input)).toEqual([]);
    expect(new Set(Object.values(verdicts(input)))).toEqual(new Set(["pass"]));
    expect(text(input)).toBe(text(hostWith({})));
  });

  test("never touches forwarding", () => {
    expect(JSON.stringify(sysctl.desired(hostWith({})))).not.toContain("forward");
    expect(text(hostWith({}))).not.toContain("forward");
  });

  test("goes by the profile's values", () => {
    const params = {
      rpFilter: 2,
      acceptRedirects: true,
      acceptSourceRoute: true,
      tcpSyncookies: false,
      logMartians: false,
    };
    const content = text(hostWith({ params }));
    expect(content).toContain("net.ipv4.conf.*.rp_filter = 2\n");
    expect(content).toContain("-net.ipv6.conf.all.accept_redirects = 1\n");
    expect(content).toContain("net.ipv4.tcp_syncookies = 0\n");
    expect(content).toContain("net.ipv4.conf.default.log_martians = 0\n");
  });

  test("names an interface that somebody's file names with another value, there or not", () => {
    const files = {
      "/etc/sysctl.d/50-eth.conf": "net.ipv4.conf.eth9.rp_filter = 2\nnet.ipv4.conf.eth8.rp_filter = 1",
      "/usr/lib/sysctl.d/50-default.conf": "-net.ipv4.conf.eth7.rp_filter\nnet.ipv4.conf.*.rp_filter = 2",
    };
    const content = text(hostWith({ files }));
    expect(content).toContain("net.ipv4.conf.eth7.rp_filter = 1\nnet.ipv4.conf.eth9.rp_filter = 1\n");
    expect(content).not.toContain("eth8");
    expect(content).not.toContain("eth0");
    expect(ids(hostWith({ files }))).toEqual([]);
  });

  test("names what is there where a glob of a later file would win", () => {
    const files = { "/etc/sysctl.d/99-zzz.conf": "net.ipv4.conf.eth*.rp_filter = 0" };
    expect(text(hostWith({ files }))).toContain("net.ipv4.conf.eth0.rp_filter = 1\n");
    expect(ids(hostWith({ files }))).toEqual([]);
  });

  test("leaves a container manager's interfaces alone, and says where they differ", () => {
    const names = ["br-0123456789ab", "docker0", "eth0", "veth1a2b3c"];
    const set = { "net/ipv4/conf/veth1a2b3c/rp_filter": "2", "net/ipv4/conf/docker0/rp_filter": "0" };
    const input = converged({ names, set });
    expect(pending(input)).toEqual([]);
    expect(verdict(sysctl, "sysctl.rp-filter", input).verdict).toBe("pass");
    expect(ids(input)).toEqual(["note sysctl.left-alone"]);
    expect(sysctl.guard(input)[0]?.message).toContain("net.ipv4.conf.veth1a2b3c.rp_filter = 2");
    expect(sysctl.guard(input)[0]?.message).not.toContain("docker0.rp_filter");
    expect(sysctl.guard(input)[0]?.message).toContain("so do these whenever systemd-sysctl runs again");
  });
});

describe("ufw's own file", () => {
  const facts = { ufw: packageOf(), ufwFile: fileOf(ufwText) };

  test("gets the profile's values in its own words, for the keys that it has, and nothing else", () => {
    const wanted = claimOf(sysctl.desired(hostWith({ facts })), paths.ufwSysctls) as EditResource;
    const edited = apply(wanted.format, Buffer.from(ufwText), wanted);
    expect(edited.ok && edited.content.toString()).toBe(
      ufwText
        .replace("all/log_martians=0", "all/log_martians=1")
        .replace("log_martians = 0", "log_martians = 1")
        .replace("eth9.rp_filter=2", "eth9.rp_filter=1"),
    );
  });

  test("is announced where ufw is still to come, and only with its package", () => {
    const wanted = claimOf(sysctl.desired(hostWith({})), paths.ufwSysctls) as EditResource;
    expect(wanted).toMatchObject({ kind: "edit", missing: "skip", package: "ufw", set: [] });
  });

  test("makes the live value one until the next boot", () => {
    const ufw = { enabled: true, file: toFile([paths.ufwSysctls, ufwText]) };
    const input = converged({ facts, ufw });
    expect(verdict(sysctl, "sysctl.log-martians", input)).toMatchObject({
      verdict: "until the next boot",
      found: expect.stringContaining(paths.ufwSysctls),
    });
    expect(
      verdict(sysctl, "sysctl.log-martians", converged({ facts, ufw: { ...ufw, enabled: false } })),
    ).toMatchObject({
      verdict: "pass",
    });
    expect(ids(input)).toEqual([]);
  });

  test("another file that ufw was told to read can't be won over: said, and the rest is set", () => {
    const ufw = { enabled: true, file: toFile(["/root/my-sysctl", "net/ipv4/conf/all/log_martians=0"]) };
    expect(ids(converged({ facts, ufw }))).toEqual(["warn sysctl.overridden"]);
    expect(sysctl.desired(hostWith({ facts, ufw })).length).toBeGreaterThan(5);
  });
});

describe("the next boot", () => {
  const conf = (name: string, value: string) => ({ [`/etc/sysctl.d/${name}`]: value });
  const later = (files: Record<string, string>) =>
    verdict(sysctl, "sysctl.rp-filter", converged({ files })).verdict;

  test("values set by hand only", () => {
    expect(new Set(Object.values(verdicts(hostWith({ hardened: true }))))).toEqual(
      new Set(["until the next boot"]),
    );
  });

  test("values of files that nothing carries out", () => {
    const service = bootUnitOf("systemd-sysctl.service", "sysinit.target", masked);
    expect(verdict(sysctl, "sysctl.rp-filter", converged({ facts: { service } }))).toMatchObject({
      verdict: "until the next boot",
      found: "1; but systemd-sysctl.service is masked by /etc/systemd/system/a.service",
    });
  });

  test("a remark behind a value, which people write, is not told", () => {
    const files = conf("99-zzz.conf", "net.ipv4.conf.all.rp_filter = 0 # key Zq7Word");
    const { found } = verdict(sysctl, "sysctl.rp-filter", converged({ files }));
    expect(found).toContain("rp_filter 0 #… by /etc/sysctl.d/99-zzz.conf:1");
    expect(JSON.stringify(sysctl.guard(converged({ files })))).not.toContain("Zq7Word");
  });

  test("the file that sorts last wins: a warning and a verdict with file and line, and no block", () => {
    const files = conf("99-zzz.conf", "# mine\n\nnet.ipv4.conf.all.rp_filter=0");
    const input = converged({ files });
    expect(verdict(sysctl, "sysctl.rp-filter", input)).toMatchObject({
      verdict: "until the next boot",
      found: expect.stringContaining("rp_filter 0 by /etc/sysctl.d/99-zzz.conf:3"),
    });
    expect(ids(input)).toEqual(["warn sysctl.overridden"]);
    expect(sysctl.guard(input)[0]?.message).toContain(
      "/etc/sysctl.d/99-zzz.conf sets net.ipv4.conf.all.rp_filter = 0 (line 3) against the profile",
    );
    expect(later(conf("99-sysctl.conf", "net.ipv4.conf.all.rp_filter=0"))).toBe("pass");
  });

  test("our file masked by one of the same name counts in /etc only", () => {
    const files = { "/run/sysctl.d/99-zz-harden.conf": "net.ipv4.conf.all.rp_filter=0" };
    expect(later(files)).toBe("pass");
  });

  test("of files with one name that of the first folder counts", () => {
    const files = ["/usr/lib/sysctl.d/b.conf", "/etc/sysctl.d/b.conf", "/run/sysctl.d/a.conf"];
    const paths = inOrder(files.map((path) => ({ path, lines: [] }))).map(({ path }) => path);
    expect(paths).toEqual(["/run/sysctl.d/a.conf", "/etc/sysctl.d/b.conf"]);
  });
});

describe("effective values", () => {
  const rp = (set: Record<string, string>) => verdict(sysctl, "sysctl.rp-filter", converged({ set })).verdict;

  test("the kernel takes the larger of all and the interface", () => {
    expect(rp({ "net/ipv4/conf/eth0/rp_filter": "2" })).toBe("fail");
    expect(rp({ "net/ipv4/conf/all/rp_filter": "2" })).toBe("fail");
    expect(rp({ "net/ipv4/conf/eth0/rp_filter": "0" })).toBe("pass");
  });

  test("an interface that accepts redirects does so whatever all says", () => {
    const set = { "net/ipv6/conf/eth0/accept_redirects": "1" };
    expect(verdict(sysctl, "sysctl.accept-redirects-v6", converged({ set }))).toMatchObject({
      verdict: "fail",
      found: "eth0 1",
    });
    expect(pending(converged({ set })).map(({ key }) => key)).toEqual([
      "net.ipv6.conf.eth0.accept_redirects",
    ]);
  });
});

describe("where it can't work, or can't be told", () => {
  test("no IPv6", () => {
    const input = converged({ ipv6: false });
    expect(verdicts(input)).toMatchObject({
      "sysctl.accept-redirects-v6": "not applicable",
      "sysctl.accept-redirects": "pass",
    });
    expect(text(input)).toContain("-net.ipv6.conf.*.accept_redirects = 0\n");
  });

  test("a container that may not", () => {
    const input = hostWith({ writable: false, host: { container: "docker" } });
    expect(sysctl.desired(input)).toEqual([]);
    expect(ids(input)).toEqual(["note sysctl.not-applicable"]);
    expect(new Set(Object.values(verdicts(input)))).toEqual(new Set(["not applicable"]));
  });

  test("a file that may not be read", () => {
    const input = hostWith({
      hardened: true,
      facts: { boot: unknown("/etc/sysctl.d/x.conf: permission denied") },
    });
    expect(sysctl.desired(input)).toEqual([]);
    expect(ids(input)).toEqual(["block sysctl.unreadable"]);
    expect(new Set(Object.values(verdicts(input)))).toEqual(new Set(["error"]));
  });
});

test("an interface's name and its two spellings", () => {
  expect(dotted("net/ipv4/conf/eth0.100/rp_filter")).toBe("net.ipv4.conf.eth0/100.rp_filter");
  expect(slashed("net.ipv4.conf.eth0/100.rp_filter")).toBe("net/ipv4/conf/eth0.100/rp_filter");
  expect(slashed("net/ipv4/conf/eth0.100/rp_filter")).toBe("net/ipv4/conf/eth0.100/rp_filter");
  const name = fc.stringMatching(/^[A-Za-z0-9_.-]{1,15}$/);
  fc.assert(
    fc.property(name, (each) => {
      const path = `net/ipv4/conf/${each}/rp_filter`;
      expect(slashed(dotted(path))).toBe(path);
    }),
    { seed: 1 },
  );
});

test("globs are those of the shell, and nothing else is special", () => {
  expect(globMatcher("net/ipv4/conf/*/rp_filter")("net/ipv4/conf/eth0.1/rp_filter")).toBe(true);
  expect(globMatcher("net/ipv4/conf/*")("net/ipv4/conf/eth0/rp_filter")).toBe(false);
  expect(globMatcher("net/ipv4/conf/eth?/a")("net/ipv4/conf/eth1/a")).toBe(true);
  expect(globMatcher("net/ipv4/conf/[!l]*/a")("net/ipv4/conf/lo/a")).toBe(false);
  expect(globMatcher("net/ipv4/conf/eth.*/a")("net/ipv4/conf/eth0/a")).toBe(false);
  expect(globMatcher("net/[")("net/[")).toBe(false);
});

test("the file says above each setting why its value is wanted", () => {
  const comments = text(hostWith({}))
    .split("\n")
    .flatMap((line) => /^# (.*)$/.exec(line)?.[1] ?? []);
  expect(comments).toEqual(expect.arrayContaining(table.map(({ reason }) => reason)));
});

describe("facts", () => {
  test("live values, one line each", () => {
    const values = kernelValues("net/ipv4/conf/*/rp_filter").parse(
      Buffer.from("/proc/sys/net/ipv4/conf/eth0.1/rp_filter:1\n"),
    );
    expect(values.get("net/ipv4/conf/eth0.1/rp_filter")).toBe("1");
    expect(netState.parse(Buffer.from("read-only\nport br0 ga\n"))).toEqual({
      writable: false,
      ports: [{ bridge: "br0", port: "ga" }],
    });
  });

  test("files, masks, and what ufw reads", () => {
    const fact = bootFiles.parse(
      Buffer.from(
        'N /etc/sysctl.d/a.conf\nN /etc/sysctl.d/masked.conf\nE "yes"\nP /etc/ufw/sysctl.conf\nF /etc/sysctl.d/a.conf\nL x=1\nF /etc/ufw/sysctl.conf\nL y=2\n',
      ),
    );
    expect(fact.files).toEqual([
      { path: "/etc/sysctl.d/a.conf", lines: ["x=1"] },
      { path: "/etc/sysctl.d/masked.conf", lines: [] },
    ]);
    expect(fact.ufw).toEqual({ enabled: true, file: { path: "/etc/ufw/sysctl.conf", lines: ["y=2"] } });
  });
});
