import { describe, expect, it } from "vitest";
import { takenFrom } from "../../src/controls/accounts/taken.ts";
import { accounts } from "../../src/controls/accounts.ts";
import { stranger } from "../../src/controls/ssh/layout.ts";
import type { Account, KeyFile } from "../../src/facts/accounts.ts";
import { absent, notLooked, present, unknown } from "../../src/facts/probe.ts";
import { madeAccounts } from "../../src/kinds/account/made.ts";
import { fingerprintOf, keyOf } from "../../src/kinds/keys/line.ts";
import type { Access } from "../../src/plan/access.ts";
import { key } from "../kinds/key.ts";
import {
  access,
  atBoot,
  contentOf,
  debian,
  fileOf,
  inputOf,
  nobodyAtBoot,
  packageOf,
  verdict,
} from "./facts.ts";

const account = (name: string, more: Partial<Account> = {}): Account => ({
  name,
  uid: 1000,
  gid: 1000,
  home: `/home/${name}`,
  shell: "/bin/bash",
  shellRuns: true,
  groups: [],
  shadow: { password: "none" } as const,
  ...more,
});

const file = (user: string, lines: readonly string[], name = "authorized_keys"): KeyFile => {
  const path = `/home/${user}/.ssh/${name}`;
  return {
    user,
    home: `/home/${user}`,
    path,
    lines,
    steps: [{ path, mode: 0o100600, uid: 1000, gid: 1000 }],
  };
};

const sshdOf = (text: string) => ({
  sshdFiles: present({
    files: [{ path: "/etc/ssh/sshd_config", content: Buffer.from(text) }],
    stats: [],
  }),
});

const held = (...lines: readonly string[]) => lines.map((line) => fingerprintOf(keyOf(line)!));
const client = (...lines: readonly string[]) => ({
  kex: [],
  ciphers: [],
  macs: [],
  hostKeys: [],
  keysOffered: 0,
  keysHeld: held(...lines),
});

const way = { login: "root", ports: [22], callers: ["0.0.0.0/0", "::/0"] };
/** Root by a password, and `op` planned. */
const fresh = {
  ...access,
  now: { ...way, byPassword: true },
  planned: { ...way, login: "op" },
  proven: false,
  client: client(key(1)),
} satisfies Access;

const op = { name: "op", keys: [key(1)], sudo: "nopasswd" };

interface Bend {
  readonly users?: readonly object[];
  readonly otherKeys?: string;
  readonly facts?: object;
  readonly access?: Access;
}

function given({ users = [op], otherKeys = "fail", facts = {}, access: by = fresh }: Bend = {}) {
  const params = accounts.schema.parse({ users, otherKeys });
  return inputOf(accounts, {
    params,
    facts: {
      ...nobodyAtBoot,
      accounts: present({ now: 0, nologin: false, left: 0, accounts: [] }),
      emptyHashes: present({ names: new Set(), left: 0 }),
      keys: present([]),
      sshdFiles: present({ files: [], stats: [] }),
      chroots: present([]),
      effective: present({
        matches: [],
        global: new Map([["authorizedkeysfile", [".ssh/authorized_keys .ssh/authorized_keys2"]]]),
        planned: new Map([["authorizedkeysfile", [".ssh/authorized_keys .ssh/authorized_keys2"]]]),
      }),
      sudo: present(new Map()),
      sudoEnds: present(new Map()),
      sudoBeside: present(new Set()),
      sudoUnasked: present({ ways: new Map(), others: new Map(), left: 0 }),
      sudoPackage: packageOf(),
      sudoers: absent,
      made: present([]),
      "keys of op": absent,
      ...facts,
    },
    access: by,
    host: { ...debian("13"), uid: 0 },
  });
}

const there = (lines: readonly string[], more: Partial<Account> = {}, files: readonly KeyFile[] = []) => ({
  accounts: present({ now: 0, nologin: false, left: 0, accounts: [account("op", more)] }),
  keys: present([file("op", lines), ...files]),
  "keys of op": present({
    state: "there",
    modes: { home: "0755", folder: "0700", file: "0600" },
    content: Buffer.from(lines.map((line) => `${line}\n`).join("")),
  }),
});

/** Its home is a group's, too. */
const writableHome = (gid: number) => ({
  keys: present([
    {
      ...file("op", [key(1)]),
      steps: [
        ...file("op", []).steps,
        { path: "/home/op/.ssh", mode: 0o040700, uid: 1000, gid: 1000 },
        { path: "/home/op", mode: 0o040775, uid: 1000, gid },
      ],
    },
  ]),
  "keys of op": present({
    state: "there",
    modes: { home: "0775", folder: "0700", file: "0600" },
    content: Buffer.from(`${key(1)}\n`),
  }),
});

