/** The proof: a new connection, as the planned login on the planned port, facts anew, an empty plan, every proof. */
import { disproving } from "../assess/assess.ts";
import type { Assessed } from "../assess/report.ts";
import { isRefusal } from "../errors.ts";
import { type Facts, probeKey } from "../facts/probe.ts";
import type { Access } from "../plan/access.ts";
import type { Change, Plan } from "../plan/plan.ts";
import type { Profile } from "../profile/profile.ts";
import type { Route, Transport } from "../transports/transport.ts";
import { clauseOf } from "./each.ts";
import { type Gathering, gather, probesOf } from "./gather.ts";
import { judge } from "./judge.ts";
import type { Gathered } from "./look.ts";
import type { OpenHost } from "./open.ts";
import { byKey, pinned } from "./pin.ts";
import type { Ports } from "./ports.ts";

export type Proof =
  | { readonly ok: true; readonly reached: true; readonly transport: Transport }
  /** The host can be reached, but isn't as planned. */
  | { readonly ok: false; readonly reached: true; readonly transport: Transport; readonly why: string }
  | {
      readonly ok: false;
      readonly reached: false;
      readonly why: string;
      /** This machine stood still until the time was over: nothing is said of the host. */
      readonly heldUp?: true;
    };

/** Seconds between the tries of a new login; few, since a host counts them (PerSourcePenalties). */
const pauses = [2, 5, 10] as const;

/** The way in as planned; the same address and host key as the first connection. */
export function provenRoute({ route, transport, gathered }: OpenHost): Route {
  if (route.kind === "local") return route;
  const { ssh } = transport.identity;
  const { planned, now }: Access = gathered.access;
  const current = ssh?.port ?? route.port;
  const moved = current !== undefined && now.ports.includes(current) && !planned.ports.includes(current);
  const port = moved ? planned.ports[0] : route.port;
  const way = pinned({ ...route, user: planned.login, ...(port === undefined ? {} : { port }) }, transport);
  return planned.byPassword ? way : byKey(way);
}

/** What a look at the host's facts gives. */
export interface HostSeen {
  /** Addresses that are not as they should be; what comes after the confirm counts only once that is done. */
  readonly open: readonly string[];
  readonly checks: readonly Assessed[];
}

/** How a run is proven: the way in afterwards, and what must hold over it. */
export interface Proving {
  readonly target: string;
  /** Tried in turn: where it is not known on which port the host will listen. */
  readonly routes: readonly Route[];
  /** What is said of open addresses. */
  readonly openText: string;
  readonly look: (transport: Transport, when: "before the confirm" | "settled") => Promise<HostSeen>;
}

/** Tries until `deadline` (ms, by `ports.now`), at most four times. The caller closes the transport. */
export async function prove(proving: Proving, ports: Ports, deadline: number): Promise<Proof> {
  const pulse = watchPulse(ports);
  try {
    const proof = await tryLogins(proving, ports, deadline);
    const pause = pulse.longestMs();
    const isLate = ports.now() >= deadline && ports.now() - pause < deadline;
    if (proof.reached || !isLate || pause < heldUpMs) return proof;
    return { ...proof, heldUp: true, why: heldUpText(pause) };
  } finally {
    pulse.stop();
  }
}

const heldUpMs = 5000;

const timeOver =
  "the time for the confirm was over: harden itself was stopped, or got no time on its machine";

const heldUpText = (pause: number) => `${timeOver}, for ${Math.round(pause / 1000)} s`;

/** The longest time in which this process could do nothing: limits in time that end in it say nothing of a host. */
function watchPulse(ports: Ports) {
  let last = ports.now();
  let longest = 0;
  const beat = () => {
    longest = Math.max(longest, ports.now() - last);
    last = ports.now();
    return longest;
  };
  return { stop: ports.every(1000, beat).stop, longestMs: beat };
}

/** Logins that sshd may refuse before no more are tried: fail2ban's usual third would ban this address for the time after, too. */
const mostRefused = 2;

async function tryLogins(proving: Proving, ports: Ports, deadline: number): Promise<Proof> {
  let why = "";
  let refused = 0;
  for (const pause of [0, ...pauses]) {
    if (ports.now() + pause * 1000 >= deadline || ports.signal.aborted || refused >= mostRefused) break;
    if (pause > 0) {
      const text = `a new login failed (${why}); next try in ${pause} s`;
      ports.emit({ kind: "say", target: proving.target, level: "warn", text });
      await ports.wait(pause * 1000);
    }
    for (const route of proving.routes) {
      try {
        const within = { signal: ports.signal, startsWithinMs: deadline - ports.now() };
        return await judged(await ports.connect(route, within), proving);
      } catch (error) {
        why = clauseOf(error);
        if (isRefusal(error)) refused += 1;
      }
    }
  }
  const failed = { ok: false, reached: false } as const;
  return why === ""
    ? { ...failed, heldUp: true, why: `${timeOver}, before a new login was tried` }
    : { ...failed, why };
}

