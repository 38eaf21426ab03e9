/** How systemd starts sshd next: its units as systemd has merged them, and the files that those name. */
import { units as names } from "../platform.ts";
import { innerFrames } from "./frames.ts";
import type { Probe } from "./probe.ts";

export interface TextFile {
  readonly path: string;
  readonly text: string;
}

export interface StartUnit {
  /** systemd's UnitFileState: enabled, enabled-runtime, disabled, static, masked, … */
  readonly enabled: string;
  readonly path: string;
  readonly dropins: readonly TextFile[];
  /** What systemd has read of it is no longer what its files say. */
  readonly stale: boolean;
  /** Of a socket: a process for each connection. */
  readonly accept: boolean;
  /** The program, and the words of ExecStart with blanks between them; variables are not expanded. */
  readonly program: string;
  readonly command: string;
  /** `NAME=VALUE` each. */
  readonly environment: readonly string[];
  /** Each EnvironmentFile= with the files that it names, in the order in which systemd reads them. */
  readonly files: readonly { readonly pattern: string; readonly found: readonly TextFile[] }[];
  /** Names of PassEnvironment= and UnsetEnvironment=. */
  readonly passed: readonly string[];
  readonly unset: readonly string[];
}

export interface SshdStart {
  readonly service?: StartUnit;
  readonly socket?: StartUnit;
  /** What ssh.socket starts for each connection. */
  readonly perConnection?: StartUnit;
}

const ids = [names.ssh, names.sshSocket, names.sshOfConnection];

export const sshdStart: Probe<SshdStart> = { collector: "sshd_start", args: ids, parse };

function parse(data: Buffer): SshdStart {
  const frames = innerFrames(data);
  const units = frames.find(({ word }) => word === "units")?.content.toString("utf8");
  if (units === undefined) throw new Error("the answer is cut off");
  const text = (content: Buffer) => content.toString("utf8").replace(/\n$/, "");
  const named = new Map<string, TextFile[]>();
  for (const { word, rest, content } of frames) {
    if (word === "env") named.set(rest, []);
    else if (word === "file") [...named.values()].at(-1)?.push({ path: rest, text: text(content) });
  }
  const dropins = new Map(
    frames.flatMap(({ word, rest, content }) => (word === "dropin" ? [[rest, text(content)]] : [])),
  );
  const read = (id: string) => {
    const block = units.split(/\n\n+/).find((each) => each.split("\n").includes(`Id=${id}`));
    if (block === undefined || /^LoadState=not-found$/m.test(block)) return undefined;
    return unitOf(block.split("\n"), { named, dropins });
  };
  const [service, socket, perConnection] = ids.map(read);
  return { ...(service && { service }), ...(socket && { socket }), ...(perConnection && { perConnection }) };
}

interface Files {
  readonly named: ReadonlyMap<string, readonly TextFile[]>;
  readonly dropins: ReadonlyMap<string, string>;
}

function unitOf(lines: readonly string[], { named, dropins }: Files): StartUnit {
  const all = (key: string) =>
    lines.filter((line) => line.startsWith(`${key}=`)).map((line) => line.slice(key.length + 1));
  const one = (key: string) => all(key)[0] ?? "";
  const [, program = "", command = ""] = /^\{ path=(.*?) ; argv\[\]=(.*?) ; /.exec(one("ExecStart")) ?? [];
  const patterns = all("EnvironmentFiles").map((each) => each.replace(/ \(ignore_errors=\w+\)$/, ""));
  return {
    enabled: one("UnitFileState"),
    path: one("FragmentPath"),
    dropins: list(one("DropInPaths")).map((path) => ({ path, text: dropins.get(path) ?? "unreadable" })),
    stale: one("NeedDaemonReload") === "yes",
    accept: one("Accept") === "yes",
    program,
    command,
    environment: quotedWords(one("Environment")),
    files: patterns.map((pattern) => ({ pattern, found: named.get(pattern) ?? [] })),
    passed: list(one("PassEnvironment")),
    unset: list(one("UnsetEnvironment")),
  };
}

const list = (text: string) => text.split(" ").filter((word) => word !== "");

/** Words as systemd quotes and splits them: blanks between, quotes around, a backslash before a character. */
export function quotedWords(text: string): readonly string[] {
  const words = text.match(/(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\\.|[^\s"'\\])+/g) ?? [];
  return words.map((word) =>
    word.replace(
      /"((?:\\.|[^"\\])*)"|'((?:\\.|[^'\\])*)'|\\(.)/g,
      (_all, double?: string, single?: string, escaped?: string) =>
        escaped ?? (double ?? single ?? "").replace(/\\(.)/g, "$1"),
    ),
  );
}
