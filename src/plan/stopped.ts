/** Containers that a restart of the engine stops: said before it, and blocked where they go with their data. Pure. */
import { type Finding, type FindingRecord, findingOf } from "../checks/finding.ts";
import { docker } from "../facts/docker.ts";
import { type Facts, type Probe, readFact, valueOr } from "../facts/probe.ts";
import type { RunFact } from "../facts/runs.ts";
import { units } from "../platform.ts";
import type { Change, Plan } from "./plan.ts";
import type { UndoItem } from "./undo.ts";

const removedRecord: FindingRecord = {
  id: "containers.removed",
  level: "block",
  about: "A restart of the engine stops containers that go with their data when they end",
};
const stoppedRecord: FindingRecord = {
  id: "containers.stopped",
  level: "warn",
  about: "A restart of the engine stops containers, and starts them again",
};

export const findings: readonly FindingRecord[] = [removedRecord, stoppedRecord];

/** What an undo of these reads for it. */
export const stoppedProbes = (items: readonly Pick<UndoItem, "undo">[]): readonly Probe<unknown>[] =>
  items.some(({ undo }) => undo.kind === "service" && undo.unit === units.docker) ? [docker] : [];

const ends = ({ steps }: Change) =>
  steps.some(
    (step) =>
      step.verb === "service" &&
      step.unit === units.docker &&
      (step.operation === "restart" || step.operation === "stop"),
  );

export function stoppedFindings(changes: readonly Change[], facts: Facts): readonly Finding[] {
  const change = changes.find(ends);
  return change === undefined ? [] : stoppedBy(change.control, facts);
}

/** Whether the undo of a run restarts the engine. */
export const restartsAgain = ({ journal }: Pick<RunFact, "journal">) =>
  journal.some(({ verb, object }) => object === units.docker && /^service-(re)?st(art|op)$/.test(verb));

/** What a restart of the engine that belongs to the control stops. */
export function stoppedBy(control: string, facts: Facts): readonly Finding[] {
  const stopping = valueOr(readFact(facts, docker), undefined)?.stopping ?? [];
  const services = [...new Set(stopping.flatMap(({ service }) => service ?? []))];
  const namesOf = (ofRemoved: boolean) =>
    stopping.flatMap(({ name, removed, service }) =>
      service === undefined && removed === ofRemoved ? name : [],
    );
  const [stopped, removed] = [namesOf(false), namesOf(true)];
  return [
    ...(services.length === 0
      ? []
      : [
          findingOf(
            stoppedRecord,
            control,
            `The restart of ${units.docker} stops the containers of these swarm services, and the swarm starts new ones: ${services.join(", ")}.`,
          ),
        ]),
    ...(stopped.length === 0
      ? []
      : [
          findingOf(
            stoppedRecord,
            control,
            `The restart of ${units.docker} stops these containers, and starts them again: ${stopped.join(", ")}.`,
          ),
        ]),
    ...(removed.length === 0
      ? []
      : [
          findingOf(
            removedRecord,
            control,
            `The restart of ${units.docker} stops containers that were run with --rm, which go with their data: ${removed.join(", ")}.`,
            "Wait until they have ended; --stop-containers of apply and rollback stops them.",
          ),
        ]),
  ];
}

/** Where --stop-containers was given. */
export const withStops = <P extends Plan>(plan: P): P => ({
  ...plan,
  findings: plan.findings.map((finding) =>
    finding.id === removedRecord.id ? { ...finding, level: "warn" as const } : finding,
  ),
});

/** What a question about these plans says of containers; empty where none stops. */
export const stopsText = (plans: readonly Pick<Plan, "findings">[]): string =>
  [
    ...new Set(
      plans.flatMap(({ findings }) =>
        findings
          .filter(({ id }) => id === removedRecord.id || id === stoppedRecord.id)
          .map(({ message }) => ` ${message}`),
      ),
    ),
  ].join("");
