/** Whether certbot can still prove a certificate's domains: its plugin, its challenge, and the port of standalone. Pure. */
import { hooksAt, optionOf, type RenewalConf, type RenewalFact } from "../../facts/renewal.ts";
import { type Holder, holderText } from "../../facts/renewal-after.ts";
import type { NextFact } from "../../facts/renewal-next.ts";
import type { Part } from "../../plan/control.ts";
import { part } from "../verdict.ts";
import { hookPaths, serviceText } from "./hooks.ts";
import type { CertificatesParams } from "./schema.ts";

interface Seen {
  readonly fact: RenewalFact;
  readonly next: NextFact;
  readonly params: CertificatesParams;
}

/** `unknown`: nothing here tells, and a trial does. */
type Fault = { readonly why: string; readonly unknown?: true };

const tried = "harden renew HOST --dry-run shows";

function pluginFault(authenticator: string, { plugins }: NextFact): readonly Fault[] {
  if (plugins.includes(authenticator)) return [];
  // certbot is never without this one.
  return plugins.includes("standalone")
    ? [{ why: `certbot has no plugin ${authenticator}` }]
    : [{ why: "which plugins certbot has could not be read", unknown: true }];
}

const byHttp = ["standalone", "webroot", "nginx", "apache"];

const challengesOf = (authenticator: string) =>
  byHttp.includes(authenticator) ? ["http"] : authenticator.startsWith("dns-") ? ["dns"] : undefined;

function challengeFault(authenticator: string, preferred: string | undefined): readonly Fault[] {
  const able = challengesOf(authenticator);
  const all = (preferred ?? "").split(",").flatMap((each) => each.trim().replace(/-01$/, "") || []);
  return able === undefined || all.length === 0 || all.some((each) => able.includes(each))
    ? []
    : [{ why: `it takes only ${preferred?.replace(/,$/, "")}, which ${authenticator} can't` }];
}

function portFaults(found: RenewalConf, seen: Seen): readonly Fault[] {
  const { fact, next } = seen;
  const port = optionOf(fact, "http-01-port") ?? found.http01Port ?? "80";
  const address = optionOf(fact, "http-01-address") ?? found.http01Address ?? "";
  const place: readonly Fault[] = [
    ...(next.foreign.includes(address) ? [{ why: `this host has no address ${address}` }] : []),
    ...(/^(127\.|::1$)/.test(address) ? [{ why: `it answers on ${address}, where no CA comes` }] : []),
    ...(port === "80"
      ? []
      : [{ why: `it answers on port ${port}, and the CA asks on 80: ${tried}`, unknown: true } as const]),
  ];
  return [...place, ...heldFaults(port, found, seen)];
}

/** Who stays on the port while certbot works, as far as that is known. */
function holdersBeside(port: string, { next, params }: Seen, stops: boolean): readonly string[] {
  const { service } = params;
  const unit = stops && typeof service === "string" ? service : undefined;
  const own = next.holders.filter((each) => each.port === port);
  // Port 80 is a container's also where no process of the host listens for it.
  const containers = port === "80" ? next.published : [];
  const isProxy = ({ process }: Holder) => process === "docker-proxy" && containers.length > 0;
  const isFreed = (holder: Holder) =>
    holder.process === "certbot" ||
    holder.unit === unit ||
    (unit?.endsWith(".socket") === true && holder.process === "systemd");
  const isStopped = (each: NextFact["published"][number]) =>
    stops && typeof service === "object" && each.project === service.project && each.name === service.name;
  return [
    ...(own.length === 0 && next.held.has(port) ? ["a process that was not found"] : []),
    ...own.filter((each) => !isProxy(each) && !isFreed(each)).map(holderText),
    ...containers
      .filter((each) => !isStopped(each))
      .map(({ project, name }) =>
        name === "" ? "a container" : `the container of ${serviceText({ project, name })}`,
      ),
  ];
}

function heldFaults(port: string, { name }: RenewalConf, seen: Seen): readonly Fault[] {
  const { fact, next, params } = seen;
  if (next.held.get(port) === "unread")
    return [{ why: `whether port ${port} is held could not be read`, unknown: true }];
  const hooks = [
    ...hooksAt(fact, "pre").flatMap(({ what, of }) => (of === undefined || of === name ? [what] : [])),
    ...[...fact.options, ...next.options].flatMap(({ file, key }) =>
      key === "pre-hook" ? [`${key} of ${file}`] : [],
    ),
  ];
  const stops = params.renewal === "standalone" && hooks.includes(hookPaths.stop);
  const who = holdersBeside(port, seen, stops);
  if (who.length === 0) return [];
  const held = `port ${port} is held by ${who.join(", ")}`;
  return hooks.length === 0
    ? [{ why: `${held}, and no pre-hook stops it` }]
    : [{ why: `${held}; whether ${hooks.join(", ")} frees it, ${tried}`, unknown: true }];
}

export function proofFaults(found: RenewalConf, seen: Seen): readonly Part[] {
  const authenticator = optionOf(seen.fact, "authenticator") ?? found.authenticator;
  if (authenticator === "") return [];
  const faults = [
    ...pluginFault(authenticator, seen.next),
    ...challengeFault(authenticator, optionOf(seen.fact, "preferred-challenges") ?? found.preferred),
    ...(authenticator === "standalone" ? portFaults(found, seen) : []),
  ];
  return faults.map(({ why, unknown }) =>
    part(unknown ? "error" : "fail", found.name, `${found.name}: ${why}`),
  );
}
