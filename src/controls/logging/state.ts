/** What guard, desired state and checks of this control share: facts brought together. */
import type { FileFact } from "../../facts/files.ts";
import type { JournalDisk } from "../../facts/logging.ts";
import { type Fact, valueOr, whyUnknown } from "../../facts/probe.ts";
import type { Input, Seen } from "../../plan/control.ts";
import { alonePath, besidePath, caPath, isOurs, unitPath } from "./forward.ts";
import {
  bytes,
  dropInPath,
  dropInText,
  inOrder,
  type JournaldSetting,
  settingOf,
  settingsOf,
} from "./journald.ts";
import type { LoggingParams } from "./params.ts";
import type { LogProbes } from "./probes.ts";

type LogSeen = Seen<LoggingParams, LogProbes>;
export type LoggingView = ReturnType<typeof viewOf>;
export type LogInput = Input<LoggingParams, LogProbes, LoggingView>;

const oursIn = (fact: Fact<FileFact>) => isOurs(valueOr(fact, undefined)?.content);

export function viewOf({ params, facts }: LogSeen) {
  const dropIns = [facts.etc, facts.run, facts.local, facts.lib].flatMap((fact) => valueOr(fact, []));
  const main = valueOr(facts.main, undefined);
  const rsyslog = valueOr(facts.rsyslog, undefined);
  /** Nobody else's rsyslog runs here, so ours writes no files: what was installed by a run has not been started yet. */
  const alone = oursIn(facts.unitFile) || rsyslog === undefined || rsyslog.state === "inactive";
  const others = dropIns.filter(({ path }) => path !== dropInPath);
  const text = dropInText(params, {
    unheard: alone && params.forwarding !== undefined,
    quiet: settingOf(settingsOf(inOrder(main, others)), "Audit") === undefined,
  });
  const planned = [...others, { path: dropInPath, content: text }];
  const ours = [
    { path: alonePath, fact: facts.alone },
    { path: besidePath, fact: facts.beside },
    { path: caPath, fact: facts.ca },
    { path: unitPath, fact: facts.unitFile },
  ].flatMap(({ path, fact }) => (oursIn(fact) ? [path] : []));
  const winning = winningOver(settingsOf(inOrder(main, planned)), params);
  return {
    alone,
    text,
    ours,
    rsyslog,
    settings: settingsOf(inOrder(main, dropIns)),
    /** Others' settings that win over ours. */
    winning,
    /** Our bound makes journald delete messages when it starts, or that can't be told. */
    deletes: !winning.some(({ key }) => key === "SystemMaxUse") && exceeds(facts.disk, params),
    isMasked: rsyslog?.enabled.startsWith("masked") === true,
    unreadable: whyUnknown(facts.main, facts.etc, facts.run, facts.local, facts.lib),
  };
}

/** Whether a value keeps the journal as the profile wants it: `auto` does where its folder is there, which it then is. */
export const isStored = (value: string) => /^(persistent|auto|)$/i.test(value);
export const isBound = (value: string, { maxUse }: LoggingParams) => bytes(value) === bytes(maxUse);

const exceeds = (disk: Fact<JournalDisk>, { maxUse }: LoggingParams) =>
  disk.state === "present" ? disk.value.archived > (bytes(maxUse) ?? 0) : disk.state !== "absent";

/** Whether what sshd and sudo say of logins is stored, at the level info; source: journald.conf(5), MaxLevelStore. */
export const keepsLogins = (level: string) => /^(info|debug|[67]|)$/.test(level);

function winningOver(
  settings: readonly JournaldSetting[],
  params: LoggingParams,
): readonly JournaldSetting[] {
  const of = (key: string, isRight: (value: string) => boolean) => {
    const last = settingOf(settings, key);
    return last === undefined || last.path === dropInPath || isRight(last.value) ? [] : [last];
  };
  return [
    ...(params.persistent ? of("Storage", isStored) : []),
    ...of("SystemMaxUse", (value) => isBound(value, params)),
  ];
}
