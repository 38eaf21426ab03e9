/** What answers from elsewhere, judged: no host and no port is asked here. */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { auditResults } from "../../generate/results-schema.ts";
import { leftOut } from "../../src/audit/engine.ts";
import { askFromHere } from "../../src/audit/outside.ts";
import { formats } from "../../src/reports/formats.ts";
import { formatNames } from "../../src/reports/names.ts";
import { plainPage } from "../../src/reports/page.ts";
import { doorChecks } from "../../src/running/door-checks.ts";
import { type AskedDoor, doorsOf, mostDoors, nameFor } from "../../src/running/doors.ts";
import { judgeDoors } from "../../src/running/judge.ts";
import type { PortAnswer, TlsSeen } from "../../src/transports/port.ts";
import type { HostIdentity } from "../../src/transports/transport.ts";
import { askedOf, auditOf, wholeOf } from "./recorded.ts";

fc.configureGlobal({ seed: 831610384 });

const now = Date.UTC(2027, 0, 31);
const day = 86_400_000;
const good: TlsSeen = { protocol: "TLSv1.3", takesOld: false, until: now + 60 * day };
const door = (answer: PortAnswer, more: Partial<AskedDoor> = {}): AskedDoor => ({
  port: 443,
  of: "web",
  role: "proxy",
  answer,
  ...more,
});
const tls = (more: Partial<TlsSeen> = {}) => door({ is: "tls", seen: { ...good, ...more } });
const http = (status: number, location?: string) => door({ is: "http", status, location }, { port: 80 });

/** Ids of what fails. */
const failing = (...doors: AskedDoor[]) =>
  judgeDoors({ doors, now, name: "www.example.com" })
    .filter(({ verdict }) => verdict === "fail")
    .map(({ id }) => id);
const data = (answer: PortAnswer) => door(answer, { port: 5432, of: "db", role: "data" });

describe("answers", () => {
  const rows: readonly [string, AskedDoor, readonly string[]][] = [
    ["good TLS", tls(), []],
    ["an old version beside", tls({ takesOld: true }), ["tls.versions"]],
    ["not believed", tls({ untrusted: "CERT_HAS_EXPIRED" }), ["tls.chain"]],
    ["another's", tls({ misnamed: "other.example" }), ["tls.name"]],
    ["two weeks to go", tls({ until: now + 14 * day }), ["tls.expiry"]],
    ["over", tls({ until: now - day }), ["tls.expiry"]],
    ["fifteen days to go", tls({ until: now + 15 * day }), []],
    ["HTTP that sends on", http(308, "https://www.example.com/"), []],
    ["HTTP that answers", http(200), ["tls.redirect"]],
    ["HTTP that sends to HTTP", http(301, "http://www.example.com/"), ["tls.redirect"]],
    ["a database that answers", data({ is: "other" }), ["exposure.reached"]],
    ["a database that is closed", data({ is: "refused" }), []],
    ["a database that is silent", data({ is: "silent", why: "no answer within 4 s" }), []],
    ["a proxy that speaks something else", door({ is: "other" }), []],
  ];
  it.each(rows)("%s", (_what, asked, wanted) => expect(failing(asked)).toEqual(wanted));

  it("each of its own, and none of them hides another's", () => {
    expect(failing(tls(), tls({ takesOld: true }), data({ is: "other" }))).toEqual([
      "exposure.reached",
      "tls.versions",
    ]);
    const checks = judgeDoors({ doors: [tls()], now, name: undefined });
    expect(checks.map(({ id, verdict }) => `${id} ${verdict}`)).toContain("tls.name not applicable");
    for (const { id, why } of doorChecks) expect(why, id).not.toBe("");
  });
});

