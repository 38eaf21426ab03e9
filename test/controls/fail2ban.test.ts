import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dropInPath, mainPath } from "../../src/controls/fail2ban/jail.ts";
import { lostByRotation } from "../../src/controls/fail2ban/rotation.ts";
import { fail2ban } from "../../src/controls/fail2ban.ts";
import type { Jail } from "../../src/facts/fail2ban.ts";
import { type JailFile, parseSettings } from "../../src/facts/fail2ban-files.ts";
import { absent, notLooked, present, unknown } from "../../src/facts/probe.ts";
import {
  type AnyInput,
  access,
  bootUnitOf,
  claimOf,
  contentOf,
  debian,
  fileOf,
  type Given,
  hostile,
  inputOf,
  noOthers,
  packageOf,
  unitOf,
  verdict,
} from "./facts.ts";

const distributions: JailFile = {
  path: "/etc/fail2ban/jail.conf",
  isText: true,
  settings: parseSettings([
    "[DEFAULT]",
    "bantime  = 10m",
    "banaction = nftables",
    "action_ = %(banaction)s",
    "action_mw = %(action_)s",
    "            %(mta)s-whois",
    "action = %(action_)s",
    "maxretry = 5",
    "enabled = false",
    "[sshd]",
    "port = ssh",
    "backend = %(sshd_backend)s",
  ]),
};

/** As fail2ban answers; `nft` does it for both families. */
const nftables = (port: string, more: object = {}) => {
  const rule = (family: string) =>
    `nft add rule inet f2b-table f2b-chain tcp dport \\{ ${port} \\} ${family} saddr @<addr_set> reject`;
  const properties = {
    actionstart: `nft add table inet f2b-table
nft -- add chain inet f2b-table f2b-chain \\{ type filter hook input priority -1 \\; \\}
nft add set inet f2b-table <addr_set> \\{ type <addr_type>\\; \\}
${rule("<addr_family>")}`,
    actionban: "nft add element inet f2b-table <addr_set> \\{ <ip> \\}",
    addr_set: "addr-set-sshd",
    "addr_set?family=inet6": "addr6-set-sshd",
    addr_type: "ipv4_addr",
    "addr_type?family=inet6": "ipv6_addr",
    addr_family: "ip",
    "addr_family?family=inet6": "ip6",
  };
  return { name: "nftables", port, properties: { ...properties, ...more } };
};

const wantedJail = {
  maxRetry: 3,
  findTime: 600,
  banTime: 86_400,
  ignoreIp: ["127.0.0.0/8", "::1"],
  journalMatch: ["_SYSTEMD_UNIT=ssh.service", "_COMM=sshd", "_COMM=sshd-session"].map((each) => [
    "_UID=0",
    each,
  ]),
  logPaths: [] as string[],
  actions: [nftables("22")],
  closed: [] as Jail["closed"],
  banned: [] as Jail["banned"],
  rules: { save4: [], save6: [], table: [] } as Jail["rules"],
  ignoreCommand: "",
  ignoreCacheKey: "",
  judged: [{ said: "Invalid user", counts: "yes" }] as Jail["judged"],
  narrow: [] as string[],
  ignores: [] as string[],
  changed: { filter: [] as string[], action: [] as string[] },
  deaf: [] as string[],
  barred: [] as string[],
  foreignFilter: [] as string[],
};

const fileText = (path: string, text: string): JailFile => ({
  path,
  isText: true,
  settings: parseSettings(text.split("\n")),
});

const params = (given: object = {}) => fail2ban.schema.parse(given);

function input(facts: object = {}, more: Partial<Given> = {}): AnyInput {
  return inputOf(fail2ban, {
    params: params(),
    access,
    host: debian("13"),
    ...more,
    facts: {
      package: packageOf(),
      pythonSystemd: packageOf(),
      jailLocal: absent,
      waiting: present(true),
      nextStart: present({ differs: [] }),
      heard: present([]),
      rotation: absent,
      dropIn: absent,
      files: present([distributions]),
      running: present({ running: true, jails: ["sshd"], sshd: wantedJail }),
      unit: unitOf(),
      boot: bootUnitOf("fail2ban.service", "multi-user.target"),
      others: noOthers,
      rsyslog: absent,
      authLog: absent,
      rsyslogSendsOnly: absent,
      rsyslogRules: present([]),
      routes: absent,
      rules: absent,
      ...facts,
    } as AnyInput["facts"],
  });
}

const wantedText = contentOf(fail2ban.desired(input()), mainPath);

/** A host after an apply. */
const applied = (facts: object = {}, more: Partial<Given> = {}) =>
  input(
    {
      jailLocal: fileOf(wantedText),
      files: present([distributions, fileText(mainPath, wantedText)]),
      ...facts,
    },
    more,
  );

const running = (jail: object) => ({
  running: present({ running: true, jails: ["sshd"], sshd: { ...wantedJail, ...jail } }),
});

const v4 = (ports: string) => ({ family: 4, ports }) as const;