/** The file that an apply has written for op. */
const sudoersOf = (sudo: "nopasswd" | "password") =>
  fileOf(contentOf(accounts.desired(given({ users: [{ ...op, sudo }] })), "/etc/sudoers.d/zz-harden") ?? "", {
    mode: "0440",
  });

const ids = (bend: Bend = {}, level = "block") =>
  accounts
    .guard(given(bend))
    .filter((finding) => finding.level === level)
    .map(({ id }) => id);

describe("a fresh server with root's password", () => {
  it("gets the account, its keys and sudo, and is told how the way in changes", () => {
    expect(ids()).toEqual([]);
    expect(ids({}, "note")).toEqual(["accounts.way-in"]);
    const claims = accounts.desired(given());
    expect(claims.map(({ resource }) => resource.kind)).toEqual(["account", "keys", "file"]);
    expect(contentOf(claims, "/etc/sudoers.d/zz-harden")).toContain("\nop ALL=(ALL:ALL) NOPASSWD: ALL\n");
  });

  it("installs sudo where it is missing", () => {
    const kinds = accounts
      .desired(given({ facts: { sudoPackage: absent } }))
      .map(({ resource }) => resource.kind);
    expect(kinds).toEqual(["account", "keys", "package", "file"]);
  });
});

describe("is blocked, for nobody could prove it", () => {
  const opInUse = {
    ...access,
    now: { ...way, login: "op" },
    planned: { ...way, login: "op" },
    client: client(key(1)),
  };
  const listing = (...keys: string[]) => [{ ...op, keys }];
  it.each<[string, Bend, readonly string[]]>([
    ["no private key of the listed ones", { access: { ...fresh, client: client(key(2)) } }, ["no-way-back"]],
    ["no key is listed", { users: listing() }, ["no-way-back"]],
    ["the key is for other callers", { users: listing(`from="10.0.0.0/8" ${key(1)}`) }, ["no-way-back"]],
    ["the key only runs a command", { users: listing(`command="id" ${key(1)}`) }, ["no-way-back"]],
    [
      "the key in use goes",
      { otherKeys: "remove", users: listing(key(2)), facts: there([key(1)]), access: opInUse },
      ["no-way-back"],
    ],
    [
      "the key in use gets options that shut it out",
      {
        users: listing(`from="10.0.0.0/8" ${key(1)}`),
        facts: there([key(1)]),
        access: { ...opInUse, proven: false },
      },
      ["no-way-back"],
    ],
    ["no sudo", { users: [{ ...op, sudo: false }] }, ["no-sudo"]],
    [
      "sudo that asks for a password that isn't there",
      { users: [{ ...op, sudo: "password" }] },
      ["password-sudo"],
    ],
    [
      "the sudo that an apply gave goes",
      {
        users: [],
        facts: { ...there([key(1)]), sudoers: fileOf("#\nop ALL=(ALL:ALL) ALL\n") },
        access: opInUse,
      },
      ["no-sudo"],
    ],
    [
      "a home that others may write to",
      {
        facts: {
          ...there([key(1)]),
          "keys of op": present({ state: "no-folder", modes: { home: "0775" }, content: Buffer.alloc(0) }),
        },
      },
      ["home-open"],
    ],
    [
      "a home that only its own group may write to",
      {
        facts: {
          ...there([key(1)]),
          ...writableHome(1000),
        },
      },
      [],
    ],
    [
      "a home that another group may write to",
      {
        facts: {
          ...there([key(1)]),
          ...writableHome(100),
        },
      },
      ["home-open"],
    ],
    [
      "sshd looks elsewhere",
      {
        facts: {
          effective: present({
            matches: [],
            global: new Map(),
            planned: new Map([["authorizedkeysfile", ["/etc/ssh/keys/%u"]]]),
          }),
        },
      },
      ["keys-elsewhere"],
    ],
  ])("%s", (_, bend, wanted) => {
    expect(ids(bend)).toEqual(wanted.map((id) => `accounts.${id}`));
  });

  it("and not where the key in use stays", () => {
    const facts = there([key(1), key(2)]);
    const users = listing(key(1));
    expect(ids({ otherKeys: "remove", users, facts, access: opInUse })).toEqual([]);
    expect(ids({ users: listing(key(3)), facts, access: opInUse })).toEqual([]);
    const found = ids({
      facts: there([key(1)], { shadow: { password: "set" } }),
      users: [{ ...op, sudo: "password" }],
    });
    expect(found).toEqual([]);
  });
});

it("warns of logins that nobody can use", () => {
  const facts = there([], { shell: "/usr/sbin/nologin" });
  const by = { ...fresh, planned: way, proven: true };
  expect(ids({ facts, access: by }, "warn")).toEqual(["accounts.no-shell"]);
  expect(ids({ users: [{ ...op, sudo: "password" }], access: by }, "warn")).toEqual([
    "accounts.password-sudo",
  ]);
  expect(ids({ users: [{ ...op, keys: [] }], otherKeys: "remove", access: by }, "warn")).toEqual([
    "accounts.no-keys",
  ]);
});

