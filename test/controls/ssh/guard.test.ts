import { describe, expect, it } from "vitest";
import { guard } from "../../../src/controls/ssh/guard.ts";
import { absent, present, unknown } from "../../../src/facts/probe.ts";
import { parseEffective } from "../../../src/facts/sshd.ts";
import { fingerprintOf, keyOf } from "../../../src/kinds/keys/line.ts";
import type { Coming } from "../../../src/plan/access.ts";
import { anywhere } from "../../../src/plan/access.ts";
import { key } from "../../kinds/key.ts";
import {
  admin,
  type Bend,
  debianMain,
  debianPam,
  ed25519,
  effective,
  input,
  keyFile,
  listening,
  pamOf,
  root,
} from "./input.ts";

const ids = (bend: Bend) => guard(input(bend)).map(({ level, id }) => `${level} ${id.replace("ssh.", "")}`);
const text = (bend: Bend) =>
  guard(input(bend))
    .map(({ message }) => message)
    .join("\n");
const global = (changes: Record<string, string>) => ({ effective: { global: effective(changes) } });
const console_ = { via: "local", login: "root" } as const;
/** The profile moves sshd to 2222, where somebody listens. */
const moved = (facts: Bend["facts"] = {}): Bend => ({
  access: { planned: { login: "admin", ports: [2222], callers: anywhere } },
  facts: { portTaken: present([{ protocol: "tcp", address: "::", port: 2222 }]), ...facts },
});
const client = {
  kex: ["curve25519-sha256", "ecdh-sha2-nistp256"],
  ciphers: ["aes128-gcm@openssh.com", "aes128-ctr"],
  macs: ["hmac-sha2-256-etm@openssh.com"],
  hostKeys: ["ssh-ed25519", "rsa-sha2-512"],
  keysOffered: 1,
  keysHeld: [],
};

it("lets a usual host pass", () => {
  expect(ids({})).toEqual([]);
  expect(ids({ access: { client } })).toEqual([]);
  expect(ids({ access: { login: "root" } })).toEqual([]);
});

