/** Probes of sshd: its files, what it makes of them for several connections, and its host keys. */
import { onceByText } from "../once.ts";
import { type Frame, innerFrames } from "./frames.ts";
import { linesOf } from "./lines.ts";
import type { Probe } from "./probe.ts";

/** From whom and where a connection comes; what is unknown is "". */
export interface Visit {
  /** The login in use, and the one that the profile plans. */
  readonly login: string;
  readonly planned: string;
  /** The caller's address as sshd sees it, and the address and port that it came to. */
  readonly address: string;
  readonly serverAddress: string;
  readonly serverPort: string;
}

export const words = (visit: Visit) => [
  visit.login,
  visit.planned,
  visit.address,
  visit.serverAddress,
  visit.serverPort,
];

export interface Stat {
  readonly path: string;
  /** Four octal digits; of what a link points to. */
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
}

export interface SshdFiles {
  /** sshd_config first, then what it includes, in no order that means anything. */
  readonly files: readonly {
    readonly path: string;
    readonly content: Buffer;
    /** It has an access list. */
    readonly acl?: true;
  }[];
  /** Of those, of their folder, of the pid file and of host keys; `changed` is ctime, of host keys mtime, seconds since 1970. */
  readonly stats: readonly (Stat & { readonly changed: number })[];
}

/** sshd_config, and every file that it includes, as sshd(8) would read them. */
export const sshdFiles = (): Probe<SshdFiles> => ({
  collector: "sshd_files",
  args: [],
  parse: (data) => {
    const frames = innerFrames(data);
    const stats = frames.find(({ word }) => word === "stats");
    if (stats === undefined) throw new Error("the answer is cut off");
    return {
      files: frames
        .filter(({ word }) => word === "file")
        .map(({ rest, content }) => ({
          path: rest,
          content,
          ...(frames.some(({ word, rest: path }) => word === "list" && path === rest) ? { acl: true } : {}),
        })),
      stats: linesOf(stats.content).map((line) => {
        const [mode = "", owner = "", group = "", changed, ...path] = line.split(" ");
        return { path: path.join(" "), mode: mode.padStart(4, "0"), owner, group, changed: Number(changed) };
      }),
    };
  },
});

/** `sshd -T`: lower-case keyword to the rest of each of its lines. */
export type Effective = ReadonlyMap<string, readonly string[]>;

/** Words of a keyword: one a line of `sshd -T`, or several in one. */
export const wordsIn = (lines: readonly string[] = []): readonly string[] =>
  lines.flatMap((line) => line.split(" ")).filter((word) => word !== "");

/** A connection that the configuration was evaluated for. */
export interface Spec {
  readonly user: string;
  readonly host: string;
  readonly addr: string;
  readonly laddr: string;
  readonly lport: string;
}

/** The sshd that listens. */
export interface SshdProcess {
  readonly pid: number;
  /** Its command line as its title shows it: blanks between words and within them look the same. */
  readonly text: string;
  /** The words that sshd was asked with here, too, such as `-o` and `Port=2222`; undefined where they can't be told apart. */
  readonly words?: readonly string[];
}

export interface EffectiveFact {
  /** Undefined where none was found, as without a pid file, or while systemd listens for it. */
  readonly process?: SshdProcess;
  /** For a stranger that only a `Match all` would know. */
  readonly global: Effective;
  /** For the login in use and for the planned one; empty where sshd gave no answer. */
  readonly now: Effective;
  readonly planned: Effective;
  /** A connection for each Match block; `effective` is empty where sshd gave no answer. */
  readonly matches: readonly {
    readonly file: string;
    readonly line: number;
    /** The line itself, such as `Match User bob`. */
    readonly text: string;
    readonly spec: Spec;
    readonly effective: Effective;
  }[];
}

/** Reads what `sshd -T` prints; a line that is no keyword (a warning) is left out. */
export const parseEffective = onceByText((text): Effective => {
  const found = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const [, keyword, rest = ""] = /^([a-z][a-z0-9]*)(?: (.*))?$/.exec(line) ?? [];
    if (keyword !== undefined) found.set(keyword, [...(found.get(keyword) ?? []), rest]);
  }
  // Whatever else it prints: an answer has a port.
  return found.has("port") ? found : new Map();
}, 200);

/** `user=…,host=…`: what -C was given. */
function parseSpec(text: string): Spec {
  const of = new Map(text.split(",").map((pair) => pair.split("=", 2) as [string, string]));
  const get = (key: string) => of.get(key) ?? "";
  return {
    user: get("user"),
    host: get("host"),
    addr: get("addr"),
    laddr: get("laddr"),
    lport: get("lport"),
  };
}

/** `sshd -T -C …` for the logins and for every Match block. */
export const sshdEffective = (visit: Visit): Probe<EffectiveFact> => ({
  collector: "sshd_effective",
  args: words(visit),
  parse: (data) => {
    const all = innerFrames(data);
    const frames = all.filter(({ word }) => word === "spec");
    const of = (name: string) => frames.find(({ rest }) => rest === name);
    const read = (content: Buffer | undefined) => parseEffective(content?.toString("utf8") ?? "");
    const global = read(of("global")?.content);
    if (global.size === 0) throw new Error("sshd -T printed no configuration");
    return {
      ...processOf(all),
      global,
      now: of("now") ? read(of("now")?.content) : global,
      planned: of("planned") ? read(of("planned")?.content) : global,
      matches: frames.flatMap(({ rest, content }) => {
        const [, file = "", line, spec = "", text = ""] = /^(.*?):(\d+) (\S+) (.*)$/.exec(rest) ?? [];
        if (line === undefined) return [];
        return [
          { file, line: Number(line), text: text.trim(), spec: parseSpec(spec), effective: read(content) },
        ];
      }),
    };
  },
});

function processOf(frames: readonly Frame[]): Pick<EffectiveFact, "process"> {
  const found = frames.find(({ word }) => word === "process");
  const words = frames.find(({ word }) => word === "words");
  if (found === undefined) return {};
  const text = found.content.toString("utf8");
  return {
    process: {
      pid: Number(found.rest),
      text,
      ...(words === undefined ? {} : { words: linesOf(words.content) }),
    },
  };
}

/** A host key or its public part; `unheld`: who else than root could put another key in its place, one that is not there included. */
export type HostKey = Stat | { readonly path: string; readonly unheld: string };

/** The host keys that sshd uses, by stat(1) and by the folders above them. */
export const hostKeys = (visit: Visit): Probe<readonly HostKey[]> => ({
  collector: "host_keys",
  args: words(visit),
  parse: (data) =>
    linesOf(data).map((line) => {
      const [, at, unheld] = /^unheld (.*)\t(.*)$/.exec(line) ?? [];
      if (at !== undefined && unheld !== undefined) return { path: at, unheld };
      const [mode = "", owner = "", group = "", ...path] = line.split(" ");
      return { path: path.join(" "), mode: mode.padStart(4, "0"), owner, group };
    }),
});
