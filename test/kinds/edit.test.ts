/** Edits of one file by several controls: folded into one change, owned by key, let go in any order. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineControl } from "../../src/controls/define.ts";
import type { Key, Value } from "../../src/edits/index.ts";
import { backups } from "../../src/facts/backups.ts";
import { debianPackage, file } from "../../src/facts/files.ts";
import { host } from "../../src/facts/host.ts";
import { absent, type Facts, probeKey, type RawFact } from "../../src/facts/probe.ts";
import { storage } from "../../src/facts/storage.ts";
import type { EditResource } from "../../src/kinds/edit-keys.ts";
import type { Step } from "../../src/kinds/index.ts";
import type { Claim } from "../../src/plan/claim.ts";
import type { Control } from "../../src/plan/control.ts";
import { type Owned, owned } from "../../src/plan/owned.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { makePlan } from "../../src/plan/planner.ts";
import { quoteAll } from "../../src/quote.ts";
import { access } from "../controls/facts.ts";
import { group } from "../controls/record.ts";

const path = "/etc/docker/daemon.json";
type Wish = Pick<EditResource, "set" | "unset"> & Partial<EditResource>;

const control = (id: string, wish: Wish): Control =>
  defineControl({
    id,
    title: id,
    ...group,
    rationale: "",
    schema: z.strictObject({}),
    probes: () => ({ file: file(path) }),
    desired: (): readonly Claim[] => [
      {
        control: id,
        reason: `${id} wants it.`,
        resource: {
          kind: "edit",
          path,
          format: "json",
          missing: "create",
          mode: "0644",
          owner: "root",
          group: "root",
          ...wish,
        },
      },
    ],
    guard: () => [],
    checks: [],
  });

const present = (data: Buffer): RawFact => ({ state: "present", data });
const frames = (all: ReadonlyMap<number, Buffer>) =>
  Buffer.concat(
    [...all].map(([number, content]) => Buffer.concat([Buffer.from(`\n@a1 backup ${number}\n`), content])),
  );

/** A host as plans see it; steps are done as the runtime does them. */
class Host {
  private readonly saved = new Map<string, ReadonlyMap<number, Buffer>>();
  private manifest = new Map<string, string>();
  private runs = 0;

  constructor(
    public content: Buffer | undefined,
    private readonly more: readonly (readonly [string, RawFact])[] = [],
  ) {}

  facts(): Facts {
    const stat = (content: Buffer) =>
      present(
        Buffer.concat([Buffer.from(`81a4 644 root root ${content.length} '${path}'\n--------\n\n`), content]),
      );
    const facts: [string, RawFact][] = [
      [
        probeKey(host),
        present(Buffer.from("ID=debian\nharden_systemd=yes\nharden_uid=0\nharden_machine_id=m\n")),
      ],
      [probeKey(storage), present(Buffer.from("end\n"))],
      [
        probeKey(file(path)),
        this.content === undefined ? { ...absent, data: Buffer.alloc(0) } : stat(this.content),
      ],
      ...[...this.saved].map(([run, all]): [string, RawFact] => [
        probeKey(backups(run)),
        present(frames(all)),
      ]),
    ];
    return new Map([...facts, ...this.more]);
  }

  owned(): Owned {
    return owned.parse(Buffer.from(`${[...this.manifest.values()].sort().join("")}.\n`));
  }

  plan(controls: readonly (readonly [Control, boolean])[]): Plan {
    const managed = controls.map(([each, on]) => ({
      control: each,
      params: {},
      mode: on ? ("apply" as const) : ("off" as const),
    }));
    const about = { tool: "0", target: "t", profile: { name: "p", digest: "" } };
    return makePlan({ managed, facts: this.facts(), access, owned: this.owned(), ...about });
  }

  apply(plan: Plan): void {
    expect(plan.findings.filter(({ level }) => level === "block")).toEqual([]);
    const run = `r${++this.runs}`;
    for (const step of plan.changes.flatMap(({ steps }) => steps)) this.step(run, step);
  }