const service = (of: AnyInput) => {
  const resource = claimOf(fail2ban.desired(of), "fail2ban.service");
  if (resource?.kind !== "service") throw new Error("no service is claimed");
  return resource;
};

describe("the file", () => {
  test("production's values, every one on a line of its own", () => {
    expect(wantedText.split("\n").filter((line) => line !== "" && !line.startsWith("#"))).toEqual([
      "[sshd]",
      "enabled = true",
      "filter = sshd[mode=%(mode)s]",
      "port = 22",
      "maxretry = 3",
      "findtime = 600",
      "bantime = 86400",
      "ignoreip = 127.0.0.0/8 ::1",
      "backend = systemd",
      "journalmatch = _UID=0 _SYSTEMD_UNIT=ssh.service + _UID=0 _COMM=sshd + _UID=0 _COMM=sshd-session",
    ]);
  });

  test("the planned ports of sshd, and the planned callers unless they are anywhere", () => {
    const planned = {
      login: "root",
      ports: [2222, 22],
      callers: ["10.0.0.0/8", "2001:db8::/32", "0.0.0.0/0"],
    };
    const text = contentOf(
      fail2ban.desired(
        input(
          {},
          { access: { ...access, planned }, params: params({ ignoreIp: ["192.0.2.7", "10.0.0.0/8"] }) },
        ),
      ),
      mainPath,
    );
    expect(text).toContain("port = 22,2222\n");
    expect(text).toContain("ignoreip = 127.0.0.0/8 ::1 192.0.2.7 10.0.0.0/8 2001:db8::/32\n");
  });

  test("who spares everybody is refused", () => {
    for (const all of [["0.0.0.0/0"], ["::/0"], ["0.0.0.0/1", "128.0.0.0/1"], ["::ffff:0:0/96"]])
      expect(fail2ban.schema.safeParse({ ignoreIp: all }).success).toBe(false);
  });

  test.each([
    [["0.0.0.0/1", "128.0.0.0/1", "203.0.113.7"], " 203.0.113.7"],
    [["0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/1", "10.0.0.0/8"], " 10.0.0.0/8"],
    [["::ffff:0:0/96", "2001:db8::/32"], " 2001:db8::/32"],
  ])("callers from %s are not spared as a whole", (callers, spared) => {
    const planned = { login: "root", ports: [22], callers };
    const text = contentOf(fail2ban.desired(input({}, { access: { ...access, planned } })), mainPath);
    expect(text).toContain(`ignoreip = 127.0.0.0/8 ::1${spared}\n`);
  });

  test("a file is read where rsyslog writes one, and else the journal", () => {
    const text = (facts: object) => contentOf(fail2ban.desired(input(facts)), mainPath);
    const both = text({ authLog: present(true), rsyslog: unitOf() });
    expect(both).toContain("backend = auto\nlogpath = /var/log/auth.log\n");
    expect(both).not.toContain("journalmatch");
    expect(text({ authLog: present(true), rsyslog: unitOf("enabled", "failed") })).toContain(
      "backend = systemd",
    );
    expect(text({ authLog: present(true) })).toContain("backend = systemd");
    // One that only sends messages on writes none of the files that an earlier one has left.
    const sends = { authLog: present(true), rsyslog: unitOf(), rsyslogSendsOnly: present(true) };
    expect(text(sends)).toContain("backend = systemd");
    expect(text({ rsyslog: unitOf() })).toContain("backend = systemd");
  });

  test("no string becomes a second directive", () => {
    const lines = (text: string) => text.split("\n").length;
    fc.assert(
      fc.property(fc.array(fc.oneof(hostile, fc.ipV4(), fc.ipV6())), (ignoreIp) => {
        const parsed = fail2ban.schema.safeParse({ ignoreIp });
        if (!parsed.success) return;
        const text = contentOf(fail2ban.desired(input({}, { params: parsed.data })), mainPath);
        expect(lines(text)).toBe(lines(wantedText));
        expect(text.replace(/^#.*$/gm, "")).not.toMatch(/(?<!mode=)[%<>;#]/);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe("whose jail.local it is", () => {
  const theirs = "[DEFAULT]\nbantime = 1h\n[nginx-http-auth]\nenabled = true\n";

  test("somebody's stays, and ours goes beside it", () => {
    const claims = fail2ban.desired(input({ jailLocal: fileOf(theirs) }));
    expect(claimOf(claims, mainPath)).toBeUndefined();
    expect(contentOf(claims, dropInPath)).toBe(wantedText);
  });

  test("a setting that somebody added to ours makes it theirs", () => {
    for (const added of ["mode = aggressive\n", "[nginx-http-auth]\nenabled = true\n"])
      expect(
        claimOf(fail2ban.desired(input({ jailLocal: fileOf(wantedText + added) })), mainPath),
      ).toBeUndefined();
  });

  test("a value that somebody changed in ours is set back", () => {
    const changed = wantedText.replace("maxretry = 3", "maxretry = 50");
    const claims = fail2ban.desired(input({ jailLocal: fileOf(changed) }));
    expect(contentOf(claims, mainPath)).toBe(wantedText);
  });

  test("a link, even to our text, is somebody's", () => {
    const link = fileOf(wantedText, { type: "symlink", linkTarget: "/srv/jail.local" });
    expect(contentOf(fail2ban.desired(input({ jailLocal: link })), dropInPath)).toBe(wantedText);
  });

  test("a file in jail.d that wins over jail.local: the drop-in, and ours in jail.local goes", () => {
    const files = present([distributions, fileText("/etc/fail2ban/jail.d/my.local", "[sshd]\nmaxretry = 9")]);
    const claims = fail2ban.desired(input({ files, jailLocal: fileOf(wantedText) }));
    expect(contentOf(claims, dropInPath)).toBe(wantedText);
    expect(claimOf(claims, mainPath)).toMatchObject({ content: "absent" });
    expect(fail2ban.guard(input({ files }))).toEqual([]);
  });

  test("our drop-in goes once jail.local is ours again", () => {
    const claims = fail2ban.desired(input({ dropIn: fileOf(wantedText) }));
    expect(claimOf(claims, dropInPath)).toMatchObject({ content: "absent" });
  });

  test("a file that is no UTF-8 is named, and spares nobody", () => {
    const latin = { ...fileText(mainPath, "[DEFAULT]\nignoreip = 10.9.9.0/24"), isText: false, settings: [] };
    const found = fail2ban.guard(input({ files: present([distributions, latin]) }));
    expect(found).toMatchObject([{ id: "fail2ban.not-text", level: "warn" }]);
    expect(found[0]?.message).toContain(mainPath);
  });

  test("a file that wins over both is a warning, by name, and what fails by it is an audit", () => {
    const last = "/etc/fail2ban/jail.d/zzz.local";
    const files = present([
      distributions,
      fileText(dropInPath, wantedText),
      fileText(last, "[sshd]\nbantime = 60"),
    ]);
    const facts = { files, jailLocal: absent, dropIn: fileOf(wantedText), ...running({ banTime: 60 }) };
    const found = fail2ban.guard(input(facts));
    expect(found).toMatchObject([{ id: "fail2ban.overridden", level: "warn" }]);
    expect(found[0]?.message).toContain(`${last} is read after ${dropInPath} and sets bantime`);
    expect(verdict(fail2ban, "fail2ban.ban-time", input(facts))).toMatchObject({
      verdict: "fail",
      role: "audit",
      found: `60 s, by ${last} (bantime = 60)`,
    });
    const later = present([
      distributions,
      fileText(dropInPath, wantedText),
      fileText(last, "[sshd]\nbantime = 5"),
    ]);
    expect(verdict(fail2ban, "fail2ban.ban-time", input({ ...facts, files: later })).found).toBe(
      `60 s, by ${last} (bantime = 5)`,
    );
    expect(service(input(facts)).stale).toBeUndefined();
    const both = { ...facts, ...running({ banTime: 60, maxRetry: 9 }) };
    expect(service(input(both)).stale).toBe("The running jail differs: maxretry is 9 instead of 3.");
    expect(verdict(fail2ban, "fail2ban.max-retry", input(both)).role).toBeUndefined();
  });

  test("a masked service is left masked, and said: a warning, and audits that fail", () => {
    const off = { unit: unitOf("masked", "inactive"), running: present({ running: false, jails: [] }) };
    const masked = applied(off);
    expect(claimOf(fail2ban.desired(masked), "fail2ban.service")).toBeUndefined();
    expect(fail2ban.guard(masked)).toMatchObject([{ id: "fail2ban.masked", level: "warn" }]);
    for (const { id } of fail2ban.checks)
      expect(verdict(fail2ban, id, masked), id).toMatchObject({ verdict: "fail", role: "audit" });
  });

  test("other jails and *.conf files are nobody's concern", () => {
    const files = present([
      fileText("/etc/fail2ban/jail.d/zzz.conf", "[sshd]\nbantime = 60"),
      fileText("/etc/fail2ban/jail.d/zzz.local", "[DEFAULT]\nbantime = 60"),
    ]);
    expect(fail2ban.guard(input({ files }))).toEqual([]);
    expect(contentOf(fail2ban.desired(input({ files })), mainPath)).toBe(wantedText);
  });

  test("a file that can't be read is left alone, and said", () => {
    const hidden = input({ jailLocal: unknown("permission denied") });
    expect(fail2ban.desired(hidden).every(({ resource }) => resource.kind === "package")).toBe(true);
    expect(fail2ban.guard(hidden)).toMatchObject([{ id: "fail2ban.unreadable", level: "block" }]);
  });
});

describe("packages", () => {
  const names = (of: AnyInput) =>
    fail2ban.desired(of).flatMap(({ resource }) => (resource.kind === "package" ? [resource.name] : []));

  test("Debian 12's fail2ban doesn't bring what reads the journal", () => {
    expect(names(input({}, { host: debian("12") }))).toEqual(["fail2ban", "python3-systemd"]);
    expect(names(input())).toEqual(["fail2ban"]);
    const logged = input({ authLog: present(true), rsyslog: unitOf() }, { host: debian("12") });
    expect(names(logged)).toEqual(["fail2ban"]);
  });
});

describe("whom others' files spare", () => {
  const all = (text: string) => [distributions, fileText(mainPath, text)];
  const theirs = (text: string) => ({ jailLocal: fileOf(text), files: present(all(text)) });
  const kept = "127.0.0.0/8 ::1 10.1.0.0/16 backup.example.org";

  test("is kept beside ours and named, and accepted in the running jail", () => {
    const own = "[DEFAULT]\nignoreip = 127.0.0.1/8, 10.1.2.3/16 backup.example.org\n";
    const facts = theirs(own);
    const text = contentOf(fail2ban.desired(input(facts)), dropInPath);
    expect(text).toContain(`ignoreip = ${kept}\n`);
    expect(fail2ban.guard(input(facts))).toMatchObject([
      { id: "fail2ban.spared", level: "note", message: expect.stringContaining("10.1.0.0/16") },
    ]);
    const after = {
      ...facts,
      dropIn: fileOf(text),
      files: present([...all(own), fileText(dropInPath, text)]),
      ...running({ ignoreIp: kept.split(" ") }),
    };
    expect(verdict(fail2ban, "fail2ban.ignore-ip", input(after))).toMatchObject({ verdict: "pass" });
    expect(contentOf(fail2ban.desired(input(after)), dropInPath)).toBe(text);
    expect(verdict(fail2ban, "fail2ban.ignore-ip", input({ ...after, ...running({}) })).verdict).toBe("fail");
  });

  test("what we wrote ourselves is not theirs, what somebody added to it is", () => {
    const own = wantedText.replace("ignoreip = ", "ignoreip = 192.0.2.99 ");
    expect(contentOf(fail2ban.desired(input(theirs(own))), mainPath)).toBe(wantedText);
    const added = `${own}[DEFAULT]\nignoreip = 198.51.100.7\n`;
    const text = contentOf(fail2ban.desired(input(theirs(added))), dropInPath);
    expect(text).toContain("ignoreip = 127.0.0.0/8 ::1 198.51.100.7\n");
  });

  test.each([
    ["10.0.0.0/7", "fail"],
    ["0.0.0.0/0", "fail"],
    ["2001::/31", "fail"],
    ["10.0.0.0/8", "pass"],
    ["2001:db8::/32", "pass"],
  ])("%s: %s, and it is somebody's", (network, expected) => {
    const own = `[DEFAULT]\nignoreip = ${network}\n`;
    const facts = theirs(own);
    const text = contentOf(fail2ban.desired(input(facts)), dropInPath);
    const files = present([...all(own), fileText(dropInPath, text)]);
    const spares = /ignoreip = (.*)/.exec(text)![1]!.split(" ");
    const after = input({ ...facts, files, dropIn: fileOf(text), ...running({ ignoreIp: spares }) });
    const result = verdict(fail2ban, "fail2ban.ignore-ip", after);
    expect(result.verdict, result.found).toBe(expected);
    if (expected === "fail") expect(result.role).toBe("audit");
    const warned = fail2ban.guard(after).some(({ id }) => id === "fail2ban.spared-wide");
    expect(warned).toBe(expected === "fail");
  });

  test("a program that decides whom to spare: not known whom, and somebody's", () => {
    expect(
      verdict(fail2ban, "fail2ban.ignore-ip", applied(running({ ignoreCommand: "/bin/true" }))),
    ).toMatchObject({
      verdict: "fail",
      role: "audit",
      found: 'whom "/bin/true" spares is not known',
    });
  });

  test.each([
    ["<ip>", "pass"],
    ["<F-USER>@<ip>", "pass"],
    ["all", "fail"],
    ["<F-USER>", "fail"],
  ])("an answer about whom to spare that is remembered by %s: %s", (ignoreCacheKey, expected) => {
    const result = verdict(fail2ban, "fail2ban.ignore-ip", applied(running({ ignoreCacheKey })));
    expect(result.verdict).toBe(expected);
    if (expected === "fail") expect(result.role).toBe("audit");
  });

  test("an expression of lines that are never counted spares whom it fits, and is somebody's", () => {
    const found = expect.stringContaining('"from 172[.]30[.]"');
    const fails = { verdict: "fail", role: "audit", found };
    const ignores = { ignores: ["from 172[.]30[.]"] };
    expect(verdict(fail2ban, "fail2ban.ignore-ip", applied(running(ignores)))).toMatchObject(fails);
    const line = fileText("/etc/fail2ban/jail.d/a.conf", "[sshd]\nignoreregex = from 172[.]30[.]");
    const files = present([distributions, line, fileText(mainPath, wantedText)]);
    expect(verdict(fail2ban, "fail2ban.ignore-ip", applied({ files }))).toMatchObject(fails);
  });

  test("words that would become something else are not kept, and said", () => {
    const facts = theirs("[DEFAULT]\nignoreip = %(secret)s 10.1.0.0/16\n");
    expect(contentOf(fail2ban.desired(input(facts)), dropInPath)).toContain("::1 10.1.0.0/16\n");
    expect(fail2ban.guard(input(facts)).map(({ id }) => id)).toContain("fail2ban.not-kept");
  });
});

describe("the filter", () => {
  const deaf: Jail["judged"] = [
    { said: "Failed password", counts: "yes" },
    { said: "Invalid user", counts: "no" },
  ];
  const filter = (of: AnyInput) => verdict(fail2ban, "fail2ban.filter", of);

  test("a running one that doesn't count, though its files are as they should be: restarted, and a proof", () => {
    const of = applied(running({ judged: deaf }));
    expect(filter(of)).toEqual({
      verdict: "fail",
      expected: "the filter sshd, which counts failed logins",
      found: `these don't count: "Invalid user"`,
    });
    expect(service(of).stale).toBe("The running jail differs: its filter doesn't count failed logins.");
  });

  test("by somebody's file: an audit with its name, and nothing is restarted for it", () => {
    const path = "/etc/fail2ban/filter.d/sshd.local";
    const of = applied(running({ judged: deaf, foreignFilter: [path] }));
    expect(filter(of)).toMatchObject({
      verdict: "fail",
      role: "audit",
      found: expect.stringContaining(path),
    });
    expect(service(of).stale).toBeUndefined();
    const line = fileText("/etc/fail2ban/jail.d/a.conf", "[sshd]\nignoreregex = .*");
    const files = present([distributions, line, fileText(mainPath, wantedText)]);
    expect(filter(applied({ files, ...running({ judged: deaf }) }))).toMatchObject({
      role: "audit",
      found: expect.stringContaining("a.conf"),
    });
  });

  test("one that may count some alone is not known to count, and nothing is restarted for it", () => {
    const path = "/etc/fail2ban/filter.d/sshd.local";
    const judged = [{ said: "Failed password", counts: "unknown" }];
    const of = applied(running({ judged, narrow: ["^(?!deploy)"], foreignFilter: [path] }));
    const found = expect.stringMatching(/"Failed password".*"\^\(\?!deploy\)".*sshd\.local/);
    expect(filter(of)).toMatchObject({ verdict: "error", role: "audit", found });
    expect(service(of).stale).toBeUndefined();
  });

  test("a jail that hears nothing is somebody's, and no pass", () => {
    expect(verdict(fail2ban, "fail2ban.backend", applied(running({ deaf: ["it is deaf"] })))).toMatchObject({
      verdict: "fail",
      role: "audit",
      found: "it is deaf",
    });
  });

  test("a jail of the journal goes by what the journal hears, one of a file does not", () => {
    const backend = (heard: unknown, more: object = {}) =>
      verdict(fail2ban, "fail2ban.backend", applied({ heard, ...more }));
    expect(backend(present(["it is lost"]))).toMatchObject({
      verdict: "fail",
      role: "audit",
      found: "it is lost",
    });
    expect(backend(unknown("no answer"))).toMatchObject({
      verdict: "error",
      role: "audit",
      found: "no answer",
    });
    for (const heard of [present([]), absent, unknown(notLooked)])
      expect(backend(heard)).toMatchObject({ verdict: "pass" });
    const byFile = running({ journalMatch: [], logPaths: ["/var/log/auth.log"] });
    for (const heard of [present(["it is lost"]), unknown("no answer")])
      expect(backend(heard, byFile).found).toContain("/var/log/auth.log");
  });

  test.each([
    ["pass", "/usr/lib/rsyslog/rsyslog-rotate"],
    ["pass", "kill -HUP $(cat /run/rsyslogd.pid)"],
    ["pass", "\tsystemctl -s HUP kill rsyslog.service"],
    ["pass", "service rsyslog restart >/dev/null"],
    ["fail", ""],
    ["fail", "# kill -HUP $(cat /run/rsyslogd.pid)"],
    ["error", "systemctl reload rsyslog"],
    ["error", "kill -HUP $(cat /run/nginx.pid)"],
  ])("%s: a log is renamed, and behind it runs %j", (verdict, script) => {
    const rotation = { renames: true, script, lacks: [], skips: [] };
    const of = (more: object) => lostByRotation(present({ ...rotation, ...more }));
    expect(of({})?.verdict ?? "pass").toBe(verdict);
    expect(of({ renames: false })).toBeUndefined();
    if (verdict !== "fail") expect(of({ lacks: ["/opt/x"] })).toMatchObject({ verdict: "fail" });
    expect(lostByRotation(unknown("no answer"))).toMatchObject({ verdict: "error" });
  });

  test("an idle jail is somebody's, and no pass; one that polls files sleeps as well", () => {
    const idle = { waiting: present(false) };
    expect(verdict(fail2ban, "fail2ban.jail", applied(idle))).toMatchObject({
      verdict: "fail",
      role: "audit",
    });
    const polls = fileText("/etc/fail2ban/jail.d/a.local", "[sshd]\nbackend = polling");
    const files = present([distributions, fileText(mainPath, wantedText), polls]);
    expect(verdict(fail2ban, "fail2ban.jail", applied({ ...idle, files }))).toMatchObject({
      verdict: "pass",
    });
    for (const waiting of [present(true), absent])
      expect(verdict(fail2ban, "fail2ban.jail", applied({ waiting }))).toMatchObject({ verdict: "pass" });
  });

  test.each([
    ["bantime.increment = true", "pass"],
    ["bantime.increment = true\nbantime.maxtime = 5w", "pass"],
    ["bantime.maxtime = 1", "pass"],
    ["bantime.increment = true\nbantime.maxtime = 1", "fail"],
    ["bantime.increment = true\nbantime.formula = 1", "fail"],
    ["bantime.increment = true\nbantime.multipliers = 0 0 0", "fail"],
  ])("a repeated ban lasts as long as the first: by %s it is a %s", (text, wanted) => {
    const more = fileText("/etc/fail2ban/jail.d/a.conf", `[DEFAULT]\n${text}`);
    const files = present([distributions, more, fileText(mainPath, wantedText)]);
    expect(verdict(fail2ban, "fail2ban.ban-time", applied({ files }))).toMatchObject({ verdict: wanted });
  });

  test("what can't be told is neither", () => {
    const unsure: Jail["judged"] = [{ said: "Invalid user", counts: "unknown" }];
    expect(filter(applied(running({ judged: unsure })))).toMatchObject({ verdict: "error", role: "audit" });
    expect(filter(applied(running({ judged: [] })))).toMatchObject({ verdict: "error", role: "audit" });
  });

  test.each([
    ["sshd", "pass"],
    ["sshd[mode=aggressive]", "pass"],
    ["%(__name__)s[mode=%(mode)s]", "pass"],
    ["x", "until the next boot"],
    ["sshd-other", "until the next boot"],
    ["sshd[failregex=^never$]", "until the next boot"],
  ])("the files say filter = %s: %s", (value, expected) => {
    const own = `[sshd]\nenabled = true\nfilter = ${value}\n`;
    expect(filter(applied({ files: present([distributions, fileText(mainPath, own)]) })).verdict).toBe(
      expected,
    );
  });

  test("a file of the filter that is younger than the server: what it says is not known yet", () => {
    const of = applied(running({ changed: { filter: ["/etc/fail2ban/filter.d/sshd.conf"], action: [] } }));
    expect(filter(of)).toMatchObject({ verdict: "until the next boot" });
  });

  test("so is one of an action", () => {
    const path = "/etc/fail2ban/action.d/iptables.local";
    const of = applied(running({ changed: { filter: [], action: [path] } }));
    const found = expect.stringContaining(`${path} was changed since it started`);
    expect(verdict(fail2ban, "fail2ban.action", of)).toMatchObject({ verdict: "until the next boot", found });
  });
});

describe("the service", () => {
  test("nothing to do after an apply", () => {
    expect(service(applied()).stale).toBeUndefined();
    expect(contentOf(fail2ban.desired(applied()), mainPath)).toBe(wantedText);
    for (const check of fail2ban.checks)
      expect(check.test(applied()), check.id).toMatchObject({ verdict: "pass" });
  });

  test("a value changed by hand in the running jail", () => {
    const changed = service(
      applied(running({ maxRetry: 9, ignoreIp: ["127.0.0.0/8", "::1", "203.0.113.0/24"] })),
    );
    expect(changed.how).toBe("reload");
    expect(changed.stale).toBe(
      "The running jail differs: maxretry is 9 instead of 3; ignoreip is 127.0.0.0/8 ::1 203.0.113.0/24 instead of 127.0.0.0/8 ::1.",
    );
  });

  test("a reload would leave other ports in the kernel", () => {
    expect(service(input(running({ actions: [nftables("2222")] }))).how).toBe("restart");
    expect(service(input(running({ actions: [nftables("ssh")] }))).how).toBe("reload");
  });

  test("a reload brings back neither a jail nor an action: a restart does", () => {
    expect(service(applied({ running: present({ running: true, jails: [] }) })).how).toBe("restart");
    expect(service(applied(running({ actions: [] })))).toMatchObject({
      how: "restart",
      stale: expect.stringContaining("port is no port in any action instead of 22"),
    });
    const mended = present([
      distributions,
      fileText("/etc/fail2ban/jail.d/a.conf", "[DEFAULT]\nbanaction = iptables-multiport[x=1]"),
    ]);
    expect(service(input({ files: mended })).how).toBe("restart");
    expect(service(input()).how).toBe("reload");
  });

  test("the port was changed with a reload, so the kernel still has the old one", () => {
    expect(service(applied(running({ closed: [v4("2222")] })))).toMatchObject({
      how: "restart",
      stale: "The running jail differs: port is 22, but 2222 in the kernel's rules instead of 22.",
    });
    expect(service(applied(running({ closed: [v4("22"), v4("2222")] }))).stale).toBeUndefined();
  });

  test("a jail that was stopped, a server that doesn't answer", () => {
    expect(service(applied({ running: present({ running: true, jails: [] }) })).stale).toMatch(
      /isn't running/,
    );
    const silent = service(applied({ running: present({ running: false, jails: [] }) }));
    expect(silent).toMatchObject({
      how: "restart",
      stale: "The service is up, but its server doesn't answer.",
    });
  });

  test("the address of this very run may be spared meanwhile", () => {
    expect(
      service(applied(running({ ignoreIp: ["::1", "127.0.0.0/8", "192.0.2.50"] }))).stale,
    ).toBeUndefined();
  });

  test("not asked, since not root: said, and not taken for right", () => {
    const blind = applied({ running: unknown("needs root") });
    expect(service(blind).stale).toBeUndefined();
    expect(fail2ban.guard(blind)).toMatchObject([{ id: "fail2ban.not-asked", level: "warn" }]);
  });

  test("without systemd the service is left alone", () => {
    const alone = applied({}, { host: { ...debian("13"), systemd: false } });
    expect(claimOf(fail2ban.desired(alone), "fail2ban.service")).toBeUndefined();
    expect(fail2ban.guard(alone)).toMatchObject([{ id: "fail2ban.no-systemd", level: "note" }]);
  });
});

const off = bootUnitOf("fail2ban.service", "multi-user.target", { wantedBy: [] });

const backendIs = (backend: string) =>
  present([distributions, fileText(mainPath, `[sshd]\nenabled = true\nbackend = ${backend}\n`)]);

const acting = (more: object, action: object = {}) =>
  applied(running({ actions: [{ ...nftables("22", more), ...action }] }));

describe("checks", () => {
  test.each([
    ["fail2ban.running", applied({ unit: unitOf("enabled", "failed") }), "fail"],
    ["fail2ban.running", applied({ running: present({ running: false, jails: [] }) }), "fail"],
    ["fail2ban.running", applied({ boot: off }), "until the next boot"],
    [
      "fail2ban.running",
      applied({ nextStart: present({ ends: "sshd addfailregex", differs: [] }) }),
      "until the next boot",
    ],
    ["fail2ban.running", applied({ nextStart: unknown("why") }), "error"],
    ["fail2ban.running", applied({ nextStart: unknown(notLooked) }), "pass"],
    [
      "fail2ban.jail",
      applied({ nextStart: present({ differs: ["nftables timeout"] }) }),
      "until the next boot",
    ],
    ["fail2ban.jail", applied({ nextStart: unknown(notLooked) }), "pass"],
    ["fail2ban.jail", applied({ running: present({ running: true, jails: ["nginx"] }) }), "fail"],
    ["fail2ban.jail", applied({ files: present([distributions]) }), "until the next boot"],
    ["fail2ban.backend", applied(running({ journalMatch: [] })), "fail"],
    ["fail2ban.backend", applied(running({ journalMatch: [["_SYSTEMD_UNIT=nginx.service"]] })), "fail"],
    [
      "fail2ban.backend",
      applied(running({ journalMatch: [["_UID=0", "_COMM=sshd"], ["_COMM=sshd"]] })),
      "fail",
    ],
    ["fail2ban.backend", applied(running({ journalMatch: [], logPaths: ["/var/log/auth.log"] })), "fail"],
    ["fail2ban.port", applied(running({ actions: [nftables("2222")] })), "fail"],
    ["fail2ban.port", applied(running({ actions: [{ name: "sendmail", properties: {} }] })), "fail"],
    ["fail2ban.action", applied(running({ actions: [{ name: "sendmail", properties: {} }] })), "fail"],
    ["fail2ban.action", applied(running({ actions: [] })), "fail"],
    ["fail2ban.action", acting({ actionban: "/bin/true" }), "fail"],
    ["fail2ban.action", acting({ actionban: 'printf %b "+<ip>\\n" >> /run/x' }), "fail"],
    ["fail2ban.action", acting({ actionban: "echo <ip> | nft -f -" }), "error"],
    ["fail2ban.action", acting({ actionban: "echo <ip>\nnft add element x <ip>" }), "error"],
    ["fail2ban.action", acting({}, { lacks: "nft" }), "fail"],
    ["fail2ban.action", acting({ timeout: "0" }), "fail"],
    ["fail2ban.action", acting({ timeout: "60" }), "pass"],
    ["fail2ban.action", applied(running({ barred: ["a network of its own"] })), "fail"],
    ["fail2ban.action", input(), "pass"],
    [
      "fail2ban.action",
      acting({ actionban: "iptables -I f2b-sshd 1 -s <ip> -j <blocktype>", blocktype: "RETURN" }),
      "fail",
    ],
    ["fail2ban.action", acting({ blocktype: "reject" }), "pass"],
    ["fail2ban.port", applied(running({ closed: [v4("22"), { family: 6, ports: "2222" }] })), "fail"],
    ["fail2ban.port", applied(running({ closed: [v4("2222"), v4("22")] })), "pass"],
    ["fail2ban.port", applied(running({ actions: [nftables("0:65535")] })), "pass"],
    ["fail2ban.max-retry", applied(running({ maxRetry: 4 })), "fail"],
    ["fail2ban.find-time", applied(running({ findTime: 60 })), "fail"],
    ["fail2ban.ban-time", applied(running({ banTime: -1 })), "fail"],
    ["fail2ban.ignore-ip", applied(running({ ignoreIp: ["::/0"] })), "fail"],
    ["fail2ban.ignore-ip", applied(running({ ignoreIp: ["127.0.0.0/8"] })), "fail"],
    ["fail2ban.max-retry", input(), "until the next boot"],
    ["fail2ban.ban-time", input(), "until the next boot"],
    ["fail2ban.ignore-ip", input(), "until the next boot"],
    ["fail2ban.port", input(), "pass"],
  ] as const)("%s %#", (id, of, expected) => {
    expect(verdict(fail2ban, id, of).verdict).toBe(expected);
  });

  test("an action of somebody's file that closes nothing is told, and no restart is planned for it", () => {
    const theirs = fileText("/etc/fail2ban/jail.d/x.local", "[DEFAULT]\nbanaction = dummy[x=1]\n");
    const files = present([distributions, theirs, fileText(mainPath, wantedText)]);
    const of = (actions: object[]) => applied({ files, ...running({ actions }) });
    for (const id of ["fail2ban.action", "fail2ban.port"])
      expect(verdict(fail2ban, id, of([{ name: "dummy", properties: {} }])), id).toMatchObject({
        verdict: "fail",
        role: "audit",
        found: expect.stringContaining("x.local (banaction = dummy[x=1])"),
      });
    expect(service(of([{ name: "dummy", properties: {} }]))).not.toHaveProperty("stale");
    // It isn't what runs: a restart brings it, or what the file has by now.
    expect(verdict(fail2ban, "fail2ban.action", of([]))).not.toHaveProperty("role");
    expect(service(of([]))).toHaveProperty("stale");
  });

  test.each([
    ["[DEFAULT]\nbanaction = dummy[x=1]", "dummy"],
    ["[sshd]\nbanaction = dummy", "dummy"],
    ["[sshd]\naction = %(action_mw)s\n[DEFAULT]\naction_ = dummy", "dummy %(mta)s-whois"],
    ["[DEFAULT]\naction =", "no action"],
    ["[sshd]\naction = %(action)s", "%(action)s"],
    ["[sshd]\naction = %(action_mw)s", undefined],
    ["[sshd]\naction = mail\n  %(known/action)s", undefined],
    ["[sshd]\naction = nftables[type=allports]", undefined],
    ["[DEFAULT]\nchain = DOCKER-USER", "chain = DOCKER-USER"],
    ["[DEFAULT]\nchain = <known/chain>", undefined],
    ["[DEFAULT]\nchain = f2b-chain", undefined],
  ])("%j, which no start has read yet", (text, found) => {
    const theirs = fileText("/etc/fail2ban/jail.d/x.local", `${text}\n`);
    const files = present([distributions, theirs, fileText(mainPath, wantedText)]);
    const { verdict: is, found: said } = verdict(fail2ban, "fail2ban.action", applied({ files }));
    expect([is, said]).toEqual(
      found === undefined
        ? ["pass", "nftables"]
        : ["until the next boot", `nftables now; the files say ${found}`],
    );
  });

  test("somebody's own files that say the same are as good, in their own words", () => {
    const own =
      "[sshd]\nenabled = true\nmaxretry = 3\nbantime = 1d\nfindtime = 10m\nignoreip = ::1 127.0.0.0/8\n";
    const files = present([distributions, fileText(mainPath, own)]);
    for (const { id, test } of fail2ban.checks)
      expect(test(applied({ files })), id).toMatchObject({ verdict: "pass" });
  });

  test("a file that rsyslog writes", () => {
    const logged = applied({
      ...running({ journalMatch: [], logPaths: ["/var/log/auth.log"] }),
      authLog: present(true),
      rsyslog: unitOf(),
      files: backendIs("auto"),
    });
    expect(verdict(fail2ban, "fail2ban.backend", logged)).toMatchObject({
      verdict: "pass",
      found: "/var/log/auth.log",
    });
  });

  test("a file that rsyslog writes by rules that have changed since it was started", () => {
    const logged = applied({
      ...running({ journalMatch: [], logPaths: ["/var/log/auth.log"] }),
      authLog: present(true),
      rsyslog: unitOf(),
      files: backendIs("auto"),
      rsyslogRules: present([{ path: "/etc/rsyslog.conf", changed: 1_700_000_000 }]),
    });
    expect(verdict(fail2ban, "fail2ban.backend", logged)).toMatchObject({
      verdict: "fail",
      role: "audit",
      found: "rsyslog was started before this changed: /etc/rsyslog.conf",
    });
  });

  test.each([
    ["systemd", "pass"],
    ["%(sshd_backend)s", "pass"],
    ["polling", "until the next boot"],
  ])("the journal, where the files say backend = %s: %s", (backend, wanted) => {
    const result = verdict(fail2ban, "fail2ban.backend", applied({ files: backendIs(backend) }));
    expect(result.verdict).toBe(wanted);
    expect(result.found.includes(`the files say backend = ${backend}`)).toBe(wanted !== "pass");
  });
});