describe("blocks what would shut the planned login out", () => {
  const planned = (planned_: string) => ({ login: "root", planned_, proven: true });
  const deploy = { ...admin, name: "deploy" };
  const shadow = (change: object) => [{ ...admin, shadow: { ...admin.shadow!, ...change } }, root];
  const cases: readonly (readonly [string, Bend, string])[] = [
    ["no account", { access: planned("nobody-here") }, "no-account"],
    ["a locked account without PAM", { params: { usePam: false } }, "account-locked"],
    ["an expired account", { accounts: shadow({ ends: 0 }) }, "account-expired"],
    ["a password that must be changed", { accounts: shadow({ changeDue: 0 }) }, "password-change"],
    ["a shell that runs nothing", { accounts: [{ ...admin, shell: "/usr/sbin/nologin" }] }, "no-shell"],
    ["a shell that is not there", { accounts: [{ ...admin, shellRuns: false }] }, "no-shell"],
    ["/etc/nologin", { nologin: true }, "nologin"],
    [
      "root, with root login off",
      { params: { permitRootLogin: "no" }, access: { login: "root" } },
      "root-login",
    ],
    [
      "root, with forced commands only",
      { params: { permitRootLogin: "forced-commands-only" }, access: { login: "root" } },
      "root-login",
    ],
    ["another login without sudo", { access: planned("admin"), sudo: { admin: "none" } }, "no-sudo"],
    ["another login with some sudo", { access: planned("admin"), sudo: { admin: "limited" } }, "no-sudo"],
    ["no sudo at all", { access: planned("admin"), facts: { sudo: absent } }, "no-sudo"],
    ["DenyUsers", global({ denyusers: "eve\nadm*" }), "not-allowed"],
    ["DenyGroups", global({ denygroups: "sudo" }), "not-allowed"],
    ["AllowUsers of the host", global({ allowusers: "deploy\nroot@10.0.0.0/8" }), "not-allowed"],
    ["AllowUsers from elsewhere", global({ allowusers: "admin@10.0.0.0/8" }), "not-allowed"],
    ["AllowGroups of the host", global({ allowgroups: "wheel" }), "not-allowed"],
    ["AllowUsers of the profile", { params: { allowUsers: ["deploy"] } }, "not-allowed"],
    ["AllowGroups of the profile", { params: { allowGroups: ["wheel"] } }, "not-allowed"],
    ["keys off and passwords off", { params: { pubkeyAuthentication: false } }, "no-method"],
    [
      "a second factor that goes off",
      global({ authenticationmethods: "publickey,keyboard-interactive" }),
      "no-method",
    ],
    ["a method that goes off", global({ authenticationmethods: "password publickey,password" }), "no-method"],
    ["ForceCommand", global({ forcecommand: "internal-sftp" }), "no-command"],
    ["ChrootDirectory", global({ chrootdirectory: "/srv" }), "no-command"],
    ["RefuseConnection", global({ refuseconnection: "yes" }), "no-command"],
    ["a login that nobody has proven", { access: { login: "root", planned_: "admin" } }, "not-proven"],
    [
      "no key, planned from a console",
      { access: { ...console_, planned_: "admin" }, keys: [] },
      "no-usable-key",
    ],
    [
      "keys of another caller",
      {
        access: { login: "root", planned_: "admin" },
        keys: [keyFile(admin, [`from="10.9.9.9" ${ed25519}`])],
      },
      "no-usable-key",
    ],
    [
      "keys from a command, never seen",
      {
        ...global({ authorizedkeyscommand: "/usr/bin/keys" }),
        access: { login: "root", planned_: "admin" },
        keys: [],
      },
      "no-usable-key",
    ],
    [
      "keys that may be revoked, on a console",
      { ...global({ revokedkeys: "/etc/ssh/revoked" }), access: { ...console_, planned_: "admin" } },
      "no-usable-key",
    ],
    ["files that sshd has not read, with an address", global({ listenaddress: "127.0.0.1:22" }), "listen"],
    [
      "files that sshd has not read, with a port",
      global({ listenaddress: "0.0.0.0:2200\n[::]:2200" }),
      "listen",
    ],
    ["files that sshd has not read, of one family", global({ listenaddress: "[::]:22" }), "listen"],
    ["a port of somebody else's", moved(), "port-taken"],
    ["a console without any key", { access: console_, keys: [] }, "no-usable-key"],
    ["more keys than tries", { access: { client: { ...client, keysOffered: 4 } } }, "too-many-keys"],
    [
      "only post-quantum key exchanges",
      { params: { kexAlgorithms: ["mlkem768x25519-sha256"] }, access: { client } },
      "no-common-algorithm",
    ],
    [
      "ciphers of the host",
      { ...global({ ciphers: "aes256-cbc" }), access: { client } },
      "no-common-algorithm",
    ],
    [
      "MACs for a cipher that needs one",
      { params: { ciphers: ["aes128-ctr"], macs: ["umac-64@openssh.com"] }, access: { client } },
      "no-common-algorithm",
    ],
    [
      "a host key that sshd doesn't have",
      {
        params: { hostKeyAlgorithms: ["ecdsa-sha2-nistp256"] },
        access: { client: { ...client, hostKeys: ["ecdsa-sha2-nistp256"] } },
      },
      "no-common-algorithm",
    ],
  ];
  for (const [name, bend, id] of cases)
    it(name, () => {
      const accounts = bend.accounts ?? [admin, root, deploy];
      expect(ids({ ...bend, accounts })).toContain(`block ${id}`);
    });

  it("and warns of what will, where nothing but root's work averts it", () => {
    const of = (change: object) => ids({ accounts: shadow(change) });
    expect(of({ ends: 99_999 })).toEqual(["warn account-expired"]);
    expect(of({ changeDue: 99_999 })).toEqual(["warn password-change"]);
    expect(of({ changeDue: 99_999, password: "set" })).not.toContain("warn password-change");
    const [line = ""] = keyFile(admin).lines;
    const lines = [`expiry-time="29990101" ${line}`];
    expect(ids({ keys: [{ ...keyFile(admin), lines }] })).toEqual(["warn keys-expire"]);
    const sudoEnds = present(new Map([["admin", 32_000_000_000]]));
    expect(ids({ facts: { sudoEnds } })).toEqual(["warn sudo-expires"]);
  });

  it("and no more than that", () => {
    expect(ids({ access: planned("admin") })).toEqual([]);
    expect(ids({ params: { allowUsers: ["adm*@192.0.2.0/24"], allowGroups: ["su?o"] } })).toEqual([]);
    expect(ids({ params: { usePam: false }, accounts: shadow({ password: "none" }) })).toEqual([]);
    expect(ids({ access: { client: { ...client, keysOffered: 3 } } })).toEqual([]);
    expect(
      ids({
        params: { ciphers: ["aes128-gcm@openssh.com"], macs: ["umac-64@openssh.com"] },
        access: { client },
      }),
    ).toEqual([]);
    expect(ids(global({ authenticationmethods: "publickey,password\npublickey" }))).toEqual([]);
    expect(ids({ params: { passwordAuthentication: true }, access: console_, keys: [] })).toEqual([]);
    expect(ids({ access: { ...console_, planned_: "admin" } })).toEqual([]);
    expect(ids(global({ revokedkeys: "/etc/ssh/revoked" }))).toEqual([]);
    // A kernel without IPv6.
    expect(ids({ facts: { sshdSockets: present(listening(22).slice(0, 1)) } })).toEqual([]);
    expect(ids({ ...moved(), access: {} })).toEqual([]);
    expect(ids(moved({ sshdSockets: present(listening(2222)) }))).toEqual([
      "block listen",
      "warn port-unprivileged",
    ]);
  });

  it("warns where sockets could not be read, which any user can bring about", () => {
    expect(ids({ facts: { sshdSockets: unknown("x") } })).toEqual(["warn listen-unknown"]);
    expect(ids(moved({ portTaken: unknown("x") }))).toEqual(["warn port-unknown", "warn port-unprivileged"]);
    expect(ids({ facts: { portTaken: unknown("x") } })).toEqual([]);
  });

  it("warns of a port that any user can take, and of no other", () => {
    const at = (...ports: number[]): Bend => ({
      access: { planned: { login: "admin", ports, callers: anywhere } },
      facts: { portTaken: present([]) },
    });
    expect(ids(at(22))).toEqual([]);
    expect(ids(at(1023))).toEqual([]);
    expect(ids(at(22, 1024))).toEqual(["warn port-unprivileged"]);
  });

  it("all reasons at once", () => {
    const found = ids({
      nologin: true,
      params: { allowUsers: ["x"], pubkeyAuthentication: false },
      access: { client: { ...client, keysOffered: 9 } },
    });
    expect(found).toEqual([
      ...["block nologin", "block not-allowed", "block no-method", "block too-many-keys"],
      "warn nobody-allowed",
    ]);
  });

  it("on a console, root without a key is a warning where another login with a key has sudo", () => {
    const bend: Bend = { access: console_, keys: [keyFile(admin)] };
    expect(ids(bend)).toEqual(["warn no-usable-key"]);
    expect(guard(input(bend))[0]?.hint).toContain("access.user: admin");
    expect(ids({ ...bend, sudo: {} })).toEqual(["block no-usable-key"]);
  });

  it("in a Match block of the planned login", () => {
    const main = `${debianMain}Match User admin\n  AllowUsers root\n`;
    expect(ids({ main })).toContain("block not-allowed");
    expect(text({ main })).toContain("(/etc/ssh/sshd_config:11)");
    const other = `${debianMain}Match User root\n  AllowUsers root\n`;
    expect(ids({ main: other })).toEqual([]);
  });
});

