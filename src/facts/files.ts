/** Probes of files, packages, units and live sysctl values, and what their facts hold. */
import { createHash } from "node:crypto";
import { HostOnly } from "../host-only.ts";
import { innerFrames } from "./frames.ts";
import { type Facts, type Probe, readFact } from "./probe.ts";

export interface FileFact {
  readonly type: "file" | "directory" | "symlink" | "other";
  /** Four octal digits. */
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  readonly size: number;
  /** Inode and time of the last change of it, `INODE:SECONDS`; undefined where no collector has said it. */
  readonly stamp?: string;
  /** chattr(1) flag i or a: the file can't be replaced, and we never clear the flag. */
  readonly immutable: boolean;
  /** It has an access list, acl(5): the group's bits of the mode are the most that the list gives, to whomever. */
  readonly acl: boolean;
  readonly linkTarget?: string;
  /** Undefined where only the name, not the content, may be read, or the content is over 1 MiB. */
  readonly content?: Buffer;
}

const types: Readonly<Record<number, FileFact["type"]>> = { 8: "file", 4: "directory", 10: "symlink" };
const maxContent = 1024 * 1024;

function parseFile(data: Buffer): FileFact {
  const first = data.indexOf(10);
  const second = data.indexOf(10, first + 1);
  const third = data.indexOf(10, second + 1);
  const [raw, mode, owner, group, size, ...name] = data.toString("utf8", 0, first).split(" ");
  const flags = data.toString("utf8", first + 1, second);
  const why = data.toString("utf8", second + 1, third);
  const content = data.subarray(third + 1);
  const [bytes, ...stamp] = (size ?? "").split(":");
  const type = types[Number.parseInt(raw ?? "", 16) >> 12] ?? "other";
  const link = /' -> '(.*)'$/.exec(name.join(" "))?.[1];
  return {
    type,
    mode: (mode ?? "").padStart(4, "0"),
    owner: owner ?? "",
    group: group ?? "",
    size: Number(bytes),
    ...(stamp.length === 0 ? {} : { stamp: stamp.join(":") }),
    immutable: /[ia]/.test(flags),
    acl: flags.endsWith("+"),
    ...(link === undefined ? {} : { linkTarget: link }),
    ...(why === "" && content.length <= maxContent && type !== "directory" ? { content } : {}),
  };
}

/** The file's type, mode, owner and content: stat(1), lsattr(1), and at most 1 MiB of content. */
export const file = (path: string): Probe<FileFact> => ({
  collector: "file",
  args: [path],
  parse: parseFile,
});

/** Type, mode and owner alone, of a file or a folder: its content stays where it is. */
export const stat = (path: string): Probe<Omit<FileFact, "content">> => ({
  collector: "stat",
  args: [path],
  parse: parseFile,
});

/** What the mode keeps from everybody its access list can give to whomever it names. */
export function isShared({ acl, mode }: Pick<FileFact, "acl" | "mode">): boolean {
  const bits = Number.parseInt(mode, 8);
  return acl && ((bits >> 3) & ~bits & 0o7) !== 0;
}

export interface DropIn {
  readonly path: string;
  readonly content: Buffer;
}

/** Files of a folder that match a shell pattern, in the shell's order (C locale). */
export const glob = (folder: string, pattern: string): Probe<readonly DropIn[]> => ({
  collector: "glob",
  args: [folder, pattern],
  parse: parseGlob,
});

function parseGlob(data: Buffer): readonly DropIn[] {
  return innerFrames(data)
    .filter(({ word }) => word === "file")
    .map(({ rest, content }) => ({ path: rest, content }));
}

export interface PackageFact {
  readonly version: string;
  /** dpkg-query's `ii`, or `hi` of one on hold: installed, configured and meant to stay. */
  readonly installed: boolean;
  /** dpkg's status abbreviation, such as `ii`, `rc`, `iF`. */
  readonly status: string;
}

export const debianPackage = (name: string): Probe<PackageFact> => ({
  collector: "package",
  args: [name],
  parse: parsePackage,
});

/** Whether it is known that a package isn't installed, be it that dpkg remembers one that was. */
export function lacksPackage(facts: Facts, name: string): boolean {
  const fact = readFact(facts, debianPackage(name));
  return fact.state === "absent" || (fact.state === "present" && !fact.value.installed);
}

function parsePackage(data: Buffer): PackageFact {
  const [, version = "", status = ""] = data.toString("utf8").split(" ");
  return { version, status, installed: /^[ih]i/.test(status) };
}

export interface UnitFact {
  readonly active: boolean;
  /** systemd's UnitFileState: enabled, disabled, static, masked, … */
  readonly enabled: string;
  readonly state: string;
  readonly mainPid: number;
  /** Of a socket: what it listens on, such as `[::]:22`. */
  readonly listen: readonly string[];
  /** Of a service: the words of ExecStart, as the unit files have them; variables are not expanded. */
  readonly execStart: string;
}

export const unit = (name: string): Probe<UnitFact> => ({
  collector: "unit",
  args: [name],
  parse: parseUnit,
});

/** Present or absent: for what exists, where the content doesn't matter or is none of our business. */
export const exists = (path: string): Probe<true> => ({
  collector: "exists",
  args: [path],
  parse: () => true,
});

function parseUnit(data: Buffer): UnitFact {
  const all = data
    .toString("utf8")
    .split("\n")
    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const);
  const fields = new Map(all);
  const state = fields.get("ActiveState") ?? "";
  return {
    state,
    active: state === "active" || state === "reloading",
    enabled: fields.get("UnitFileState") ?? "",
    mainPid: Number(fields.get("MainPID") ?? 0),
    listen: all.flatMap(([key, value]) => (key === "Listen" ? [value.replace(/ \(\w+\)$/, "")] : [])),
    execStart: / argv\[\]=(.*?) ; /.exec(fields.get("ExecStart") ?? "")?.[1] ?? "",
  };
}

/** A live kernel value, as sysctl(8) prints it. */
export const sysctl = (key: string): Probe<string> => ({
  collector: "sysctl",
  args: [key],
  parse: (data) => data.toString("utf8"),
});

export function sha256(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}

/**
 * What the host must still look like, or the run is stale and stops before anything changes. A saved plan knows a file by its
 * stamp: by the sum of its content whoever has the plan could test what they guess of it.
 */
export type Preimage =
  | {
      readonly state: "absent";
      /** Neither is its folder, which comes and goes with the file: root's, 0755. */
      readonly folder?: "missing";
    }
  | {
      readonly state: "file";
      readonly sha256: HostOnly<string>;
      readonly stamp?: string;
      /** Four octal digits, such as `0644`. */
      readonly mode: string;
      readonly owner: string;
      readonly group: string;
    };

/** The preimage that a plan remembers of a file. */
export function preimage(fact: FileFact | undefined): Preimage {
  if (fact === undefined) return { state: "absent" };
  return {
    state: "file",
    sha256: new HostOnly(sha256(fact.content ?? Buffer.alloc(0))),
    ...(fact.stamp === undefined ? {} : { stamp: fact.stamp }),
    mode: fact.mode,
    owner: fact.owner,
    group: fact.group,
  };
}

/** Of places such as `[::]:22`; a path has none. */
export const portsIn = (places: readonly string[]): readonly number[] =>
  places.flatMap((each) => {
    const port = /:(\d+)$/.exec(each)?.[1];
    return port === undefined ? [] : [Number(port)];
  });
