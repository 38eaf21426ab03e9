/** Which answers count for a list: before a deployment files too, after one only what runs, and never silence. */
import { describe, expect, it } from "vitest";
import { type AnsweredLine, holds } from "../../src/assess/lines.ts";
import type { Assessed } from "../../src/assess/report.ts";
import { answered, lists } from "../../src/audit/checklist.ts";
import { composeChecks } from "../../src/compose/checks/index.ts";
import type { Audited } from "../../src/results/audited.ts";
import type { ChecklistName } from "../../src/results/checklist.ts";
import { runningChecks } from "../../src/running/checks.ts";
import { report } from "../assess/report.ts";
import { askedOf, auditOf, wholeOf } from "../running/recorded.ts";

const { "after-deploy": afterDeploy, checklist } = lists;

const pass = (id: string): Assessed => report({ id, verdict: "pass", object: "" });
const ofContainers = [...composeChecks, ...runningChecks].map(({ id }) => id);
const hosts = [...checklist, ...afterDeploy]
  .flatMap(({ checks }) => checks)
  .filter((id) => !ofContainers.includes(id));
const attestations = checklist
  .filter(({ attestable }) => attestable)
  .map(({ id }) => ({ line: id, who: "Ops", when: "2027-01-01", until: "2027-12-31", evidence: "T-1" }));

/** A file in which all is well. */
const file = { files: ["compose.yaml"], services: ["web"], checks: ofContainers.map(pass), findings: [] };

/** A host on which all is well but its engine, of which `engine` says how it is. */
const host = (engine: Audited["engine"], more: Partial<Audited> = {}): Audited => ({
  ...wholeOf(auditOf(askedOf("debian13"))),
  engine,
  containers: [],
  checks: hosts.map(pass),
  findings: [],
  ...more,
});

const open = (list: ChecklistName, audited: Audited, files = [file]) =>
  answered(audited, files, { list, attestations, today: "2027-01-31", tiers: [] })
    .lines.filter((line) => !holds(line))
    .map(({ id }) => id);

const linesOfContainers = (list: readonly AnsweredLine[]) =>
  list.filter(({ checks }) => checks.some((id) => ofContainers.includes(id))).map(({ id }) => id);

describe("a list", () => {
  it("leaves every line of containers open where the engine doesn't answer, whatever a file says", () => {
    const silent = host({
      state: "unasked",
      why: "the engine doesn't run, and containers run on without it (1)",
    });
    expect(open("checklist", silent)).toEqual(linesOfContainers(checklist));
    expect(open("after-deploy", silent)).toEqual(linesOfContainers(afterDeploy));
  });

  it("has nothing of containers open on a host that can't have any", () => {
    const none = host({ state: "not applicable", why: "there is no Docker" });
    expect(open("after-deploy", none)).toEqual([]);
    expect(open("checklist", none)).toEqual([]);
    expect(open("checklist", none, [])).toEqual([]);
  });

  it.each(["not-running", "comes-back"])(
    "after a deployment takes no file's word, and what doesn't run is not healthy: %s",
    (id) => {
      const asked = { state: "asked", version: "27", cores: 2, memory: 1024 } as const;
      expect(open("checklist", host(asked))).toEqual([]);
      expect(open("after-deploy", host(asked))).toEqual(linesOfContainers(afterDeploy));
      const finding = {
        control: "containers",
        id: `containers.${id}`,
        level: "note",
        message: "web",
        hint: "Start it.",
      } as const;
      const stopped = host(asked, { checks: [...hosts, ...ofContainers].map(pass), findings: [finding] });
      expect(open("after-deploy", stopped)).toEqual(["deployed.health"]);
    },
  );

  it("after a deployment waits for the word of a health check; an audit and the list before one don't", () => {
    const asked = { state: "asked", version: "27", cores: 2, memory: 1024 } as const;
    const web = { name: "web", image: "web:1.0", networks: [], memory: {} };
    const checks = [...hosts, ...ofContainers].map(pass);
    const whose = (health: string) => host(asked, { checks, containers: [{ ...web, health }] });
    expect(open("after-deploy", whose("starting"))).toEqual(["deployed.health"]);
    expect(open("checklist", whose("starting"))).toEqual([]);
    expect(open("after-deploy", whose("healthy"))).toEqual([]);
    expect(open("after-deploy", host(asked, { checks, containers: [web] }))).toEqual([]);
  });
});
