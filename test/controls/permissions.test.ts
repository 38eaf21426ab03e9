import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { targets } from "../../src/controls/permissions/targets.ts";
import { permissions } from "../../src/controls/permissions.ts";
import type { Account, KeyFile } from "../../src/facts/accounts.ts";
import type { StatEntry } from "../../src/facts/entries.ts";
import type { HashCopy } from "../../src/facts/hash-copies.ts";
import { absent, notLooked, present, unknown } from "../../src/facts/probe.ts";
import type { Scan, Writable } from "../../src/facts/world-writable.ts";
import { beginScript } from "../../src/host/script.ts";
import { diffResource } from "../../src/kinds/index.ts";
import type { Claim } from "../../src/plan/claim.ts";
import { access, atBoot, debian, fileOf, hostile, inputOf, nobodyAtBoot, verdict } from "./facts.ts";

const account = (name: string, uid: number): Account => ({
  name,
  uid,
  gid: uid,
  home: uid === 0 ? "/root" : `/home/${name}`,
  shell: "/bin/sh",
  shellRuns: true,
  groups: [],
});

const step = (path: string, mode: number, uid: number) => ({ path, mode, uid, gid: uid });

const keys = (
  user: string,
  uid: number,
  { file = 0o100600, folder = 0o40700, owner = uid } = {},
): KeyFile => {
  const { home } = account(user, uid);
  const ssh = step(`${home}/.ssh`, folder, owner);
  const path = `${home}/.ssh/authorized_keys`;
  return { user, home, path, steps: [step(path, file, owner), ssh], folder: ssh, lines: [] };
};

const scan = (path: string, named: readonly Writable[] = [], more: Partial<Scan> = {}): Scan => ({
  path,
  state: "found",
  count: named.length,
  named,
  ...more,
});

const writable = (path: string, mode = "0666", uid = 0): Writable => ({
  type: "file",
  path,
  mode,
  uid,
  gid: uid,
});

const asExpected = Object.fromEntries(
  targets.map(({ path, mode, group }) => [path, fileOf("", { mode, group })]),
);

function given(facts: object = {}, worldWritable: object = {}) {
  return inputOf(permissions, {
    params: permissions.schema.parse({ worldWritable }),
    facts: {
      ...nobodyAtBoot,
      ...asExpected,
      accounts: present({
        now: 0,
        nologin: false,
        left: 0,
        accounts: [account("root", 0), account("a", 1000), account("b", 1001)],
      }),
      keys: present([keys("a", 1000)]),
      etc: present([scan("/etc")]),
      asked: present([]),
      openHashes: present([]),
      hashCopies: present({ copies: [], left: [] }),
      ...facts,
    },
    access,
    host: debian("13"),
  });
}

const claims = (...from: Parameters<typeof given>) => permissions.desired(given(...from));
const lines = (all: readonly Claim[]) =>
  all.map(({ resource }) =>
    resource.kind === "mode"
      ? `${resource.path} ${resource.mode} ${resource.owner}:${resource.group}`
      : resource.kind === "bits"
        ? `${resource.path} ${resource.mode}`
        : resource.kind,
  );
const result = (id: string, ...from: Parameters<typeof given>) =>
  verdict(permissions, `permissions.${id}`, given(...from));

test("a host that is as it should be wants nothing, and every check passes", () => {
  expect(claims()).toEqual([]);
  expect(permissions.guard(given())).toEqual([]);
  expect(permissions.checks.map((check) => check.test(given()).verdict)).toEqual(Array(7).fill("pass"));
});

