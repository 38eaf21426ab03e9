import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytes, inOrder, settingOf, settingsOf } from "../../src/controls/logging/journald.ts";
import { trouble } from "../../src/controls/logging/said.ts";
import { logging } from "../../src/controls/logging.ts";
import { absent, present, unknown } from "../../src/facts/probe.ts";
import { hostName, plainPath, size } from "../../src/profile/types.ts";
import {
  access,
  bootUnitOf,
  claimOf,
  contentOf,
  debian,
  fileOf,
  hostile,
  inputOf,
  masked,
  noOthers,
  packageOf,
  unitOf,
  verdict,
} from "./facts.ts";

const journalFile = "/var/log/journal/0123/system.journal";
const dropIn = "/etc/systemd/journald.conf.d/zz-harden.conf";
const unitFile = "/etc/systemd/system/rsyslog.service.d/zz-harden.conf";
const alone = "/etc/rsyslog.d/harden.forward";
const beside = "/etc/rsyslog.d/00-harden.conf";
const ca = "/etc/rsyslog.d/harden-ca.pem";

const forwarding = { to: "logs.example.org", port: 6514, ca: "PEM\n", maxQueue: "1G" };
const dropInOf = (path: string, text: string) => ({ path, content: Buffer.from(text) });
const ours = "[Journal]\nStorage=persistent\nSystemMaxUse=1G\n";
const service = (name: string, target = "sysinit.target") => bootUnitOf(name, target);
const runs = {
  active: true,
  state: "active",
  enabled: "enabled",
  mainPid: 7,
  listen: [],
  execStart: `/usr/sbin/rsyslogd -n -iNONE -f ${alone}`,
};
const running = present(runs);
const connected = {
  pid: 7,
  address: "192.0.2.9:6514",
  isStopped: false,
  bytesReceived: 900,
  bytesUnsent: 0,
  quietMs: 60_000,
};
const sending = (more: object = {}) =>
  present({ connections: [connected], queued: 0, stops: [], said: [], ...more });

function input(facts: object = {}, params: object = {}) {
  return inputOf(logging, {
    params: { persistent: true, maxUse: "1G", ...params },
    access,
    host: debian("13"),
    facts: {
      main: fileOf("[Journal]\n#Storage=auto\n"),
      dropIn: fileOf(ours),
      etc: present([dropInOf(dropIn, ours)]),
      run: absent,
      local: absent,
      lib: absent,

      journals: present([journalFile]),
      heard: present([]),
      limits: present([[], []]),
      journald: unitOf("static"),
      unread: present([]),
      disk: present({ archived: 0, free: 2 ** 40 }),
      journaldAtBoot: service("systemd-journald.service"),
      flushAtBoot: service("systemd-journal-flush.service"),
      rsyslogPackage: packageOf(),
      tlsPackage: packageOf(),
      rsyslog: absent,
      rsyslogAtBoot: absent,
      others: noOthers,
      alone: absent,
      beside: absent,
      ca: absent,
      unitFile: absent,

      rsyslogUnread: present([]),
      rsyslogRules: present([]),
      forwarder: unknown("a plan doesn't look; verify and apply do"),
      ...facts,
    },
  });
}

const oursAlone = {
  rsyslog: running,
  rsyslogAtBoot: bootUnitOf("rsyslog.service", "multi-user.target"),
  unitFile: fileOf("# Written by harden; it\n"),
  forwarder: sending(),
};

