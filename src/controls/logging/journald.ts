/** What journald.conf(5) and its drop-ins say together. Pure. */
import { basename } from "node:path/posix";
import render from "../../../templates/journald.conf.hbs";
import type { DropIn, FileFact } from "../../facts/files.ts";
import type { LoggingParams } from "./params.ts";

/** Sorted late: systemd takes the last value, and its undo is a deletion. */
export const dropInPath = "/etc/systemd/journald.conf.d/zz-harden.conf";
export const mainPath = "/etc/systemd/journald.conf";

/** Of files with one name that of the first folder counts. */
export const folders = [
  "/etc/systemd/journald.conf.d",
  "/run/systemd/journald.conf.d",
  "/usr/local/lib/systemd/journald.conf.d",
  "/usr/lib/systemd/journald.conf.d",
] as const;

const placeOf = (folder: string) => (folders as readonly string[]).indexOf(folder);

/** `unheard`: what journald passes on to syslog has no listener; `quiet`: nobody else says what it does to auditing. */
export const dropInText = (
  { persistent, maxUse }: LoggingParams,
  more: { readonly unheard: boolean; readonly quiet: boolean },
) => Buffer.from(render({ persistent, maxUse, ...more }));

export interface JournaldSetting {
  readonly path: string;
  readonly key: string;
  readonly value: string;
}

/** The main file, then the drop-ins in the order of their names. */
export function inOrder(main: FileFact | undefined, dropIns: readonly DropIn[]): readonly DropIn[] {
  const rank = ({ path }: DropIn) => placeOf(path.slice(0, path.lastIndexOf("/")));
  const lastFirst = [...dropIns].sort((a, b) => rank(b) - rank(a));
  const byName = new Map(lastFirst.map((each) => [basename(each.path), each]));
  const names = [...byName.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const first = main?.content === undefined ? [] : [{ path: mainPath, content: main.content }];
  return [...first, ...names.map((name) => byName.get(name)!)];
}

/** The settings of the section [Journal], in the order in which they are read. */
export function settingsOf(files: readonly DropIn[]): readonly JournaldSetting[] {
  return files.flatMap(({ path, content }) => {
    let inside = false;
    return content
      .toString("utf8")
      .split("\n")
      .flatMap((line) => {
        const text = line.trim();
        if (text.startsWith("[")) inside = text === "[Journal]";
        const [, key, value] = /^([A-Za-z]+)\s*=\s*(.*)$/.exec(text) ?? [];
        return inside && key !== undefined ? [{ path, key, value: value! }] : [];
      });
  });
}

/** The one that counts: the last; an empty value is the default again. */
export const settingOf = (settings: readonly JournaldSetting[], key: string): JournaldSetting | undefined =>
  settings.findLast((each) => each.key === key);

const units = ["", "K", "M", "G", "T", "P", "E"];

/** `1G`, `1.5 G`, `500M` in bytes; undefined for what isn't a size. */
export function bytes(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([KMGTPE]?)B?$/.exec(text.trim()) ?? [];
  return number === undefined ? undefined : Number(number) * 1024 ** units.indexOf(unit!);
}