test.each<[string, number, number, readonly (readonly [string, number, number])[], string | undefined]>([
  ["a folder that anybody can make", 1000, 1000, [["/tmp", 0o41777, 0]], "/tmp"],
  [
    "one of its own in a sticky one",
    1000,
    1000,
    [
      ["/tmp", 0o41777, 0],
      ["/tmp/keys", 0o40755, 1000],
    ],
    undefined,
  ],
  [
    "somebody's",
    1000,
    1000,
    [
      ["/tmp", 0o41777, 0],
      ["/tmp/keys", 0o40755, 1001],
    ],
    "/tmp/keys",
  ],
  [
    "a link of somebody's",
    1000,
    1000,
    [
      ["/tmp", 0o41777, 0],
      ["/tmp/keys", 0o120777, 1001],
      ["/srv", 0o40755, 0],
    ],
    "/tmp/keys",
  ],
  [
    "a link of root's",
    1000,
    1000,
    [
      ["/keys", 0o120777, 0],
      ["/srv", 0o40755, 0],
    ],
    undefined,
  ],
  [
    "one that anybody can rename",
    1000,
    1000,
    [
      ["/srv", 0o40777, 0],
      ["/srv/keys", 0o40755, 0],
    ],
    "/srv",
  ],
  [
    "one that another group can write",
    1000,
    50,
    [
      ["/srv", 0o40775, 0],
      ["/srv/keys", 0o40755, 0],
    ],
    "/srv",
  ],
  [
    "one that its own group can write",
    1000,
    1000,
    [
      ["/home/a", 0o40775, 1000],
      ["/home/a/keys", 0o100600, 1000],
    ],
    undefined,
  ],
])("with StrictModes off, keys in %s", (_what, uid, gid, way, path) => {
  const found = keys("a", uid);
  const steps = [["/", 0o40755, 0] as const, ...way].map(([of, mode, owner]) => ({
    ...step(of, mode, owner),
    gid,
  }));
  const facts = {
    keys: present([found, { ...found, path: "/tmp/keys/a", steps: [], lines: [], way: steps }]),
  };
  expect(result("login-keys", facts)).toMatchObject(
    path === undefined
      ? { verdict: "pass" }
      : { verdict: "fail", parts: [{ object: path, remedy: expect.stringContaining("StrictModes yes") }] },
  );
});

test("what opens a file at the next boot is no pass of today's", () => {
  const facts = atBoot("/etc/tmpfiles.d/mine.conf", "z /etc/shadow 0644 root root");
  expect(result("hashes", facts)).toMatchObject({
    verdict: "until the next boot",
    found: expect.stringContaining("/etc/tmpfiles.d/mine.conf:1 z /etc/shadow 0644"),
  });
  expect(result("hashes", atBoot("/etc/tmpfiles.d/app.conf", "d /srv/app 0755 app app")).verdict).toBe(
    "pass",
  );
});

