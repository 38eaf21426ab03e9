/** A host's ports, asked from the machine that this runs on. */
import type { OutsideAnswers } from "../results/audited.ts";
import type { Ports } from "../run/ports.ts";
import type { AskedDoor, Door } from "../running/doors.ts";
import type { PortAnswer } from "../transports/port.ts";
import type { Transport } from "../transports/transport.ts";

export interface OutsideQuestion {
  readonly ca?: string;
  readonly ports: Pick<Ports, "askPort" | "signal">;
  readonly name: string | undefined;
}

/** At once is no more than a browser does. */
const atOnce = 8;

/** Not by an address that only a jump host knows: it may be somebody else's here. */
export async function askFromHere(
  { identity: { ssh } }: Pick<Transport, "identity">,
  doors: readonly Door[],
  { ports, name, ca }: OutsideQuestion,
): Promise<OutsideAnswers> {
  if (ssh === undefined) return { why: "this is the host itself: run it from elsewhere" };
  if (!ssh.direct) return { why: "it is behind a jump host: run it from where its users are" };
  const asked: AskedDoor[] = [];
  const left = [...doors];
  const more = { ...(name === undefined ? {} : { name }), ...(ca === undefined ? {} : { ca }) };
  /** This run has come in by sshd's own, which takes a stranger's words for an attack: fail2ban would count them. */
  const answerOf = async ({ port }: Door): Promise<PortAnswer> =>
    port === ssh.port ? { is: "other" } : ports.askPort({ address: ssh.address, port, ...more });
  const ask = async () => {
    for (let door = left.shift(); door !== undefined && !ports.signal.aborted; door = left.shift())
      asked.push({ ...door, answer: await answerOf(door) });
  };
  await Promise.all(Array.from({ length: atOnce }, ask));
  return { doors: asked.sort((one, other) => one.port - other.port) };
}