describe("a login that works today, where sshd has not read its files since they changed", () => {
  /** The same host, and files that are newer than sshd's pid file. */
  const unread = (bend: Bend): Bend => {
    const files = input(bend).facts.files;
    if (files.state !== "present") throw new Error("no files");
    const stats = files.value.stats.map((each) =>
      each.path === "/run/sshd.pid" ? each : { ...each, changed: 3000 },
    );
    return { ...bend, facts: { files: present({ ...files.value, stats }) } };
  };
  const without = (line: string): Bend => ({ keys: [keyFile(admin, [line])] });
  const cases: readonly (readonly [string, Bend, string])[] = [
    ["no key where they look", { keys: [] }, "no-usable-key"],
    ["a key of a refused type", global({ pubkeyacceptedalgorithms: "rsa-sha2-512" }), "no-usable-key"],
    ["a key for others", without(`from="10.9.9.9" ${ed25519}`), "no-usable-key"],
    ["keys of a command", { ...global({ authorizedkeyscommand: "/x" }), keys: [] }, "no-usable-key"],
    ["a key that may be revoked", global({ revokedkeys: "/etc/ssh/revoked" }), "no-usable-key"],
    ["two keys", global({ authenticationmethods: "publickey,publickey" }), "no-method"],
  ];
  for (const [name, bend, id] of cases)
    it(name, () => {
      expect(ids(bend)).toEqual([]);
      expect(ids(unread(bend))).toEqual([`block ${id}`]);
      expect(guard(input(unread(bend)))[0]?.hint).toContain("systemctl reload ssh");
    });

  it("host keys that sshd has not read are another host to those who come", () => {
    const files = input({}).facts.files;
    if (files.state !== "present") throw new Error("no files");
    const key = (changed: number) => ({
      facts: {
        files: present({
          ...files.value,
          stats: [
            ...files.value.stats,
            { ...files.value.stats[0]!, path: "/etc/ssh/ssh_host_rsa_key", changed },
          ],
        }),
      },
    });
    expect(ids(key(3000))).toEqual(["block host-key-new"]);
    expect(ids(key(1500))).toEqual([]);
  });

  it("is let through where its key still counts", () => {
    expect(ids(unread({}))).toEqual([]);
    expect(ids(unread(global({ authenticationmethods: "publickey,publickey publickey" })))).toEqual([]);
  });
});

