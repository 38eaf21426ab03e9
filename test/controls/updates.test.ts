import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAptConf } from "../../src/controls/updates/overrides.ts";
import {
  dropInPath,
  mainPath,
  switchedOff,
  switchedOn,
  switchPath,
} from "../../src/controls/updates/wanted.ts";
import { updates } from "../../src/controls/updates.ts";
import type { AptEntry, IndexTarget, Release } from "../../src/facts/apt.ts";
import { type PendingFact, pending } from "../../src/facts/pending.ts";
import { absent, type Fact, notLooked, present, unknown, valueOr } from "../../src/facts/probe.ts";
import { isDaily, type Schedule, schedule } from "../../src/facts/timers.ts";
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
  ubuntu,
  unitOf,
  verdict,
} from "./facts.ts";

const release = (origin: string, suite: string, codename: string, label = origin): Release => ({
  base: `/var/lib/apt/lists/example.org_${origin}_${suite}_`,
  origin,
  label,
  suite,
  codename,
  components: ["main"],
  site: "example.org",
});

const trixie = [
  release("Debian", "stable", "trixie"),
  release("Debian", "stable-updates", "trixie-updates"),
  release("Debian", "stable-security", "trixie-security", "Debian-Security"),
];
const noble = [
  release("Ubuntu", "noble", "noble"),
  release("Ubuntu", "noble-updates", "noble"),
  release("Ubuntu", "noble-security", "noble"),
];

const everyDay: Schedule = { calendar: ["*-*-* 06:00:00"], monotonic: [] };
const upgradesAt = (upgrade: Schedule) => ({ upgradeSchedule: present(upgrade) });

/** apt's sources name all of these lists. */
const naming = (releases: readonly Release[], component = "main"): readonly IndexTarget[] =>
  releases.map(({ base }) => ({ base, component }));

/** The priorities that apt gives the lists of trixie: 500, but for those of the codenames. */
const ranked = (given: readonly (readonly [codename: string, priority: number])[], lists = trixie) =>
  lists.map((each) => ({ release: each, priority: new Map(given).get(each.codename) ?? 500 }));

const now = 1_800_000_000;

const params = (given: object = {}) => updates.schema.parse(given);

function input(facts: object = {}, more: Partial<Given> = {}): AnyInput {
  const { releases = absent } = facts as { releases?: Fact<readonly Release[]> };
  const all = [...trixie, ...valueOr(releases, [])];
  return inputOf(updates, {
    params: params(),
    access,
    host: debian("13"),
    ...more,
    facts: {
      package: packageOf(),
      switch: fileOf(switchedOn),
      dropIn: absent,
      later: present([]),
      preferences: absent,
      preferencesFolder: present([]),
      main: absent,
      config: present([]),
      releases: present(trixie),
      targets: present(naming(all)),
      policy: present(ranked([])),
      downloadTimer: unitOf(),
      upgradeTimer: unitOf(),
      others: noOthers,
      downloadTimerAtBoot: bootUnitOf("apt-daily.timer", "timers.target"),
      upgradeTimerAtBoot: bootUnitOf("apt-daily-upgrade.timer", "timers.target"),
      downloadAtBoot: bootUnitOf("apt-daily.service", "", { wantedBy: [] }),
      upgradeAtBoot: bootUnitOf("apt-daily-upgrade.service", "", { wantedBy: [] }),
      download: unitOf("static", "inactive"),
      upgrade: unitOf("static", "inactive"),
      downloadSchedule: present(everyDay),
      upgradeSchedule: present(everyDay),
      pending: present({ now, fetched: now - 3600, shut: [], broken: [], hooks: [], upgrades: [] }),
      sendmail: absent,
      mailx: absent,
      ...facts,
    } as AnyInput["facts"],
  });
}

