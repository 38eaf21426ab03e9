/** Certificates: what certbot keeps, whose it is to be, and what each is good for. */
import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { covers } from "../../src/controls/certificates/names.ts";
import { schema } from "../../src/controls/certificates/schema.ts";
import { certificates as control } from "../../src/controls/certificates.ts";
import {
  type Certificate,
  type CertificatesFact,
  certificates as probe,
} from "../../src/facts/certificates.ts";
import { absent, present, unknown } from "../../src/facts/probe.ts";
import { Input } from "../../src/plan/control.ts";
import pems from "../fixtures/certificates/chain.json" with { type: "json" };
import { access, debian } from "./facts.ts";

const day = 86_400;
const now = 1_800_000_000;
const certificate: Certificate = {
  from: now - 30 * day,
  until: now + 60 * day,
  names: ["example.com", "*.example.com"],
  issuer: "CN=Test",
  chained: true,
  unfit: [],
  links: [],
  publicKey: "K",
};
const folder = (path: string, group = "root") => ({
  path,
  type: "directory" as const,
  mode: "0700",
  owner: "root",
  group,
  acl: false,
});
const fact = (
  bend: Partial<Certificate> = {},
  publicKey: string | undefined = "K",
  name = "example.com",
): CertificatesFact => ({
  now,
  entries: [
    ...["live", "archive", `live/${name}`, `archive/${name}`, "archive/other.org"].map((path) =>
      folder(`/etc/letsencrypt/${path}`),
    ),
    {
      path: `/etc/letsencrypt/archive/${name}/privkey1.pem`,
      type: "file",
      mode: "0600",
      owner: "root",
      group: "root",
      acl: false,
    },
    {
      path: "/etc/letsencrypt/archive/other.org/privkey1.pem",
      type: "file",
      mode: "0600",
      owner: "root",
      group: "root",
      acl: false,
    },
  ],
  lineages: [{ name, certificate: { ...certificate, ...bend }, publicKey }],
  left: 0,
});
const names = ["renewal", "stop", "start", "deploy", "snippet", "readme", "project"];
const nothingElse = Object.fromEntries(names.map((name) => [name, absent]));
const input = (
  given: ReturnType<typeof present<CertificatesFact>> | typeof absent | ReturnType<typeof unknown>,
  params: object = {},
  more: object = {},
) =>
  new Input(control, {
    params: schema.parse(params),
    facts: { certificates: given, ...nothingElse, ...more } as never,
    access,
    host: debian("13"),
  });
const verdict = (name: string, given: Parameters<typeof input>[0], params?: object) =>
  control.checks.find(({ id }) => id === `certificates.${name}`)!.test(input(given, params)).verdict;