describe("the login of this run, where another one is planned", () => {
  const access = { login: "root", planned_: "admin", proven: true } as const;
  const way = { login: "root", ports: [22], callers: anywhere };
  const byPassword = { ...access, now: { ...way, byPassword: true } } as const;
  const listed = (keys: string[], onlyThese = true) =>
    new Map([
      ["root", { name: "root", keys, groups: [], sudo: false, shell: "/bin/sh", onlyThese } as Coming],
    ]);
  const held = { ...client, keysHeld: [fingerprintOf(keyOf(ed25519)!)] };
  const main = (lines: string): Bend => ({ main: `${debianMain}${lines}\n` });
  const locked = { accounts: [{ ...admin, shadow: { password: "none" } } as const, root] };
  const refused: readonly (readonly [string, Bend, RegExp])[] = [
    ["PermitRootLogin no", { params: { permitRootLogin: "no" } }, /PermitRootLogin no will shut out root/],
    ["forced commands", { params: { permitRootLogin: "forced-commands-only" } }, /forced-commands-only/],
    ["AllowUsers of the profile", { params: { allowUsers: ["admin"] } }, /AllowUsers .*leaves out root/],
    ["AllowGroups of the profile", { params: { allowGroups: ["sudo"] } }, /every group of root/],
    ["DenyUsers of the host", { ...main("DenyUsers root") }, /DenyUsers .*shuts out root/],
    ["a Match block of its own", main("Match User root\n  AllowUsers eve"), /AllowUsers .*leaves out root/],
    ["a locked account without PAM", { params: { usePam: false }, ...locked }, /password of root is locked/],
    [
      "a password that opens root no more",
      { access: byPassword },
      /by a password, which will open it no more/,
    ],
    ["keys that go", { access: { ...access, client: held, coming: listed([]) } }, /none of the keys/],
  ];
  it.each(refused)("is told to be refused from then on: %s", (_, bend, why) => {
    const found = guard(input({ access, ...bend })).filter(({ id }) => id === "ssh.login-refused");
    expect(found).toMatchObject([
      {
        level: "warn",
        message: expect.stringMatching(why),
        hint: expect.stringMatching(/as admin\. fail2ban/),
      },
    ]);
  });

  const stays: readonly (readonly [string, Bend])[] = [
    ["its key still opens it", {}],
    ["both are on the list", { params: { allowUsers: ["admin", "root"] } }],
    [
      "a password still opens it",
      { params: { passwordAuthentication: true, permitRootLogin: "yes" }, access: byPassword },
    ],
    ["a Match block lets it in", main("Match User root\n  PermitRootLogin yes")],
    ["a key of the client stays", { access: { ...access, client: held, coming: listed([ed25519]) } }],
    ["other keys stay", { access: { ...access, client: held, coming: listed([], false) } }],
    ["it comes from a console", { access: { ...access, via: "local" }, params: { permitRootLogin: "no" } }],
  ];
  it.each(stays)("is not told to be refused: %s", (_, bend) => {
    expect(ids({ access, ...bend })).not.toContain("warn login-refused");
  });
});

