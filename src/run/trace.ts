/** `--verbose`: each connection and each round trip, with bytes and times. No word of a script, of an answer or of a secret. */
import { localTarget } from "../targets.ts";
import { loginOf } from "../transports/target.ts";
import type { Connect, HostIdentity, Route, RunResult, Transport } from "../transports/transport.ts";

interface Watch {
  /** `target`: where the route leads. */
  readonly say: (target: string, text: string) => void;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
}

export function traced(connect: Connect, watch: Watch): Connect {
  return async (route, o) => {
    const target = nameOf(route);
    const began = watch.now();
    const say = (text: string) => watch.say(target, text);
    try {
      const transport = await connect(route, o);
      say(`${identityText(transport.identity)}, in ${seconds(watch.now() - began)}`);
      return tracedTransport(transport, { ...watch, say, began });
    } catch (error) {
      say(`no connection after ${seconds(watch.now() - began)}`);
      throw error;
    }
  };
}

interface Traced extends Pick<Watch, "now"> {
  readonly say: (text: string) => void;
  readonly began: number;
}

function tracedTransport(transport: Transport, { say, now, began }: Traced): Transport {
  let trips = 0;
  let closing: Promise<void> | undefined;
  return {
    identity: transport.identity,
    async run(script, o) {
      const number = ++trips;
      const start = now();
      const result = await transport.run(script, o);
      const length = Buffer.byteLength(script) + Buffer.byteLength(o.library ?? "");
      const bytes = `a script of ${length} bytes, ${result.stdout.length + result.stderr.length} received`;
      say(`round trip ${number}: ${bytes}, ${endText(result)}, in ${seconds(now() - start)}`);
      return result;
    },
    close() {
      closing ??= transport.close().then(() => {
        say(`closed after ${trips} round trip${trips === 1 ? "" : "s"} and ${seconds(now() - began)}`);
      });
      return closing;
    },
  };
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;

const nameOf = (route: Route) => (route.kind === "local" ? localTarget : loginOf(route));

function identityText({ login, privilege, ssh }: HostIdentity): string {
  const rights = { root: "as root", sudo: "as root by sudo", none: "without root's rights" }[privilege.level];
  if (ssh === undefined) return `a shell of ${login} ${rights}`;
  const { address, port, direct, auth, keyFingerprint, keysOffered, hostKeyType, algorithms } = ssh;
  const via = direct ? "" : " through a jump host or a command";
  const by = auth === "password" ? "a password" : `key ${keyFingerprint ?? ""} (${keysOffered} tried)`;
  return `connected to ${address} port ${port}${via} as ${login} by ${by}, ${rights}; ${hostKeyType}, ${algorithms.kex}, ${algorithms.cipher}`;
}

function endText({ exit, truncated, timedOut, aborted }: RunResult): string {
  if (timedOut) return "no end in time";
  if (aborted) return "cut short";
  if (truncated) return "more than was read";
  return exit.code === null ? "the link was lost" : `exit ${exit.code}`;
}