describe("what is wanted of its files", () => {
  const resources = (given: Parameters<typeof input>[0], params?: object) =>
    control
      .desired(input(given, params))
      .map(({ resource }) =>
        resource.kind === "mode"
          ? `${resource.path} ${resource.mode} ${resource.group}`
          : `${resource.kind} ${"name" in resource ? resource.name : ""}`,
      );
  it("the group, the folders and the keys of each certificate, and of nothing else", () => {
    expect(resources(present(fact()))).toEqual([
      "group ssl-docker",
      "/etc/letsencrypt/live 0750 ssl-docker",
      "/etc/letsencrypt/archive 0750 ssl-docker",
      "/etc/letsencrypt/live/example.com 0750 ssl-docker",
      "/etc/letsencrypt/archive/example.com 0750 ssl-docker",
      "/etc/letsencrypt/archive/example.com/privkey1.pem 0640 ssl-docker",
    ]);
  });
  it.each<[string, string, string, string, string | undefined]>([
    ["a key of certbot's that everybody reads", "keys/0000_key-certbot.pem", "0644", "root", "0640 root"],
    ["one that another group reads", "keys/0000_key-certbot.pem", "0640", "users", "0600 root"],
    ["a stricter one of the group", "keys/0000_key-certbot.pem", "0440", "ssl-docker", undefined],
    ["one as it comes", "keys/0000_key-certbot.pem", "0600", "root", undefined],
    ["one without a right for its group", "keys/0000_key-certbot.pem", "0600", "users", undefined],
    [
      "the key of an account",
      "accounts/ca.example/v2/directory/1f/private_key.json",
      "0444",
      "root",
      "0440 root",
    ],
    ["one as it comes", "accounts/ca.example/directory/1f/private_key.json", "0400", "root", undefined],
  ])("%s, %s %s %s", (_, file, mode, group, wanted) => {
    const path = `/etc/letsencrypt/${file}`;
    const key = { path, type: "file" as const, mode, owner: "root", group, acl: false };
    const given = present({ ...fact(), entries: [key] });
    const [resource] = control
      .desired(input(given))
      .flatMap((each) => ("path" in each.resource ? each.resource : []));
    expect(resource).toMatchObject({
      path,
      mode: wanted?.slice(0, 4) ?? mode,
      group: wanted?.slice(5) ?? group,
    });
    expect(verdict("modes", given)).toBe(wanted === undefined ? "pass" : "fail");
    expect(verdict("modes", present({ ...fact(), entries: [{ ...key, owner: "op" }] }))).toBe("fail");
  });
  it("nothing where certbot has none, or none that is meant", () => {
    expect(resources(absent)).toEqual([]);
    expect(resources(unknown("needs root"))).toEqual([]);
    expect(resources(present(fact()), { domains: ["example.org"] })).toEqual([]);
  });
  it("a domain without a certificate is told", () => {
    const findings = (given: Parameters<typeof input>[0]) =>
      control.guard(input(given, { domains: ["example.org"] }));
    expect(findings(present(fact()))).toMatchObject([{ id: "certificates.missing", level: "warn" }]);
    expect(findings(absent)).toMatchObject([{ id: "certificates.missing", level: "warn" }]);
  });
  it("a compose project that somebody else can rewrite blocks, where root would run it", () => {
    const found = { confs: [], hooks: [], nginx: false, certbot: "/usr/bin/certbot" };
    const project = { state: "unknown", why: "/opt/app belongs to deploy", unheld: true } as const;
    const levels = (renewal?: string) =>
      control
        .guard(
          input(
            present(fact()),
            { ...(renewal && { renewal }), service: { project: "/opt/app", name: "web" } },
            { renewal: present(found), project },
          ),
        )
        .filter(({ id }) => id === "certificates.project")
        .map(({ level }) => level);
    expect([levels("standalone"), levels("webroot"), levels()]).toEqual([["block"], ["block"], []]);
  });

  it("names what mends a folder that keeps it from being read", () => {
    const renewal = { state: "unknown", why: "/etc/letsencrypt belongs to op", unheld: true } as const;
    expect(control.guard(input(present(fact()), { renewal: "standalone" }, { renewal }))).toContainEqual(
      expect.objectContaining({
        id: "certificates.renewal-unread",
        hint: expect.stringContaining("chown -h root:root /etc/letsencrypt;"),
      }),
    );
  });
});