it("warns of names that nobody here goes by", () => {
  const names = { allowUsers: ["admin", "nobody-here@192.0.2.0/24", "adm*"], allowGroups: ["wheel", "sudo"] };
  expect(text({ params: names })).toBe(
    "ssh.allowUsers names nobody-here: no such account is here.\nssh.allowGroups names wheel: no login is in that group.",
  );
  expect(ids({ params: { allowUsers: ["admin", "root"], allowGroups: ["sudo", "w*"] } })).toEqual([]);
});

describe("says what wins over the profile", () => {
  it("an earlier drop-in", () => {
    const bend: Bend = { dropins: { "00-aaa.conf": "PasswordAuthentication yes\n" } };
    expect(ids(bend)).toEqual(["block overridden"]);
    expect(text(bend)).toContain("/etc/ssh/sshd_config.d/00-aaa.conf:1 (passwordauthentication yes)");
    expect(ids({ ...bend, params: { layout: "whole" } })).toEqual([]);
    expect(ids({ dropins: { "50-cloud-init.conf": "PasswordAuthentication yes\n" } })).toEqual([]);
    expect(ids({ dropins: { "00-aaa.conf": "MaxAuthTries 2\n" }, ...global({ maxauthtries: "2" }) })).toEqual(
      [],
    );
  });
  it("a Match block, with and without a connection that stands for it", () => {
    const main = `${debianMain}Match Group sftp\n  PasswordAuthentication yes\n`;
    expect(ids({ main })).toEqual(["block overridden"]);
    expect(text({ main })).toContain("under Match group sftp");
    const spec = { user: "x", host: "h", addr: "203.0.113.1", laddr: "127.0.0.1", lport: "22" };
    const match = {
      file: "/etc/ssh/sshd_config",
      line: 10,
      text: "Match Group sftp",
      spec,
      effective: effective(),
    };
    expect(
      ids({
        main,
        effective: { matches: [match] },
        accounts: [admin, root, { ...admin, name: "x", groups: ["sftp"] }],
      }),
    ).toEqual(["block overridden"]);
    expect(ids({ main: `${debianMain}Match Group sftp\n  MaxAuthTries 1\n` })).toEqual([]);
  });
  it("a Match block that asks others for a second factor", () => {
    const methods = "publickey,keyboard-interactive:pam";
    /** Of a block whose connection is that user's, and what sshd answers for it. */
    const of = (user: string, on: string, params: object = {}, answer = methods) => {
      const lines = `Match User ${user}\n  AuthenticationMethods ${methods}\n`;
      const spec = { user, host: "h", addr: "203.0.113.1", laddr: "127.0.0.1", lport: "22" };
      const found = effective({
        kbdinteractiveauthentication: on,
        authenticationmethods: answer,
      });
      const match = {
        file: "/etc/ssh/sshd_config",
        line: debianMain.split("\n").length,
        text: `Match User ${user}`,
        spec,
        effective: found,
      };
      const main = `${debianMain}${lines}`;
      const bend = {
        params,
        effective: { matches: [match] },
        accounts: [admin, root, { ...admin, name: user }],
      };
      return ids({ main, ...bend }).includes("warn others-no-method");
    };
    expect([of("eve", "yes"), of("eve", "no"), of("admin", "yes")]).toEqual([true, false, false]);
    expect(of("eve", "yes", { keyboardInteractive: true })).toBe(false);
    // An earlier block spares the member that stands for the group, and nobody else.
    expect([of("eve", "yes", {}, "publickey"), of("eve", "no", {}, "publickey")]).toEqual([true, false]);
  });
  it("another port", () => {
    expect(ids({ dropins: { "50-x.conf": "Port 2200\n" }, params: { port: 2222 } })).toEqual(["block port"]);
    expect(ids({ main: `ListenAddress 0.0.0.0:22\n${debianMain}`, params: { port: 2222 } })).toEqual([
      "block port",
    ]);
    expect(ids({ main: `ListenAddress ::1\nPort 22\n${debianMain}`, params: { port: 2222 } })).toEqual([]);
  });
  it("files that sshd reads another way", () => {
    expect(ids({ main: `MaxAuthTries 3\n${debianMain}` })).toEqual(["block unforeseen"]);
    expect(
      ids({ main: `ClientAliveInterval 5m\n${debianMain}`, ...global({ clientaliveinterval: "300" }) }),
    ).toEqual([]);
  });
});

