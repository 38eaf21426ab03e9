import { describe, expect, it } from "vitest";
import type { JournalLine, RunFact } from "../../src/facts/runs.ts";
import { runsText } from "../../src/features/runs/text.ts";
import { plainPage } from "../../src/reports/page.ts";

const line = (address: string, verb: string, object: string, before: string, after: string): JournalLine => ({
  time: "2026-11-25T14:00:07Z",
  address,
  verb,
  object,
  before,
  after,
});
const sysctl = (name: string) => {
  const key = `net.ipv4.conf.${name}.rp_filter`;
  return line(`sysctl/sysctl:${key}`, "sysctl", key, "0", "1");
};
const state = (hash: string) => `file ${hash.repeat(64)} 0644 root root`;
const journal = [
  sysctl("eth0"),
  sysctl("lo"),
  line("ssh/file:/etc/new", "file", "/etc/new", "no-folder", state("a")),
  line("ssh/file:/etc/a", "file", "/etc/a", state("a"), state("b")),
  line("ssh/file:/etc/a", "file", "/etc/a", state("b"), state("c")),
  line("ssh/file:/etc/b", "remove", "/etc/b", state("a"), "absent"),
  line("ssh/service:ssh.service", "service-reload", "ssh.service", "enabled active", "enabled active"),
];
const run: RunFact = {
  id: "20261125-140007-dc57cfcf",
  number: 1,
  state: "confirmed",
  time: "2026-11-25T14:00:07Z",

  who: "anna@laptop",
  profile: "production",
  digest: "d",
  commit: "-",
  dirty: false,
  result: "confirmed",
  asked: "",
  notes: [{ code: "third-version", object: "/etc/x", text: "somebody changed it, and it was kept" }],
  journal,
};
const text = (one: Partial<RunFact>, page = {}) =>
  runsText([{ target: "web1", ok: true, value: [{ ...run, ...one }] }], { ...plainPage, ...page }, true);

describe("one run", () => {
  it("has its changes as a plan has them, a thing each, and no hash of a file", () => {
    expect(text({}).split("\n").slice(2, -1)).toEqual([
      "      ~ net.ipv4.conf.{eth0,lo}.rp_filter 0 → 1",
      "      + /etc/new 0644 root:root",
      "      ~ /etc/a 0644 root:root",
      "      - /etc/b 0644 root:root",
      "      ~ reload ssh.service enabled active",
    ]);
  });

  it("that was rolled back says why, as far as that is known", () => {
    const back = { state: "rolled-back", result: "rolled-back clean asked" } as const;
    expect(text({ ...back, asked: "interrupted" })).toContain("  rolled back (interrupted)  by anna");
    expect(text(back)).toContain("  rolled back (asked)  by anna");
    const late = { ...back, result: "rolled-back clean timeout", asked: "interrupted" };
    expect(text(late)).toContain("  rolled back (timeout)  by anna");
  });

  it.each([
    ["waiting-for-dpkg", "process 7 (apt)", "waiting for another package manager: process 7 (apt)"],
    ["waiting-for-lock", "process 7 (ufw)", "waiting for another program's lock: process 7 (ufw)"],
    ["rollback-waits", "/etc is mounted read-only", "the rollback waits: /etc is mounted read-only"],
  ])("that is being rolled back says what it waits for: %s", (code, why, told) => {
    const notes = [{ code, object: "", text: why }];
    expect(text({ state: "rolling", result: "", notes })).toContain(`\n      ${told}\n`);
  });

  it("fits a terminal", () => {
    for (const each of text({}, { width: 60 }).split("\n")) expect(each.length).toBeLessThanOrEqual(60);
  });
});
