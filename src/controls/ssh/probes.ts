/** All that the ssh control reads of a host. */
import { accounts, authorizedKeys } from "../../facts/accounts.ts";
import { bootUnit } from "../../facts/boot-unit.ts";
import { debianPackage, exists, file, stat, unit } from "../../facts/files.ts";
import { pamAccounts } from "../../facts/pam.ts";
import type { Probes } from "../../facts/probe.ts";
import { routes } from "../../facts/routes.ts";
import { rules } from "../../facts/rules.ts";
import { portTaken, sshdSockets } from "../../facts/sockets.ts";
import { hostKeys, sshdEffective, sshdFiles, type Visit } from "../../facts/sshd.ts";
import { sshdStart } from "../../facts/sshd-start.ts";
import { sudo, sudoEnds } from "../../facts/sudo.ts";
import type { Seen } from "../../plan/control.ts";
import { units } from "../../platform.ts";
import { bootFilesProbe } from "../next-boot/probe.ts";
import { idleProbe } from "./idle.ts";
import { dropinPath, mainPath, socketDropinPath } from "./layout.ts";
import { literalUsers, type SshParams } from "./params.ts";

/** Both packaged units have a condition on it. */
export const notToBeRun = "/etc/ssh/sshd_not_to_be_run";

/** On a console, root without a key may still leave the way in to an account that sudo lets become root. */
const sudoers = ({ planned, address }: Visit) => {
  if (planned !== "root") return [planned];
  return address === "" ? ["*"] : [];
};

export const sshProbes = (params: SshParams, visit: Visit) =>
  ({
    package: debianPackage("openssh-server"),
    files: sshdFiles(),
    effective: sshdEffective(visit),
    hostKeys: hostKeys(visit),
    pamAccounts,
    accounts: accounts([visit.login, visit.planned, ...literalUsers(params)]),
    keys: authorizedKeys(visit),
    sudo: sudo(sudoers(visit)),
    sudoEnds: sudoEnds(sudoers(visit)),
    main: file(mainPath),
    mainMode: stat(mainPath),
    dropin: file(dropinPath),
    idle: idleProbe,
    socketDropin: file(socketDropinPath),
    start: sshdStart,
    service: unit(units.ssh),
    socket: unit(units.sshSocket),
    serviceAtBoot: bootUnit(units.ssh),
    socketAtBoot: bootUnit(units.sshSocket),
    sessionsAtBoot: bootUnit(units.userSessions),
    others: bootFilesProbe,
    notToBeRun: exists(notToBeRun),
    sshdSockets,
    portTaken: portTaken(...(params.port === undefined ? [] : [params.port])),
    rules,
    routes,
  }) satisfies Probes;

export type SshSeen = Seen<SshParams, ReturnType<typeof sshProbes>>;