describe("checks", () => {
  const result = (id: string, bend: Bend) => verdict(accounts, `accounts.${id}`, given(bend));

  it("a listed key that sshd doesn't find, or finds with other options", () => {
    expect(result("keys", { facts: there([key(1)]) }).verdict).toBe("pass");
    const replaced = atBoot("/etc/tmpfiles.d/mine.conf", "f+ /home/op/.ssh/authorized_keys 0600 op op - x");
    expect(result("keys", { facts: { ...there([key(1)]), ...replaced } }).verdict).toBe(
      "until the next boot",
    );
    expect(result("keys", { facts: there([`no-pty ${key(1)}`]) }).verdict).toBe("fail");
    expect(result("keys", { facts: there([key(2)]) }).found).toMatch(/^op lacks SHA256:\S+ \(key1\)$/);
    expect(result("keys", { facts: { keys: unknown("why") } })).toMatchObject({
      verdict: "error",
      found: "why",
    });
  });

  it("a listed key of a login that sshd lets in by none: by its shell, StrictModes or a list of logins", () => {
    const of = (facts: object, { users = [op], access }: Bend = {}) =>
      result("keys", { facts, users, ...(access && { access }) });
    const shell = "/usr/sbin/nologin";
    const home = { path: "/home/op", mode: 0o040777, uid: 1000, gid: 1000 };
    const open = file("op", [key(1)]);
    const inOpenHome = { ...open, steps: [...open.steps, home] };
    const groupWrites = { ...open, steps: [...open.steps, { ...home, mode: 0o040775 }] };
    const both = [
      account("op", { groups: ["op"] }),
      account("eve", { uid: 1001, gid: 9, groups: ["eve", "op"] }),
    ];
    const shared = { accounts: present({ now: 0, nologin: false, left: 0, accounts: both }) };
    const lists = (keywords: object, matches: readonly object[] = []) => ({
      ...there([key(1)], { groups: ["op", "adm"] }),
      effective: present({ global: new Map(Object.entries(keywords)), planned: new Map(), matches }),
    });
    const root = { ...fresh, planned: { ...way, login: "root" } };
    const strict = (keys: readonly KeyFile[], strictmodes = "yes") => ({
      ...lists({ strictmodes: [strictmodes] }),
      keys: present(keys),
    });
    const shut = [
      [of(there([key(1)], { shell })), `the shell of op, ${shell}, lets nobody in`],
      [of(strict([inOpenHome])), "because of /home/op: others may write to it"],
      [of({ ...strict([groupWrites]), ...shared }), "because of /home/op: others may write to it"],
      [of(lists({ denyusers: ["op"] }), { access: root }), "DenyUsers shuts out op"],
      [of(lists({ allowusers: ["a", "b@10.0.0.1"] }), { access: root }), "AllowUsers leaves out op"],
      [of(lists({ denygroups: ["a*"] }), { access: root }), "DenyGroups shuts out a group of op"],
      [of(lists({ allowgroups: ["ssh"] }), { access: root }), "AllowGroups leaves out every group of op"],
    ] as const;
    for (const [told, text] of shut) {
      expect(told).toMatchObject({ verdict: "fail", parts: [{ object: "op" }] });
      expect(told.found).toContain(text);
    }
    const denied = new Map([["denyusers", ["op"]]]);
    const match = (text: string, effective: object, user = "stranger") => ({
      text,
      spec: { user },
      effective,
    });
    const mine = match("Match User op", denied, "op");
    expect(of(lists({}, [mine]), { access: root }).found).toBe("DenyUsers shuts out op");
    const inBlock = { ...match("Match Address 10.*", new Map()), spec: { user: "any", addr: "10.0.0.1" } };
    const letIn = [
      of(there([key(1)], { shell }), { users: [{ ...op, shell }] }),
      of(strict([inOpenHome], "no")),
      of(strict([inOpenHome, file("op", [key(1)], "authorized_keys2")])),
      of(strict([groupWrites])),
      of(lists({ denyusers: ["op@10.0.0.1"], allowusers: ["op@10.0.0.1"] }), { access: root }),
      of(
        { ...lists({ denyusers: ["op"] }, [inBlock]), ...sshdOf("Match Address 10.*\n DenyUsers eve\n") },
        { access: root },
      ),
      of(lists({}, [match("Match User other", denied, "other")]), { access: root }),
    ];
    expect(letIn.map(({ verdict }) => verdict)).toEqual(letIn.map(() => "pass"));
  });

  describe("a listed key that a keyword of sshd's takes nowhere", () => {
    const root = { ...fresh, planned: { ...way, login: "root" } };
    const on = { pubkeyauthentication: ["yes"], passwordauthentication: ["no"], usepam: ["yes"] };
    const judge = (keywords: object, more: object = {}, who: Partial<Account> = {}) =>
      result("keys", {
        access: root,
        facts: {
          ...there([key(1)], { groups: ["op", "adm"], ...who }),
          effective: present({
            global: new Map(Object.entries({ ...on, ...keywords })),
            planned: new Map(),
            matches: [],
          }),
          ...more,
        },
      });
    const locked = { shadow: { password: "locked" } } as const;
    const cage = (why: string) => ({ chroots: present([{ name: "op", word: "/srv/%u", why }]) });
    const methods = (...lists: readonly string[]) => ({ authenticationmethods: lists });

    it.each<[object, string, object?, Partial<Account>?]>([
      [{ usepam: ["no"] }, "UsePAM no: sshd refuses op", {}, locked],
      [{ pubkeyauthentication: ["no"] }, "PubkeyAuthentication no"],
      [methods("publickey,password"), "AuthenticationMethods publickey,password"],
      [methods("publickey,keyboard-interactive:pam", "password"), "AuthenticationMethods"],
      [{ ...methods("password"), passwordauthentication: ["yes"] }, "AuthenticationMethods password"],
      [{ pubkeyacceptedalgorithms: ["rsa-sha2-512,ecdsa-*"] }, "which PubkeyAcceptedAlgorithms leaves out"],
      [{ maxsessions: ["0"] }, "MaxSessions 0"],
      [{ refuseconnection: ["yes"] }, "RefuseConnection yes"],
      [
        { chrootdirectory: ["/srv/%u"] },
        "ChrootDirectory /srv/%u: /srv is not there",
        cage("/srv is not there"),
      ],
      [
        {},
        "AuthenticationMethods publickey,password",
        sshdOf("Match Group adm\n AuthenticationMethods publickey,password\n"),
      ],
      [
        {},
        "which PubkeyAcceptedAlgorithms leaves out",
        sshdOf("Match User o*\n PubkeyAcceptedAlgorithms -ssh-ed*\n"),
      ],
    ])("%j: %s", (keywords, text, more, who) => {
      const told = judge(keywords, more, who);
      expect(told).toMatchObject({ verdict: "fail", parts: [{ object: "op" }] });
      expect(told.found).toContain(text);
    });

    it("whether sshd could enter a folder for them is not known", () => {
      const told = judge({ chrootdirectory: ["/srv"] }, { chroots: unknown("why") });
      expect(told.found).toContain("whether sshd could enter ChrootDirectory /srv is not known: why");
      expect(judge({}, { chroots: unknown("why") }).verdict).toBe("pass");
    });

    it.each<[object, object?, Partial<Account>?]>([
      [{ usepam: ["no"] }],
      [{}, {}, locked],
      [methods("any")],
      [methods("publickey,password", "publickey")],
      [{ ...methods("publickey,keyboard-interactive"), kbdinteractiveauthentication: ["yes"] }],
      [{ pubkeyacceptedalgorithms: ["rsa-sha2-512,ssh-ed25519"] }],
      [{ maxsessions: ["10"], chrootdirectory: ["/srv/%u"] }, cage("")],
      [{}, sshdOf("Match Group wheel\n AuthenticationMethods publickey,password\n")],
      [{}, sshdOf("Match User o*\n PubkeyAcceptedAlgorithms +ssh-rsa\n")],
    ])("not by %j", (keywords, more, who) => {
      expect(judge(keywords, more, who).verdict).toBe("pass");
    });

    it("says what a login gets in place of a shell", () => {
      expect(judge({ forcecommand: ["internal-sftp -l INFO"] })).toMatchObject({
        verdict: "pass",
        found: "all are there; op gets files by sftp alone (ForceCommand internal-sftp -l INFO)",
      });
      expect(judge({ forcecommand: ["none"], chrootdirectory: ["none"] }).found).toBe("all are there");
    });
  });

  it("other keys, wherever sshd looks; by their fingerprint and comment", () => {
    const facts = there([key(1)], {}, [file("op", [key(2), `no-pty ${key(1)}`], "authorized_keys2")]);
    const failed = result("other-keys", { facts });
    expect(failed.verdict).toBe("fail");
    expect(failed.parts).toHaveLength(2);
    expect(failed.found).toContain(`${held(key(2))[0]} (key2) opens op (/home/op/.ssh/authorized_keys2)`);
    expect(result("other-keys", { facts, otherKeys: "warn" })).toMatchObject({
      verdict: "fail",
      role: "advice",
    });
    expect(result("other-keys", { facts, otherKeys: "keep" }).verdict).toBe("not applicable");
    expect(result("other-keys", { facts: there([key(1)]) }).verdict).toBe("pass");
  });

  const twin = (more: Partial<Account> = {}, left = 0) => ({
    ...there([key(1)], {}, [file("twin", [key(1), key(2)])]),
    accounts: present({ now: 0, nologin: false, left, accounts: [account("op", more), account("twin")] }),
  });

  it("keys of another name with the same number, which open all that is this one's", () => {
    const failed = result("other-keys", { facts: twin() });
    expect(failed).toMatchObject({ verdict: "fail", parts: [{ object: `twin ${held(key(2))[0]}` }] });
    expect(failed.found).toContain("which has the number 1000 of op");
    expect(result("other-keys", { facts: twin({ uid: 1001 }) }).verdict).toBe("pass");
    const users = [op, { name: "twin", keys: [key(1), key(2)] }];
    expect(result("other-keys", { facts: twin(), users }).verdict).toBe("pass");
    expect(result("other-keys", { facts: twin({ uid: 1001 }, 3) }).verdict).toBe("error");
    expect(ids({ facts: twin() }, "warn")).toEqual(["accounts.shared-number"]);
    expect(ids({ facts: twin({ uid: 1001 }) }, "warn")).toEqual([]);
  });

  it("a number that sudo takes for another name", () => {
    const facts = { ...twin({ called: "twin" }), sudo: present(new Map([["op", "none"]])) };
    expect(result("sudo", { facts }).found).toBe("op: none, since sudo takes its number 1000 for twin");
    expect(ids({ facts })).toContain("accounts.no-sudo");
    expect(ids({ facts: { ...facts, sudo: present(new Map([["op", "all"]])) } })).not.toContain(
      "accounts.no-sudo",
    );
  });

  it("a day that shuts a login out, whether it lies ahead or not", () => {
    const of = (shadow: Account["shadow"], now = 20_000, planned = "op") => {
      const accounts = present({
        now: now * 86_400,
        nologin: false,
        left: 0,
        accounts: [
          account("op", shadow && { shadow }),
          account("other", { shadow: { password: "none", ends: 1 } }),
        ],
      });
      return result("expiry", {
        facts: { accounts },
        access: { ...fresh, planned: { ...way, login: planned } },
      });
    };
    expect(of({ password: "none" })).toMatchObject({ verdict: "pass", found: "shadow(5) has no such day" });
    for (const password of ["none", "locked"] as const)
      for (const planned of ["op", "root"])
        expect(of({ password, changeDue: 20_091 }, 20_000, planned)).toMatchObject({
          verdict: "fail",
          parts: [
            {
              object: "op",
              found: expect.stringContaining("from 2025-01-03 on"),
              remedy: /chage -d -1 -M -1 op/,
            },
          ],
        });
    // Who has a password can change it, by hand and until then.
    const own = { password: "set", changeDue: 20_091 } as const;
    expect(of(own)).toMatchObject({ verdict: "pass", found: expect.stringContaining("2025-01-03") });
    expect(of(own, 20_090).verdict).toBe("pass");
    expect(of(own, 20_091).verdict).toBe("fail");
    expect(of(own, 20_091, "root").verdict).toBe("pass");
    // Another login may be meant to end, and its day is in the verdict.
    const guest = { password: "set", ends: 20_091 } as const;
    expect(of(guest)).toMatchObject({ verdict: "fail", found: "the account op ends on 2025-01-03" });
    expect(of(guest, 20_000, "root")).toMatchObject({
      verdict: "pass",
      found: "the account op ends on 2025-01-03",
    });
    expect(of(guest, 20_091, "root").verdict).toBe("fail");
    expect(result("expiry", {}).verdict).toBe("not applicable");
  });

  it("an empty password, of root, of a listed login and of any other that has a shell", () => {
    const of = (password: NonNullable<Account["shadow"]>["password"], name = "op", left = 0) =>
      result("empty-passwords", {
        facts: {
          accounts: present({
            now: 0,
            nologin: false,
            left,
            accounts: [account("plain"), account(name, { shadow: { password } })],
          }),
        },
      });
    for (const password of ["set", "locked", "none"] as const) expect(of(password).verdict).toBe("pass");
    for (const name of ["root", "op", "other"])
      expect(of("empty", name)).toMatchObject({
        verdict: "fail",
        parts: [{ object: name, remedy: expect.stringContaining(`passwd -l ${name}`) }],
      });
    expect(of("set", "op", 3)).toMatchObject({ verdict: "error", parts: [{ object: "" }] });
  });

  it("an empty password by its hash, and none that was not tried", () => {
    const of = (emptyHashes: unknown) =>
      result("empty-passwords", { facts: { accounts: listed, emptyHashes } });
    const listed = present({
      now: 0,
      nologin: false,
      left: 0,
      accounts: [account("op", { shadow: { password: "set" } })],
    });
    const names = (...all: string[]) => new Set(all);
    expect(of(present({ names: names("op"), left: 0 }))).toMatchObject({
      verdict: "fail",
      parts: [{ object: "op" }],
    });
    expect(of(present({ names: names("other"), left: 0 }))).toMatchObject({ verdict: "pass" });
    expect(of(present({ names: names(), left: 2 }))).toMatchObject({ verdict: "error" });
    expect(of(unknown("/etc/shadow could not be read"))).toMatchObject({ verdict: "error" });
    expect(of(unknown(notLooked))).toMatchObject({ verdict: "pass" });
  });

  it("sudo that asks for a password which is empty", () => {
    const of = (sudo: "password" | "nopasswd", password: "empty" | "set") =>
      result("sudo", {
        users: [{ ...op, sudo }],
        facts: {
          ...there([key(1)], { shadow: { password } }),
          sudo: present(new Map([["op", "all"]])),
          sudoUnasked: present({
            ways: new Map(sudo === "nopasswd" ? [["op", "/bin/sh"]] : []),
            others: new Map(),
            left: 0,
          }),
          sudoers: sudoersOf(sudo),
        },
      });
    expect(of("password", "empty")).toMatchObject({
      verdict: "fail",
      role: "audit",
      remedy: expect.stringContaining("passwd LOGIN"),
      parts: [{ object: "op", found: "op: sudo asks for a password, and it is empty" }],
    });
    expect(of("password", "set").verdict).toBe("pass");
    expect(of("nopasswd", "empty").verdict).toBe("pass");
  });

  it("a day on which its last key or its sudo ends", () => {
    const until = (day: number, by = key(1)) => `expiry-time="202501${day}Z" ${by}`;
    const of = (lines: readonly string[], more: object = {}, planned = "op") => {
      const { keys } = there(lines);
      const now = Date.parse("2025-01-11") / 1000;
      const accounts = present({ now, nologin: false, left: 0, accounts: [account("op")] });
      return result("expiry", {
        facts: { accounts, keys, ...more },
        access: { ...fresh, planned: { ...way, login: planned } },
      });
    };
    const last = "the last key that opens op ends on 2025-01-13 (expiry-time)";
    expect(of([until(12), until(13, key(2))])).toMatchObject({ verdict: "fail", found: last });
    expect(of([until(12), until(13, key(2))], {}, "root")).toMatchObject({ verdict: "pass", found: last });
    expect(of([until(12), key(2)]).verdict).toBe("pass");
    expect(of([until(12), `command="x" ${key(2)}`]).verdict).toBe("fail");
    expect(of([until(10)]).verdict).toBe("pass");
    const sudoEnds = present(new Map([["op", Date.parse("2025-01-13") / 1000]]));
    expect(of([key(1)], { sudoEnds })).toMatchObject({
      verdict: "fail",
      found: "sudo makes op root until 2025-01-13 (NOTAFTER)",
    });
  });

  it("keys of an account that harden made and the profile no longer names, as the host's manifest has it", () => {
    const made = present(madeAccounts(["op"]).parse(Buffer.from("made eve 1001 eve\n")));
    const facts = { ...there([key(1)], {}, [file("eve", [key(2)]), file("zoe", [key(2)])]), made };
    const failed = result("leavers", { facts });
    expect(failed).toMatchObject({ verdict: "fail", parts: [{ object: "eve" }] });
    expect(failed.found).toContain(`${held(key(2))[0]} (key2) opens eve (/home/eve/.ssh/authorized_keys)`);
    expect(result("leavers", { facts, users: [op, { name: "eve" }] }).verdict).toBe("not applicable");
    const shut = { ...there([key(1)], {}, [file("eve", ["# none"])]), made };
    expect(result("leavers", { facts: shut }).verdict).toBe("pass");
    const blind = { ...there([key(1)], {}, [{ ...file("eve", []), unread: "why" }]), made };
    expect(result("leavers", { facts: blind }).verdict).toBe("error");
    expect(result("leavers", { facts: { made: unknown("why") } }).verdict).toBe("error");
  });

  it.each([
    ["its name", "eve", { name: "eve", uid: 1001 }, "fail"],
    ["its home under another name", "eva", { name: "eva", uid: 2001 }, "fail"],
    ["its number and another name", "eve", { name: "ghost", uid: 1001 }, "fail"],
    ["its number where it has another one by now", "eva", { name: "ghost", uid: 2001 }, "fail"],
    ["its number and a key of it where it is gone", "", { name: "ghost", uid: 1001 }, "fail"],
    ["its number where it is gone, without a key of it", "", { name: "new", uid: 1001 }, "pass"],
    ["another number where it is gone", "", { name: "stranger", uid: 1002 }, "pass"],
    ["a name of the profile by now", "op", { name: "op", uid: 1001 }, "pass"],
  ])("keys of an account with %s", (_, now, { name, uid }, wanted) => {
    const text = `made eve 1001 ${now}\nkey ${key(2)}\nmade other 1009 \n`;
    const itself = now === "eva" && name !== "eva" ? [account("eva", { uid: 2001 })] : [];
    const eve = now === "eve" && name !== "eve" ? [account("eve", { uid: 1001 })] : [];
    const keys = [file(name, [key(name === "new" ? 3 : 2)])];
    const facts = {
      made: present(madeAccounts(["op"]).parse(Buffer.from(text))),
      accounts: present({
        now: 0,
        nologin: false,
        left: 0,
        accounts: [account(name, { uid }), ...itself, ...eve],
      }),
      keys: present(keys),
    };
    const { verdict, parts } = result("leavers", { facts });
    expect([verdict, parts?.map(({ object }) => object)]).toEqual([
      wanted,
      wanted === "fail" ? [name] : undefined,
    ]);
  });

  it("no account that was left out stands for one that harden made", () => {
    const made = present(madeAccounts(["op"]).parse(Buffer.from("made eve 1001 eve\n")));
    const accounts = present({ now: 0, nologin: false, left: 3, accounts: [] });
    expect(result("leavers", { facts: { made, accounts } }).verdict).toBe("error");
  });

  it("who comes in by other means than the files that were read", () => {
    const path = "/etc/ssh/sshd_config";
    const told = (global: [string, string[]][], config = "", more: object = {}) => {
      const all = new Map([["authorizedkeysfile", [".ssh/authorized_keys"]], ...global]);
      const matches = [...config.matchAll(/^Match/gm)].map(() => ({
        spec: { ...stranger.spec, addr: "10.0.0.1" },
        effective: new Map(),
      }));
      const facts = {
        ...there([key(1)], { groups: ["crew", "staff"] }),
        effective: present({ global: all, planned: all, matches }),
        sshdFiles: present({ files: [{ path, content: Buffer.from(config) }], stats: [] }),
        ...more,
      };
      return result("other-keys", { facts });
    };
    expect(told([]).verdict).toBe("pass");
    expect(told([["trustedusercakeys", ["none"]]]).verdict).toBe("pass");
    expect(told([["trustedusercakeys", ["/etc/ssh/ca.pub"]]]).found).toContain("TrustedUserCAKeys");
    expect(told([["authorizedkeyscommand", ["/usr/local/bin/keys"]]]).verdict).toBe("fail");
    const [ca, others] = ["TrustedUserCAKeys /etc/ssh/ca.pub", "AuthorizedKeysFile /srv/keys"];
    for (const [config, verdict] of [
      [`Match Address 10.0.0.1\n${others}`, "fail"],
      ["Match Address 10.0.0.1\nAuthorizedKeysFile .ssh/authorized_keys", "pass"],
      [`Match Address 192.0.2.0/24,!192.0.2.1\n${ca}`, "fail"],
      [`Match User git\n${others}`, "pass"],
      [`Match User op\n${others}`, "fail"],
      [`Match User zed,op\n${ca}`, "fail"],
      [`Match User z*,op\nAuthorizedKeysCommand /usr/local/bin/keys`, "fail"],
      [`Match User !zed,o*\n${ca}`, "fail"],
      [`Match User !op,*\n${ca}`, "pass"],
      [`Match Group crew,!interns\n${ca}`, "fail"],
      [`Match Group crew,!staff\n${ca}`, "pass"],
      [`Match Group interns User op\n${ca}`, "pass"],
      [`Match User op\nTrustedUserCAKeys none\nMatch Group crew\n${ca}`, "pass"],
      [`${"Match User a\nPermitTTY no\n".repeat(30)}Match User op\n${ca}`, "fail"],
      [`Match invalid-user\n${ca}`, "pass"],
      [`Match LocalNetwork 10.0.0.0/8\n${ca}`, "fail"],
    ] as const)
      expect(told([], config).verdict, config).toBe(verdict);
    expect(told([], `Match User op\n${others}`).found).toBe(
      `Match user op reads keys from /srv/keys (${path}:2)`,
    );
    expect(told([], `Match User op\n${ca}`, { sshdFiles: unknown("no") }).verdict).toBe("error");
  });

  it("sudo, by what sudo itself says", () => {
    const of = (facts: object, sudo = "nopasswd") =>
      result("sudo", { facts, users: [{ name: "op", keys: [key(1)], sudo }] });
    const others = new Map();
    const unasked = present({ ways: new Map([["op", "/bin/sh"]]), others, left: 0 });
    const bash = present({ ways: new Map([["op", "/bin/bash"]]), others, left: 0 });
    const able = { sudo: present(new Map([["op", "all"]])), sudoUnasked: unasked };
    const limited = { sudo: present(new Map([["op", "limited"]])), sudoUnasked: unasked };
    const asked = { ...able, sudoUnasked: present({ ways: new Map(), others, left: 0 }) };
    expect([of(able).verdict, of(asked, "password").verdict]).toEqual(["pass", "pass"]);
    expect(of({ sudo: absent }).found).toBe("sudo is not installed");
    const cases = [
      ["op: limited", limited, "nopasswd"],
      ["op: sudo asks for a password", asked, "nopasswd"],
      ["op: sudo asks for no password before /bin/sh", able, "password"],
      ["op: sudo asks for no password before /bin/bash", { ...able, sudoUnasked: bash }, "password"],
      ["op: sudo asks for a password", { ...able, sudoUnasked: bash }, "nopasswd"],
    ] as const;
    for (const [found, facts, sudo] of cases) {
      expect(of(facts, sudo)).toMatchObject({ verdict: "fail", found });
      // The file of an apply changes something yet; or another one decides.
      expect(of(facts, sudo).role).toBeUndefined();
      expect(of({ ...facts, sudoers: sudoersOf(sudo) }, sudo).role).toBe("audit");
    }
    const by = (isKnown: boolean) => {
      const other = new Map([["op", { setting: "rootpw", text: "sudo asks for root's password", isKnown }]]);
      return { ...able, sudoUnasked: present({ ways: new Map(), others: other, left: 0 }) };
    };
    const other = "op: sudo asks for root's password (rootpw)";
    expect(of(by(true), "password")).toMatchObject({ verdict: "fail", found: other });
    expect(of(by(false), "password")).toMatchObject({
      verdict: "error",
      found: `${other}: whether for its password is not known`,
    });
    const root = there([key(1)], { uid: 0 });
    expect(of({ ...root, ...asked }).verdict).toBe("pass");
  });
});

