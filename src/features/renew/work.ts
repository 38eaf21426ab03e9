/** `harden renew`: certbot renews what is due, or tries to; what goes wrong is told by name. */
import { failuresOf, type RenewalFailure } from "../../assess/renewal.ts";
import { HardenError } from "../../errors.ts";
import { letsencrypt } from "../../facts/certificates.ts";
import { type Probe, readFact } from "../../facts/probe.ts";
import { hooksAt, type RenewalFact, renewal } from "../../facts/renewal.ts";
import { type RenewalAfter, renewalAfter } from "../../facts/renewal-after.ts";
import { send } from "../../host/executor.ts";
import { runtimeText } from "../../host/runtime.ts";
import { renewScript } from "../../host/script.ts";
import type { Settled } from "../../results/settled.ts";
import { type HostVerdict, type Judged, outcomeOf } from "../../results/verdict.ts";
import { collect } from "../../run/collect.ts";
import { narrate } from "../../run/narrate.ts";
import type { CommandOutcome, Ports, Targets } from "../../run/ports.ts";
import { eachAsRoot } from "../../run/session.ts";
import { redactOutput } from "../../secrets/index.ts";
import type { Transport } from "../../transports/transport.ts";

/** What certbot says of one certificate. */
export interface LineageOutcome {
  readonly name: string;
  readonly outcome: "renewed" | "failed" | "not due";
}

/** What a host's certbot came to. */
export type HostRenewal =
  | {
      readonly certbot: "not installed" | "nothing to renew";
      /** Another program that fetches certificates there by itself. */
      readonly keeper?: string;
    }
  /** Somebody answered no. */
  | { readonly certbot: "not asked" }
  | {
      readonly certbot: "ran";
      readonly dryRun: boolean;
      readonly lineages: readonly LineageOutcome[];
      /** certbot's exit status. */
      readonly status: number;
      readonly failures: readonly RenewalFailure[];
      /** certbot's last lines, where it failed. */
      readonly said: readonly string[];
    };

export interface RenewOptions extends Targets {
  readonly dryRun: boolean;
}

/** Status 0 where all went well or nothing was to do, 2 where a renewal failed or something is named. */
export async function renewCommand(
  options: RenewOptions,
  ports: Ports,
): Promise<CommandOutcome<readonly Judged<HostRenewal>[]>> {
  const looked = await eachAsRoot(options, ports, (transport) => confOf(transport, ports));
  const due = looked.flatMap((each) => (each.ok && isDue(each.value) ? [each] : []));
  for (const { target, value } of due)
    for (const text of interruptions(value)) ports.emit({ kind: "say", target, level: "warn", text });
  const targets = due.map(({ target }) => target);
  const agreed = due.length === 0 || (await isAgreed(due, options, ports));
  const ran =
    agreed && due.length > 0
      ? await eachAsRoot({ ...options, targets }, ports, (transport, target) =>
          renewed({ transport, target, ports }, options.dryRun),
        )
      : [];
  const results = looked.map((each) => ran.find(({ target }) => target === each.target) ?? settledOf(each));
  return outcomeOf(results, verdictOf);
}

function verdictOf(host: HostRenewal): HostVerdict {
  if (host.certbot === "not asked") return "declined";
  if (host.certbot !== "ran") return "pass";
  return host.status === 0 && host.failures.length === 0 ? "pass" : "fail";
}

const isDue = ({ certbot, confs }: RenewalFact) => certbot !== undefined && confs.length > 0;

/** A host on which certbot isn't started. */
function settledOf(each: Settled<RenewalFact>): Settled<HostRenewal> {
  if (!each.ok) return each;
  const { certbot, keeper } = each.value;
  const about = keeper === undefined ? {} : { keeper };
  const value: HostRenewal = isDue(each.value)
    ? { certbot: "not asked" }
    : { certbot: certbot === undefined ? "not installed" : "nothing to renew", ...about };
  return { ...each, value };
}

/** What is away while certbot works: standalone is never silent. */
function interruptions(conf: RenewalFact): readonly string[] {
  const alone = conf.confs
    .filter(({ authenticator }) => authenticator === "standalone")
    .map(({ name }) => name);
  const stops = hooksAt(conf, "pre").map(({ what }) => what);
  if (alone.length === 0 && stops.length === 0) return [];
  const how = stops.length === 0 ? "no pre-hook frees port 80" : `before it runs ${stops.join(", ")}`;
  return [
    alone.length === 0
      ? `certbot's ${how}, which may interrupt a service`
      : `standalone (${alone.join(", ")}) interrupts what serves port 80: certbot listens there itself; ${how}`,
  ];
}