describe("each check", () => {
  const right = fact();
  const asWanted: CertificatesFact = {
    ...right,
    entries: right.entries.map((entry) => ({
      ...entry,
      group: "ssl-docker",
      mode: entry.type === "file" ? "0640" : "0750",
    })),
  };
  const failing: Readonly<Record<string, readonly [CertificatesFact, object?]>> = {
    modes: [right],
    there: [right, { domains: ["example.com", "example.org"] }],
    expiry: [fact({ until: now + 13 * day })],
    chain: [fact({ unfit: ["it is not for servers"] })],
    key: [fact({}, "L")],
    names: [fact({ names: ["example.net"] })],
  };
  it("the group has its number, is not applicable without certbot, and an error where its folders are unread", () => {
    const group = (given: Parameters<typeof input>[0], gid?: number) =>
      control.checks
        .find(({ id }) => id === "certificates.group")!
        .test(input(given, {}, { group: gid === undefined ? absent : present({ gid, ours: true }) })).verdict;
    const { gid } = schema.parse({});
    expect([group(absent), group(unknown("needs root"))]).toEqual(["not applicable", "error"]);
    expect([group(present(right), gid), group(present(right))]).toEqual(["pass", "fail"]);
  });
  it("what no certificate was measured for is not applicable, and never a pass", () => {
    const names = ["modes", "expiry", "chain", "key", "names"];
    const none = { domains: ["example.org"] };
    expect(names.map((name) => verdict(name, absent, none))).toEqual(names.map(() => "not applicable"));
    expect(verdict("there", absent, none)).toBe("fail");
  });
  const modesOf = (found: CertificatesFact) =>
    control.checks
      .find(({ id }) => id === "certificates.modes")!
      .test(input(present(found), { domains: ["example.com"] }));
  it("a folder or a key that an access list opens beside its group fails, and no run mends it", () => {
    for (const listed of asWanted.entries.slice(2, 6)) {
      const entries = asWanted.entries.map((entry) => ({ ...entry, acl: entry === listed }));
      const isMeant = !listed.path.includes("other.org");
      expect(modesOf({ ...asWanted, entries })).toMatchObject(
        isMeant ? { verdict: "fail", role: "audit" } : { verdict: "pass" },
      );
    }
  });
  it("a key that privkey.pem leads to elsewhere is judged with its folders, and no run mends it", () => {
    const key = (mode: string, more: object = {}) => ({
      path: "/srv/keys/k.pem",
      type: "file" as const,
      mode,
      owner: "root",
      group: "root",
      acl: false,
      ...more,
    });
    const above = (mode: string) => [
      { ...folder("/srv/keys"), mode },
      { ...folder("/"), mode: "0755" },
    ];
    const modes = (elsewhere: CertificatesFact["entries"]) =>
      modesOf({ ...asWanted, lineages: asWanted.lineages.map((each) => ({ ...each, elsewhere })) });
    expect(modes([key("0644"), ...above("0755")])).toMatchObject({
      verdict: "fail",
      role: "audit",
      parts: [{ object: "/srv/keys/k.pem", found: expect.stringContaining("0644 root:root") }],
    });
    expect(modes([key("0604"), ...above("0711")]).verdict).toBe("fail");
    expect(modes([key("0640", { group: "www-data" }), ...above("0755")]).verdict).toBe("fail");
    expect(modes([key("0640", { acl: true }), ...above("0755")]).verdict).toBe("fail");
    expect(modes([]).verdict).toBe("error");
    for (const way of [
      [key("0644"), ...above("0700")],
      [key("0640", { group: "ssl-docker" }), ...above("0755")],
      [key("0600"), ...above("0755")],
    ])
      expect(modes(way).verdict).toBe("pass");
  });
  it.each(Object.entries(failing))(
    "%s fails, passes, is not applicable and an error",
    (name, [bad, params]) => {
      expect(verdict(name, present(bad), params)).toBe("fail");
      expect(verdict(name, present(asWanted), { domains: ["example.com"] })).toBe("pass");
      expect(verdict(name, absent)).toBe("not applicable");
      expect(verdict(name, unknown("needs root"))).toBe("error");
    },
  );
  it.each(["expiry", "chain", "names", "key"])(
    "%s is an error where fullchain.pem is none, or some were not looked at",
    (name) => {
      const [lineage] = right.lineages;
      expect(verdict(name, present({ ...right, lineages: [{ ...lineage!, certificate: undefined }] }))).toBe(
        "error",
      );
      expect(verdict(name, present({ ...right, left: 3 }))).toBe("error");
    },
  );
  it("expiry goes by the controller's clock where that is ahead of the host's", () => {
    const expiry = (askedAt: number) => {
      const given = new Input(control, { ...input(present(fact())), askedAt: askedAt * 1000 } as never);
      return control.checks.find(({ id }) => id === "certificates.expiry")!.test(given).verdict;
    };
    expect([now - 90 * day, now, now + 60 * day].map(expiry)).toEqual(["pass", "pass", "fail"]);
  });

  it("expired, not yet valid, and a key that could not be read", () => {
    expect(verdict("expiry", present(fact({ until: now })))).toBe("fail");
    expect(verdict("expiry", present(fact({ from: now + 1 })))).toBe("fail");
    const link = { subject: "CN=Between", from: now - day, until: now + 90 * day };
    const linked = (bend: object) => verdict("expiry", present(fact({ links: [{ ...link, ...bend }] })));
    expect([
      linked({}),
      linked({ until: now }),
      linked({ until: now + day }),
      linked({ from: now + 1 }),
    ]).toEqual([...["pass", "fail", "fail", "fail"]]);
    const [lineage] = right.lineages;
    expect(verdict("key", present({ ...right, lineages: [{ ...lineage!, publicKey: undefined }] }))).toBe(
      "error",
    );
  });
  it("certbot's number of a second lineage is no part of its domain", () => {
    expect(verdict("names", present(fact({}, "K", "example.com-0001")))).toBe("pass");
  });
  it.each([
    ["*.example.com", "www.example.com", true],
    ["*.example.com", "example.com", false],
    ["*.example.com", "a.b.example.com", false],
    ["example.com", "example.com", true],
  ])("%s covers %s: %s", (pattern, name, so) => {
    expect(covers(pattern, name)).toBe(so);
  });
});