async function judged(transport: Transport, proving: Proving): Promise<Proof> {
  const failed = (why: string): Proof => ({ ok: false, reached: true, transport, why });
  const { privilege } = transport.identity;
  if (privilege.level === "none") return failed(`the new login has no rights: ${privilege.why}`);
  try {
    const why = disproof(await proving.look(transport, "before the confirm"), proving);
    return why === undefined ? { ok: true, reached: true, transport } : failed(why);
  } catch (error) {
    return failed(clauseOf(error));
  }
}

function disproof({ open, checks }: HostSeen, { openText }: Proving): string | undefined {
  if (open.length > 0) return `${openText}: ${open.join(", ")}`;
  const bad = disproving(checks).map(
    ({ id, verdict, expected, found }) => `${id} (${verdict}: wanted ${expected}, found ${found})`,
  );
  return bad.length === 0 ? undefined : `checks do not pass: ${bad.join("; ")}`;
}

/**
 * One more look when all is settled, over a login that is new again: what the status is said of. The host is confirmed
 * by now, so what isn't as it should be is told and no longer undone.
 */
export async function lookAgain(
  proving: Proving,
  ports: Ports,
): Promise<HostSeen | { readonly unseen: string }> {
  let unseen = "";
  let refused = 0;
  for (const pause of [0, ...pauses]) {
    // Whoever interrupts doesn't want to wait; the run is settled either way.
    if (refused >= mostRefused || (pause > 0 && ports.signal.aborted)) break;
    await ports.wait(pause * 1000);
    for (const route of proving.routes) {
      try {
        const transport = await ports.connect(route);
        try {
          return await proving.look(transport, "settled");
        } finally {
          await transport.close();
        }
      } catch (error) {
        unseen = clauseOf(error);
        if (isRefusal(error)) refused += 1;
      }
    }
  }
  return { unseen };
}

/** The changes that a proof must not find any more at this time. */
export const dueOf = (changes: readonly Change[], when: Parameters<Proving["look"]>[1]): readonly Change[] =>
  changes.filter(({ fleeting, stage }) => !fleeting && (when === "settled" || stage !== "finalize"));

/** What a proof finds open of an undo: what is due, and why something can't be undone, each to stand in a sentence. */
export const openOf = (
  { changes, findings }: Pick<Plan, "changes" | "findings">,
  when: Parameters<Proving["look"]>[1],
): readonly string[] => [
  ...dueOf(changes, when).map(({ address }) => address),
  ...findings.map(({ message }) => message.replace(/\.$/, "")),
];

/** The proof of a plan: facts anew give an empty plan, and every proof passes. */
export function proofOf(session: OpenHost, ports: Ports): Proving {
  const { target, choice } = session;
  const route = provenRoute(session);
  let proven: Facts = new Map();
  return {
    target,
    routes: [route],
    openText: "the plan is not empty afterwards",
    async look(transport, when) {
      const read = (asked: Pick<Gathering, "depth" | "known">) =>
        gather(transport, { choice, target, route, ports, ...asked });
      let gathered = await read(when === "settled" ? { depth: "whole", known: proven } : { depth: "proof" });
      if (when === "settled" && gathered.plan.host.bootId !== session.gathered.plan.host.bootId) {
        await untilStarted(transport, { target, ports });
        gathered = await read({ depth: "whole" });
      }
      proven = stillProven(gathered, { profile: choice.profile, transport });
      const due = dueOf(gathered.plan.changes, when);
      const { checks } = judge(gathered, choice, ports);
      return { open: due.map(({ address }) => address), checks };
    },
  };
}

/** A host that boots starts its services beside its sshd: what isn't there yet is no verdict. */
async function untilStarted(
  transport: Transport,
  { target, ports }: { readonly target: string; readonly ports: Ports },
): Promise<void> {
  const text = "the host has booted since; it is looked at once it has started all";
  ports.emit({ kind: "say", target, level: "info", text });
  const wait = `timeout ${startSeconds} systemctl is-system-running --wait`;
  const timeoutMs = (startSeconds + 10) * 1000;
  await transport.run(wait, { timeoutMs, maxBytes: 4096, signal: ports.signal });
}

/** A start that never ends doesn't keep anybody waiting for longer. */
const startSeconds = 120;

/** What a proof found beyond a plan, where the confirm leaves it as it is: the plan alone is then looked at again. */
export function stillProven(
  { facts, managed, plan }: Gathered,
  of: { readonly profile: Profile; readonly transport: Transport },
): Facts {
  if (plan.changes.some(({ stage }) => stage === "finalize")) return new Map();
  const deep = probesOf(managed, { ...of, depth: "proof" }).filter((probe) => probe.deep);
  const keys = new Set(deep.map(probeKey));
  // What could not be read beside all that an apply restarts may be read now.
  return new Map([...facts].filter(([key, { state }]) => keys.has(key) && state !== "unknown"));
}
