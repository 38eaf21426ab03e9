/** `harden bans`: whom fail2ban has banned and until when; with `--unban` one address is let in again. */
import { HardenError } from "../../errors.ts";
import { type BansFact, bans } from "../../facts/bans.ts";
import { readFact } from "../../facts/probe.ts";
import { send } from "../../host/executor.ts";
import { runtimeText } from "../../host/runtime.ts";
import { unbanScript } from "../../host/script.ts";
import { type HostVerdict, type Judged, outcomeOf } from "../../results/verdict.ts";
import { collect } from "../../run/collect.ts";
import type { CommandOutcome, Ports, Targets } from "../../run/ports.ts";
import { eachAsRoot, targetsOf } from "../../run/session.ts";
import type { Transport } from "../../transports/transport.ts";

/** What a host's fail2ban answered. */
export type HostBans =
  | { readonly fail2ban: "not installed" | "not running" }
  | {
      readonly fail2ban: "running";
      readonly jails: BansFact["jails"];
      readonly unasked: BansFact["unasked"];
      /** The jails that had banned the address that is let in again; none where nobody had. */
      readonly letIn?: { readonly address: string; readonly by: readonly string[] };
    }
  /** Somebody answered no. */
  | { readonly fail2ban: "not asked" };

export interface BansOptions extends Targets {
  /** As inet_ntop(3) spells it. */
  readonly unban?: string;
}

export async function bansCommand(
  options: BansOptions,
  ports: Ports,
): Promise<CommandOutcome<readonly Judged<HostBans>[]>> {
  const { unban } = options;
  if (unban === undefined)
    return outcomeOf(await eachAsRoot(options, ports, (host) => bansOf(host, ports)), () => "pass");
  const where = options.targets.length === 0 ? "this machine" : options.targets.join(", ");
  if (!(await ports.ask(`Let ${unban} in again on ${where}, in every jail of fail2ban?`)))
    return outcomeOf(
      targetsOf(options).map((target) => ({ target, ok: true, value: { fail2ban: "not asked" } })),
      (): HostVerdict => "declined",
    );
  const report = await eachAsRoot(options, ports, (transport, target) =>
    letIn(unban, { transport, target, ports }),
  );
  return outcomeOf(report, () => "pass");
}

async function bansOf(transport: Transport, ports: Ports): Promise<HostBans> {
  const fact = readFact(await collect(transport, [bans], ports), bans);
  if (fact.state === "absent") return { fail2ban: "not installed" };
  if (fact.state !== "present")
    throw new HardenError("host", `The bans could not be read: ${fact.why}.`, {
      hint: "Try again; if it stays, look on the host with: fail2ban-client status",
      hostState: "nothing was changed",
    });
  const { running, jails, unasked } = fact.value;
  return running ? { fail2ban: "running", jails, unasked } : { fail2ban: "not running" };
}

interface Host {
  readonly transport: Transport;
  readonly target: string;
  readonly ports: Ports;
}

const bannedBy = ({ jails }: Pick<BansFact, "jails">, address: string) =>
  jails.filter(({ bans }) => bans.some((each) => each.address === address)).map(({ name }) => name);

/** Believed when the server's own list is without it. */
async function letIn(address: string, { transport, target, ports }: Host): Promise<HostBans> {
  const before = await bansOf(transport, ports);
  if (before.fail2ban === "not running")
    throw new HardenError("host", `fail2ban does not run on ${target}, so it can't be told of ${address}.`, {
      hint: "It brings the bans of its database back when it starts: start it, then try again.",
      hostState: "nothing was changed",
    });
  if (before.fail2ban !== "running") return before;
  const by = bannedBy(before, address);
  if (by.length === 0 && before.jails.every(({ more }) => more === 0))
    return { ...before, letIn: { address, by } };
  const script = unbanScript(address, { runtime: runtimeText });
  const { outcome, refusals } = await send(transport, script, { timeoutMs: 60_000 });
  if (outcome !== "unbanned") throw notLetIn(address, { target, next: ports.next }, refusals[0]?.text);
  const after = await bansOf(transport, ports);
  const still = after.fail2ban === "running" ? bannedBy(after, address) : [];
  if (after.fail2ban === "running" && still.length === 0) return { ...after, letIn: { address, by } };
  const now =
    after.fail2ban === "running" ? `is banned by ${still.join(", ")}` : "fail2ban does not run any more";
  throw new HardenError("host", `${address} was let in again on ${target}, but now ${now}.`, {
    hint: `Whoever fails again is banned again. Look with: ${ports.next("bans", target)}`,
    hostState: `${address} was let in again`,
  });
}

/** `said`: fail2ban's own words; undefined where the link was lost. */
function notLetIn(
  address: string,
  { target, next }: Pick<Host, "target"> & Pick<Ports, "next">,
  said: string | undefined,
): HardenError {
  if (said !== undefined)
    return new HardenError("host", `fail2ban on ${target} did not let ${address} in: ${said.trim()}.`, {
      hint: "Look there, as root: fail2ban-client status",
      hostState: "nothing was changed",
    });
  return new HardenError("unknown-outcome", `${target} was lost while ${address} was being let in again.`, {
    hostState: `whether ${address} is still banned is not known`,
    hint: `Look with: ${next("bans", target)}`,
  });
}
