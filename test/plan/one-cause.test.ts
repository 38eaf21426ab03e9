import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { controls } from "../../src/controls/index.ts";
import { parseCollected } from "../../src/facts/collect.ts";
import { file } from "../../src/facts/files.ts";
import { type Facts, probeKey, readFact } from "../../src/facts/probe.ts";
import { parseRecorded } from "../../src/facts/recorded.ts";
import { bareNext } from "../../src/next.ts";
import { look } from "../../src/run/look.ts";
import type { Privilege } from "../../src/transports/transport.ts";

const recorded = parseRecorded(
  readFileSync(new URL("../fixtures/hosts/debian13.json", import.meta.url), "utf8"),
);
const sections = Object.fromEntries(
  controls.map(({ id, schema }) => [id, { ...schema.parse({}), enabled: true, apply: true }]),
);
const profile = { name: "test", digest: "", access: { from: ["0.0.0.0/0", "::/0"] }, sections, nearby: [] };
const choice = { profile: profile as never, only: [], skip: [] };

function plan(facts: Facts, privilege: Privilege = { level: "root" }) {
  const transport = { identity: { ...recorded.identity, privilege } };
  return look(facts, { choice, target: "t", tool: "0", next: bareNext, transport });
}
const blocks = (...of: Parameters<typeof plan>) =>
  plan(...of).plan.findings.filter(({ level }) => level === "block");
const collectorOf = (key: string) => key.split("\0")[0]!;
/** As recorded, but that these collectors could tell nothing. */
const without = (why: string, ...collectors: readonly string[]): Facts =>
  new Map(
    [...recorded.facts].map(([key, raw]) => [
      key,
      collectors.includes(collectorOf(key)) ? { state: "unknown", data: Buffer.from(why) } : raw,
    ]),
  );

describe("a login without root's rights", () => {
  const secret = ["rules", "authorized_keys", "fail2ban", "unsettled", "owned", "audit"];
  const facts = new Map(
    [...without("needs root", ...secret)].map(([key, raw]) => {
      const text = raw.data.toString("latin1").replace("harden_uid=0", "harden_uid=1000");
      return [key, collectorOf(key) === "host" ? { ...raw, data: Buffer.from(text) } : raw];
    }),
  );

  it("is one finding, with the option where sudo wants a password", () => {
    expect(blocks(facts).length).toBeGreaterThan(1);
    const asks = { level: "none", why: "sudo asks for a password", wantsPassword: true } as const;
    expect(blocks(facts, asks)).toEqual([
      {
        control: "host",
        id: "host.no-rights",
        level: "block",
        message:
          "The login root is not root on this host, and sudo asks for a password: what only root may read of fail2ban, firewall, ssh is not in here, and an apply would be refused.",
        hint: "Give sudo's password: -K (--ask-sudo-password) asks for it once, --sudo-password-file FILE reads it; for hosts with different ones --ask-sudo-passwords, --sudo-passwords FILE.",
      },
    ]);
    const about = plan(facts, asks).about.filter(({ level }) => level !== "note");
    expect(about.map(({ id }) => id)).toEqual(["host.no-rights"]);
  });

  it("without sudo gets no such option, and is blocked though nothing needed root", () => {
    const none = { level: "none", why: "sudo is not installed" } as const;
    for (const known of [facts, recorded.facts]) {
      const [only, ...more] = blocks(known, none);
      expect(more).toEqual([]);
      expect(only?.message).toMatch(/^The login root is not root on this host, and sudo is not installed: /);
      expect(only?.hint).toBe("Log in as root, or as a login that may use sudo.");
    }
  });
});

describe("a collector that can tell nothing", () => {
  it.each([
    ["file", "No file could be read: gone."],
    ["package", "No package's state could be read: gone."],
    ["unit", "No unit's state could be read: gone."],
  ])("%s: is one finding", (collector, message) => {
    const found = blocks(without("gone", collector));
    expect(found).toMatchObject([{ id: "host.unread", message }]);
    expect(
      plan(without("gone", collector)).plan.findings.filter((each) => /: gone/.test(each.message)),
    ).toEqual(found);
  });

  it("is explained where systemd isn't the first process: that is the one finding", () => {
    const facts = new Map(
      [...recorded.facts].map(([key, raw]) => {
        const text = raw.data.toString("latin1").replace("harden_systemd=yes\n", "");
        if (collectorOf(key) === "host") return [key, { ...raw, data: Buffer.from(text) }];
        const none = { state: "unsupported", data: Buffer.from("systemd does not run here") } as const;
        return [key, collectorOf(key) === "unit" ? none : raw];
      }),
    );
    expect(blocks(facts).map(({ id }) => id)).toEqual(["host.no-systemd"]);
  });

  it("is no cause of what else could not be read, and not where it told something", () => {
    const [first] = [...recorded.facts].find(([key]) => collectorOf(key) === "file")!;
    const some = new Map([...without("gone", "file"), [first, recorded.facts.get(first)!]]);
    expect(blocks(some).map(({ id }) => id)).not.toContain("host.unread");
    expect(blocks(without("gone", "rules")).map(({ id }) => id)).toEqual(["firewall.rules-unreadable"]);
  });
});

it("what files hold is never the reason why they could not be read", () => {
  const nonce = "0a";
  const probes = [file("/etc/a"), file("/etc/b")];
  const printed = "ok /etc/a\nok /etc/b\n7 /etc/a\n7 /etc/b\n\nsecret\n";
  const stdout = Buffer.from(`\n@0a 0 begin\n\n@0a 0 0\n\n@0a 1 begin\n${printed}\n@0a 1 4\n\n@0a end\n`);
  const { facts } = parseCollected(probes, { stdout, stderr: Buffer.alloc(0), nonce });
  for (const probe of probes)
    expect(readFact(facts, probe)).toEqual({
      state: "unknown",
      why: "it was gone, or failed, while it was read",
    });
});

it("a program's reason quotes nothing of a file", () => {
  const probe = file("/etc/a");
  const data = Buffer.from('/etc/ssh/sshd_config line 3: unsupported option "Zq7Word".\n');
  for (const state of ["unknown", "unsupported"] as const)
    expect(readFact(new Map([[probeKey(probe), { state, data }]]), probe)).toEqual({
      state,
      why: '/etc/ssh/sshd_config line 3: unsupported option "…".',
    });
});

it("a parser's reason quotes nothing of a file", () => {
  const probe = {
    collector: "docker",
    args: [],
    parse: (data: Buffer) => JSON.parse(data.toString()),
  } as const;
  const data = Buffer.from('{"a": Zq7Word');
  expect(readFact(new Map([[probeKey(probe), { state: "present", data }]]), probe)).toMatchObject({
    state: "unknown",
    why: expect.not.stringContaining("Zq7"),
  });
});
