/** What runs an audit every night: units of systemd's. Pure. */
import { HardenError } from "../../errors.ts";

export interface Night {
  /** What runs harden: absolute paths and what belongs to them, each a word. */
  readonly self: readonly string[];
  /** What `harden` is followed by, but for --baseline and --out. */
  readonly words: readonly string[];
  /** Absolute: where relative paths begin, and harden.yaml is looked for. */
  readonly folder: string;
  /** The earlier audit. */
  readonly lastGood: string;
  /** The file of the webhook's URL. */
  readonly webhook?: string | undefined;
  readonly at: { readonly hour: number; readonly minute: number };
}

export interface WrittenFile {
  readonly name: string;
  readonly text: string;
}

export const tonight = (lastGood: string) => `${lastGood}.tonight`;

export const auditWords = ({ words, lastGood, webhook }: Night): readonly string[] => [
  ...words,
  ...["--baseline", lastGood, "--out", tonight(lastGood)],
  ...(webhook === undefined ? [] : ["--webhook-file", webhook]),
];

export const two = (number: number) => String(number).padStart(2, "0");

/**
 * The second command follows only a first one that ended with 0: the last good audit stays until there is a new one. The
 * colon keeps systemd from taking a `$` for a variable. Throws HardenError `usage` for what no unit can hold.
 */
export function systemdUnits(night: Night): readonly WrittenFile[] {
  const { self, folder, lastGood, at } = night;
  const command = (words: readonly string[]) => `ExecStart=:${words.map(unitWord).join(" ")}`;
  const service = `[Unit]
Description=harden: an audit against the last good one

[Service]
Type=oneshot
WorkingDirectory=${unitPath(folder)}
${command([...self, ...auditWords(night)])}
${command(["/usr/bin/mv", "-f", "--", tonight(lastGood), lastGood])}
TimeoutStartSec=1h
UMask=0077
`;
  const timer = `[Unit]
Description=harden: an audit every night

[Timer]
OnCalendar=*-*-* ${two(at.hour)}:${two(at.minute)}:00
Persistent=true

[Install]
WantedBy=timers.target
`;
  return [
    { name: "harden-audit.service", text: service },
    { name: "harden-audit.timer", text: timer },
  ];
}

/** A word of systemd.service(5): quoted, with its escapes, and no specifier. */
export function unitWord(word: string): string {
  refuseLines(word);
  return `"${word.replace(/[\\"]/g, "\\$&").replaceAll("%", "%%")}"`;
}

/** A whole value, which systemd doesn't unquote; a backslash at its end would go on in the next line. */
function unitPath(path: string): string {
  refuseLines(path);
  if (path.endsWith("\\") || path.trim() !== path)
    throw notWritable(path, "is no folder that a unit can name");
  return path.replaceAll("%", "%%");
}

export function refuseLines(text: string): void {
  if (/\p{Cc}|\p{Surrogate}/u.test(text)) throw notWritable(text, "has a control character");
}

export const notWritable = (text: string, why: string) =>
  new HardenError("usage", `${JSON.stringify(text)} ${why}, and can't be scheduled.`, {
    hint: "Call it otherwise, or write the unit by hand.",
    hostState: "no host was contacted, and nothing was written",
  });
