/**
 * One round: an apply, or the rollback of one, meets a fault at a random moment. However it goes, the host ends as it
 * was before or as the profile wants it, whole, and the exit status never says otherwise.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { listen, untilHost, untilSettled } from "../faults.ts";
import { harden, hardenProcess } from "../harden.ts";
import type { TestHost } from "../hosts.ts";
import { difference, state } from "../state.ts";
import { steady } from "../wait.ts";
import { type Faults, restarts } from "./faults.ts";
import { type Random, random } from "./random.ts";

/** The only two states that a host may be found in. */
interface Ends {
  readonly before: readonly string[];
  readonly applied: readonly string[];
}

type End = keyof Ends;

/** What shares the host with a run. */
export interface Beside {
  /** What the run changes for it: another in each end. */
  state(): Promise<readonly string[]>;
  /** What no run stops or replaces. */
  untouched(): Promise<readonly string[]>;
  /** Begins again what a restart of the host has ended. */
  restarted(): Promise<void>;
}

export interface Field {
  readonly host: TestHost;
  /** As the tool is told to reach it. */
  readonly target: string;
  readonly profile: string;
  /** Seconds at least after which the host rolls itself back: enough for a proof on it, and what a round with a fault waits for. */
  readonly confirmTimeout: number;
  readonly beside?: Beside;
}

/** The engine makes its interfaces anew at each boot, with the values of that moment, and its rules in an order of its own. */
const engineInterface = /^sysctl net\.ipv[46]\.conf\.(docker0|br-|veth)/;
const engineRule = /^rules .*(docker0|br-|DOCKER)/;

async function stateOf({ host, beside }: Field): Promise<readonly string[]> {
  const lines = (await state(host.exec)).filter((line) => !engineInterface.test(line));
  const [its, others] = [true, false].map((own) => lines.filter((line) => engineRule.test(line) === own));
  return [...others!, ...its!.sort(), ...((await beside?.state()) ?? [])];
}

interface Told {
  readonly line: string;
  readonly end: End;
  /** How long it took where no fault came in time, in ms. */
  readonly took?: number;
  /** Why the round is lost; undefined where all is well. */
  readonly fault?: string;
}

/** What brings the host from this end to the other. */
const command = { before: "apply", applied: "rollback" } as const;
const other = { before: "applied", applied: "before" } as const;

const args = ({ target, profile, confirmTimeout }: Field, from: End) => [
  ...(from === "before" ? ["apply", target, "--profile", profile] : ["rollback", target]),
  "--yes",
  "--confirm-timeout",
  `${confirmTimeout}`,
];

/** Where an exit status says that the host is; undefined where it says that it doesn't know. */
function claimed(code: number | null, from: End): End | undefined {
  if (code === 0 || code === 2) return other[from];
  return code === 1 || code === 3 || code === 4 ? from : undefined;
}

/** Runs without any fault: what the ends look like, and how long the way takes, in ms. */
async function survey(field: Field): Promise<{ readonly ends: Ends; readonly ms: number }> {
  const { host } = field;
  const before = await stateOf(field);
  const began = Date.now();
  const unhurried = { ...field, confirmTimeout: 300 };
  const { code, stdout, stderr } = await harden(host, args(unhurried, "before"), { timeoutMs: 600_000 });
  const ms = Date.now() - began;
  if (code !== 0) throw new Error(`the apply without a fault: ${code}: ${stdout}${stderr}`);
  return { ends: { before, applied: await stateOf(field) }, ms };
}

async function round(field: Field, { ends, from, ms, seed, faults }: Plan): Promise<Told> {
  const dice: Random = random(seed);
  const name = dice.pick(Object.keys(faults));
  const at = dice.below(ms);
  const untouched = await field.beside?.untouched();
  const child = hardenProcess(field.host, args(field, from));
  child.stdin.end();
  const running = listen(child);
  const began = Date.now();
  const alive = await Promise.race([running.ended.then(() => false), sleep(at).then(() => true)]);
  if (alive) await faults[name]!({ host: field.host, running, random: dice });
  const { code, said } = await running.ended;
  const took = Date.now() - began;
  await untilSettled(field.host);
  await untilHost(field.host, steady);
  if (alive && restarts.has(name)) await field.beside?.restarted();
  else expect(await field.beside?.untouched(), `${name} after ${at} ms (seed ${seed})`).toEqual(untouched);
  const now = await stateOf(field);
  const end = (["before", "applied"] as const).find((each) => difference(ends[each], now).length === 0);
  const line = `${command[from]}, ${alive ? `${name} after ${at} ms` : "over before the fault"} (seed ${seed}): exit ${code}, host ${end ?? "in between"}`;
  if (end === undefined) return { line, end: from, fault: half(ends, from, now, said) };
  const told = claimed(code, from);
  if (told !== undefined && told !== end) return { line, end, fault: `the status says ${told}: ${said}` };
  return { line, end, ...(alive ? {} : { took }) };
}

interface Plan {
  readonly ends: Ends;
  readonly from: End;
  /** How long the way takes without a fault. */
  readonly ms: number;
  readonly seed: number;
  readonly faults: Faults;
}

/** Round after round, each from where the last one ended; the first that is lost throws. */
export async function rounds(field: Field, { count, seed, faults }: Rounds): Promise<void> {
  const { ends, ms } = await survey(field);
  // On a slow machine the proof takes longer, too.
  const paced = { ...field, confirmTimeout: Math.max(field.confirmTimeout, Math.ceil(ms / 2000)) };
  const lasts = { before: ms, applied: ms };
  let from: End = "applied";
  for (let number = 0; number < count; number++) {
    const told = await round(paced, { ends, from, ms: lasts[from], seed: seed + number, faults });
    lasts[from] = told.took ?? lasts[from];
    process.stderr.write(`chaos ${field.host.name} ${number + 1}/${count}: ${told.line}\n`);
    if (told.fault !== undefined) throw new Error(`${told.line}\n${told.fault}`);
    from = told.end;
  }
}

interface Rounds {
  readonly count: number;
  readonly seed: number;
  readonly faults: Faults;
}

function half(ends: Ends, from: End, now: readonly string[], said: string): string {
  const changed = (end: End) => difference(ends[end], now).slice(0, 20).join("\n");
  return `neither one nor the other.\nfrom ${from}:\n${changed(from)}\nto ${other[from]}:\n${changed(other[from])}\n${said}`;
}
