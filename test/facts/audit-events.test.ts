import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AuditEvent, eventOf, grouped, sessionsOf } from "../../src/facts/audit-event.ts";
import { auditLog } from "../../src/facts/audit-log.ts";
import { type AuditRecord, parseAuditRecord } from "../../src/facts/audit-record.ts";
import { summaryOf } from "../../src/facts/audit-summary.ts";
import { sinceOf } from "../../src/features/events/since.ts";
import { eventsText } from "../../src/features/events/text.ts";
import type { HostEvents } from "../../src/features/events/work.ts";
import { plainPage } from "../../src/reports/page.ts";
import { stripControl } from "../../src/text.ts";

/** What auditd wrote on real kernels, and what aureport of the same release says of these files. */
const fixture = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../fixtures/audit/${name}`, import.meta.url)), "utf8");

const recordsOf = (text: string): readonly AuditRecord[] =>
  text.split("\n").flatMap((line) => parseAuditRecord(line) ?? []);

const eventsOf = (records: readonly AuditRecord[]): readonly AuditEvent[] =>
  grouped(records).flatMap((group) => eventOf(group, sessionsOf(records)) ?? []);

describe.each(["debian12", "debian13"])("the log of %s", (distro) => {
  const records = recordsOf(fixture(`${distro}.log`));
  const events = eventsOf(records);

  /** `NUMBER  NAME` of one of aureport's tables. */
  const counted = (title: string): readonly (readonly [string, number])[] =>
    fixture(`${distro}.aureport.txt`)
      .split("# aureport ")
      .find((table) => table.startsWith(title))!
      .split("\n")
      .slice(1, -1)
      .map((line) => [line.replace(/^\d+ {2}/, ""), Number.parseInt(line, 10)] as const)
      .sort();
  const ours = (rows: readonly { name: string; events: number }[]) =>
    rows.map(({ name, events }) => [name, events] as const).sort();

  it("is counted as aureport counts it", () => {
    const summary = summaryOf(records);
    expect(ours(summary.keys)).toEqual(counted("-k"));
    expect(ours(summary.logins)).toEqual(counted("-u"));
    expect(ours(summary.commands)).toEqual(counted("--comm"));
    const failed = summary.failedLogins.reduce((sum, each) => sum + each.events, 0);
    expect(failed).toBe(counted("-l").reduce((sum, [, each]) => sum + each, 0));
    expect(summary.failedLogins).toEqual([{ name: "(invalid user) from 10.0.2.2", events: failed }]);
  });

  it("says who did what, as whom and from where", () => {
    expect(events).toContainEqual(
      expect.objectContaining({
        keys: ["harden-sudoers"],
        kind: "files",
        command: "touch /etc/sudoers",
        login: { uid: 1000, name: "admin" },
        from: "10.0.2.2",
        user: { uid: 0, name: "root" },
        program: "/usr/bin/touch",
        folder: "/home/admin",
        files: [{ path: "/etc/sudoers", how: "changed" }],
      }),
    );
    expect(events).toContainEqual(
      expect.objectContaining({
        kind: "files",
        failed: "EACCES",
        user: { uid: 1000, name: "admin" },
        files: [{ path: "/etc/sudoers", how: "changed" }],
      }),
    );
    const moved = events.find(({ command }) => command === "mv /etc/shadow.new /etc/shadow");
    expect(moved?.files).toEqual([
      { path: "/etc/shadow.new", how: "removed" },
      { path: "/etc/shadow", how: "replaced" },
    ]);
    expect(moved?.login).toBeUndefined();
    expect(events).toContainEqual(
      expect.objectContaining({ kind: "command", command: "sudo -u root touch /etc/ssh/sshd_config.d/new" }),
    );
    expect(events.find(({ kind }) => kind === "rules")).toMatchObject({ change: "add_rule", files: [] });
  });

  it("has what a user made up as it is, and shows none of it as a line or a colour of ours", () => {
    const odd = events.find(({ program }) => program?.endsWith("/type=FAKE"));
    expect(odd).toMatchObject({
      program: '/tmp/a b"\n\u001b[31mred/type=FAKE',
      files: [{ path: "/etc/sudoers.d/evil auid=0 \u001b]0;x\u0007é", how: "created" }],
    });
    const value: HostEvents = { auditd: "read", since: 0, begins: 0, cut: false, events };
    const text = eventsText([{ target: "web1", ok: true, value }], plainPage);
    expect(text.split("\n")).toHaveLength(events.length + 1);
    expect(stripControl(text)).toBe(text);
    expect(text).toContain(
      "admin from 10.0.2.2 as root: changed /etc/sudoers, by /usr/bin/touch: touch /etc/sudoers in /home/admin  [harden-sudoers]",
    );
  });
});

/** The kernel's audit_log_untrustedstring. */
const untrusted = (text: string) =>
  /["\u0000-\u0020\u007f-\u{10ffff}]/u.test(text)
    ? Buffer.from(text).toString("hex").toUpperCase()
    : `"${text}"`;

const text = fc
  .string({ unit: "binary", minLength: 1, maxLength: 40 })
  .filter((each) => !each.includes("\0"));

it("reads back any name and any word of a command, and never takes one for a field of its own", () => {
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), text, text, (words, folder, name) => {
      const id = "msg=audit(1795727684.717:377):";
      const lines = [
        `type=SYSCALL ${id} arch=c000003e syscall=59 success=yes exit=0 auid=1000 euid=0 ses=3 comm=${untrusted(name)} exe=${untrusted(name)} key="k"\u001dAUID="anna" EUID="root"`,
        `type=EXECVE ${id} argc=${words.length} ${words.map((word, at) => `a${at}=${untrusted(word)}`).join(" ")}`,
        `type=CWD ${id} cwd=${untrusted(folder)}`,
      ];
      const [execve] = recordsOf(lines[1]!);
      expect(words.map((_, at) => execve!.fields.get(`a${at}`))).toEqual(words);
      expect(eventsOf(recordsOf(lines.join("\n")))).toMatchObject([
        { keys: ["k"], login: { uid: 1000, name: "anna" }, user: { uid: 0, name: "root" } },
      ]);
    }),
    { seed: 11, numRuns: 500, examples: [[["a b"], "/", 'x" auid=0 key="z']] },
  );
});

it("takes any line for a record or for nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (line) => {
      eventsOf(recordsOf(`type=SYSCALL msg=audit(1.000:1): key="k" ${line}`));
      summaryOf(recordsOf(line));
    }),
    { seed: 12, numRuns: 500 },
  );
});

const execve = (more: string) => `type=EXECVE msg=audit(1.000:1): ${more}`;

it("puts a long word together, and takes the kernel's word before a program's", () => {
  const lines = [
    `type=SYSCALL msg=audit(1.000:1): syscall=59 auid=1000 key=${Buffer.from("one\u0001two").toString("hex").toUpperCase()}`,
    execve('argc=2 a0="printf" a1_len=8 a1[0]="abcd"'),
    execve('a1[1]="efgh"'),
  ];
  expect(eventsOf(recordsOf(lines.join("\n")))).toMatchObject([
    { keys: ["one", "two"], command: "printf abcdefgh" },
  ]);
  const [lying] = recordsOf(
    "type=USER_LOGIN msg=audit(1.000:1): pid=1 auid=1000 msg='op=login acct=\"x\" auid=0 res=failed'",
  );
  expect(lying?.fields.get("auid")).toBe("1000");
});

describe("the answer of a host", () => {
  const probe = auditLog({ since: "today 00:00" });
  const frame = (word: string, content: string | Buffer) =>
    Buffer.concat([Buffer.from(`\n@ab ${word}\n`), Buffer.from(content)]);
  const record = 'type=USER_LOGIN msg=audit(5.000:1): acct="x" res=failed\n';
  const answer = (told: string, records: string | Buffer = gzipSync(record)) =>
    Buffer.concat([
      ...[frame("since 3", ""), frame("first", record), frame("told", "")],
      ...[frame("sessions", gzipSync("")), frame("told", "status 1"), frame("records", records)],
      frame("told", told),
    ]);

  it("has the records, from when on, and whether the log goes as far back", () => {
    const log = probe.parse(answer(""));
    expect(log).toMatchObject({ since: 3, begins: 5, cut: false, records: [{ type: "USER_LOGIN" }] });
    const silent = "auditd is not running";
    const value: HostEvents = { auditd: "read", since: 3, begins: 5, cut: true, silent, events: [] };
    const text = eventsText([{ target: "web1", ok: true, value }], plainPage);
    expect(text).toContain("The log begins at 1970-01-01T00:00:05Z, later than asked");
    expect(text).toContain("more than 20 MiB");
    expect(text).toContain("Nothing is being recorded now: auditd is not running.");
  });

  it("is no answer where ausearch failed, was stopped, or the bytes are cut off", () => {
    const none = gzipSync("");
    expect(probe.parse(answer("status 1", none)).records).toEqual([]);
    expect(probe.parse(answer("<no matches>\nstatus 1", none)).records).toEqual([]);
    expect(() => probe.parse(answer("Error parsing start date\nstatus 1", none))).toThrow("Error parsing");
    expect(() => probe.parse(answer("status 124", none))).toThrow("18 s");
    expect(() => probe.parse(answer("", gzipSync(record).subarray(0, 20)))).toThrow();
  });

  it("leaves the oldest event out where the host had more than it sent: a part of it may be missing", () => {
    const line = (serial: number, length: number) =>
      `type=USER_END msg=audit(5.000:${serial}): x=${"a".repeat(length)}\n`;
    const log = probe.parse(answer("", gzipSync(line(1, 9) + line(1, 9) + line(2, 20_971_521 - 130))));
    expect(log.cut).toBe(true);
    expect(log.records.map(({ serial }) => serial)).toEqual([2]);
  });
});

it("knows the words for a moment, and no others", () => {
  expect(sinceOf("today")).toBe("today 00:00");
  expect(sinceOf("1h30m")).toBe("5400 seconds ago");
  expect(sinceOf("2026-11-26")).toBe("2026-11-26 00:00");
  expect(sinceOf("2026-11-26T14:30")).toBe("2026-11-26 14:30");
  for (const wrong of [
    "",
    "0s",
    "5",
    "tomorrow",
    "2026-02-30",
    "2026-13-01",
    "2026-11-26T24:00",
    "constructor",
  ])
    expect(sinceOf(wrong), wrong).toBeUndefined();
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (typed) => {
      expect(sinceOf(typed) ?? "today 00:00").toMatch(
        /^(today 00:00|yesterday 00:00|\d+ seconds ago|\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?)$/,
      );
    }),
    { seed: 13, numRuns: 500 },
  );
});