describe("what waits", () => {
  const of = (name: string, bend: Partial<PendingFact>) => {
    const nothing = { shut: [], broken: [], hooks: [], upgrades: [], listed: [] };
    const packages = { skipped: new Map(), unpacked: new Set<string>() };
    const found = applied({ pending: present({ now, ...nothing, ...packages, ...bend }) });
    return updates.checks.find(({ id }) => id === `updates.${name}`)!.test(found);
  };
  const upgrade = { name: "libc6", from: "2.41-1", to: "2.41-2", security: true, held: false, pinned: false };

  test.each([
    ["pending", {}, { upgrades: [upgrade] }],
    ["restart", {}, { restart: ["linux-image-amd64"] }],
    ["restart", {}, { restart: [] }],
    ["dpkg", {}, { broken: ["iF auditd"] }],
    ["fetched", { fetched: now - 3600 }, { fetched: now - 4 * 86_400 }],
    ["fetched", { fetched: now - 3600 }, { since: now - 4 * 86_400 }],
    ["daily", { installed: now - 3600 }, { installed: now - 4 * 86_400 }],
    ["daily", { since: now - 3600 }, { since: now - 4 * 86_400 }],
    ["daily", { since: now - 3600 }, { installed: now - 4 * 86_400, since: now - 3600 }],
    ["daily", {}, { stuck: "ModuleNotFoundError: No module named 'apt'" }],
    ["daily", {}, { shut: ["/usr is read-only or immutable"] }],
  ] as const)("%s passes and fails", (name, good, bad) => {
    expect(of(name, good).verdict).toBe("pass");
    expect(of(name, bad).verdict).toBe("fail");
  });

  test("a hook of apt's that no package brought keeps back who knows what", () => {
    const [hook] = pending.parse(Buffer.from("now 1\nhook DPkg::Pre-Invoke - /bin/false\n")).hooks;
    expect(hook).toBe("DPkg::Pre-Invoke runs /bin/false");
    expect(of("kept-back", { hooks: [hook!] })).toMatchObject({
      verdict: "error",
      parts: [{ object: hook }],
    });
    expect(of("kept-back", {}).verdict).toBe("pass");
    expect(pending.parse(Buffer.from("now 1\nhook\n")).hooks).toHaveLength(1);
  });

  test("each update and package is told by itself; other updates are nobody's business", () => {
    expect(
      of("pending", { upgrades: [upgrade, { ...upgrade, name: "vim", security: false }] }).parts,
    ).toMatchObject([{ verdict: "fail", object: "libc6", found: "libc6 2.41-1 → 2.41-2" }]);
    expect(of("pending", { upgrades: [{ ...upgrade, held: true }] }).parts).toMatchObject([
      {
        verdict: "fail",
        object: "libc6",
        found: "libc6 2.41-1 → 2.41-2 (on hold)",
        remedy: expect.stringContaining("apt-mark unhold libc6"),
      },
    ]);
    expect(of("pending", { upgrades: [{ ...upgrade, pinned: true }] }).parts).toMatchObject([
      {
        verdict: "fail",
        object: "libc6",
        found: "libc6 2.41-1 → 2.41-2 (pinned)",
        remedy: expect.stringContaining("apt-cache policy libc6"),
      },
    ]);
    expect(of("restart", { restart: ["libc6"] }).found).toBe("/run/reboot-required, for libc6");
  });

  const listed = (at: number) => [
    { path: `${trixie.find(({ label }) => label === "Debian-Security")!.base}main_Packages`, at },
  ];
  const skipped = new Map([["libc6", "has conffile prompt and needs to be upgraded manually"]]);
  const ran = now - 3600;

  test.each<[string, Partial<PendingFact>, RegExp?]>([
    ["which has not run since the lists came", { listed: listed(ran), installed: ran - 1 }],
    ["whose settings are newer than its run", { listed: listed(ran), installed: ran + 1, since: ran + 2 }],
    ["of which no list is known", { installed: ran }],
    ["before which it was unpacked", { skipped, unpacked: new Set(["libc6"]) }],
    ["that has run with the same lists", { listed: listed(ran), installed: ran + 1 }, /has run to its end/],
    ["that says why it leaves it out", { skipped }, /says: has conffile prompt/],
    ["while it is on hold", { upgrades: [{ ...upgrade, held: true }] }, /on hold/],
    ["while it is pinned", { upgrades: [{ ...upgrade, pinned: true }] }, /pinned/],
    ["of another architecture", { upgrades: [{ ...upgrade, name: "libc6:i386" }], skipped }, /conffile/],
  ])("an update is told to be left out, or left to the job, where that is one %s", (_, bend, said) => {
    const { verdict, found } = of("left-out", { upgrades: [upgrade], ...bend });
    expect(verdict).toBe(said === undefined ? "pass" : "fail");
    expect(found).toMatch(said ?? "1 wait for its next run");
  });

  test("what apt can't say is an error, and lists that were never fetched are no failure yet", () => {
    expect(of("pending", { upgrades: { unknown: "no lists" } })).toMatchObject({
      verdict: "error",
      found: "no lists",
    });
    expect(of("fetched", {}).verdict).toBe("not applicable");
    expect(of("fetched", { since: now - 86_400 }).verdict).toBe("not applicable");
  });

  test("a run of which nothing could be read is an error, and one that a plan doesn't look for is none", () => {
    const daily = (why: string) =>
      updates.checks.find(({ id }) => id === "updates.daily")!.test(applied({ pending: unknown(why) }));
    expect(daily("cut off")).toMatchObject({ verdict: "error", role: "audit", found: "cut off" });
    expect(daily(notLooked).verdict).toBe("pass");
  });

  const day = 86_400;
  const security = { published: now - day, validUntil: now + 6 * day };
  const lists = (...bent: readonly Partial<Release>[]) => {
    const [, , last] = trixie;
    const releases = [
      ...trixie.slice(0, 2).map((each) => ({ ...each, published: now - 90 * day })),
      ...bent.map((more, at) => ({ ...last!, base: `${last!.base}${at}_`, ...more })),
    ];
    const pendings = present({ now, fetched: now - 3600, broken: [], hooks: [], upgrades: [] });
    return input({ releases: present(releases), pending: pendings });
  };
  const ofLists = (found: AnyInput) => updates.checks.find(({ id }) => id === "updates.fetched")!.test(found);

  test.each([
    ["is of yesterday, and the release's own is old", lists(security), "pass"],
    ["is of last week, and good until tomorrow", lists({ ...security, validUntil: now + day }), "pass"],
    ["has no Valid-Until, and is of last month", lists({ published: now - 29 * day }), "pass"],
    ["says nothing of its day", lists({}), "pass"],
    [
      "comes from two mirrors, one of which stands still",
      lists({ published: now - 90 * day }, security),
      "pass",
    ],
    ["is somebody else's", lists(security, { published: 1, origin: "DebianESM" }), "pass"],
    ["has no Valid-Until, and is older than a month", lists({ published: now - 31 * day }), "fail"],
    ["is no longer good", lists({ ...security, validUntil: now - 1 }), "fail"],
    ["is good for years", lists({ published: now - 31 * day, validUntil: now + 999 * day }), "fail"],
  ] as const)("fetched judges by the list of security updates: it %s", (_, found, expected) => {
    expect(ofLists(found).verdict).toBe(expected);
  });

  test("fetched tells the list, its age and its end, and knows nothing of lists that nobody can ask for", () => {
    const { found, remedy } = ofLists(lists({ published: now - 60 * day, validUntil: now - 53 * day }));
    expect(found).toBe(
      "o=Debian,a=stable-security,n=trixie-security,l=Debian-Security was published 8w4d ago, good until 2026-11-23",
    );
    expect(remedy).toContain("apt-get update");
    const targets = unknown("bad line");
    const pendings = present({ now, fetched: now - 3600, broken: [], hooks: [], upgrades: [] });
    expect(ofLists(input({ targets, pending: pendings })).verdict).toBe("error");
  });

  test("the host's answer", () => {
    const lines = [
      "now 1800000000",
      "fetched 1799990000",
      "installed 1799980000",
      "since 1799900000",
      "stuck ModuleNotFoundError: No module named 'apt'",
      "pinned nginx 1.0 1.1",
      "pinned vim 9.0 9.1",
      "restart",
      "restart libc6",
      "restart libc6",
      "shut /usr is read-only or immutable",
      "broken iF auditd",
      "hook DPkg::Pre-Invoke /etc/apt/apt.conf.d/99x /bin/false now",
      "Inst harden-probe [1.0] (1.1 Debian-Security:13/stable-security [all])",
      "Inst vim [9.0] (9.1 Debian:13.1/stable [amd64]) []",
      "Inst new (1.0 Debian:13.1/stable [amd64])",
      "held libc6",
      "Inst libc6:i386 [2.36] (2.37 Debian-Security:13/stable-security [i386])",
      "listed 1799980001 /var/lib/apt/lists/x_Packages",
      "skipped nginx has conffile prompt and needs to be upgraded manually",
      "unpacked vim",
    ];
    expect(pending.parse(Buffer.from(lines.join("\n")))).toEqual({
      now: 1_800_000_000,
      fetched: 1_799_990_000,
      installed: 1_799_980_000,
      since: 1_799_900_000,
      stuck: "ModuleNotFoundError: No module named 'apt'",
      restart: ["libc6"],
      shut: ["/usr is read-only or immutable"],
      broken: ["iF auditd"],
      hooks: ["DPkg::Pre-Invoke of /etc/apt/apt.conf.d/99x runs /bin/false now"],
      listed: [{ path: "/var/lib/apt/lists/x_Packages", at: 1_799_980_001 }],
      skipped: new Map([["nginx", "has conffile prompt and needs to be upgraded manually"]]),
      unpacked: new Set(["vim"]),
      upgrades: [
        { name: "harden-probe", from: "1.0", to: "1.1", security: true, held: false, pinned: false },
        { name: "vim", from: "9.0", to: "9.1", security: false, held: false, pinned: false },
        { name: "libc6:i386", from: "2.36", to: "2.37", security: true, held: true, pinned: false },
        { name: "nginx", from: "1.0", to: "1.1", security: true, held: false, pinned: true },
      ],
    });
    expect(pending.parse(Buffer.from("now 1\nunknown no lists\n")).upgrades).toEqual({ unknown: "no lists" });
    expect(() => pending.parse(Buffer.from("Inst a [1] (2 x)"))).toThrow("cut off");
  });
});