describe("what could not be read", () => {
  it("blocks, and says what", () => {
    const bend: Bend = {
      uid: 1000,
      facts: { keys: unknown("needs root"), effective: unknown("no hostkeys available") },
    };
    expect(ids(bend)).toEqual(["block unreadable"]);
    expect(text(bend)).toContain("sshd -T: no hostkeys available; authorized_keys: needs root");
    expect(ids({ facts: { files: unknown("x") } })).toEqual(["block unreadable"]);
    expect(ids({ effective: { planned: parseEffective("") } })).toContain("block unreadable");
  });
  it("is a note where there is no sshd", () => {
    expect(ids({ facts: { package: absent, effective: absent } })).toEqual(["note no-sshd"]);
  });
});

it("warns of people who lose their way in", () => {
  const bob = { ...admin, name: "bob", shadow: { ...admin.shadow!, password: "set" as const } };
  expect(ids({ accounts: [admin, root, bob] })).toEqual(["warn password-users"]);
  expect(ids({ accounts: [admin, root, bob], keys: [keyFile(admin), keyFile(bob)] })).toEqual([]);
  const unread = { ...keyFile(bob, [], []), unread: "it is no regular file" };
  expect(text({ accounts: [admin, root, bob], keys: [keyFile(admin), unread] })).toContain(
    "bob (whose keys could not be read: it is no regular file)",
  );
});

it("warns of others whose time is over, where PAM is asked from now on", () => {
  const over = { ...admin, name: "bob", shadow: { password: "none" as const, changeDue: 1 } };
  const of = (usepam: string, params: object = {}, files = [keyFile(admin), keyFile(over)]) =>
    ids({ accounts: [admin, root, over], keys: files, params, ...global({ usepam }) });
  expect(of("no")).toContain("warn others-ended");
  for (const found of [of("yes"), of("no", { usePam: false }), of("no", {}, [keyFile(admin)])])
    expect(found).not.toContain("warn others-ended");
});

