/** What guard, desired state and checks of this control share: facts brought together. */
import type { Jail } from "../../facts/fail2ban.ts";
import type { JailFile } from "../../facts/fail2ban-files.ts";
import { valueOr, whyUnknown } from "../../facts/probe.ts";
import type { Input, Seen } from "../../plan/control.ts";
import { keptIgnores } from "./ignored.ts";
import {
  dropInPath,
  type Fail2banParams,
  isOurs,
  mainPath,
  overrides,
  sparing,
  spelled,
  type WantedJail,
} from "./jail.ts";
import { nextSetting } from "./next.ts";
import type { probes } from "./probes.ts";

const always = ["127.0.0.0/8", "::1"];

export type Fail2banView = ReturnType<typeof viewOf>;
export type FailInput = Input<Fail2banParams, typeof probes, Fail2banView>;

/** The file by whose banaction the jail runs with actions that close no port: a restart brings them again. */
function idleChoice(
  files: readonly JailFile[],
  jail: Jail | undefined,
): readonly (readonly [string, string])[] {
  const setting = nextSetting(files, "banaction");
  const name = /^[\w-]+/.exec(setting?.value ?? "")?.[0];
  const closes = jail?.actions.some(({ port }) => port !== undefined);
  const isIt = closes === false && jail?.actions.some((each) => each.name === name);
  return setting !== undefined && isIt ? [["banaction", setting.path]] : [];
}

export function viewOf({ params, facts, access }: Seen<Fail2banParams, typeof probes>) {
  const files = valueOr(facts.files, []);
  const running = valueOr(facts.running, undefined);
  const unit = valueOr(facts.unit, undefined);
  const others = keptIgnores(facts);
  const foreign = facts.jailLocal.state !== "absent" && !isOurs(facts.jailLocal);
  const path = foreign || overrides(files, mainPath).length > 0 ? dropInPath : mainPath;
  const winning = overrides(files, path);
  /** rsyslog runs and writes auth.log: without it the file, where there is one, has nobody who writes it. */
  const logged =
    facts.authLog.state === "present" &&
    facts.rsyslogSendsOnly.state === "absent" &&
    valueOr(facts.rsyslog, undefined)?.active === true;
  const { ports, callers } = access.planned;
  const spared = [...always, ...params.ignoreIp.map(spelled), ...sparing(callers)];
  const wanted: WantedJail = {
    ...params,
    ports: [...new Set(ports)].sort((a, b) => a - b),
    ignoreIp: [...new Set([...spared, ...(others?.kept ?? [])])],
    backend: logged ? "auto" : "systemd",
  };
  return {
    files,
    running,
    jail: running?.sshd,
    unit,
    isMasked: unit?.enabled.startsWith("masked") === true,
    /** Whom somebody's own files spare. */
    others,
    /** Our own file is jail.local, unless somebody has one, or sets in jail.d what would win over it. */
    path,
    /** Settings of somebody's that win over ours, and their files by key. */
    winning,
    beaten: new Map([
      ...winning.map((each) => [each.key, each.path] as const),
      ...idleChoice(files, running?.sshd),
    ]),
    /** Why the files of which desired state is made can't be read; undefined where they can. */
    unreadable: whyUnknown(facts.jailLocal, facts.dropIn, facts.files),
    logged,
    wanted,
  };
}
