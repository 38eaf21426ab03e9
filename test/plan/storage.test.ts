/** What a reset would lose: the way back of a run, and what a profile sets. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runChecks } from "../../src/assess/checks.ts";
import { controls } from "../../src/controls/index.ts";
import { probeKey, type RawFact } from "../../src/facts/probe.ts";
import { parseRecorded } from "../../src/facts/recorded.ts";
import { storage } from "../../src/facts/storage.ts";
import { bareNext } from "../../src/next.ts";
import { hostOf } from "../../src/plan/planner.ts";
import { look } from "../../src/run/look.ts";

const file = new URL("../fixtures/hosts/debian13.json", import.meta.url);
const recorded = parseRecorded(readFileSync(file, "utf8"));

const more: Readonly<Record<string, object>> = { accounts: { users: [{ name: "op", sudo: "nopasswd" }] } };

interface Wanted {
  readonly id: string;
  readonly apply?: boolean;
}

/** What the host says, with a text in place of another. */
type Swap = readonly [collector: string, from: RegExp, to: string];

const swapped = ([collector, from, to]: Swap) =>
  [...recorded.facts].map(([key, { state, data }]) => {
    const text = data.toString("latin1");
    const other = key.split(/\W/, 1)[0] === collector ? text.replaceAll(from, to) : text;
    return [key, { state, data: Buffer.from(other, "latin1") }] as const;
  });

/** Findings on storage, and the verdicts, where the host says this of its storage. */
function seen({ id, apply = true }: Wanted, state: RawFact["state"], text: string, swap?: Swap) {
  const control = controls.find((each) => each.id === id)!;
  const sections = { [id]: { ...control.schema.parse(more[id] ?? {}), enabled: true, apply } };
  const profile = { name: "p", digest: "", access: { from: ["0.0.0.0/0", "::/0"] }, nearby: [], waivers: [] };
  const choice = { profile: { ...profile, sections }, only: [], skip: [] } as never;
  const facts = new Map([
    ...(swap === undefined ? recorded.facts : swapped(swap)),
    [probeKey(storage), { state, data: Buffer.from(text) }] as const,
  ]);
  const gathered = look(facts, {
    choice,
    target: "t",
    tool: "0",
    next: bareNext,
    transport: recorded as never,
  });
  const findings = gathered.plan.findings.flatMap(({ id, level }) =>
    id === "host.storage" || id === "host.way-back" ? [`${level} ${id}`] : [],
  );
  const reports = runChecks({ ...gathered, host: hostOf(facts) }).filter((report) => report.control === id);
  return {
    findings,
    verdicts: new Map(reports.map(({ id, object, verdict }) => [`${id} ${object}`, verdict])),
  };
}

const lasting = (id: string) => seen({ id }, "present", "end\n").verdicts;
const passes = (verdicts: ReadonlyMap<string, string>) =>
  [...verdicts].flatMap(([id, verdict]) => (verdict === "pass" ? [id] : []));
const later = (verdicts: ReadonlyMap<string, string>) =>
  [...verdicts].flatMap(([id, verdict]) => (verdict === "until the next boot" ? [id] : []));

interface Row extends Wanted {
  readonly place: string;
  readonly fate?: "unsure";
  readonly finding?: string;
  /** What it does not touch. */
  readonly rest?: RegExp;
}

const rows: readonly Row[] = [
  { id: "ssh", place: "/etc/ssh", finding: "block host.storage" },
  { id: "ssh", place: "/etc/ssh/sshd_config.d", finding: "block host.storage" },
  { id: "ssh", place: "/root", finding: "block host.storage" },
  { id: "accounts", place: "/home", finding: "warn host.storage" },
  { id: "ssh", place: "/etc/shadow", finding: "block host.storage" },
  { id: "ssh", place: "/etc/ssh", fate: "unsure", finding: "warn host.storage" },
  { id: "ssh", place: "/etc/ufw", rest: /./ },
  { id: "ssh", place: "/home/other", rest: /./ },
  { id: "firewall", place: "/etc/ufw/before.rules", finding: "block host.storage" },
  { id: "firewall", place: "/etc/default/ufw", finding: "block host.storage" },
  { id: "firewall", place: "/etc/ufw", apply: false },
  { id: "sysctl", place: "/etc/sysctl.d", finding: "warn host.storage" },
  { id: "sysctl", place: "/etc/resolv.conf", rest: /./ },
  { id: "fail2ban", place: "/etc/fail2ban", finding: "warn host.storage" },
  { id: "fail2ban", place: "/etc/fail2ban/filter.d", finding: "warn host.storage" },
  { id: "updates", place: "/etc/apt/apt.conf.d", finding: "warn host.storage" },
  {
    id: "permissions",
    place: "/etc/sudoers.d",
    finding: "warn host.storage",
    rest: /^(?!permissions.sudoers)/,
  },
  { id: "logging", place: "/var/log", finding: "warn host.storage", rest: /^(?!logging.persistent)/ },
];