describe("the journal", () => {
  const check = (id: string, facts: object = {}, params: object = {}) =>
    verdict(logging, `logging.${id}`, input(facts, params));

  test("is on the disk by the files that journald writes to, not by what its files say", () => {
    expect(check("persistent")).toMatchObject({ verdict: "pass" });
    const memory = "/run/log/journal/0123/system.journal";
    for (const files of [[], [memory], [journalFile, memory]])
      expect(check("persistent", { journals: present(files) }), files.join()).toMatchObject({
        verdict: "fail",
      });
    expect(check("persistent", {}, { persistent: false })).toMatchObject({ verdict: "not applicable" });
  });

  test("lacks what sshd says where words of this login are lost", () => {
    expect(check("persistent", { heard: present(["it is lost"]) })).toMatchObject({
      verdict: "fail",
      role: "audit",
      found: expect.stringContaining("it is lost"),
    });
  });

  test("keeps what sshd says of logins, whatever somebody's level is", () => {
    const at = (level: string) =>
      present([
        dropInOf("/etc/systemd/journald.conf.d/aaa.conf", `[Journal]\nMaxLevelStore=${level}\n`),
        dropInOf(dropIn, ours),
      ]);
    for (const level of ["emerg", "notice", "5", "sometimes"])
      expect(check("persistent", { etc: at(level) }), level).toMatchObject({
        verdict: "fail",
        role: "audit",
      });
    for (const level of ["info", "debug", "7", ""])
      expect(check("persistent", { etc: at(level) }), level).toMatchObject({ verdict: "pass" });
  });

  test.each([
    ["RateLimitBurst=1\nRateLimitIntervalSec=10h", "fail"],
    ["RateLimitBurst=200", "fail"],
    ["RateLimitIntervalSec=1h", "fail"],
    ["MaxRetentionSec=20s", "fail"],
    ["MaxRetentionSec=1 h 30 min", "fail"],
    ["RateLimitIntervalSec=infinity", "fail"],
    ["RateLimitBurst=0", "pass"],
    ["RateLimitBurst=1000\nRateLimitIntervalSec=500ms", "pass"],
    ["RateLimitBurst=20000\nRateLimitIntervalSec=1min 30s", "pass"],
    ["MaxRetentionSec=0", "pass"],
    ["MaxRetentionSec=1month", "pass"],
    [`MaxRetentionSec=${"1".repeat(5000)}!`, "pass"],
    ["SystemKeepFree=9000G", "fail"],
    ["SystemKeepFree=20G", "pass"],
    ["SystemKeepFree=", "pass"],
    ["SystemMaxFiles=1\nSystemMaxFileSize=8M", "fail"],
    ["SystemMaxFiles=3", "pass"],
    ["SystemMaxFileSize=8M", "pass"],
  ])("keeps what comes in an attack: by %s it is a %s", (text, verdict) => {
    const file = dropInOf("/etc/systemd/journald.conf.d/aaa.conf", `[Journal]\n${text}\n`);
    const role = verdict === "fail" ? { role: "audit" } : {};
    expect(check("persistent", { etc: present([file, dropInOf(dropIn, ours)]) })).toMatchObject({
      verdict,
      ...role,
    });
  });

  const limit = (key: string, value: string) => ({ path: "ssh.service", key: `LogRateLimit${key}`, value });
  test.each([
    ...(["running", "next start"] as const).map((when) => {
      const low = [limit("Burst", "15"), limit("IntervalUSec", "1d")];
      return [when, when === "running" ? [low, []] : [[], low], "fail"] as const;
    }),
    ["burst alone", [[], [limit("Burst", "15")]], "fail"],
    ["time alone", [[], [limit("IntervalUSec", "infinity")]], "fail"],
    ["high", [[], [limit("Burst", "15000"), limit("IntervalUSec", "1min 30s")]], "pass"],
  ] as const)("keeps what sshd says in an attack, whatever limit its unit has: %s", (_, limits, verdict) => {
    const { found, ...given } = check("persistent", { limits: present(limits) });
    expect(given).toMatchObject(verdict === "fail" ? { verdict, role: "audit" } : { verdict });
    expect(found?.match(/ssh\.service says LogRateLimit/g)?.length ?? 0).toBe(
      verdict === "pass" ? 0 : limits.flat().length,
    );
  });

  test("has a journal's limit that its unit's own replaces", () => {
    const low = dropInOf("/etc/systemd/journald.conf.d/aaa.conf", "[Journal]\nRateLimitBurst=9\n");
    const etc = present([low, dropInOf(dropIn, ours)]);
    const limits = present([[limit("Burst", "15000")], [limit("Burst", "15000")]]);
    expect(check("persistent", { etc, limits })).toMatchObject({ verdict: "pass" });
    expect(check("persistent", { etc, limits: unknown("no answer") })).toMatchObject({ verdict: "fail" });
  });

  test("is as it will be only where journald has read its files", () => {
    const unread = present([{ path: "/etc/systemd/journald.conf", changed: 1_700_000_000 }]);
    for (const id of ["persistent", "bounded"])
      expect(check(id, { unread })).toMatchObject({ verdict: "fail" });
    const claims = logging.desired(input({ unread }));
    expect(claimOf(claims, "systemd-journald.service")).toMatchObject({
      stale: expect.stringContaining("/etc/systemd/journald.conf"),
    });
  });

  test("somebody's later file that wins is told, and is no reason to roll back", () => {
    const etc = present([
      dropInOf(dropIn, ours),
      dropInOf("/etc/systemd/journald.conf.d/zzz.conf", "[Journal]\nStorage=volatile\nSystemMaxUse=9G\n"),
    ]);
    expect(check("persistent", { etc })).toMatchObject({ verdict: "fail", role: "audit" });
    expect(check("bounded", { etc })).toMatchObject({
      verdict: "fail",
      role: "audit",
      found: "9G by /etc/systemd/journald.conf.d/zzz.conf",
    });
    expect(logging.guard(input({ etc })).map(({ id, level }) => `${level} ${id}`)).toEqual([
      "warn logging.overridden",
      "warn logging.overridden",
    ]);
  });

  const gibibyte = 1024 ** 3;
  const holding = (archived: number) => present({ archived, free: 9 * gibibyte });
  const staged = (disk: object, more: object = {}) => {
    const given = input({ etc: absent, disk, ...more });
    const claims = logging.desired(given);
    return {
      found: logging.guard(given).map(({ id, level }) => `${level} ${id}`),
      final: claims.filter(({ resource }) => "finalize" in resource && resource.finalize).length,
      of: claims.length,
    };
  };

  test("loses messages to the bound only after the confirm, and the plan says so beforehand", () => {
    expect(staged(absent)).toEqual({ found: [], final: 0, of: 3 });
    expect(staged(holding(gibibyte))).toEqual({ found: [], final: 0, of: 3 });
    expect(staged(holding(gibibyte + 1))).toEqual({ found: ["warn logging.deletes"], final: 3, of: 3 });
    expect(staged(unknown("x"))).toEqual({ found: ["warn logging.deletes-unknown"], final: 3, of: 3 });
    const [said] = logging.guard(input({ etc: absent, disk: holding(3.5 * gibibyte) }));
    expect(said?.message).toMatch(/holds 3584M .* allows 1G\. .* 2560M at least/);
  });

  test("is not bounded before the confirm where the bound deletes messages: no reason to roll back", () => {
    const disk = holding(2 * gibibyte);
    for (const id of ["bounded", "persistent"])
      expect(check(id, { etc: absent, journals: present([]), disk }), id).toMatchObject({
        verdict: "fail",
        pending: "finalize",
      });
    expect(check("bounded", { etc: absent })).not.toHaveProperty("pending");
  });

  test("keeps its messages where somebody's own bound is the one that counts", () => {
    const etc = present([dropInOf("/etc/systemd/journald.conf.d/zzz.conf", "[Journal]\nSystemMaxUse=9G\n")]);
    expect(staged(holding(2 * gibibyte), { etc })).toMatchObject({
      found: ["warn logging.overridden"],
      final: 0,
    });
  });

  test("without our file it has no bound; a size may be written otherwise", () => {
    expect(check("bounded", { etc: absent })).toMatchObject({ verdict: "fail", found: "no bound" });
    const etc = present([dropInOf(dropIn, "[Journal]\nSystemMaxUse=1024M\n")]);
    expect(check("bounded", { etc })).toMatchObject({ verdict: "pass" });
  });

  test("a flush that is masked leaves it in memory after the next boot", () => {
    const flushAtBoot = bootUnitOf("systemd-journal-flush.service", "sysinit.target", masked);
    expect(check("persistent", { flushAtBoot })).toMatchObject({ verdict: "until the next boot" });
  });

  test("files that can't be read block, and nothing is claimed", () => {
    const blind = input({ etc: unknown("permission denied") });
    expect(logging.guard(blind)).toMatchObject([{ level: "block", id: "logging.unreadable" }]);
    expect(logging.desired(blind)).toEqual([]);
  });
});