describe("what the host says", () => {
  const nonce = "abcd";
  const frame = (word: string, rest: string, content: string) => `\n@${nonce} ${word} ${rest}\n${content}`;
  const parse = (...frames: string[]) => probe.parse(Buffer.from(frames.join("")));
  it("is read by frames; what is no certificate or key is none", () => {
    const { publicKey } = generateKeyPairSync("ed25519", {
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const found = parse(
      frame(
        "stats",
        "",
        `${now}\n41c0 root root /etc/letsencrypt/live\n8180 root root /etc/letsencrypt/archive/a b/privkey1.pem\nlist /etc/letsencrypt/archive/a b/privkey1.pem\n`,
      ),
      frame("chain", "a", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
      frame("key", "a", publicKey),
      frame("unread", "b", "no key"),
      frame("elsewhere", "b", "81a4 root root /srv/k.pem\n41ed root root /srv\n41ed root root /\n"),
      frame("left", "7", ""),
    );
    expect(found).toMatchObject({
      now,
      left: 7,
      entries: [
        { type: "directory", mode: "0700", acl: false },
        { type: "file", mode: "0600", acl: true },
      ],
    });
    expect(found.entries[1]?.path).toBe("/etc/letsencrypt/archive/a b/privkey1.pem");
    expect(found.lineages).toMatchObject([
      { name: "a", certificate: undefined, publicKey: expect.stringMatching(/^MCow/) },
      {
        name: "b",
        publicKey: undefined,
        unread: "no key",
        elsewhere: [
          { path: "/srv/k.pem", type: "file", mode: "0644" },
          { path: "/srv", type: "directory" },
          { path: "/", type: "directory", mode: "0755" },
        ],
      },
    ]);
  });
  it.each<[leaf: keyof typeof pems, between: keyof typeof pems, unfit: string | undefined]>([
    ["plain", "ca", undefined],
    ["server", "ca", undefined],
    ["server", "no-ca", "CN=Between may sign no certificate"],
    ["server", "client-ca", "CN=Between is not for servers"],
    ["client", "ca", "it is not for servers"],
    ["any", "ca", "it is not for servers"],
  ])("a chain of %s by %s is what openssl verify -purpose sslserver says of it", (leaf, between, unfit) => {
    const found = parse(
      frame("stats", "", `${now}\n`),
      frame("chain", "a", pems[leaf] + pems[between] + pems.Root),
    );
    const { chained, unfit: all } = found.lineages[0]!.certificate!;
    expect(chained).toBe(true);
    expect(all).toEqual(unfit === undefined ? [] : [expect.stringContaining(unfit)]);
    expect(verdict("chain", present(fact({ chained, unfit: all })))).toBe(
      unfit === undefined ? "pass" : "fail",
    );
    expect(verdict("chain", present(fact({ chained: false, unfit: all })))).toBe("fail");
  });
  it.each<[leaf: keyof typeof pems, weakness: string | undefined, root?: keyof typeof pems]>([
    ["rsa-2048", undefined],
    ["rsa-512", "it has a weak key (RSA key of 512 bits)"],
    ["rsa-md5", "it has a signature by MD5"],
    ["rsa-sha1", "it has a signature by SHA-1"],
    ["ec-192", "it has a weak key (EC key of 192 bits)"],
    ["pss-sha256", undefined, "OldPss"],
    ["pss-sha1", "it has a signature by SHA-1", "OldPss"],
  ])("a leaf of %s, signed by a root whose own signature is SHA-1", (leaf, weakness, root = "Old") => {
    const found = parse(frame("stats", "", `${now}\n`), frame("chain", "a", pems[leaf] + pems[root]));
    const { chained, unfit } = found.lineages[0]!.certificate!;
    expect({ chained, unfit }).toEqual({ chained: true, unfit: weakness === undefined ? [] : [weakness] });
  });
  it("cut off is no answer", () => {
    expect(() => parse(frame("chain", "a", ""))).toThrow("cut off");
  });
});
