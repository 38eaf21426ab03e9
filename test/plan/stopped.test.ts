import { describe, expect, it } from "vitest";
import { docker } from "../../src/facts/docker.ts";
import { type Facts, probeKey } from "../../src/facts/probe.ts";
import type { Change, Plan } from "../../src/plan/plan.ts";
import { stoppedFindings, stopsText, withStops } from "../../src/plan/stopped.ts";

const info = `{"live":true,"security":[],"driver":"json-file","swarm":"active","version":"26.1.5"}`;

const factsOf = (...stopping: readonly string[]): Facts =>
  new Map([
    [
      probeKey(docker),
      {
        state: "present",
        data: Buffer.from(
          `\n@ab started\ndockerd\n\n@ab info\n${info}\n\n@ab stopping\n${stopping.join("\n")}\n`,
        ),
      },
    ],
  ]);
const changeOf = (unit: string, operation: string) =>
  ({ control: "daemon", steps: [{ verb: "service", unit, operation }] }) as unknown as Change;
const restart = changeOf("docker.service", "restart");
const [web, removed] = [
  '{"name":"/web","removed":false,"service":null}',
  '{"name":"/job","removed":true,"service":null}',
];
const tasks = [1, 2].map((slot) => `{"name":"/api.${slot}.x","removed":false,"service":"api"}`);
const told = (changes: readonly Change[], facts: Facts) =>
  stoppedFindings(changes, facts).map(({ level, id }) => `${level} ${id}`);

describe("containers that an engine's restart stops", () => {
  it("are named, and block where they go with their data", () => {
    const findings = stoppedFindings([restart], factsOf(web, removed));
    expect(findings).toMatchObject([
      { level: "warn", id: "containers.stopped", message: expect.stringContaining(": web.") },
      { level: "block", id: "containers.removed", message: expect.stringContaining(": job.") },
    ]);
  });

  it("are named by their service when a swarm starts new ones in their place", () => {
    expect(
      stoppedFindings([restart], factsOf(...tasks, web)).map(({ level, message }) => [level, message]),
    ).toEqual([
      [
        "warn",
        "The restart of docker.service stops the containers of these swarm services, and the swarm starts new ones: api.",
      ],
      ["warn", "The restart of docker.service stops these containers, and starts them again: web."],
    ]);
  });

  it("are none where the engine lets all run on, is not restarted, or was not asked", () => {
    expect(told([restart], factsOf())).toEqual([]);
    expect(told([changeOf("docker.service", "enable")], factsOf(web, removed))).toEqual([]);
    expect(told([changeOf("ssh.service", "restart")], factsOf(web, removed))).toEqual([]);
    expect(told([restart], new Map())).toEqual([]);
  });

  it("block no more where --stop-containers was given, and stand in the question", () => {
    const plan = { findings: stoppedFindings([restart], factsOf(web, removed)) } as unknown as Plan;
    expect(withStops(plan).findings.map(({ level }) => level)).toEqual(["warn", "warn"]);
    expect(stopsText([plan, plan])).toMatch(/: web\..*: job\.$/);
    expect(stopsText([{ findings: [] } as unknown as Plan])).toBe("");
  });
});
