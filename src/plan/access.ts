/** The way in, now and as planned: what every control and guard is given of it. Pure. */
import type { Visit } from "../facts/sshd.ts";

/** What the profile's accounts will make of a login, for whoever must know the way in before it is there. */
export interface Coming {
  readonly name: string;
  /** Lines of authorized_keys. */
  readonly keys: readonly string[];
  readonly groups: readonly string[];
  readonly sudo: false | "password" | "nopasswd";
  readonly shell: string;
  /** No other key stays where harden writes. */
  readonly onlyThese: boolean;
}

/** Ports that a rule of the profile opens, from wherever. */
export interface OpenedPorts {
  readonly protocol: "tcp" | "udp" | "any";
  readonly first: number;
  readonly last: number;
}

export interface Way {
  readonly login: string;
  /** TCP ports on which sshd listens, or will. */
  readonly ports: readonly number[];
  /** Networks that may come in, CIDR; both zero networks mean anywhere. */
  readonly callers: readonly string[];
  /** A password opens it: the run came by one, or may again afterwards; left out where a key does. */
  readonly byPassword?: true;
}

/** What this tool's own ssh client speaks, for the guard that looks for a common algorithm. */
export interface Client {
  readonly kex: readonly string[];
  readonly ciphers: readonly string[];
  readonly macs: readonly string[];
  readonly hostKeys: readonly string[];
  /** Public keys tried for the planned login, up to and including the accepted one; sshd counts each against MaxAuthTries. */
  readonly keysOffered: number;
  /** `SHA256:…` of all keys that it could offer. */
  readonly keysHeld: readonly string[];
}

/** How a run comes to a host: known before any fact is read. */
export interface Connection {
  readonly login: string;
  readonly via: "ssh" | "local";
  /** The address that the host's sshd sees this run come from; undefined on a console. */
  readonly caller?: string;
  /** What it came to: an address and sshd's port, as the client sees them. */
  readonly server?: { readonly address: string; readonly port: number };
  readonly client?: Client;
  /** It came in by a password, and not by a key. */
  readonly byPassword?: boolean;
  /** A key login of the planned user was accepted, too, in this run. */
  readonly proven?: boolean;
}

export interface Access {
  readonly now: Way;
  readonly planned: Way;
  readonly via: "ssh" | "local";
  readonly caller?: string;
  readonly client?: Client;
  /** A key login of `planned.login` was accepted in this run. */
  readonly proven: boolean;
  /** By login: what the profile makes of it; left out where the profile manages no accounts. */
  readonly coming?: ReadonlyMap<string, Coming>;
  /** By login: what the profile lists, whether this run looks at its accounts or not; left out where it lists none. */
  readonly listed?: ReadonlyMap<string, Coming>;
  /** The plan sets the firewall as well, by the planned ports. */
  readonly opensPorts?: true;
  /** Ports that the profile's rules open beside those of sshd; left out where the profile has no firewall. */
  readonly opened?: readonly OpenedPorts[];
  /** What the collectors of ssh are asked about. */
  readonly visit: Visit;
}

/** Who may come in, from the profile. */
export interface ProfileAccess {
  readonly user?: string | undefined;
  readonly from: readonly string[];
}

export const anywhere: readonly string[] = ["0.0.0.0/0", "::/0"];

/** An address as sshd writes it: without a zone, and IPv4 as IPv4; "" where it is no address. */
export function plainAddress(address: string | undefined): string {
  const plain = (address ?? "").replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "");
  return /^[0-9A-Fa-f.:]*$/.test(plain) ? plain : "";
}

export const visitOf = (connection: Connection, { user }: Pick<ProfileAccess, "user">): Visit => ({
  login: connection.login,
  planned: user ?? connection.login,
  address: plainAddress(connection.caller),
  serverAddress: plainAddress(connection.server?.address),
  serverPort: connection.server === undefined ? "" : String(connection.server.port),
});