const dropIn = (of: AnyInput) => contentOf(updates.desired(of), dropInPath);

/** What apt-config prints after an apply. */
const effective = (of: AnyInput): readonly AptEntry[] =>
  parseAptConf(dropIn(of)).filter(({ cleared }) => !cleared);

/** A host after an apply. */
function applied(facts: object = {}, more: Partial<Given> = {}): AnyInput {
  const before = input(facts, more);
  return input({ dropIn: fileOf(dropIn(before)), config: present(effective(before)), ...facts }, more);
}

const config = (...lines: [string, string][]) => ({
  config: present(lines.map(([key, value]) => ({ key: key.toLowerCase(), value }))),
});

const pins = (text: string) => ({
  preferencesFolder: present([{ path: "/etc/apt/preferences.d/x", content: Buffer.from(text) }]),
});
const prioritized = (...given: [codename: string, priority: number][]) =>
  applied({ policy: present(ranked(given)) });

describe("the drop-in", () => {
  test("Debian: patterns, in a list that begins empty", () => {
    expect(dropIn(input())).toBe(`// Written by harden; its next apply sets the values below again.
// In APT the last value wins, so this file sorts after the others; settings of your own go into files of their own.

APT::Periodic::Enable "1";
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";

// Lists of several files are added together; this is all that is installed by itself.
#clear Unattended-Upgrade::Allowed-Origins;
#clear Unattended-Upgrade::Origins-Pattern;
Unattended-Upgrade::Origins-Pattern {
  "origin=Debian,codename=\${distro_codename}-security,label=Debian-Security";
};

// With true the daily run installs nothing: it waits until the host is shut down.
Unattended-Upgrade::InstallOnShutdown "false";
Unattended-Upgrade::Automatic-Reboot "false";
`);
  });

  test("Ubuntu: Allowed-Origins", () => {
    const text = dropIn(input({ releases: present(noble) }, { host: ubuntu }));
    expect(text).toContain('Unattended-Upgrade::Allowed-Origins {\n  "${distro_id}:${distro_codename}";\n');
    expect(text).toContain("Ubuntu's security updates may need a package of the release itself");
    expect(text).toContain('  "${distro_id}:${distro_codename}-security";\n');
    expect(text).not.toMatch(/^Unattended-Upgrade::Origins-Pattern/m);
  });

  test("the profile's values", () => {
    const given = {
      origins: ["updates", "security"],
      automaticReboot: true,
      mail: "admin@example.org",
      mailReport: "always",
    };
    const text = dropIn(input({}, { params: params(given) }));
    expect(text).toContain("-security,label=Debian-Security");
    expect(text).toContain("-updates,label=Debian");
    expect(text).toContain('Automatic-Reboot "true";\nUnattended-Upgrade::Mail "admin@example.org";');
    expect(text).toContain('MailReport "always";');
  });

  test("no string becomes a second directive", () => {
    const lines = dropIn(input({}, { params: params({ mail: "" }) })).split("\n").length;
    const local = hostile;
    const mail = fc.oneof(
      hostile,
      fc.emailAddress(),
      local.map((text) => `a${text}@b.c`),
    );
    fc.assert(
      fc.property(mail, (text) => {
        const parsed = updates.schema.safeParse({ mail: text });
        if (!parsed.success) return;
        const written = dropIn(input({}, { params: parsed.data }));
        expect(written.split("\n").length).toBe(lines);
        expect(parseAptConf(written).find(({ key }) => key === "unattended-upgrade::mail")?.value).toBe(text);
      }),
      { seed: 1, numRuns: 500 },
    );
  });
});