it("a plan is blocked where another rule of sudo counts for the planned login", () => {
  const facts = {
    ...there([key(1)]),
    sudo: present(new Map([["op", "limited"]])),
    sudoers: sudoersOf("nopasswd"),
  };
  expect(ids({ facts })).toEqual(["accounts.no-sudo"]);
  expect(ids({ facts: { ...facts, sudo: present(new Map([["op", "all"]])) } })).toEqual([]);
  // This plan writes the file, and what sudo will do is not known.
  expect(ids({ facts: { ...facts, sudoers: fileOf("", { mode: "0440" }) } })).toEqual([]);
  const proven = { ...access, now: { ...way, login: "op" }, planned: { ...way, login: "op" } };
  expect(ids({ facts, access: { ...proven, client: client(key(1)) } })).toEqual([]);
});

it("users of profiles that extend each other add up by name", () => {
  const { users } = accounts.schema.parse({
    users: [op, { name: "eve" }, { name: "op", keys: [key(1), key(2)], groups: ["adm"] }],
  }) as { users: readonly object[] };
  expect(users).toEqual([
    { name: "op", keys: [key(1), key(2)], sudo: "nopasswd", groups: ["adm"], shell: "/bin/bash" },
    { name: "eve", keys: [], sudo: false, groups: [], shell: "/bin/bash" },
  ]);
});

