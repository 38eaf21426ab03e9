/** `apply: false`: measured, never changed. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runChecks } from "../../src/assess/checks.ts";
import { controls } from "../../src/controls/index.ts";
import { docker } from "../../src/facts/docker.ts";
import { unit } from "../../src/facts/files.ts";
import { type Facts, probeKey, type RawFact } from "../../src/facts/probe.ts";
import { parseRecorded } from "../../src/facts/recorded.ts";
import { bareNext } from "../../src/next.ts";
import { hostOf } from "../../src/plan/planner.ts";
import { units } from "../../src/platform.ts";
import { judge } from "../../src/run/judge.ts";
import { look } from "../../src/run/look.ts";
import type { Ports } from "../../src/run/ports.ts";

const file = new URL("../fixtures/hosts/debian13.json", import.meta.url);
const recorded = parseRecorded(readFileSync(file, "utf8"));
const raw = (text: string): RawFact => ({ state: "present", data: Buffer.from(text) });
/** With an engine, which doesn't run. */
const facts: Facts = new Map([
  ...recorded.facts,
  [probeKey(docker), raw(`\n@${"0".repeat(32)} started\n`)],
  [probeKey(unit(units.docker)), raw("ActiveState=inactive\nUnitFileState=disabled\n")],
]);
const ports = { version: "0", now: () => Date.parse("2027-01-31T23:59:59Z") } as Ports;

const gathered = (sections: Readonly<Record<string, { apply: boolean; [name: string]: unknown }>>) => {
  const whole = Object.entries(sections).map(([id, { apply, ...params }]) => {
    const control = controls.find((each) => each.id === id)!;
    return [id, { ...control.schema.parse(params), enabled: true, apply }];
  });
  const profile = { name: "p", digest: "", access: { from: ["0.0.0.0/0", "::/0"] }, nearby: [], waivers: [] };
  const choice = {
    profile: { ...profile, sections: Object.fromEntries(whole) },
    only: [],
    skip: [],
  } as never;
  return {
    choice,
    ...look(facts, {
      choice,
      target: "t",
      tool: ports.version,
      next: bareNext,
      transport: recorded as never,
    }),
  };
};

/** What a control needs to have something to say of this host, which has no certbot. */
const more: Readonly<Record<string, object>> = {
  accounts: { users: [{ name: "op", sudo: "nopasswd" }] },
  certificates: { domains: ["example.com"] },
};

/** What changes nothing whatever its section says. */
const onlyMeasures = ["privileges"];

describe.each(controls.map(({ id }) => id).filter((id) => !onlyMeasures.includes(id)))(
  "%s with apply: false",
  (id) => {
    it("changes nothing, says so, and its guards block nothing", () => {
      const applied = gathered({ [id]: { apply: true, ...more[id] } }).plan;
      expect([...applied.changes, ...applied.findings]).not.toEqual([]);
      const { plan } = gathered({ [id]: { apply: false, ...more[id] } });
      expect(plan.changes).toEqual([]);
      const findings = plan.findings.map(({ id: name, level, message }) => ({ name, level, message }));
      expect(findings).toEqual([
        {
          name: "profile.measured",
          level: "note",
          message: `${id} is only measured: its section says apply: false, so that no apply changes or gives back anything of it.`,
        },
      ]);
    });

    it("is checked all the same, and what fails is an audit", () => {
      const one = gathered({ [id]: { apply: false, ...more[id] } });
      const other = gathered({ [id]: { apply: true, ...more[id] } });
      const run = (each: typeof one) =>
        runChecks({ ...each, host: hostOf(each.facts) }).filter(({ control }) => control === id);
      // What is only told stays so.
      expect(run(one).map(({ role, measured }) => ({ role, measured }))).toEqual(
        run(other).map(({ role }) => ({ role: role === "advice" ? role : "audit", measured: true })),
      );
      const verdicts = (each: typeof one) => run(each).map(({ id: name, verdict }) => `${name} ${verdict}`);
      expect(verdicts(one)).toEqual(verdicts(other));
    });
  },
);

describe("ssh with apply: false", () => {
  it("leaves the planned way in as sshd has it now, whatever port the profile names", () => {
    expect(gathered({ ssh: { apply: true, port: 2222 } }).access.planned.ports).toEqual([2222]);
    const { access } = gathered({ ssh: { apply: false, port: 2222 } });
    expect(access.planned.ports).toEqual(access.now.ports);
  });
});

it("the day is that of UTC, and its last second counts", () => {
  const one = gathered({ ssh: { apply: false, port: 2222 } });
  const { choice } = one;
  const [bad] = judge(one, choice, ports).checks.filter(({ id }) => id === "ssh.port");
  const { id: check, object, found } = bad!;
  const waiver = { check, object, found, reason: "r", owner: "o", until: "2027-01-31" };
  const waiving = {
    ...(choice as { profile: object }),
    profile: { ...(choice as { profile: object }).profile, waivers: [waiver] },
  };
  const state = (now: number) =>
    judge(one, waiving as never, { now: () => now }).checks.find(({ id }) => id === check)?.waiver?.state;
  expect(state(ports.now())).toBe("waived");
  expect(state(ports.now() + 1000)).toBe("expired");
});