describe("the package's own switch", () => {
  test("written where it is missing, in the distribution's words", () => {
    const claims = updates.desired(input({ switch: absent, package: absent }));
    expect(contentOf(claims, switchPath)).toBe(switchedOn.toString());
    expect(claims[0]?.resource).toMatchObject({ kind: "package", name: "unattended-upgrades" });
  });

  test("turned on where debconf turned it off", () => {
    expect(contentOf(updates.desired(input({ switch: fileOf(switchedOff) })), switchPath)).toBe(
      switchedOn.toString(),
    );
  });

  test("somebody's own stays", () => {
    const own = input({ switch: fileOf('APT::Periodic::Unattended-Upgrade "0"; // I say so\n') });
    expect(claimOf(updates.desired(own), switchPath)).toBeUndefined();
    expect(updates.guard(own)).toMatchObject([{ id: "updates.own-switch", level: "note" }]);
  });
});

describe("after an apply", () => {
  test.each([
    ["Debian", debian("13"), trixie],
    ["Ubuntu", ubuntu, noble],
  ] as const)("%s: nothing to do, and every check passes", (_name, host, releases) => {
    const done = applied({ releases: present(releases) }, { host });
    expect(updates.guard(done)).toEqual([]);
    for (const check of updates.checks)
      expect(check.test(done), check.id).toMatchObject({
        verdict: check.id === "updates.mail" ? "not applicable" : "pass",
      });
  });
});