describe("auditing, which a restart of Debian 12's journald switches off", () => {
  const textOf = (facts: object) => String(contentOf(logging.desired(input(facts)), dropIn));
  test("is left to auditd, unless somebody says otherwise", () => {
    expect(textOf({})).toContain("\nAudit=\n");
    expect(textOf({ main: fileOf("[Journal]\nAudit=yes\n") })).not.toMatch(/^Audit=/m);
    const theirs = dropInOf("/etc/systemd/journald.conf.d/50-theirs.conf", "[Journal]\nAudit=no\n");
    expect(textOf({ etc: present([theirs, dropInOf(dropIn, ours)]) })).not.toMatch(/^Audit=/m);
  });
});

describe("journald's files", () => {
  const at = (path: string, text: string) => dropInOf(path, `[Journal]\n${text}\n`);
  const counts = (...files: readonly ReturnType<typeof at>[]) =>
    settingOf(settingsOf(inOrder(undefined, files)), "Storage")?.value;

  test("the last name counts, and of one name that of the first folder", () => {
    const [etc, lib] = ["/etc/systemd/journald.conf.d", "/usr/lib/systemd/journald.conf.d"];
    expect(counts(at(`${etc}/b.conf`, "Storage=b"), at(`${lib}/a.conf`, "Storage=a"))).toBe("b");
    expect(counts(at(`${etc}/a.conf`, "Storage=a"), at(`${lib}/b.conf`, "Storage=b"))).toBe("b");
    expect(counts(at(`${lib}/a.conf`, "Storage=lib"), at(`${etc}/a.conf`, "Storage=etc"))).toBe("etc");
    expect(counts(at(`${etc}/a.conf`, "Storage=a"), at(`${etc}/b.conf`, "[Other]\nStorage=b"))).toBe("a");
  });

  test.each([
    ["1G", 1024 ** 3],
    ["1.5 G", 1.5 * 1024 ** 3],
    ["500M", 500 * 1024 ** 2],
    ["1073741824", 1024 ** 3],
    ["lots", undefined],
    ["", undefined],
  ])("%s is %s bytes", (text, number) => {
    expect(bytes(text)).toBe(number);
  });
});

