/** What somebody elsewhere meets at a host's open ports: which there are to ask, and what their answers mean. Pure. */
import { type Images, roleOf } from "../compose/images.ts";
import type { Container } from "../facts/containers.ts";
import { isLoopback, type SocketsFact } from "../facts/sockets.ts";
import type { PortAnswer, TlsSeen } from "../transports/port.ts";

/** A TCP port that others than the host itself may come to. */
export interface Door {
  readonly port: number;
  /** The container that publishes it, or the process that listens; empty where that isn't known. */
  readonly of: string;
  /** Of a container's image: nobody but its own service should come to "data". */
  readonly role: "proxy" | "data" | "other" | "the host's";
}

export interface AskedDoor extends Door {
  readonly answer: PortAnswer;
}

/** More than that are not asked: that is nobody's way to look at a host. */
export const mostDoors = 64;

/** Whose doors come first where not all are asked, or where several are one port's. */
const rank = ({ role }: Door) => ["data", "proxy", "other", "the host's"].indexOf(role);

/** All that there are, those first that matter most. Each port once: a container's is told as the container's, whoever listens for it. */
export function doorsOf(
  containers: readonly Container[],
  sockets: SocketsFact | undefined,
  images: Images,
): readonly Door[] {
  const published = containers.flatMap(({ name, image, ports }) =>
    Object.entries(ports).flatMap(([inner, bound]) =>
      inner.endsWith("/tcp")
        ? (bound ?? [])
            .filter(({ HostIp }) => !isLoopback(HostIp))
            .map(({ HostPort }): Door => ({ port: Number(HostPort), of: name, role: roleOf(image, images) }))
        : [],
    ),
  );
  const listening = (sockets?.listeners ?? [])
    .filter(({ protocol, address }) => protocol === "tcp" && !isLoopback(address))
    .map(({ port, process = "" }): Door => ({ port, of: process, role: "the host's" }));
  const all = [...published, ...listening].filter(({ port }) => port > 0 && port < 65_536);
  const ranked = all.sort((one, other) => rank(one) - rank(other) || one.port - other.port);
  const seen = new Set<number>();
  return ranked.filter(({ port }) => !seen.has(port) && seen.add(port));
}

export const tlsOf = ({ answer }: AskedDoor): TlsSeen | undefined =>
  answer.is === "tls" ? answer.seen : undefined;

export const isOpen = ({ answer }: AskedDoor) => answer.is !== "silent" && answer.is !== "refused";

/** For a person. */
export function answerText({ answer }: AskedDoor): string {
  switch (answer.is) {
    case "silent":
      return `closed (${answer.why})`;
    case "refused":
      return "closed (refused)";
    case "tls":
      return `open, ${answer.seen.protocol}`;
    case "tls, not seen":
      return `open, TLS that it ends (${answer.why})`;
    case "http":
      return `open, HTTP (${answer.status})`;
    case "other":
      return "open";
  }
}

/** The name that TLS is asked for: a host that is named by its address, or by an alias in one word, has none. */
export const nameFor = (host: string) =>
  /^([a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]*$/i.test(host) ? host : undefined;
