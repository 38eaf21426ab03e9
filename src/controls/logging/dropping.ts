/** Which messages journald leaves out, or soon deletes. Pure. */
import type { JournalDisk } from "../../facts/logging.ts";
import { bytes, type JournaldSetting, settingOf } from "./journald.ts";
import { leastKept, leastRoom, span } from "./kept.ts";

/** Messages of one service that journald takes within 30 s at least: an attack on sshd makes some hundreds. */
const leastRate = { messages: 300, seconds: 30 };
/** Where nobody says another size: an eighth of the most that the journal takes, and no more. */
const mostOfFile = 128 * 1024 ** 2;

/**
 * By which settings journald drops, or soon deletes, what is to be kept; `limits`: those of sshd's unit, each time in place of
 * journald's own; `disk`: undefined where it is not known. Source: journald.conf(5), systemd.exec(5), systemd.time(7).
 */
export function dropping(
  settings: readonly JournaldSetting[],
  limits: readonly (readonly JournaldSetting[])[],
  disk: JournalDisk | undefined,
): readonly string[] {
  const kept = settingOf(settings, "MaxRetentionSec");
  const age = span(kept?.value || "0");
  return [
    ...new Set(limits.flatMap((each) => leftOut([...settings, ...each]))),
    ...(kept !== undefined && age > 0 && age < leastKept ? [`${said(kept)}, so messages are soon gone`] : []),
    ...withoutRoom(settings, disk),
  ];
}

function withoutRoom(settings: readonly JournaldSetting[], disk: JournalDisk | undefined): readonly string[] {
  const [keptFree, files, size] = ["SystemKeepFree", "SystemMaxFiles", "SystemMaxFileSize"].map((key) =>
    settingOf(settings, key),
  );
  const room = disk && disk.free + disk.archived - (bytes(keptFree?.value ?? "") ?? 0);
  const inFiles = Number(files?.value || 100) * (bytes(size?.value ?? "") ?? mostOfFile);
  return [
    ...(keptFree !== undefined && room !== undefined && room < leastRoom
      ? [`${said(keptFree)}, and the disk has no room beside that, so messages are soon gone`]
      : []),
    ...(files !== undefined && inFiles > 0 && inFiles < leastRoom
      ? [`${said(files)}, which hold too little, so messages are soon gone`]
      : []),
  ];
}

function leftOut(settings: readonly JournaldSetting[]): readonly string[] {
  const of = (...keys: string[]) => keys.map((key) => settingOf(settings, key)).find((each) => each);
  const burst = of("LogRateLimitBurst", "RateLimitBurst");
  const interval = of("LogRateLimitIntervalUSec", "RateLimitIntervalSec", "RateLimitInterval");
  const messages = Number(burst?.value || 10_000);
  const seconds = span(interval?.value || "30s");
  const limits = messages > 0 && seconds > 0;
  const isLow =
    limits && (messages < leastRate.messages || messages / seconds < leastRate.messages / leastRate.seconds);
  const rate = [burst, interval].flatMap((each) => (each === undefined ? [] : [said(each)]));
  return isLow ? [`${rate.join(", ")}, so an attack's messages are left out`] : [];
}

const said = ({ path, key, value }: JournaldSetting) => `${path} says ${key}=${value}`;
