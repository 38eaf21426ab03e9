/** The way in, now and as planned: one pure function of profile and facts, given to every control and guard. */
import { type Coming, comingOf } from "../controls/accounts/coming.ts";
import type { Params as AccountsParams } from "../controls/accounts/params.ts";
import { type OpenedPorts, openedBy } from "../controls/firewall/opened.ts";
import type { Params as FirewallParams } from "../controls/firewall/schema.ts";
import type { SshParams } from "../controls/ssh/params.ts";
import { portsLater } from "../controls/ssh/ports.ts";
import { portsIn, type UnitFact, unit } from "../facts/files.ts";
import { type Facts, type Probe, readFact, valueOr } from "../facts/probe.ts";
import { type Effective, type EffectiveFact, sshdEffective, sshdFiles, type Visit } from "../facts/sshd.ts";
import { sshdStart } from "../facts/sshd-start.ts";
import { units } from "../platform.ts";

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
function plainAddress(address: string | undefined): string {
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

const socketProbe = unit(units.sshSocket);

/** What `accessOf` reads. */
export const accessProbes = (visit: Visit): readonly Probe<unknown>[] => [sshdEffective(visit), socketProbe];

/** Equal for the same profile, host and login, whoever asks; only `caller`, `client` and `proven` are the run's own. */
export function accessOf(input: {
  readonly profileAccess: ProfileAccess;
  /** The ssh control's parameters; undefined where the profile doesn't manage ssh. */
  readonly sshParams: unknown;
  /** The same of the accounts control. */
  readonly accountsParams?: unknown;
  /** Parameters of sections that the profile has, whether this run looks at them or not. */
  readonly listed?: { readonly firewall: unknown; readonly accounts: unknown };
  /** As in the answer. */
  readonly opensPorts?: boolean;
  /** By path, what is given back of files: empty of those that go. */
  readonly givenBack?: ReadonlyMap<string, Buffer>;
  readonly facts: Facts;
  readonly connection: Connection;
}): Access {
  const { profileAccess, sshParams, accountsParams, listed, facts, connection } = input;
  const byPassword = connection.byPassword === true;
  const visit = visitOf(connection, profileAccess);
  const sshd = readFact(facts, sshdEffective(visit));
  const socket = valueOr(readFact(facts, socketProbe), undefined);
  const ports = portsOf(sshd.state === "present" ? sshd.value.global : undefined, socket);
  const caller = plainAddress(connection.caller);
  return {
    now: { login: connection.login, ports, callers: anywhere, ...(byPassword ? { byPassword } : {}) },
    planned: {
      login: visit.planned,
      ports: plannedPorts(ports, { ...input, sshd: valueOr(sshd, undefined), socket }),
      callers: profileAccess.from,
      ...(byPassword && visit.planned === connection.login && passwordsStay(sshParams) ? { byPassword } : {}),
    },
    via: connection.via,
    ...(caller === "" ? {} : { caller }),
    ...(connection.client === undefined ? {} : { client: connection.client }),
    proven:
      connection.proven ?? (connection.via === "ssh" && !byPassword && visit.planned === connection.login),
    ...(accountsParams === undefined ? {} : { coming: comingOf(accountsParams as AccountsParams) }),
    ...(input.opensPorts === true ? { opensPorts: true } : {}),
    ...(listed?.firewall === undefined ? {} : { opened: openedBy(listed.firewall as FirewallParams) }),
    ...(listed?.accounts === undefined ? {} : { listed: comingOf(listed.accounts as AccountsParams) }),
    visit,
  };
}

/** Those that the profile names, else those that stay when our own lines go, or an original comes back. */
function plannedPorts(
  ports: readonly number[],
  {
    sshParams,
    givenBack,
    facts,
    sshd,
    socket,
  }: Pick<Parameters<typeof accessOf>[0], "sshParams" | "givenBack" | "facts"> & {
    readonly sshd: EffectiveFact | undefined;
    readonly socket: UnitFact | undefined;
  },
): readonly number[] {
  const params = sshParams as { port?: number } | undefined;
  if (params?.port !== undefined) return [params.port];
  const files = valueOr(readFact(facts, sshdFiles()), undefined)?.files;
  if (files === undefined || (params === undefined && givenBack === undefined)) return ports;
  const listener =
    socket?.active === true ? valueOr(readFact(facts, sshdStart), undefined)?.socket : undefined;
  if (socket?.active === true && listener === undefined) return ports;
  return portsLater(
    ports,
    { files, running: sshd?.process, socket: listener },
    params === undefined ? { contents: givenBack ?? new Map() } : { without: "our lines" },
  );
}

/** As far as the profile goes; what sshd makes of it is for its control to say. */
function passwordsStay(sshParams: unknown): boolean {
  const { passwordAuthentication = true, keyboardInteractive = true } = (sshParams ??
    {}) as Partial<SshParams>;
  return passwordAuthentication || keyboardInteractive;
}

/** The ports of an active ssh.socket, else those of sshd's own listening addresses; 22 where neither is known. */
function portsOf(
  effective: Effective | undefined,
  socket: Pick<UnitFact, "active" | "listen"> | undefined,
): readonly number[] {
  const listening = socket?.active ? socket.listen : (effective?.get("listenaddress") ?? []);
  const ports = portsIn(listening);
  return ports.length === 0 ? [22] : [...new Set(ports)].sort((a, b) => a - b);
}
