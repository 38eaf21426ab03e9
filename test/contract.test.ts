import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { runChecks } from "../src/assess/checks.ts";
import { controls } from "../src/controls/index.ts";
import type { Facts, RawFact } from "../src/facts/probe.ts";
import { parseRecorded } from "../src/facts/recorded.ts";
import { library } from "../src/host/library.ts";
import { bareNext } from "../src/next.ts";
import { lazy } from "../src/once.ts";
import { visitOf } from "../src/plan/access.ts";
import { inputOf } from "../src/plan/input.ts";
import { hostOf } from "../src/plan/planner.ts";
import { look } from "../src/run/look.ts";
import { sampleRows } from "./setup/sample.ts";

const tool = "0";
const hosts = ["debian12", "debian13"].map((name, turn) => {
  const file = new URL(`fixtures/hosts/${name}.json`, import.meta.url);
  return { name, turn, recorded: parseRecorded(readFileSync(file, "utf8")) };
});
const anywhere = ["0.0.0.0/0", "::/0"];

function profileWith(sections: Record<string, unknown>, from = anywhere) {
  return { name: "test", digest: "", access: { from }, sections, git: undefined, nearby: [] } as never;
}

/** What a function gives, or why it doesn't. */
function attempt<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    return String(error);
  }
}

/** By modules that remember nothing of what came before, nor of it in that order: what did makes no difference. */
const lookAnew = lazy(async () => {
  vi.resetModules();
  return (await import("../src/run/look.ts")).look;
});

describe.each(controls)("the control $id", (control) => {
  const params = control.schema.parse({});

  it("has a default for every parameter, and describes each", () => {
    for (const [name, field] of Object.entries(control.schema.shape))
      expect((field as { description?: string }).description, name).toBeTruthy();
  });

  it("names its checks after itself, each once, and needs only facts that it asks for", () => {
    const ids = control.checks.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, title, needs } of control.checks) {
      expect(id.startsWith(`${control.id}.`)).toBe(true);
      expect(title).toBeTruthy();
      expect(
        needs.filter((name) => !(name in control.probes(params, visitOf({ login: "root", via: "ssh" }, {})))),
      ).toEqual([]);
    }
  });

  it("asks only collectors that there are", () => {
    const asked = Object.values(control.probes(params, visitOf({ login: "root", via: "ssh" }, {})));
    for (const { collector } of asked) expect(library).toContain(`\ncollect_${collector}() {`);
  });

  // What is read out of a text that hosts share is kept; whatever differs must be seen all the same.
  const alike = sampleRows(`fleets for ${control.id}`, hosts, 1, ({ name }) => name);
  it.each(alike)("plans each host of a fleet like $name by its own facts", async ({ recorded, turn }) => {
    const profile = profileWith({ [control.id]: { ...params, enabled: true, apply: true } }, [
      "192.0.2.0/24",
    ]);
    const choice = { profile, only: [], skip: [] };
    const plan = (facts: Facts, caller: string, make = look) =>
      attempt(() => {
        const transport = { identity: { ...recorded.identity, callerAddress: caller } } as never;
        return JSON.stringify(make(facts, { choice, target: "t", tool, next: bareNext, transport }).plan);
      });
    const visit = visitOf({ login: "root", via: "ssh" }, {});
    const read = new Set(Object.values(control.probes(params, visit)).map(({ collector }) => collector));
    const keys = [...recorded.facts.keys()].filter((key) => read.has(key.split("\0")[0] as never));
    expect(keys.length).toBeGreaterThan(0);
    // As collect does it: equal answers are one object.
    const known = new Map<string, RawFact>();
    const shared = (raw: RawFact) => {
      const name = `${raw.state} ${raw.data.toString("latin1")}`;
      known.set(name, known.get(name) ?? raw);
      return known.get(name)!;
    };
    const edited = (edit: (text: string) => string, which: readonly string[] = keys) =>
      new Map(
        [...recorded.facts].map(([key, raw]) => {
          const text = raw.data.toString("latin1");
          const data = which.includes(key) ? Buffer.from(edit(text), "latin1") : raw.data;
          return [key, shared({ state: data.length === 0 ? "absent" : raw.state, data })];
        }),
      );
    const half = (text: string) => text.slice(0, text.length / 2);
    const turned = (text: string) => text.replace(/[01](?=\n|$)/g, (digit) => String(1 - Number(digit)));
    const shut = (text: string) =>
      text.replace(/ v4\n/, "$&*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -s 192.0.2.1/32 -j DROP\nCOMMIT\n");
    const glob = (text: string) =>
      text.replace(
        /\nE no\n/,
        "\nN /etc/sysctl.d/zz.conf$&F /etc/sysctl.d/zz.conf\nL net.ipv4.conf.*.rp_filter=0\n",
      );
    const renamed = (text: string) => glob(text).replaceAll("eth0", "eth9");
    const fleet = [
      edited(() => ""),
      ...[shut, glob, renamed].map((edit) => edited(edit)),
      // Each on one of the two: what is kept of a text knows no release.
      ...[() => "", half, turned].flatMap((edit) =>
        keys.filter((_, index) => index % 2 === turn).map((key) => edited(edit, [key])),
      ),
      edited((text) => text),
    ];
    const callers = ["192.0.2.1", "192.0.2.2"];
    const all = [
      ...fleet.map((facts, index) => ({ facts, caller: callers[index % 2]! })),
      ...callers.map((caller) => ({ facts: fleet[0]!, caller })),
      ...callers.map((caller) => ({ facts: fleet.at(-1)!, caller })),
    ];
    const plans = all.map(({ facts, caller }) => plan(facts, caller));
    const anew = await lookAnew();
    const turnedRound = all.toReversed().map(({ facts, caller }) => plan(facts, caller, anew));
    for (const [index, each] of turnedRound.toReversed().entries()) expect(plans[index]).toBe(each);
  });

  it.each(hosts)("plans $name: every claim can be compared, every check gives a verdict", ({ recorded }) => {
    const choice = {
      profile: profileWith({ [control.id]: { ...params, enabled: true, apply: true } }),
      only: [],
      skip: [],
    };
    const gathered = look(recorded.facts, {
      choice,
      target: "recorded",
      tool,
      next: bareNext,
      transport: recorded as never,
    });
    const host = hostOf(recorded.facts);
    const { managed, facts, access } = gathered;
    expect(
      control.desired(inputOf({ control, params, mode: "apply" }, { facts, access, host })),
    ).toBeInstanceOf(Array);
    expect(gathered.plan.findings.filter(({ message }) => /was not collected/.test(message))).toEqual([]);
    const all = runChecks({ managed, facts, access, host });
    const verdicts = all.filter((report) => report.control === control.id);
    expect([...new Set(verdicts.map(({ id }) => id))]).toEqual(control.checks.map(({ id }) => id));
    const told = verdicts.map(({ id, object, found }) => JSON.stringify([id, object, found]));
    expect(new Set(told).size).toBe(told.length);
    for (const { verdict, found } of verdicts) if (verdict !== "pass") expect(found).toBeTruthy();
  });

  it.each(hosts)("plans $name twice alike: a plan is made of nothing but the facts", ({ recorded }) => {
    const choice = {
      profile: profileWith({ [control.id]: { ...params, enabled: true, apply: true } }),
      only: [],
      skip: [],
    };
    const make = () =>
      JSON.stringify(
        look(recorded.facts, { choice, target: "t", tool, next: bareNext, transport: recorded as never })
          .plan,
      );
    expect(make()).toBe(make());
  });
});