describe("files of root's", () => {
  test.each([
    ["accounts", "/etc/passwd", { mode: "0666" }, "0644 root:root"],
    ["accounts", "/etc/group", { owner: "a", group: "a" }, "0644 root:root"],
    ["hashes", "/etc/shadow", { mode: "0644", group: "shadow" }, "0640 root:shadow"],
    ["hashes", "/etc/gshadow", { mode: "0640", group: "users" }, "0640 root:shadow"],
    ["hashes", "/etc/shadow", { mode: "0644", group: "root" }, "0640 root:shadow"],
    ["hashes", "/etc/security/opasswd", { mode: "0644" }, "0600 root:root"],
    ["sudoers", "/etc/sudoers", { mode: "0640" }, "0440 root:root"],
    ["sudoers", "/etc/sudoers.d", { mode: "2775", type: "directory" }, "0755 root:root"],
    ["cron", "/etc/cron.d", { mode: "0711", type: "directory" }, "0700 root:root"],
    ["cron", "/etc/crontab", { mode: "0444" }, "0400 root:root"],
  ] as const)("%s: %s %j", (check, path, more, wanted) => {
    const facts = { [path]: fileOf("", more) };
    expect(lines(claims(facts))).toEqual([`${path} ${wanted}`]);
    expect(result(check, facts)).toMatchObject({ verdict: "fail", parts: [{ object: path }] });
  });

  test("stricter passes, and who can't read shadow any more is told", () => {
    const facts = {
      "/etc/shadow": fileOf("", { mode: "0600", group: "root" }),
      "/etc/passwd": fileOf("", { mode: "0444" }),
      "/etc/cron.d": fileOf("", { mode: "0700", group: "adm" }),
    };
    expect(claims(facts)).toEqual([]);
    for (const id of ["accounts", "cron"]) expect(result(id, facts).verdict).toBe("pass");
    expect(result("hashes", facts)).toMatchObject({
      verdict: "pass",
      found: expect.stringMatching(
        /^stricter than needed: \/etc\/shadow 0600 root:root; .* chage and unix_chkpwd/,
      ),
    });
  });

  test.each([
    ["hashes", "/etc/shadow", { mode: "0640", group: "shadow" }],
    ["hashes", "/etc/gshadow-", { mode: "0640", group: "root" }],
    ["sudoers", "/etc/sudoers", { mode: "0440" }],
  ] as const)(
    "%s: an access list of %s lets in others than its mode tells, and no run mends it",
    (check, path, more) => {
      const facts = { [path]: fileOf("", { ...more, acl: true }) };
      expect(claims(facts)).toEqual([]);
      expect(result(check, facts)).toMatchObject({
        verdict: "fail",
        role: "audit",
        parts: [{ object: path, remedy: expect.stringContaining(`setfacl -b ${path}`) }],
      });
    },
  );

  test("an access list that gives nobody more than the mode does passes; one of a mode that is mended is no proof yet", () => {
    const listed = (path: string, mode: string) => ({ [path]: fileOf("", { mode, acl: true }) });
    expect(result("hashes", listed("/etc/shadow", "0600")).verdict).toBe("pass");
    expect(result("accounts", listed("/etc/passwd", "0644")).verdict).toBe("pass");
    const open = listed("/etc/shadow", "0644");
    expect(lines(claims(open))).toEqual(["/etc/shadow 0640 root:shadow"]);
    expect(result("hashes", open)).not.toHaveProperty("role");
  });

  test("what is not there, can't be read, or is a link", () => {
    const none = Object.fromEntries(targets.map(({ path }) => [path, absent]));
    expect(claims(none)).toEqual([]);
    expect(result("cron", none).verdict).toBe("not applicable");
    expect(result("cron", { "/etc/cron.d": unknown("denied") }).verdict).toBe("error");
    const link = { "/etc/passwd": fileOf("", { mode: "0777", type: "symlink" }) };
    expect(claims(link)).toEqual([]);
    expect(result("accounts", link)).toMatchObject({ verdict: "error", role: "audit" });
  });

  describe("a hash in a list that everybody reads", () => {
    const held = (path: string, more: object = {}) => ({
      openHashes: present([{ path, names: ["op"], left: 0, isUnread: false, ...more }]),
    });

    test.each([
      ["/etc/passwd", "account op", "pwconv"],
      ["/etc/passwd-", "account op", "rm /etc/passwd-"],
      ["/etc/group", "group op", "grpconv"],
      ["/etc/group-", "group op", "rm /etc/group-"],
    ])("of %s fails with its owner and what mends it, and no run does", (path, owner, remedy) => {
      expect(claims(held(path))).toEqual([]);
      expect(result("hashes", held(path))).toMatchObject({
        verdict: "fail",
        role: "audit",
        parts: [
          {
            object: `${path} op`,
            found: expect.stringContaining(owner),
            remedy: expect.stringContaining(remedy),
          },
        ],
      });
    });

    test("is counted beyond the first, not known where the list can't be read, and none where root alone reads it", () => {
      const verdictOf = (facts: object) => result("hashes", facts).verdict;
      expect(result("hashes", held("/etc/passwd", { left: 7 })).parts).toHaveLength(2);
      expect(verdictOf(held("/etc/group-", { names: [], isUnread: true }))).toBe("error");
      expect(verdictOf({ openHashes: unknown("needs more") })).toBe("error");
      // A plan doesn't look.
      expect(verdictOf({ openHashes: unknown(notLooked) })).toBe("pass");
      const shut = fileOf("", { mode: "0640", group: "shadow" });
      expect(verdictOf({ ...held("/etc/passwd-"), "/etc/passwd-": shut })).toBe("pass");
      const users = fileOf("", { mode: "0640", group: "users" });
      expect(verdictOf({ ...held("/etc/passwd-"), "/etc/passwd-": users })).toBe("fail");
    });
  });

  describe("a copy of the hashes", () => {
    const entry = (path: string, mode: string, more: Partial<StatEntry> = {}): StatEntry => ({
      path,
      type: "file",
      mode,
      owner: "root",
      group: "root",
      acl: false,
      ...more,
    });
    const copyOf = (path: string, mode: string, more: Partial<HashCopy & StatEntry> = {}) => {
      const { form = "shadow", folder = entry("/etc", "0755", { type: "directory" }), ...stat } = more;
      const copies = [{ path, form, file: entry(path, mode, stat), folder }];
      return { hashCopies: present({ copies, left: [] }) };
    };
    const shut = entry("/var/backups", "0700", { type: "directory" });

    test.each([
      ["/etc/shadow.bak", "0644", {}, "fail"],
      ["/etc/gshadow~", "0604", {}, "fail"],
      ["/etc/shadow.old", "0640", { group: "users" }, "fail"],
      ["/etc/shadow.app", "0600", { owner: "app" }, "fail"],
      ["/etc/shadow.acl", "0640", { acl: true }, "fail"],
      ["/etc/passwd.bak", "0644", { form: "list" }, "fail"],
      ["/etc/proftpd.passwd", "0640", { form: "list", group: "proftpd" }, "pass"],
      ["/var/backups/shadow.bak", "0600", { group: "shadow" }, "pass"],
      ["/var/backups/shadow.old", "0640", { group: "shadow" }, "pass"],
      ["/var/backups/shadow.1", "0644", { folder: shut }, "pass"],
      ["/etc/shadow-", "0644", {}, "pass"],
    ] as const)("%s %s %j: %s", (path, mode, more, word) => {
      expect(claims(copyOf(path, mode, more))).toEqual([]);
      const found = result("hashes", copyOf(path, mode, more));
      expect(found.verdict).toBe(word);
      if (word === "fail")
        expect(found).toMatchObject({
          role: "audit",
          parts: [{ object: path, remedy: expect.stringContaining(path) }],
        });
    });

    test("is not known where not all could be looked at, and a plan doesn't look", () => {
      const verdictOf = (hashCopies: object) => result("hashes", { hashCopies }).verdict;
      expect(verdictOf(present({ copies: [], left: ["/etc"] }))).toBe("error");
      expect(verdictOf(unknown("needs root"))).toBe("error");
      expect(verdictOf(unknown(notLooked))).toBe("pass");
    });
  });

  test("hashes say why they are not 0600", () => {
    expect(result("hashes").expected).toContain("chage and unix_chkpwd run with it");
  });
});