describe("the ports to be asked", () => {
  const { containers } = askedOf("debian13");
  const listener = (port: number, address = "0.0.0.0", protocol: "tcp" | "udp" = "tcp") => ({
    protocol,
    address,
    port,
    process: "nginx",
  });

  it("are those of containers and of the host, each once, and none of the loopback", () => {
    const [first] = containers;
    const published = [
      {
        ...first!,
        name: "db",
        image: "postgres:16",
        ports: {
          "5432/tcp": [{ HostIp: "0.0.0.0", HostPort: "5432" }],
          "9000/tcp": [{ HostIp: "127.0.0.1", HostPort: "9000" }],
          "53/udp": [{ HostIp: "0.0.0.0", HostPort: "53" }],
          "80/tcp": null,
        },
      },
    ];
    const listeners = [
      listener(5432),
      listener(443, "::"),
      listener(443),
      listener(25, "127.0.0.1"),
      listener(123, "0.0.0.0", "udp"),
    ];
    expect(doorsOf(published, { listeners, connected: [] }, [])).toEqual([
      { port: 5432, of: "db", role: "data" },
      { port: 443, of: "nginx", role: "the host's" },
    ]);
    const many = Array.from({ length: 200 }, (_, index) => listener(index + 1));
    const asked = doorsOf(published, { listeners: many, connected: [] }, []).slice(0, mostDoors);
    expect(asked.map(({ port }) => port)).toContain(5432);
    expect(doorsOf([], undefined, [])).toEqual([]);
  });

  it("that are left out are told", () => {
    const many = Array.from({ length: mostDoors + 3 }, (_, index) => listener(index + 1));
    const all = doorsOf([], { listeners: many, connected: [] }, []);
    expect(leftOut(all)).toMatchObject([
      { message: expect.stringContaining(`${all.length} open ports 3 were`) },
    ]);
    expect(leftOut(all.slice(3))).toEqual([]);
  });

  it("are a database's where another container publishes the same port, on another address", () => {
    const on = (image: string, HostIp: string) => ({
      ...containers[0]!,
      name: image,
      image,
      ports: { "80/tcp": [{ HostIp, HostPort: "8000" }] },
    });
    const all = [on("nginx:1", "10.0.0.1"), on("redis:7", "10.0.0.2")];
    expect(doorsOf(all, undefined, [])).toEqual([{ port: 8000, of: "redis:7", role: "data" }]);
  });

  test("a name is one that a certificate can have", () => {
    expect(["www.example.com", "web1", "10.0.0.5", "2001:db8::1", "a.b"].map(nameFor)).toEqual([
      ...["www.example.com", undefined, undefined, undefined, "a.b"],
    ]);
    fc.assert(fc.property(fc.string(), (text) => /^[\w.-]*$/.test(nameFor(text) ?? "")));
  });
});

describe("asking from here", () => {
  const doors = [443, 22].map((port) => ({ port, of: "x", role: "other" }) as const);
  const ask = async (ssh: object | undefined) => {
    const asked: object[] = [];
    const identity = { login: "root", privilege: { level: "root" }, ...(ssh && { ssh }) } as HostIdentity;
    const outside = await askFromHere({ identity }, doors, {
      ca: "PEM",
      name: "www.example.com",
      ports: {
        signal: new AbortController().signal,
        askPort: async (door) => {
          asked.push(door);
          return { is: "refused" };
        },
      },
    });
    return { outside, asked };
  };

  it("asks each port of the very address that ssh came to", async () => {
    const { outside, asked } = await ask({ address: "192.0.2.5", direct: true });
    const more = { address: "192.0.2.5", name: "www.example.com", ca: "PEM" };
    expect(asked).toEqual([443, 22].map((port) => ({ ...more, port })));
    expect("doors" in outside && outside.doors.map(({ port }) => port)).toEqual([22, 443]);
  });

  it("leaves sshd's own port in peace: this run has come in by it", async () => {
    const { outside, asked } = await ask({ address: "192.0.2.5", port: 22, direct: true });
    expect(asked).toHaveLength(1);
    expect(outside).toMatchObject({ doors: [{ port: 22, answer: { is: "other" } }, { port: 443 }] });
  });

  it("asks neither this machine nor an address that only a jump host knows", async () => {
    for (const ssh of [undefined, { address: "10.0.0.5", direct: false }]) {
      const { outside, asked } = await ask(ssh);
      expect(asked).toEqual([]);
      expect(outside).toHaveProperty("why");
    }
  });
});

it("is told in every format, as its schema has it", () => {
  const audited = wholeOf(auditOf(askedOf("debian13")));
  const doors = [tls({ misnamed: "other.example" }), data({ is: "other" }), http(200)];
  const checks = [...audited.checks, ...judgeDoors({ doors, now, name: "www.example.com" })];
  const value = { ...audited, checks, outside: { doors } };
  const report = [{ target: "web1", ok: true, value, verdict: "fail", status: 2 }] as const;
  const text = formats.text.audit(report, plainPage);
  expect(text).toMatch(/^ {2}443\/tcp +web +open, TLSv1\.3$/m);
  expect(text).toMatch(/^ {2}5432\/tcp +db +open$/m);
  expect(text).toContain("exposure.reached");
  for (const name of formatNames) expect(formats[name].audit(report, plainPage), name).toContain("tls.name");
  const data_ = JSON.parse(formats.json.audit(report, plainPage));
  expect(auditResults.safeParse(data_).error).toBeUndefined();
  const none = wholeOf(
    auditOf({ engine: "stopped", host: askedOf("debian13").host, rootless: false, left: 0 }),
  );
  const bare = [{ ...report[0], value: { ...none, checks, outside: { doors } } }] as const;
  expect(formats.text.audit(bare, plainPage)).toMatch(
    /the engine doesn't run\n[\s\S]*443\/tcp[\s\S]*tls\.name/,
  );
});
