/** Who listens on the host for others, and that nobody has asked for. Pure. */
import { type ObjectCheck, objectCheck, resultOf } from "../checks/object.ts";
import type { Listener } from "../facts/sockets.ts";
import { nowhere } from "./nodes.ts";

export interface Listening {
  /** Undefined where they could not be read: `why`. */
  readonly listeners: readonly Listener[] | undefined;
  readonly why: string;
  /** Whether a port is wanted open: by a rule of the profile, as sshd's, or because a container publishes it. */
  readonly wanted: (listener: Listener) => boolean;
}

/** Nobody elsewhere comes to the loopback, nor to an address of the link alone (RFC 3927, RFC 4291). */
const isNear = (address: string) =>
  /^127\./.test(address) || address === "::1" || /^169\.254\./.test(address) || /^fe[89ab]/i.test(address);

/** Clients that are answered there: DHCP (RFC 2131, RFC 8415). */
const isClient = ({ protocol, port }: Listener) => protocol === "udp" && (port === 68 || port === 546);

const objectOf = ({ protocol, port, process = "" }: Listener) =>
  `${port}/${protocol}${process === "" ? "" : ` (${process})`}`;

function strangers({ listeners = [], wanted }: Listening): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const listener of listeners) {
    if (isNear(listener.address) || isClient(listener) || wanted(listener)) continue;
    const object = objectOf(listener);
    found.set(object, [...(found.get(object) ?? []), listener.address]);
  }
  return found;
}

export const listenerCheck = objectCheck<ObjectCheck<Listening>>({
  id: "exposure.listeners",
  title: "Nothing listens for others that no rule wants",
  severity: "medium",
  answers: ["network.ports", "deployed.listeners"],
  role: "audit",
  expected:
    "on other than the loopback only sshd, what a rule of the profile names, and what containers publish",
  why: "The firewall is all that keeps strangers from it, and only as long as it is on. A service that nobody has asked for has nobody who looks after it.",
  breaks: "Whoever uses it from elsewhere: write a rule for it then, with the networks that may come.",
  leavesOpen:
    "What a rule wants is as strong as the service behind it, and on the loopback each process of the host reaches more.",
  stricter:
    "Sockets with a mode in place of ports (`listen unix:/run/app.sock`): who connects by TCP has to be set to that.",
  look: "ss -Hltunp",
  test(listening) {
    if (listening.listeners === undefined)
      return [
        resultOf("", {
          at: nowhere,
          unknown: true,
          found: listening.why,
          remedy: "Install iproute2, which has ss, and run this again.",
        }),
      ];
    const found = [...strangers(listening)];
    if (found.length === 0)
      return [{ object: "", at: nowhere, verdict: "pass", found: "only what is wanted listens for others" }];
    return found.map(([object, addresses]) =>
      resultOf(object, {
        at: nowhere,
        found: `listens on ${[...new Set(addresses)].sort().join(", ")}, and no rule of the profile names it`,
        remedy:
          "Stop it, let it listen on 127.0.0.1, or write a rule for it into the profile's firewall section.",
      }),
    );
  },
});