describe("names what of PAM begins to count", () => {
  const of = (
    lines: readonly string[],
    usepam = "no",
    bend: Readonly<Record<string, readonly string[]>> = {},
  ) => {
    const files = {
      ...debianPam,
      sshd: [...debianPam.sshd, ...lines],
      more: ["account requisite  pam_time.so"],
      ...bend,
    };
    const main = debianMain.replace("UsePAM yes", `UsePAM ${usepam}`);
    const facts = { pamAccounts: present(pamOf(files)) };
    return guard(input({ main, ...global({ usepam }), facts })).flatMap(({ id, message }) =>
      id === "ssh.others-pam" ? [message] : [],
    );
  };
  it.each([
    [
      "account required pam_access.so nodefgroup",
      "/etc/pam.d/sshd:4 (account required pam_access.so nodefgroup)",
    ],
    ["account include more", "/etc/pam.d/more:1 (account requisite pam_time.so)"],
    ["-account [default=bad] /usr/lib/security/pam_listfile.so", "/etc/pam.d/sshd:4"],
    ["account required pam_deny.so", "/etc/pam.d/sshd:4"],
    ["@include gone", "/etc/pam.d/sshd:4 (@include gone)"],
    ["account substack /opt/pam", "/etc/pam.d/sshd:4 (account substack /opt/pam)"],
  ])("%s", (line, place) => {
    const [message] = of([line]);
    expect(message).toContain(place);
    expect(of([line], "yes")).toEqual([]);
  });
  it("and not what Debian ships, nor what refuses nobody", () => {
    expect(of([])).toEqual([]);
    expect(of(["account optional pam_warn.so", "@include sshd"])).toEqual([]);
  });
  it("in a file that Debian ships, in the one that stands for a missing one, and where it can't be read", () => {
    const tally = ["account required pam_tally2.so"];
    expect(of([], "no", { "common-account": tally })[0]).toContain("/etc/pam.d/common-account:1");
    const main = debianMain.replace("UsePAM yes", "UsePAM no");
    const bend = { main, ...global({ usepam: "no" }) };
    const other = { pamAccounts: present(pamOf({ other: tally })) };
    expect(text({ ...bend, facts: other })).toContain("/etc/pam.d/other:1");
    expect(text({ ...bend, facts: { pamAccounts: unknown("why") } })).toContain("is not known: why");
    expect(ids({ ...bend, facts: { pamAccounts: absent } })).toEqual([]);
  });
});

it("tells of others whose lock counts once PAM is not asked: a block for a login that the profile lists", () => {
  const bob = { ...admin, name: "bob" };
  const listed = (...keys: string[]) =>
    new Map([
      [
        "bob",
        { name: "bob", keys, groups: [], sudo: false, shell: "/bin/sh", onlyThese: true } satisfies Coming,
      ],
    ]);
  const of = (bend: Bend = {}, usepam = "yes", shadow: "locked" | "none" = "locked") => {
    const accounts = [{ ...admin, shadow: { password: "none" } } as const, root];
    const keys = [keyFile(admin), keyFile(bob)];
    const people = { accounts: [...accounts, { ...bob, shadow: { password: shadow } }], keys };
    const main = debianMain.replace("UsePAM yes", `UsePAM ${usepam}`);
    return ids({ params: { usePam: false }, main, ...people, ...global({ usepam }), ...bend });
  };
  expect(of()).toEqual(["warn others-locked"]);
  expect(of({ access: { listed: listed() } })).toEqual(["block others-locked"]);
  expect(of({ access: { listed: listed(key(1)) }, keys: [keyFile(admin)] })).toEqual(["block others-locked"]);
  // It is not let in today either.
  expect(of({ access: { listed: listed() } }, "no")).toEqual(["warn others-locked"]);
  expect([of({}, "no"), of({}, "yes", "none"), of({ params: {} }), of({ keys: [keyFile(admin)] })]).toEqual([
    [],
    [],
    [],
    [],
  ]);
});

it("blocks a private host key that others can read", () => {
  const hostKeys = present([
    { path: "/etc/ssh/ssh_host_rsa_key", mode: "0640", owner: "root", group: "root" },
  ]);
  expect(ids({ facts: { hostKeys } })).toEqual(["block host-key-mode"]);
});

it("counts the keys that a login to come will be offered", () => {
  const lines = [1, 2, 3, 4].map((number) => key(number));
  const keysHeld = lines.map((line) => fingerprintOf(keyOf(line)!));
  const withKey = (line: string) => {
    const own = { name: "deploy", keys: [line], groups: [], sudo: "nopasswd", shell: "/bin/sh" } as const;
    const coming = new Map([["deploy", { ...own, onlyThese: true }]]);
    return ids({
      access: { planned_: "deploy", proven: false, coming, client: { ...client, keysHeld } } as never,
    });
  };
  expect(withKey(lines[3]!)).toContain("block too-many-keys");
  expect(withKey(lines[2]!)).not.toContain("block too-many-keys");
});