describe("keys of logins", () => {
  test("are for their account alone: the file and its folder, as far as they are open", () => {
    const facts = { keys: present([keys("a", 1000, { file: 0o100666, folder: 0o42577 }), keys("b", 1001)]) };
    expect(claims(facts).map(({ resource }) => resource)).toEqual([
      {
        kind: "bits",
        path: "/home/a/.ssh/authorized_keys",
        mode: "0600",
        found: { mode: "0666", uid: 1000, gid: 1000 },
      },
      {
        kind: "bits",
        path: "/home/a/.ssh",
        mode: "2500",
        found: { mode: "2577", uid: 1000, gid: 1000 },
      },
    ]);
    expect(result("login-keys", facts)).toMatchObject({
      verdict: "fail",
      parts: [{ object: "/home/a/.ssh/authorized_keys" }, { object: "/home/a/.ssh" }],
    });
    expect(result("login-keys", { keys: present([keys("a", 1000, { file: 0o100400 })]) }).verdict).toBe(
      "pass",
    );
  });

  test("that are root's, or open several accounts, stay readable to sshd, which reads as the account", () => {
    const open = { file: 0o100666, folder: 0o40777 };
    const root = { keys: present([keys("a", 1000, { ...open, owner: 0 })]) };
    expect(lines(claims(root))).toEqual(["/home/a/.ssh/authorized_keys 0644", "/home/a/.ssh 0755"]);
    const file = step("/srv/keys", 0o100666, 0);
    const shared = ["root", "a"].map((user) => ({
      user,
      home: `/home/${user}`,
      path: "/srv/keys",
      steps: [file],
      lines: [],
      folder: step("/srv", 0o40777, 0),
    }));
    expect(lines(claims({ keys: present(shared) }))).toEqual(["/srv/keys 0644"]);
  });

  test("that belong to a third one are told, and given to nobody", () => {
    const facts = { keys: present([keys("a", 1000, { file: 0o100666, owner: 1001 })]) };
    expect(claims(facts)).toEqual([]);
    expect(result("login-key-owners", facts)).toMatchObject({
      verdict: "fail",
      parts: [
        { object: "/home/a/.ssh/authorized_keys", remedy: expect.any(String) },
        { object: "/home/a/.ssh" },
      ],
    });
  });

  test("to which only a link leads say nothing of the modes there, and nothing there is changed", () => {
    const { path, home, user } = keys("b", 1001);
    const linked = (file: string, folder: string, mode: number, owner: number): KeyFile => ({
      user,
      home,
      path,
      lines: [],
      steps: [step(file, mode, owner)],
      folder: step(folder, 0o41777, 0),
    });
    // Anything of root's that others may write, such as a log of logins.
    expect(claims({ keys: present([linked("/var/log/wtmp", "/tmp", 0o100664, 0)]) })).toEqual([]);
    const alices = "/home/a/.ssh/authorized_keys";
    const facts = {
      keys: present([linked(alices, "/tmp", 0o100666, 1000), keys("a", 1000, { file: 0o100666 })]),
    };
    expect(lines(claims(facts))).toEqual([`${alices} 0600`]);
    expect(result("login-key-owners", facts).found).toContain(`${alices}, whose keys open a, b, belongs`);
    // A link of root's opens a second account, which must still read the file.
    const shared = {
      user,
      home,
      path: "/etc/ssh/keys/b",
      lines: [],
      steps: [step("/etc/ssh/keys/a", 0o100644, 0)],
    };
    const first = { ...shared, user: "a", home: "/home/a", path: "/etc/ssh/keys/a" };
    expect(claims({ keys: present([first, shared]) })).toEqual([]);
    // What is b's own, b may have changed anywhere.
    const own = { keys: present([linked("/srv/b", "/tmp", 0o100666, 1001)]) };
    expect(lines(claims(own))).toEqual(["/srv/b 0600"]);
  });

  test("that nobody looked at are no pass", () => {
    const unread = { ...keys("a", 1000), steps: [], unread: "permission denied" };
    expect(result("login-keys", { keys: present([unread]) }).verdict).toBe("error");
    const left = present({ now: 0, nologin: false, accounts: [], left: 3 });
    expect(result("login-keys", { accounts: left }).found).toBe("3 more accounts were not looked at");
    expect(result("login-keys", { keys: unknown("needs root") }).verdict).toBe("error");
    expect(result("login-keys", { keys: absent }).verdict).toBe("not applicable");
  });

  // A name that a plan could not say would stop it for the whole host.
  test("with names of any kind stop no plan, and are words of a script as they are", () => {
    const path = hostile.map((name) => `/home/a/${name}`);
    fc.assert(
      fc.property(path, (where) => {
        const facts = {
          keys: present([{ ...keys("a", 1000), steps: [step(where, 0o100666, 1000)] }]),
          etc: present([scan("/etc", [writable(where)])]),
        };
        for (const { resource } of claims(facts, { fix: true })) {
          const outcome = diffResource({ resource, facts: new Map(), changed: new Set() } as never);
          if (outcome.kind !== "change") throw new Error(outcome.kind);
          const run = { id: "r", who: "w", target: "t", profile: { name: "p", digest: "" }, tool: "0" };
          const work = { address: `permissions/bits:${where}`, ...outcome.draft } as never;
          const seconds = { confirmTimeoutSeconds: 1, applyTimeoutSeconds: 1 };
          expect(beginScript({ ...run, ...seconds }, [work], { runtime: "" })).toContain("step ");
        }
      }),
      { seed: 8, numRuns: 300 },
    );
  });
});