  private step(run: string, step: Step): void {
    if (step.verb !== "edit") throw new Error(step.verb);
    const before = this.content === undefined ? ["absent"] : ["file", "0", "0644", "root", "root"];
    if (this.content !== undefined) this.saved.set(run, new Map([[1, this.content]]));
    this.content = step.content === "absent" ? undefined : step.content.value;
    for (const { address } of [step.release ?? []].flat()) this.manifest.delete(address);
    const own = (address: string, who: string, words: readonly string[]) => {
      const line = `${address}\t${who}\t${run}\t${quoteAll([...words])}\n`;
      if (!this.manifest.has(address)) this.manifest.set(address, line);
    };
    if (step.own) own(step.own.address, step.own.control, ["file", path, run, "1", ...before]);
    for (const { address, control: who, key, digest } of step.keys) {
      own(address, who, ["edit", path, JSON.stringify(step.format), JSON.stringify(key), run, "1", digest]);
      this.manifest.set(address, this.manifest.get(address)!.replace(/'[0-9a-f]{32}'\n$/, `'${digest}'\n`));
    }
  }
}

const logs = control("logs", {
  set: [
    [["log-opts", "max-size"], "10m"],
    [["live-restore"], true],
  ],
  unset: [],
});
const safety = control("safety", {
  set: [
    [["no-new-privileges"], true],
    [["live-restore"], true],
  ],
  unset: [["debug"]],
});
const theirs = Buffer.from('{\n  "debug": true,\n  "dns": ["10.0.0.1"]\n}\n');
const values = (it: Host) => (it.content === undefined ? undefined : JSON.parse(it.content.toString()));

