/** The way in, now and as planned, by profile and facts: one pure function, given to every control and guard. */
import { portsIn, type UnitFact, unit } from "../facts/files.ts";
import { type Facts, type Probe, readFact, valueOr } from "../facts/probe.ts";
import { type Effective, type EffectiveFact, sshdEffective, sshdFiles, type Visit } from "../facts/sshd.ts";
import { sshdStart } from "../facts/sshd-start.ts";
import {
  type Access,
  anywhere,
  type Connection,
  type ProfileAccess,
  plainAddress,
  visitOf,
} from "../plan/access.ts";
import { units } from "../platform.ts";
import { comingOf } from "./accounts/coming.ts";
import type { AccountsParams } from "./accounts/params.ts";
import { openedBy } from "./firewall/opened.ts";
import type { FirewallParams } from "./firewall/schema.ts";
import type { SshParams } from "./ssh/params.ts";
import { portsLater } from "./ssh/ports.ts";

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
