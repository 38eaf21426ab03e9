/** What the configuration files will give the sshd jail at fail2ban's next start. */
import type { JailFile } from "../../facts/fail2ban-files.ts";

/** The setting that wins: that of [sshd], else that of [DEFAULT]; in each the last one read. */
export function nextSetting(files: readonly JailFile[], key: string) {
  const all = files.flatMap(({ path, settings }) =>
    settings.filter((each) => each.key === key).map((each) => ({ path, ...each })),
  );
  const last = (section: "sshd" | "DEFAULT") => all.findLast((each) => each.section === section);
  return last("sshd") ?? last("DEFAULT");
}

export const nextValue = (files: readonly JailFile[], key: string) => nextSetting(files, key)?.value;

/** References that are followed: some lead to themselves. */
const mostReferences = 100;

/** Names of the actions of the next start, in the files' own words where a reference leads nowhere; undefined: no file says. */
export function nextActions(files: readonly JailFile[]): readonly string[] | undefined {
  // `known/` means what the files before have; any of them may be meant.
  const known = (key: string) =>
    files.flatMap(({ settings }) => settings.flatMap((each) => (each.key === key ? [each.value] : [])));
  let left = mostReferences;
  const expanded = (text: string): string =>
    text.replace(
      /%\((default\/|known\/)?(\w+)\)s/gi,
      (reference, where: string | undefined, name: string) => {
        const key = name.toLowerCase();
        const values = where === "known/" ? known(key) : [nextValue(files, key) ?? reference];
        if (values[0] === reference || left <= 0) return reference;
        left -= 1;
        return values.map(expanded).join(" ");
      },
    );
  const value = nextValue(files, "action");
  return value === undefined ? undefined : listed(expanded(value).replace(/\[[^\]]*\]/g, " "));
}

const units: readonly (readonly [RegExp, number])[] = [
  [/^(|s|ss|sec|secs|second|seconds)$/, 1],
  [/^(m|mm|min|mins|minute|minutes)$/, 60],
  [/^(h|hh|hou|hour|hours)$/, 3600],
  [/^(d|dd|da|day|days)$/, 86_400],
  [/^(w|ww|wee|week|weeks)$/, 604_800],
];

/** `86400`, `1d`, `1h 30m` in seconds; undefined for months, years, and what isn't a time. */
export function seconds(text: string): number | undefined {
  const plain = text.trim();
  if (/^-?\d+$/.test(plain)) return Number(plain);
  if (!/^(\d+\s*[a-z]+\s*)+$/.test(plain)) return undefined;
  let sum = 0;
  for (const [, amount, unit] of plain.matchAll(/(\d+)\s*([a-z]+)/g)) {
    const factor = units.find(([pattern]) => pattern.test(unit!))?.[1];
    if (factor === undefined) return undefined;
    sum += Number(amount) * factor;
  }
  return sum;
}

/** The words of a list as the files have it: separated by commas or spaces. */
export const listed = (text: string) => text.split(/[\s,]+/).filter((each) => each !== "");

/** `22,2222` or `ssh` as numbers; undefined where a range or another name is among them. */
export function portList(text: string): readonly number[] | undefined {
  const ports = listed(text).map((each) =>
    each === "ssh" ? 22 : /^\d+$/.test(each) ? Number(each) : Number.NaN,
  );
  return ports.some(Number.isNaN) ? undefined : [...new Set(ports)].sort((a, b) => a - b);
}

/** Whether `text`, a list of ports and of ranges such as `0:65535`, has the port. */
export function coversPort(text: string, port: number): boolean {
  return listed(text).some((each) => {
    if (each === "ssh") return port === 22;
    const [, from, to] = /^(\d+)(?::(\d+))?$/.exec(each) ?? [];
    return from !== undefined && Number(from) <= port && port <= Number(to ?? from);
  });
}