/** A host that updates on these days. */
const updating = (...days: readonly string[]) =>
  applied(
    config(
      ["APT::Periodic::Unattended-Upgrade", "1"],
      ...days.map((day): [string, string] => ["Unattended-Upgrade::Update-Days::", day]),
    ),
  );

const off = bootUnitOf("apt-daily-upgrade.timer", "", { wantedBy: [] });
const foreign = bootUnitOf("apt-daily.service", "", {
  dropIns: [
    {
      path: "/etc/systemd/system/apt-daily.service.d/a.conf",
      packaged: false,
      lines: ["ExecStart="],
      masks: false,
    },
  ],
});

describe("checks", () => {
  const guides: [string, string] = [
    "Unattended-Upgrade::Allowed-Origins::",
    "${distro_id}:${distro_codename}-security",
  ];

  test("the guides' line on Debian: fails, and says what the host has", () => {
    const { verdict: got, found } = verdict(updates, "updates.origins-match", input(config(guides)));
    expect(got).toBe("fail");
    expect(found).toContain("the patterns are o=Debian,a=trixie-security");
    expect(found).toContain("o=Debian,a=stable-security,n=trixie-security,l=Debian-Security");
  });

  test("the same line on Ubuntu passes", () => {
    const host = input({ ...config(guides), releases: present(noble) }, { host: ubuntu });
    expect(verdict(updates, "updates.origins-match", host).verdict).toBe("pass");
  });

  test("a pattern that stops unattended-upgrades throws, which the runner calls an error", () => {
    const broken = input(config(["Unattended-Upgrade::Origins-Pattern::", "n=${codename}"]));
    expect(() => verdict(updates, "updates.origins-match", broken)).toThrow(/unattended-upgrades stops/);
  });

  const distributions = config(
    ["Unattended-Upgrade::Origins-Pattern::", "origin=Debian,codename=${distro_codename},label=Debian"],
    ["Unattended-Upgrade::Origins-Pattern::", "origin=Debian,codename=${distro_codename}-security"],
  );

  test.each([
    [
      "updates.installed",
      input({ package: present({ version: "2.12", status: "rc", installed: false }) }),
      "fail",
    ],
    ["updates.package-lists", input(), "fail"],
    ["updates.package-lists", input(config(["APT::Periodic::Update-Package-Lists", "always"])), "pass"],
    ["updates.daily", input(config(["APT::Periodic::Unattended-Upgrade", "7"])), "fail"],
    ["updates.daily", input(config(["APT::Periodic::Unattended-Upgrade", "12h"])), "pass"],
    [
      "updates.daily",
      input(config(["APT::Periodic::Unattended-Upgrade", "1"], ["APT::Periodic::Enable", "0"])),
      "fail",
    ],
    ["updates.timers", applied({ downloadTimer: unitOf("masked", "inactive") }), "fail"],
    ["updates.timers", applied({ upgrade: unitOf("masked", "inactive") }), "fail"],
    ["updates.timers", applied({ upgradeTimer: unitOf("enabled", "inactive") }), "fail"],
    ["updates.timers", applied({ upgradeTimerAtBoot: off }), "until the next boot"],
    ["updates.timers", applied({ downloadAtBoot: foreign }), "until the next boot"],
    ["updates.origins-match", input(distributions), "pass"],
    ["updates.origins-match", applied({ releases: present([]) }), "error"],
    ["updates.origins-match", applied({ releases: present([trixie[0]]) }), "fail"],
    ["updates.origins-match", applied({ targets: present([]) }), "fail"],
    ["updates.origins-match", applied({ targets: present([]), releases: present([]) }), "fail"],
    ["updates.origins-match", applied({ targets: present(naming(trixie.slice(0, 2))) }), "fail"],
    ["updates.origins-match", applied({ targets: present(naming(trixie, "contrib")) }), "fail"],
    ["updates.origins-match", applied({ targets: unknown("a line is not understood") }), "error"],
    ["updates.pending", applied({ targets: present([]) }), "error"],
    ["updates.pending", applied({ targets: present(naming(trixie.slice(0, 2))) }), "error"],
    ["updates.pending", applied({ targets: present(naming(trixie, "contrib")) }), "error"],
    ["updates.pending", applied({ targets: unknown("a line is not understood") }), "error"],
    ["updates.origins-only", input(distributions), "fail"],
    ["updates.reboot", input(config(["Unattended-Upgrade::Automatic-Reboot", "true"])), "fail"],
    ["updates.reboot", input(), "pass"],
    ["updates.mail", input(config(["Unattended-Upgrade::Mail", "root"])), "not applicable"],
    [
      "updates.mail",
      input(config(["Unattended-Upgrade::Mail", "root"]), { params: params({ mail: "" }) }),
      "fail",
    ],
    ["updates.daily", applied(config(["APT::Periodic::Unattended-Upgrade", "365"])), "fail"],
    ["updates.timers", applied(upgradesAt({ ...everyDay, calendar: ["*-01-01 00:00:00"] })), "fail"],
    ["updates.timers", applied(upgradesAt({ ...everyDay, calendar: ["Mon *-*-* 06:00:00"] })), "fail"],
    ["updates.timers", applied(upgradesAt({ calendar: [], monotonic: [] })), "fail"],
    ["updates.kept-back", input(config(["Unattended-Upgrade::Package-Blacklist::", ".*"])), "fail"],
    ["updates.kept-back", input(config(["Unattended-Upgrade::Package-Blacklist::", "^"])), "fail"],
    ["updates.kept-back", input(config(["Unattended-Upgrade::Package-Blacklist::", "(?!x)"])), "error"],
    ["updates.kept-back", input(config(["Unattended-Upgrade::Package-Blacklist::", "lib"])), "error"],
    [
      "updates.kept-back",
      input(config(["Unattended-Upgrade::Package-Blacklist::", "postgresql-|.*"])),
      "error",
    ],
    ["updates.kept-back", input(config(["Unattended-Upgrade::Package-Blacklist::", "libc6$"])), "pass"],
    ["updates.kept-back", input(config(["Unattended-Upgrade::Package-Blacklist::", "linux-"])), "pass"],
    ["updates.kept-back", input(config(["Unattended-Upgrade::Package-Whitelist::", "vim"])), "fail"],
    ["updates.kept-back", input(config(["Unattended-Upgrade::Package-Blacklist::", ""])), "fail"],
    ["updates.kept-back", input(config(["Unattended-Upgrade::Package-Whitelist::", ""])), "pass"],
    ["updates.kept-back", input(config(["Unattended-Upgrade::Package-Whitelist-Strict", "true"])), "fail"],
    ["updates.kept-back", prioritized(["trixie-security", 99]), "fail"],
    ["updates.kept-back", prioritized(["trixie-security", 499]), "fail"],
    ["updates.kept-back", prioritized(["trixie", 990]), "fail"],
    ["updates.kept-back", prioritized(["trixie-updates", 900]), "fail"],
    ["updates.kept-back", prioritized(["trixie", 1001], ["trixie-security", 990]), "fail"],
    ["updates.kept-back", prioritized(["trixie", 990], ["trixie-security", 990]), "pass"],
    ["updates.kept-back", prioritized(["trixie", 1]), "pass"],
    ["updates.kept-back", applied({ policy: unknown("APT::Default-Release is invalid") }), "error"],
    ["updates.pending", prioritized(["trixie", 990]), "error"],
    ["updates.pending", applied(pins("Package: /./\nPin: release o=Debian\nPin-Priority: -1\n")), "error"],
    ["updates.daily", applied(config(["APT::Periodic::Unattended-Upgrade", "1"])), "pass"],
    [
      "updates.daily",
      applied(
        config(["APT::Periodic::Unattended-Upgrade", "1"], ["Unattended-Upgrade::InstallOnShutdown", "true"]),
      ),
      "fail",
    ],
    ["updates.daily", updating("Mon", "Monday", "1", "Tue", "Tuesday", "2", "Wed"), "fail"],
    ["updates.daily", updating(""), "fail"],
    ["updates.daily", updating("Mon", "2", "Wednesday", "Thu", "Fri", "Sat", "0"), "pass"],
    ...[
      ...(
        [
          "/./",
          "src:*",
          "*:any",
          "a *",
          "lib*",
          "/^(lib|python)/",
          "/[a-z]+/",
          "/[[:alpha:]]/",
          "/^.{1,100}$/",
          "/(vim)*/",
        ] as const
      ).map((names) => ["updates.kept-back", names, "error"] as const),
      ...(["vim", "*nvidia*", "/^php8/", "src:linux-*", "libc6:amd64"] as const).map(
        (names) => ["updates.kept-back", names, "pass"] as const,
      ),
    ].map(
      ([id, names, expected]) =>
        [
          id,
          applied(pins(`Package: ${names}\nPin: release o=Debian\nPin-Priority: -1\n`)),
          expected,
        ] as const,
    ),
    ["updates.mail", input({}, { params: params({ mail: "root" }) }), "fail"],
    ["updates.mail", applied({}, { params: params({ mail: "root" }) }), "pass"],
  ] as const)("%s %#", (id, of, expected) => expect(verdict(updates, id, of).verdict).toBe(expected));
});

