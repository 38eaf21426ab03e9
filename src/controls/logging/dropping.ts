/** Which messages journald leaves out, or soon deletes. Pure. */
import type { JournalDisk } from "../../facts/logging.ts";
import { bytes, type Setting, settingOf } from "./journald.ts";

/** Messages of one service that journald takes within 30 s at least: an attack on sshd makes some hundreds. */
const leastRate = { messages: 300, seconds: 30 };
/** An intrusion is often found days later. */
const leastKept = 7 * 86_400;
/** Bytes: messages of a week take less than this where nothing is wrong. */
const leastRoom = 64 * 1024 ** 2;
/** Where nobody says another size: an eighth of the most that the journal takes, and no more. */
const mostOfFile = 128 * 1024 ** 2;

/**
 * By which settings journald drops, or soon deletes, what is to be kept; `limits`: those of sshd's unit, each time in place of
 * journald's own; `disk`: undefined where it is not known. Source: journald.conf(5), systemd.exec(5), systemd.time(7).
 */
export function dropping(
  settings: readonly Setting[],
  limits: readonly (readonly Setting[])[],
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

function withoutRoom(settings: readonly Setting[], disk: JournalDisk | undefined): readonly string[] {
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

function leftOut(settings: readonly Setting[]): readonly string[] {
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

const said = ({ path, key, value }: Setting) => `${path} says ${key}=${value}`;

const unitSeconds: readonly (readonly [RegExp, number])[] = [
  [/^(us|usec|µs)$/, 1e-6],
  [/^(ms|msec)$/, 1e-3],
  [/^(|s|sec|seconds?)$/, 1],
  [/^(m|min|minutes?)$/, 60],
  [/^(h|hr|hours?)$/, 3600],
  [/^(d|days?)$/, 86_400],
  [/^(w|weeks?)$/, 604_800],
  [/^(M|months?)$/, 2_629_800],
  [/^(y|years?)$/, 31_557_600],
];

/** Seconds of `1h 30m`; of what isn't a time, the default of no limit, as journald takes it: 0. */
function span(text: string): number {
  if (text === "infinity") return Number.POSITIVE_INFINITY;
  if (text.replace(/\d+(\.\d+)?\s*[A-Za-zµ]*\s*/g, "").trim() !== "") return 0;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)\s*([A-Za-zµ]*)/g)];
  const factors = parts.map(([, , unit]) => unitSeconds.find(([pattern]) => pattern.test(unit!))?.[1] ?? 0);
  return parts.reduce((sum, [, amount], at) => sum + Number(amount) * factors[at]!, 0);
}