describe("what everybody may write to", () => {
  const etc = present([scan("/etc", [writable("/etc/x"), writable("/etc/passwd")])]);

  test("is told, and changed where the profile says so", () => {
    expect(claims({ etc })).toEqual([]);
    expect(result("world-writable", { etc })).toMatchObject({
      verdict: "fail",
      parts: [{ object: "/etc/x", remedy: expect.stringContaining("fix: true") }, { object: "/etc/passwd" }],
    });
    // passwd has a rule of its own.
    expect(lines(claims({ etc }, { fix: true }))).toEqual(["/etc/x 0664"]);
  });

  test("in other paths is asked of a plan only where it is to be changed", () => {
    const probe = (fix: boolean) =>
      permissions.probes(
        permissions.schema.parse({ worldWritable: { paths: ["/srv", "/etc"], fix } }),
        access.visit,
      ).asked;
    expect(probe(false)).toMatchObject({ deep: true, args: [expect.any(String), "/srv"] });
    expect(probe(true)).not.toHaveProperty("deep");
    const asked = unknown(notLooked);
    expect(permissions.guard(given({ asked }, { paths: ["/srv"] }))).toMatchObject([
      { id: "permissions.not-scanned", level: "note", message: expect.stringContaining("/srv") },
    ]);
    expect(result("world-writable", { asked }, { paths: ["/srv"] })).toMatchObject({
      verdict: "error",
      parts: [{ object: "/srv" }],
    });
  });

  test.each(["unfinished", "unread", "missing", "no-folder"] as const)("%s is no pass", (state) => {
    const asked = present([scan("/srv", [], { state })]);
    expect(result("world-writable", { asked }, { paths: ["/srv"] }).verdict).toBe("error");
  });

  test("is counted where it is too much to name, and then nothing of it is changed", () => {
    const many = present([scan("/etc", [writable("/etc/x")], { count: 100_001 })]);
    expect(result("world-writable", { etc: many }).found).toContain("100000 more in /etc");
    expect(claims({ etc: many }, { fix: true })).toEqual([]);
    expect(permissions.guard(given({ etc: many }, { fix: true }))).toMatchObject([
      { id: "permissions.too-many", level: "warn", message: expect.stringContaining("100001") },
    ]);
  });

  test("accounts that are too many to look at are counted in the plan", () => {
    const accounts = (left: number) => present({ now: 0, nologin: false, left, accounts: [] });
    expect(permissions.guard(given({ etc, accounts: accounts(0) }))).toEqual([]);
    expect(permissions.guard(given({ etc, accounts: accounts(3746) }))).toMatchObject([
      { id: "permissions.accounts-left", level: "warn", message: expect.stringContaining(": 3746.") },
    ]);
  });

  test("found twice is one thing", () => {
    const asked = present([scan("/", [writable("/etc/x"), writable("/y")])]);
    const parts = result("world-writable", { etc, asked }, { paths: ["/"] }).parts;
    expect(parts?.map(({ object }) => object)).toEqual(["/etc/x", "/etc/passwd", "/y"]);
  });
});