describe("what somebody else made is an audit", () => {
  const later = (text: string) => ({
    later: present([{ path: "/etc/apt/apt.conf.d/zzz", content: Buffer.from(text) }]),
  });
  const role = (id: string, of: AnyInput) => {
    const { verdict: got, role } = verdict(updates, id, of);
    return `${got} ${role ?? "proof"}`;
  };
  const off = config(["APT::Periodic::Enable", "0"]);

  test("a file that is read after ours, and only for its own keys", () => {
    const reboot = config(["Unattended-Upgrade::Automatic-Reboot", "true"]);
    const theirs = later('Unattended-Upgrade::Automatic-Reboot "true";');
    expect(role("updates.reboot", applied({ ...reboot, ...theirs }))).toBe("fail audit");
    expect(role("updates.reboot", applied(reboot))).toBe("fail proof");
    expect(role("updates.daily", applied({ ...off, ...theirs }))).toBe("fail proof");
    expect(role("updates.daily", applied({ ...off, ...later("#clear APT::Periodic;") }))).toBe("fail audit");
  });

  test("timers, lists that the host lacks, days of the week", () => {
    expect(role("updates.timers", applied({ upgrade: unitOf("masked", "inactive") }))).toBe("fail audit");
    expect(role("updates.timers", applied({ upgradeTimer: unitOf("enabled", "inactive") }))).toBe(
      "fail proof",
    );
    expect(role("updates.timers", applied(upgradesAt({ calendar: [], monotonic: [] })))).toBe("fail audit");
    const other = present({ ...valueOr(unitOf("static", "inactive"), undefined), execStart: "/bin/true" });
    expect(role("updates.timers", applied({ upgrade: other }))).toBe("fail audit");
    expect(role("updates.origins-match", applied({ releases: present([trixie[0]]) }))).toBe("fail audit");
    expect(role("updates.origins-match", applied({ releases: present([]) }))).toBe("error audit");
    for (const targets of [present([]), present(naming([trixie[0]!])), unknown("no"), absent])
      expect(role("updates.origins-match", applied({ targets }))).toMatch(/^(fail|error) audit$/);
    expect(role("updates.origins-match", input())).toBe("fail proof");
    const monday = applied();
    const days = present([...effective(monday), { key: "unattended-upgrade::update-days::", value: "Mon" }]);
    expect(role("updates.daily", applied({ config: days }))).toBe("fail audit");
  });

  test("a masked timer is left masked, and one whose service is masked is not started", () => {
    const masked = applied({ upgradeTimer: unitOf("masked", "inactive") });
    expect(claimOf(updates.desired(masked), "apt-daily-upgrade.timer")).toBeUndefined();
    expect(claimOf(updates.desired(masked), "apt-daily.timer")).toBeDefined();
    const service = applied({ upgrade: unitOf("masked", "inactive") });
    expect(claimOf(updates.desired(service), "apt-daily-upgrade.timer")).toBeUndefined();
  });

  test("the schedule as systemd shows it", () => {
    const { parse } = schedule("x.timer");
    const shown = (line: string) =>
      parse(Buffer.from(`Id=x.timer\nLoadState=loaded\n${line}\n| TimersCalendar={ no`));
    const each = "{ OnCalendar=*-*-* 06,18:00:00 ; next_elapse=Thu 2026-11-26 18:00:00 UTC }";
    expect(isDaily(shown(`TimersCalendar=${each}`))).toBe(true);
    expect(shown("TimersMonotonic={ OnUnitActiveUSec=1y ; next_elapse=0 }")).toEqual({
      calendar: [],
      monotonic: ["OnUnitActiveUSec=1y"],
    });
  });
});