describe.each(rows)("$place of $id, $fate", ({ place, fate = "gone", finding, rest = /^$/, ...wanted }) => {
  it("is what it makes of findings and of what passes", () => {
    const { findings, verdicts } = seen(wanted, "present", `${fate}\t${place}\tit is so\nend\n`);
    expect(findings).toEqual(finding === undefined ? [] : [finding]);
    const before = passes(lasting(wanted.id));
    expect(later(verdicts).sort()).toEqual(
      [...later(lasting(wanted.id)), ...before.filter((id) => !rest.test(id))].sort(),
    );
    expect(passes(verdicts)).toEqual(before.filter((id) => rest.test(id)));
  });
});

it.each(["/var/lib/harden", "/var/lib/harden/runs", "/var", "/etc/systemd/system", "/"])(
  "a run is blocked when %s would be lost",
  (place) => {
    expect(seen({ id: "auditd" }, "present", `unsure\t${place}\tit is so\nend\n`).findings).toContain(
      "block host.way-back",
    );
  },
);

it("storage of which nothing is known blocks, and nothing passes", () => {
  const { findings, verdicts } = seen({ id: "permissions" }, "unknown", "the mount table could not be read");
  expect(findings).toContain("block host.way-back");
  expect(passes(verdicts)).toEqual([]);
});

it("a place that lasts below one that does not is as good as any", () => {
  const { findings } = seen(
    { id: "sysctl" },
    "present",
    "gone\t/etc\tit is so\nlasts\t/etc/sysctl.d\t\nend\n",
  );
  expect(findings).toEqual(["block host.way-back", "warn host.storage"]);
  const below = seen({ id: "updates" }, "present", "gone\t/etc/ufw\tit is so\nlasts\t/etc/ufw/x\t\nend\n");
  expect([below.findings, passes(below.verdicts)]).toEqual([[], passes(lasting("updates"))]);
});

describe("what lets people in, and lies where each boot begins anew", () => {
  const of = (...swap: Swap) => seen({ id: "ssh" }, "present", "gone\t/run\ta tmpfs\nend\n", swap);
  it.each<Swap>([
    ["authorized_keys", /\/root\/\.ssh\/authorized_keys(?!2)/g, "/run/keys/root"],
    ["sshd_effective", /hostkey \/etc\/ssh\//g, "hostkey /run/keys/"],
    ["sshd_effective", /revokedkeys none/g, "revokedkeys /run/keys/revoked"],
    ["accounts", /:\/root:\/bin\/bash/g, ":/root:/run/bin/bash"],
    ["sshd_files", /file \/etc\/ssh\/sshd_config\.d\//g, "file /run/ssh/"],
  ])("%s", (...swap) => {
    const { findings, verdicts } = of(...swap);
    expect(findings).toEqual(["warn host.storage"]);
    expect(passes(verdicts)).toEqual([]);
    expect(later(verdicts)).not.toEqual([]);
  });

  it("but for keys beside others that last, and the pid file", () => {
    const { findings, verdicts } = of("authorized_keys", /authorized_keys2/g, "authorized_keys2");
    expect([findings, passes(verdicts)]).toEqual([[], passes(lasting("ssh"))]);
  });
});

it("the rows are about checks that pass on this host", () => {
  const ids = [...new Set(rows.map(({ id }) => id))].filter((id) => passes(lasting(id)).length > 0);
  expect(ids).toEqual(expect.arrayContaining(["ssh", "firewall", "fail2ban", "permissions"]));
});
