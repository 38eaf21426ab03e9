/** Why a host has begun to roll back by itself, while this machine took its time. */
import type { HostEvent } from "../host/events.ts";
import { send } from "../host/executor.ts";
import { statusScript } from "../host/script.ts";
import type { Transport } from "../transports/transport.ts";

const timeoutMs = 10_000;

/** By the runtime's word for it. */
const reasons: Readonly<Record<string, string>> = {
  timeout: "the time for the confirm was over (--confirm-timeout gives it more)",
  boot: "the host was restarted before the confirm",
  asked: "somebody else has rolled it back",
};

/** Undefined where the host has not begun, doesn't answer, or shows no run to this login. */
export async function ownReason(run: string, transport: Transport): Promise<string | undefined> {
  if (transport.identity.privilege.level === "none") return undefined;
  let why: string | undefined;
  const onEvent = (event: HostEvent) => {
    if (event.event === "rolling") why = event.why;
  };
  // A link that is of no use is no reason to leave the rollback that comes next.
  await send(transport, statusScript(run), { run, timeoutMs, onEvent }).catch(() => undefined);
  return why === undefined ? undefined : (reasons[why] ?? `the host rolled back by itself (${why})`);
}