describe("who is told", () => {
  const admin = config(["Unattended-Upgrade::Mail", "admin@example.org"]);
  const ids = (of: AnyInput) => updates.guard(of).map(({ id, level }) => `${level} ${id}`);

  test("left out is untouched", () => {
    expect(dropIn(input(admin))).not.toContain("Mail");
    expect(ids(input({ ...admin, sendmail: present(true) }))).toEqual([]);
  });

  test("an address that nobody could mail to, the host's own too", () => {
    expect(ids(input(admin))).toEqual(["warn updates.no-mailer"]);
  });

  test("an address that would go is a warning, until it has gone", () => {
    const nobody = { params: params({ mail: "" }) };
    expect(ids(input(admin, nobody))).toEqual(["warn updates.mail-goes"]);
    expect(updates.guard(input(admin, nobody))[0]?.message).toContain("admin@example.org is told");
    expect(ids(applied({}, nobody))).toEqual([]);
    const ours = fileOf('Unattended-Upgrade::Mail "admin@example.org";');
    expect(ids(input({ ...admin, dropIn: ours }, nobody))).toEqual([]);
  });
});

describe("guards", () => {
  const ids = (of: AnyInput) => updates.guard(of).map(({ id, level }) => `${level} ${id}`);

  test("no lists, no security source", () => {
    expect(ids(input({ releases: present([]) }))).toEqual(["warn updates.no-lists"]);
    expect(ids(input({ releases: present([]), package: absent }))).toEqual([]);
    const none = input({ releases: present([trixie[0], release("Docker", "trixie", "trixie")]) });
    expect(ids(none)).toEqual(["warn updates.no-security-source"]);
    expect(updates.guard(none)[0]?.message).toContain("o=Docker,a=trixie,n=trixie,l=Docker");
    expect(ids(input({ targets: present([]) }))).toEqual(["warn updates.no-security-source"]);
    expect(ids(input({ targets: unknown(notLooked) }))).toEqual([]);
  });

  test("what APT reads later, and only where it differs", () => {
    const file = (name: string, text: string) => ({
      later: present([{ path: `/etc/apt/apt.conf.d/${name}`, content: Buffer.from(text) }]),
    });
    const ours = 'Unattended-Upgrade::Automatic-Reboot "true";';
    expect(ids(input(file("zzz", ours)))).toEqual(["warn updates.overridden"]);
    expect(ids(input(file("zzz", "#clear Unattended-Upgrade;")))).toEqual(["warn updates.overridden"]);
    expect(ids(input(file("zzz", 'Unattended-Upgrade::Origins-Pattern { "o=*"; };')))).toEqual([
      "warn updates.overridden",
    ]);
    expect(ids(input({ main: fileOf(ours) }))).toEqual(["warn updates.overridden"]);
    expect(updates.guard(input({ main: fileOf(ours) }))[0]?.message).toContain(
      `${mainPath}: unattended-upgrade::automatic-reboot`,
    );
    for (const [name, text] of [
      ["zz-aaa", ours],
      ["zzz.bak", ours],
      [
        "zzz",
        'Unattended-Upgrade::Automatic-Reboot "false"; Unattended-Upgrade::Remove-Unused-Dependencies "true";',
      ],
    ] as const)
      expect(ids(input(file(name, text))), name).toEqual([]);
  });

  test("a plan warns of priorities by the files alone", () => {
    const planned = (facts: object) => ids(input({ policy: unknown(notLooked), ...facts }));
    const warned = ["warn updates.pinned"];
    const stanza = (pin: string, priority: number, names = "*") =>
      pins(`Explanation: ours\nPackage: ${names}\nPin: ${pin}\nPin-Priority: ${priority}\n`);
    for (const facts of [
      config(["APT::Default-Release", "trixie"]),
      config(["APT::Default-Release", "stable"]),
      stanza("release n=trixie", 900),
      stanza("release stable", 900),
      stanza("release l=Debian-Security", -1),
      stanza("origin example.org", 99),
      stanza("release o=Debian", 500, "/./"),
      pins("# ours\nPackage:\n  *\nPin: release n=trixie\nPin-Priority: 501"),
    ])
      expect(planned(facts), JSON.stringify(facts)).toEqual(warned);
    for (const facts of [
      {},
      config(["APT::Default-Release", "trixie*"]),
      stanza("release o=Debian,n=trixie", 1),
      stanza("release o=Debian", 900),
      stanza("release n=trixie", 900, "vim"),
      stanza("version 1.*", 1001, "vim"),
      pins(
        "Package: *\nPin: release n=*-security\nPin-Priority: 500\n\nPackage: *\nPin: release o=Debian\nPin-Priority: -1\n",
      ),
    ])
      expect(planned(facts), JSON.stringify(facts)).toEqual([]);
  });

  test("the remedy names a pin for the security list alone", () => {
    const remedy = (of: AnyInput) => updates.guard(of)[0]?.hint;
    expect(remedy(prioritized(["trixie", 990]))).toContain(
      '"Pin: release n=trixie-security", "Pin-Priority: 990"',
    );
    const policy = noble.map((each) => ({ release: each, priority: each.suite === "noble" ? 900 : 500 }));
    const ours = applied({ releases: present(noble), policy: present(policy) }, { host: ubuntu });
    expect(remedy(ours)).toContain('"Pin: release a=noble-security", "Pin-Priority: 900"');
    const target = config(["APT::Default-Release", "noble"]);
    const planned = { releases: present(noble), policy: unknown(notLooked), ...target };
    expect(ids(input(planned, { host: ubuntu }))).toEqual([]);
  });

  test("masked jobs, mail without a mailer, what can't be read", () => {
    expect(ids(input({ upgrade: unitOf("masked", "inactive") }))).toEqual(["warn updates.masked"]);
    const mail = { params: params({ mail: "root" }) };
    expect(ids(input({}, mail))).toEqual(["warn updates.no-mailer"]);
    expect(ids(input({ sendmail: present(true) }, mail))).toEqual([]);
    const hidden = input({ dropIn: unknown("permission denied") });
    expect(ids(hidden)).toEqual(["block updates.unreadable"]);
    expect(claimOf(updates.desired(hidden), dropInPath)).toBeUndefined();
  });

  test("without systemd the timers are left alone", () => {
    const alone = input({}, { host: { ...debian("13"), systemd: false } });
    expect(updates.desired(alone).some(({ resource }) => resource.kind === "service")).toBe(false);
    expect(ids(alone)).toEqual(["note updates.no-systemd"]);
  });
});