describe("edits of one file", () => {
  it("of two controls are one change, and stay so", () => {
    const web = new Host(theirs);
    const both = [
      [logs, true],
      [safety, true],
    ] as const;
    const plan = web.plan(both);
    expect(plan.changes).toMatchObject([
      { address: `logs/edit:${path}`, reason: "logs wants it. safety wants it." },
    ]);
    web.apply(plan);
    expect(values(web)).toEqual({
      dns: ["10.0.0.1"],
      "log-opts": { "max-size": "10m" },
      "live-restore": true,
      "no-new-privileges": true,
    });
    expect(web.plan(both).changes).toEqual([]);
  });

  it("that want different values of a key conflict, by name; other keys do not", () => {
    const other = control("other", { set: [[["live-restore"], false]], unset: [] });
    const { changes, findings } = new Host(theirs).plan([
      [logs, true],
      [other, true],
    ]);
    expect(changes).toEqual([]);
    expect(findings).toMatchObject([
      { id: "plan.conflict", level: "block", message: expect.stringMatching(/logs.*other/) },
    ]);
  });

  it("beside a control that wants the whole file conflict with it", () => {
    const whole = control("whole", { set: [], unset: [] });
    const claim = {
      kind: "file",
      path,
      content: theirs,
      mode: "0644",
      owner: "root",
      group: "root",
    } as const;
    const wants = { ...whole, desired: () => [{ control: "whole", reason: "", resource: claim }] };
    const { findings } = new Host(theirs).plan([
      [logs, true],
      [wants, true],
    ]);
    expect(findings).toMatchObject([{ id: "plan.conflict", message: expect.stringContaining("as a whole") }]);
  });

  it("what can't be parsed blocks, with its place", () => {
    const { findings } = new Host(Buffer.from('{\n "a": 1,\n "a": 2 }')).plan([[logs, true]]);
    expect(findings).toMatchObject([
      { level: "block", message: expect.stringMatching(/daemon\.json:3:\d+ can't be edited/) },
    ]);
  });

  it("of a file that a package may bring wait for it", () => {
    const later = control("later", { set: [[["a"], 1]], unset: [], missing: "skip" });
    expect(new Host(undefined).plan([[later, true]])).toMatchObject({ changes: [], findings: [] });
  });

  it("of a file are announced where another control installs the package that brings it", () => {
    const later = control("later", { set: [], unset: [], missing: "skip", package: "p" });
    const brings = { kind: "package", name: "p", brings: "" } as const;
    const installs = {
      ...control("pack", { set: [], unset: [] }),
      desired: () => [{ control: "pack", reason: "", resource: brings }],
    };
    const facts = [probeKey(debianPackage("p")), { state: "absent", data: Buffer.alloc(0) }] as const;
    const { changes } = new Host(undefined, [facts]).plan([
      [installs, true],
      [later, true],
    ]);
    expect(changes.find(({ kind }) => kind === "edit")).toMatchObject({
      after: "known after install",
      afterInstall: "address",
      steps: [],
    });
  });

  it("a value that a later run of ours has changed is let go like the first one", () => {
    const more = control("logs", { set: [[["log-opts", "max-size"], "20m"]], unset: [] });
    const web = new Host(theirs);
    web.apply(web.plan([[logs, true]]));
    web.apply(web.plan([[more, true]]));
    expect(values(web)).toMatchObject({ "log-opts": { "max-size": "20m" } });
    web.apply(web.plan([[logs, false]]));
    expect(values(web)).toEqual({ debug: true, dns: ["10.0.0.1"] });
    expect(web.owned()).toEqual([]);
  });

  it("a value that somebody has changed since stays theirs when it is let go", () => {
    const web = new Host(theirs);
    web.apply(web.plan([[logs, true]]));
    web.content = Buffer.from(web.content!.toString().replace('"10m"', '"50m"'));
    web.apply(web.plan([[logs, false]]));
    expect(values(web)).toEqual({ debug: true, dns: ["10.0.0.1"], "log-opts": { "max-size": "50m" } });
    expect(web.owned()).toEqual([]);
  });

  it("the file that edits have made goes with the last of them, and not with somebody's key in it", () => {
    for (const more of ["", '"mine": 1, ']) {
      const web = new Host(undefined);
      web.apply(web.plan([[logs, true]]));
      web.content = Buffer.from(web.content!.toString().replace("{", `{ ${more}`));
      web.apply(web.plan([[logs, false]]));
      expect(values(web)).toEqual(more === "" ? undefined : { mine: 1 });
    }
  });

  const keys: readonly Key[] = [["a"], ["b", "c"], ["b", "d"], ["e"]];
  const wish = fc.uniqueArray(fc.tuple(fc.constantFrom(...keys), fc.constantFrom<Value[]>(true, 7, "x")), {
    selector: ([key]) => key.join(),
    minLength: 1,
    maxLength: 3,
  });
  const documents = fc.constantFrom(
    undefined,
    "{}",
    '{ "b": { "z": 1 } }\n',
    '{\n\t"a": 3,\n\t"y": [1, 2]\n}',
    '{"b":{"c":1,"d":2}}',
  );

  it("of controls that come and go in any order leave what the others own, and nothing when all have gone", () => {
    fc.assert(
      fc.property(
        documents,
        fc.array(wish, { minLength: 2, maxLength: 3 }),
        fc.array(fc.nat(2), { minLength: 3, maxLength: 8 }),
        (document, wishes, turns) => {
          // Equal wishes for equal keys: what differs is a conflict, which is said elsewhere.
          const value = new Map(wishes.flat().map(([key, wanted]) => [key.join(), wanted]));
          const sets = wishes.map((some) => some.map(([key]) => [key, value.get(key.join())!] as const));
          const all = sets.map((set, index) => control(`c${index}`, { set, unset: [] }));
          const on = new Set<number>();
          const original = document === undefined ? undefined : Buffer.from(document);
          const web = new Host(original);
          const settle = () => {
            web.apply(web.plan(all.map((each, index) => [each, on.has(index)] as const)));
            expect(web.plan(all.map((each, index) => [each, on.has(index)] as const)).changes).toEqual([]);
          };
          for (const turn of turns) {
            const index = turn % all.length;
            if (!on.delete(index)) on.add(index);
            settle();
            const wanted = [...on].flatMap((each) => sets[each]!);
            const now = values(web) ?? {};
            const get = (value: unknown, key: Key): unknown =>
              key.reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], value);
            for (const [key, is] of wanted) expect(get(now, key)).toEqual(is);
            const was = document === undefined ? {} : JSON.parse(document);
            for (const key of keys)
              if (!wanted.some(([each]) => each === key)) expect(get(now, key)).toEqual(get(was, key));
          }
          on.clear();
          settle();
          expect(web.content?.toString()).toBe(document);
          expect(web.owned()).toEqual([]);
        },
      ),
      { seed: 6, numRuns: 100 },
    );
  });
});