it("an undo takes no account from under the run that does it", () => {
  const change = (kind: string, name: string, more: object = { action: "delete" }) =>
    ({ kind, address: `accounts/${kind}:${name}`, ...more }) as never;
  const path = "/etc/sudoers.d/zz-harden";
  const given = "op ALL=(ALL:ALL) NOPASSWD: ALL\n";
  const by = {
    access: { ...access, client: client(key(1)), now: { ...way, login: "op" } },
    sudoers: given,
    beside: new Set<string>(),
  };
  const taken = (changes: never[], contents: [string, string][] = [], now: object = {}, more: object = {}) =>
    takenFrom(
      { changes, contents: new Map(contents.map(([at, text]) => [at, Buffer.from(text)])) },
      { ...by, access: { ...by.access, ...now }, ...more },
    ).map(({ message }) => /away the (.*) of op/.exec(message)?.[1]);
  expect(taken([change("account", "op"), change("keys", "op")])).toEqual(["account and the keys"]);
  expect(taken([change("account", "eve"), change("file", "op")])).toEqual([]);
  expect(taken([change("account", "op")], [], { via: "local" })).toEqual([]);

  const less = change("keys", "op", { action: "update", diff: `--- a\n+++ b\n-${key(1)}\n ${key(2)}` });
  expect(taken([less], [["~op/.ssh/authorized_keys", key(2)]])).toEqual(["keys"]);
  expect(taken([less], [["~op/.ssh/authorized_keys", key(1)]])).toEqual([]);
  const other = change("keys", "op", { action: "update", diff: `--- a\n+++ b\n-${key(2)}` });
  expect(taken([other], [["~op/.ssh/authorized_keys", ""]])).toEqual([]);

  const sudo = change("file", path, { action: "update" });
  expect(taken([sudo], [[path, "eve ALL=(ALL:ALL) ALL\n"]])).toEqual(["sudo"]);
  expect(taken([sudo], [[path, "op ALL=(ALL:ALL) NOPASSWD: ALL\n"]])).toEqual([]);
  expect(taken([change("file", path)])).toEqual(["sudo"]);
  expect(taken([change("file", path)], [], {}, { beside: new Set(["op"]) })).toEqual([]);
});
