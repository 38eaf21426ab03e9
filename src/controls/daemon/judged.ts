/** How the engine's checks are judged: by the engine that runs, or by what one that is off reads when it starts. Pure. */
import { valueOr } from "../../facts/probe.ts";
import type { CheckResult } from "../../plan/control.ts";
import { byOthers, inapplicable, result } from "../verdict.ts";
import { type DaemonInput, type DaemonView, idle } from "./view.ts";

export type RunningDaemon = {
  readonly info: NonNullable<NonNullable<DaemonView["engine"]>["info"]>;
} & NonNullable<DaemonView["engine"]>;

/** What will not be as wanted when an engine that is off starts again, as part of a sentence. */
type AtNext = (input: DaemonInput) => string | undefined;

const isOff = "the engine doesn't run";

/** At a boot, or for whoever connects to its socket. */
const comesBack = ({ facts: { unit, socketUnit } }: DaemonInput) =>
  [unit, socketUnit].some((fact) => valueOr(fact, undefined)?.enabled.startsWith("enabled")) ||
  valueOr(socketUnit, undefined)?.active === true;

function ofOff(input: DaemonInput, expected: string, atNext: AtNext): CheckResult {
  const { broken } = input.view;
  const wrong = broken === undefined ? atNext(input) : `it will not start any more with ${broken}`;
  return wrong === undefined || !comesBack(input)
    ? inapplicable(isOff)
    : result("until the next boot", expected, `${isOff}, and when it does, ${wrong}`);
}

/** Of an engine that runs; of one that is off what its next start reads. */
export function running(
  input: DaemonInput,
  expected: string,
  test: (engine: RunningDaemon) => CheckResult,
  atNext: AtNext = () => undefined,
): CheckResult {
  const { none, broken, engine } = input.view;
  if (none !== undefined) return inapplicable(none);
  const why = idle(input.view);
  if (why !== undefined || engine === undefined)
    return result("error", expected, why ?? "the engine could not be read");
  if (engine.info === undefined) return ofOff(input, expected, atNext);
  return broken === undefined
    ? test({ ...engine, info: engine.info })
    : result("fail", expected, `dockerd will not start any more with ${broken}`);
}

/** The same of what daemon.json says, which is not known where dockerd goes by another file. */
export function byFile(
  input: DaemonInput,
  expected: string,
  test: (engine: RunningDaemon) => CheckResult,
  atNext: AtNext,
): CheckResult {
  const [{ value, where } = {}] = input.view.elsewhere;
  if (value === undefined) return running(input, expected, test, atNext);
  const why = `${where} has dockerd read ${value}, which harden does not read`;
  return running(
    input,
    expected,
    () => result("error", expected, why),
    () => why,
  );
}

/** Where nothing is claimed, a run for other things is not to be taken back for it. */
export function proven(
  input: DaemonInput,
  expected: string,
  test: (engine: RunningDaemon) => CheckResult,
  atNext: AtNext,
): CheckResult {
  const told = byFile(input, expected, test, atNext);
  return idle(input.view) === undefined ? told : byOthers(told);
}
