/** What each check reads: said in its record, and true of what its test asks for on a recorded host. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { catalogue } from "../../src/assess/catalogue.ts";
import { everyCheck } from "../../src/audit/every-check.ts";
import { type ReadSource, type Reads, reasonOf, sourcesOf } from "../../src/checks/reads.ts";
import { accessOf } from "../../src/controls/access.ts";
import { controls } from "../../src/controls/index.ts";
import { type Collector, type Probes, readAll } from "../../src/facts/probe.ts";
import { parseRecorded } from "../../src/facts/recorded.ts";
import { type Control, Input } from "../../src/plan/control.ts";
import { hostOf } from "../../src/plan/planner.ts";

/** Collectors that ask what runs; all others read what is stored. */
const tells: Partial<Record<Collector, readonly ReadSource[]>> = {
  rules: ["kernel"],
  sysctl: ["kernel"],
  kernel_values: ["kernel"],
  net_state: ["kernel"],
  audit: ["kernel", "process"],
  fail2ban: ["process", "kernel"],
  forwarder: ["process", "kernel"],
  unit: ["process"],
  docker: ["process"],
  container_logs: ["process"],
  changed_since: ["process"],

  journals: ["process"],
  inventory: ["kernel"],
  ssh_servers: ["process"],
  sshd_start: ["process"],
  renewal: ["process"],
  // With the pid file, which sshd writes whenever it reads them.
  sshd_files: ["process"],
};
const isLive = (source: ReadSource) => source === "process" || source === "kernel";
const liveOf = (probes: readonly Probes[string][]) =>
  new Set(probes.flatMap(({ collector }) => tells[collector] ?? []));

const hosts = ["debian12", "debian13"].map((name) => {
  const file = new URL(`../fixtures/hosts/${name}.json`, import.meta.url);
  return parseRecorded(readFileSync(file, "utf8"));
});

/** By check: the probes whose facts its test asks for, on any of the hosts; undefined where it applies to none. */
function askedBy(control: Control): ReadonlyMap<string, readonly Probes[string][]> {
  const asked = new Map<string, Probes[string][]>();
  const params = control.schema.parse({});
  for (const { facts, identity } of hosts) {
    const connection = { login: "root", via: "ssh" } as const;
    const profileAccess = { from: ["0.0.0.0/0"] };
    const access = accessOf({ profileAccess, sshParams: {}, facts, connection, ...identity });
    const probes = control.probes(params, access.visit);
    for (const check of control.checks) {
      const seen: Probes[string][] = [];
      const read = new Proxy(readAll(facts, probes), {
        get: (all, name: string) => {
          if (name in probes) seen.push(probes[name]!);
          return all[name];
        },
      });
      const input = new Input(control, { params, facts: read, access, host: hostOf(facts) });
      for (const name of check.needs) void input.facts[name];
      if (check.test(input).verdict === "not applicable") continue;
      asked.set(check.id, [...(asked.get(check.id) ?? []), ...seen]);
    }
  }
  return asked;
}

it("no record says that it reads a file alone without a reason", () => {
  // @ts-expect-error no reason
  const file: Reads = ["file"];
  // @ts-expect-error no reason
  const later: Reads = ["next start", "file"];
  // @ts-expect-error the kernel would say more than the reason
  const both: Reads = { only: ["kernel"], because: "It is read anew." };
  // @ts-expect-error nothing is read
  const nothing: Reads = [];
  expect([file, later, both, nothing]).toHaveLength(4);
});

describe.each(catalogue.map((check) => [check.id, check] as const))("%s", (id, { reads }) => {
  it("names each thing that it reads once, and a reason, as a sentence, where nothing of it runs", () => {
    const sources = sourcesOf(reads);
    expect(new Set(sources).size).toBe(sources.length);
    const reason = reasonOf(reads);
    expect(reason === undefined).toBe(sources.some(isLive));
    if (reason !== undefined) expect(reason).toMatch(/^\S.{20,160}\.$/);
  });

  it("sends to checks that there are, and those of the host stand for it in lists and layers, too", () => {
    const groups = new Set(everyCheck.map((check) => check.id.split(".")[0]!));
    const named = [...(reasonOf(reads) ?? "").matchAll(/\b([a-z0-9]+)\.[a-z-]+/g)].flatMap(([name, group]) =>
      groups.has(group!) ? [name] : [],
    );
    const own = catalogue.find((check) => check.id === id)!;
    for (const name of named) {
      expect(everyCheck.map((check) => check.id)).toContain(name);
      const other = catalogue.find((check) => check.id === name);
      if (other === undefined) continue;
      expect(other.answers ?? []).toEqual(expect.arrayContaining([...(own.answers ?? [])]));
      expect(other.guards ?? []).toEqual(expect.arrayContaining([...(own.guards ?? [])]));
    }
  });
});

describe.each(controls.map((control) => [control.id, control] as const))("%s", (_id, control) => {
  const asked = askedBy(control);
  const params = control.schema.parse({});
  const all = Object.values(control.probes(params, { login: "root", planned: "root" } as never));

  it.each(control.checks.map((check) => [check.id, check.reads] as const))(
    "%s asks what it says of what runs",
    (id, reads) => {
      const live = liveOf(asked.get(id) ?? all);
      expect(sourcesOf(reads).filter((source) => isLive(source) && !live.has(source))).toEqual([]);
    },
  );
});
