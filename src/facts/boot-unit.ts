/** A unit as the next boot finds it: its files on the disk, in systemd's order, and whether they are dpkg's own. */
import type { Probe } from "./probe.ts";

export interface UnitFile {
  readonly path: string;
  /** It lies in /usr/lib, and its bytes are those that dpkg put there. */
  readonly packaged: boolean;
  /** Of one that isn't in /usr/lib, up to 16 KiB. */
  readonly lines: readonly string[];
  /** A unit that is a link to /dev/null, or empty: systemd never starts it. */
  readonly masks: boolean;
}

export interface BootUnit {
  readonly name: string;
  /** systemd knows that it hasn't read the files as they are now. */
  readonly needsReload: boolean;
  /** The first one counts. */
  readonly fragments: readonly UnitFile[];
  /** In no order. */
  readonly dropIns: readonly UnitFile[];
  /** Targets and units that want or require it, by links on the disk. */
  readonly wantedBy: readonly string[];
  /** multi-user.target or graphical.target; undefined where a boot starts anything else. */
  readonly defaultTarget: string | undefined;
}

/** The same call as `unit` of files.ts: whoever asks for both gets both by one. */
export const bootUnit = (name: string): Probe<BootUnit> => ({
  collector: "unit",
  args: [name],
  parse: parseBootUnit,
});

interface Draft {
  path: string;
  lines: string[];
  masks: boolean;
}

/** A path as one word: dpkg's lists have it without the first slash, and older releases without `usr/`. */
export const below = (path: string) => path.replace(/^\/?(usr\/)?/, "");

function parseBootUnit(data: Buffer): BootUnit {
  const fields = new Map<string, string>();
  const sums = new Map<string, string>();
  const known = new Set<string>();
  const [fragments, dropIns, wantedBy]: [Draft[], Draft[], string[]] = [[], [], []];
  let defaultTarget: string | undefined;
  let open: Draft | undefined;
  for (const line of data.toString("utf8").split("\n")) {
    const [, word = "", rest = ""] =
      /^(fragment|mask|drop-in|wanted|default|[0-9a-f]{32}|\|) +(.*)$/.exec(line) ?? [];
    if (word === "|") open?.lines.push(line.slice(2));
    else if (word === "fragment" || word === "mask" || word === "drop-in") {
      open = { path: rest, lines: [], masks: word === "mask" };
      (word === "drop-in" ? dropIns : fragments).push(open);
    } else if (word === "wanted") wantedBy.push(wantingUnit(rest));
    else if (word === "default") defaultTarget = rest;
    else if (word !== "" && rest.startsWith("/")) sums.set(rest, word);
    else if (word !== "") known.add(`${word} ${below(rest)}`);
    else if (line.includes("="))
      fields.set(line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1));
  }
  const fileOf = ({ path, lines, masks }: Draft): UnitFile => ({
    path,
    packaged: known.has(`${sums.get(path)} ${below(path)}`),
    lines,
    masks,
  });
  return {
    name: fields.get("Id") ?? "",
    needsReload: fields.get("NeedDaemonReload") === "yes",
    fragments: fragments.map(fileOf),
    dropIns: dropIns.map(fileOf),
    wantedBy,
    defaultTarget,
  };
}

/** `/etc/systemd/system/multi-user.target.wants/ssh.service` -> `multi-user.target` */
const wantingUnit = (link: string) =>
  link
    .split("/")
    .at(-2)!
    .replace(/\.(wants|requires)$/, "");