describe("sending messages on", () => {
  const paths = (facts: object, params: object = { forwarding }) =>
    logging.desired(input(facts, params)).flatMap(({ resource }) => {
      if (resource.kind !== "file" || resource.path === dropIn) return [];
      return [`${resource.content === "absent" ? "-" : "+"} ${resource.path}`];
    });

  test("where no rsyslog runs ours is all of it; where one does it gets one file more", () => {
    expect(paths({})).toEqual([`+ ${unitFile}`, `+ ${alone}`, `+ ${ca}`]);
    // As our own run has just installed it, held back.
    expect(paths({ rsyslog: unitOf("enabled", "inactive") })).toEqual([
      `+ ${unitFile}`,
      `+ ${alone}`,
      `+ ${ca}`,
    ]);
    expect(paths(oursAlone)).toEqual([`+ ${unitFile}`, `+ ${alone}`, `+ ${ca}`]);
    for (const state of ["active", "failed"])
      expect(paths({ rsyslog: unitOf("enabled", state) }), state).toEqual([`+ ${beside}`, `+ ${ca}`]);
  });

  test("journald passes nothing on to a socket that nobody reads", () => {
    const heard = (facts: object) => contentOf(logging.desired(input(facts, { forwarding })), dropIn);
    expect(heard({})).toContain("ForwardToSyslog=no");
    expect(heard({ rsyslog: unitOf() })).not.toContain("ForwardToSyslog");
    expect(contentOf(logging.desired(input()), dropIn)).not.toContain("ForwardToSyslog");
  });

  test("without a collector in the profile ours goes, and an rsyslog of ours stops", () => {
    const was = { ...oursAlone, alone: fileOf("# Written by harden; it\n") };
    expect(paths(was, {})).toEqual([`- ${alone}`, `- ${unitFile}`]);
    expect(claimOf(logging.desired(input(was)), "rsyslog.service")).toMatchObject({
      enabled: false,
      active: false,
    });
    const guest = { rsyslog: unitOf(), beside: fileOf("# Written by harden; it\n") };
    expect(claimOf(logging.desired(input(guest)), "rsyslog.service")).toMatchObject({ active: true });
    // What isn't ours stays.
    expect(paths({ rsyslog: unitOf(), beside: fileOf("# mine\n") }, {})).toEqual([]);
  });

  const check = (facts: object = {}) =>
    verdict(logging, "logging.forwarding", input({ ...oursAlone, ...facts }, { forwarding }));

  test("holds where rsyslogd itself has a connection on which a TLS server has answered", () => {
    expect(check()).toMatchObject({ verdict: "pass", found: "connected to 192.0.2.9:6514" });
    for (const other of [{ pid: 8 }, { bytesReceived: 0 }])
      expect(check({ forwarder: sending({ connections: [{ ...connected, ...other }] }) })).toMatchObject({
        verdict: "fail",
        role: "audit",
        found: "no connection is open",
        remedy: expect.stringMatching(/wait/),
      });
  });

  test.each([
    [["/etc/rsyslog.d", "/etc/rsyslog.d/00-a.conf"], /changed: \/etc\/rsyslog\.d\/00-a\.conf$/],
    [["/etc/rsyslog.conf"], /changed: \/etc\/rsyslog\.conf$/],
    [["/etc/rsyslog.d", "/etc/rsyslog.d/00-a.off"], /changed: \/etc\/rsyslog\.d \(a file is gone/],
    [["/etc/rsyslog.d/00-a.off"], undefined],
  ])("fails where rsyslog was started before somebody's rules changed: %j", (paths, said) => {
    const beside = {
      ...oursAlone,
      unitFile: absent,
      rsyslog: present({ ...runs, execStart: "/usr/sbin/rsyslogd -n" }),
    };
    const changed = present(paths.map((path) => ({ path, changed: 1_700_000_000 })));
    const found = verdict(
      logging,
      "logging.forwarding",
      input({ ...beside, rsyslogRules: changed }, { forwarding }),
    );
    expect(found).toMatchObject(
      said === undefined
        ? { verdict: "pass" }
        : { verdict: "fail", role: "audit", found: expect.stringMatching(said) },
    );
    const alone = verdict(
      logging,
      "logging.forwarding",
      input({ ...oursAlone, rsyslogRules: changed }, { forwarding }),
    );
    expect(alone).toMatchObject({ verdict: "pass" });
  });

  test("fails where a rule before ours ends what becomes of a message", () => {
    const found = check({ forwarder: sending({ stops: ["/etc/rsyslog.d/00-a.conf:2"] }) });
    expect(found).toMatchObject({
      verdict: "fail",
      role: "audit",
      found: expect.stringMatching(/00-a.conf:2/),
    });
  });

  test.each<readonly [object, string]>([
    [{ bytesUnsent: 1, quietMs: 4999 }, "pass"],
    [{ bytesUnsent: 1, quietMs: 5000 }, "fail"],
    [{ isStopped: true }, "fail"],
  ])("with a connection of %j: %s", (more, is) => {
    const forwarder = sending({ connections: [{ ...connected, ...more }] });
    expect(check({ forwarder }).verdict).toBe(is);
  });

  test("is a proof of what the plan brings about", () => {
    expect(check({ rsyslogUnread: present([{ path: alone, changed: 0 }]) }).role).toBeUndefined();
    expect(check({ rsyslogUnread: present([{ path: alone, changed: 0 }]) })).toMatchObject({
      verdict: "fail",
    });
    const elsewhere = present({ ...runs, execStart: "/usr/sbin/rsyslogd -n" });
    for (const rsyslog of [unitOf("enabled", "failed"), elsewhere])
      expect(check({ rsyslog })).toMatchObject({ verdict: "fail" });
    expect(check({ rsyslog: unitOf("masked", "inactive") })).toMatchObject({
      verdict: "fail",
      role: "audit",
    });
    expect(check({ forwarder: unknown("not seen") })).toMatchObject({ verdict: "error" });
    expect(
      check({ rsyslogAtBoot: bootUnitOf("rsyslog.service", "multi-user.target", { wantedBy: [] }) }),
    ).toMatchObject({
      verdict: "until the next boot",
    });
    expect(verdict(logging, "logging.forwarding", input())).toMatchObject({ verdict: "not applicable" });
  });

  test("a masked rsyslog is left so, and said", () => {
    const found = logging.guard(input({ rsyslog: unitOf("masked", "inactive") }, { forwarding }));
    expect(found).toMatchObject([{ level: "warn", id: "logging.masked" }]);
  });
});

describe("what rsyslog says", () => {
  const name = "harden-forwarding";
  const refused =
    "nsd_ossl:TLS session terminated with remote syslog server: peer name not authorized, not permitted to talk to name: /CN=a;  [v8.2302.0 try https://www.rsyslog.com/e/2088 ]";
  const resumed = `action '${name}' resumed (module 'builtin:omfwd') [v8.2504.0 try https://www.rsyslog.com/e/2359 ]`;

  test("is told where it was the last, and without its version", () => {
    expect(trouble([refused], name)).toBe(
      "nsd_ossl:TLS session terminated with remote syslog server: peer name not authorized, not permitted to talk to name: /CN=a;",
    );
    expect(trouble([refused, resumed], name)).toBeUndefined();
    expect(trouble([resumed, "cannot connect to 192.0.2.9:6514: Connection refused"], name)).toMatch(
      /refused$/,
    );
    expect(trouble(["Warning: Key file is not set", "Started rsyslog.service"], name)).toBeUndefined();
    // Another action's resuming is not ours.
    expect(trouble([refused, "action 'theirs' resumed"], name)).toBeDefined();
  });
});

describe("values of the profile", () => {
  const text = (more: object) =>
    contentOf(logging.desired(input({}, { forwarding: { ...forwarding, ...more } })), alone);

  test("stand in rsyslog's file", () => {
    expect(text({ name: "n.example.org", maxQueue: "2T" })).toMatch(
      /PermittedPeers="n\.example\.org"[\s\S]*maxDiskSpace="2t"/,
    );
    expect(text({})).toContain('PermittedPeers="logs.example.org"');
    expect(text({})).not.toContain("KeyFile");
    expect(text({ certificate: "/etc/a.pem", key: "/etc/a.key" })).toContain(
      'StreamDriver.KeyFile="/etc/a.key"',
    );
  });

  test.each([
    [
      hostName,
      ["logs.example.org", "192.0.2.1", "2001:db8::1", "a", "a_b-c"],
      ["", "-a", "a b", "a..b", 'a"', "a.-b", "a/b"],
    ],
    [size, ["500M", "1G", "2T"], ["0", "1", "1g", "1.5G", "-1G", "1K", "1GB"]],
    [plainPath, ["/etc/ssl/a-b_c.pem"], ["a", "/a b", '/a"', "/a\\", "/../a"]],
  ])("%# are taken literally or refused", (type, good, bad) => {
    for (const each of good) expect(type.safeParse(each).success, each).toBe(true);
    for (const each of bad) expect(type.safeParse(each).success, each).toBe(false);
  });

  test("never become more than one word of a file", () => {
    fc.assert(
      fc.property(hostile, (given) => {
        for (const type of [hostName, plainPath, size]) {
          const { success } = type.safeParse(given);
          if (success) expect(given).toMatch(/^[A-Za-z0-9._:/@+-]+$/);
        }
      }),
      { seed: 8, numRuns: 2000 },
    );
  });
});