async function isAgreed(
  due: readonly { readonly target: string; readonly value: RenewalFact }[],
  { dryRun }: RenewOptions,
  ports: Ports,
): Promise<boolean> {
  const hit = due.filter(({ value }) => interruptions(value).length > 0);
  // A trial by webroot changes nothing and stops nothing.
  if (dryRun && hit.length === 0) return true;
  const where = due.map(({ target }) => target).join(", ");
  const what = dryRun ? "Try the renewal of all certificates" : "Renew the certificates that are due";
  const but = hit.length === 0 ? "" : " Services are interrupted, as told above.";
  return ports.ask(`${what} on ${where}?${but}`);
}

async function factOf<T>(transport: Transport, probe: Probe<T>, ports: Ports) {
  const fact = readFact(await collect(transport, [probe], ports), probe);
  if (fact.state === "unknown" || fact.state === "unsupported")
    throw new HardenError("host", `How certbot renews could not be read: ${fact.why}.`, {
      hint: "Try again; if it stays, look on the host with: certbot certificates",
    });
  return fact.state === "present" ? fact.value : undefined;
}

const none: RenewalFact = {
  nginx: false,
  confs: [],
  options: [],
  accounts: [],
  hooks: [],
};

const confOf = async (transport: Transport, ports: Ports) =>
  (await factOf(transport, renewal(letsencrypt), ports)) ?? none;

const empty: RenewalAfter = { holders: [], published: [], units: [], containers: [], paths: [], readers: [] };

const stateOf = async (transport: Transport, ports: Ports, unit?: string) =>
  (await factOf(transport, renewalAfter(letsencrypt, unit), ports)) ?? empty;

interface Host {
  readonly transport: Transport;
  readonly target: string;
  readonly ports: Ports;
}

/** More than certbot itself is given. */
const timeoutMs = 3_700_000;

async function renewed({ transport, target, ports }: Host, dryRun: boolean): Promise<HostRenewal> {
  const before = await stateOf(transport, ports);
  const unit = before.holders.map((each) => each.unit).find((each) => /^[\w.:@-]+\.service$/.test(each));
  const narration = narrate(target, [], ports);
  const script = renewScript(dryRun ? "dry" : "due", { runtime: runtimeText });
  const { outcome, refusals, notes } = await send(transport, script, {
    timeoutMs,
    signal: ports.signal,
    onEvent: (event) => event.event === "progress" && narration.hear(event),
  }).finally(narration.end);
  if (outcome === "refused")
    throw new HardenError("host", `certbot did not run on ${target}: ${refusals[0]?.text.trim() ?? ""}.`, {
      hint: "Look there, as root: certbot certificates",
      hostState: "nothing was changed",
    });
  if (outcome !== "renewed")
    throw new HardenError("unknown-outcome", `${target} was lost while certbot renewed.`, {
      hostState: "certbot goes on there, and starts again what it has stopped",
      hint: `Look at /var/log/letsencrypt/letsencrypt.log, and later with: ${ports.next("verify", target)}`,
    });
  const of = (code: string) => notes.filter((each) => each.code === code);
  const said = of("output")
    .map(({ text }) => text)
    .join("");
  const status = Number(of("ended")[0]?.object ?? 1);
  const after = await stateOf(transport, ports, unit);
  const failures = failuresOf({ said, before, after, conf: await confOf(transport, ports) });
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  return {
    certbot: "ran",
    dryRun,
    lineages: lineagesOf(said),
    status,
    failures,
    said: status === 0 ? [] : lines.slice(-20).map(redactOutput),
  };
}

const words = { success: "renewed", failure: "failed", skipped: "not due" } as const;

/** By the lines with which certbot ends. */
export function lineagesOf(said: string): readonly LineageOutcome[] {
  const form = /^\s+\/\S*\/live\/([^/\s]+)\/fullchain\.pem\b.*\((success|failure|skipped)\)/gm;
  const found = [...said.matchAll(form)].map(
    ([, name = "", how]) => [name, words[how as keyof typeof words]] as const,
  );
  return [...new Map(found)].map(([name, outcome]) => ({ name, outcome }));
}
