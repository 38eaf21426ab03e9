/** What claims, guards and checks of the daemon control go by: what daemon.json is to say, and what speaks against it. */
import { type Key, parse, type Value } from "../../edits/index.ts";
import { changedText } from "../../facts/changed.ts";
import type { Engine } from "../../facts/docker.ts";
import { valueOr } from "../../facts/probe.ts";
import type { Input, Seen } from "../../plan/control.ts";
import type { DaemonParams } from "./params.ts";
import { configPath, flagsPath, type probes } from "./probes.ts";

export type DaemonSeen = Seen<DaemonParams, typeof probes>;
export type DaemonInput = Input<DaemonParams, typeof probes, DaemonView>;

export interface DaemonView {
  /** Why there is nothing to set here; undefined where there is. */
  readonly none: string | undefined;
  readonly unreadable: string | undefined;
  /** Why daemon.json is none: dockerd would not start with it. */
  readonly broken: string | undefined;
  readonly engine: Engine | undefined;
  /** What daemon.json has of a key; undefined where it has none. */
  readonly says: (key: Key) => Value | undefined;
  readonly set: readonly (readonly [Key, Value])[];
  /** What the messages of new containers go to by daemon.json. */
  readonly driver: string;
  /** What dockerd is started with, word by word: now, and at its next start. */
  readonly starts: { readonly running: readonly string[]; readonly written: readonly Written[] };
  /** Where docker.socket, and units like it, have systemd listen on TCP: dockerd takes these by fd://. */
  readonly activated: readonly string[];
  /** Flags of these, each with where it stands. */
  readonly flags: readonly { readonly flag: string; readonly value: string; readonly where: string }[];
  /** Files in place of daemon.json that dockerd goes by, now or at its next start, each with where it is named. */
  readonly elsewhere: readonly { readonly value: string; readonly where: string }[];
  /** Why the engine doesn't work with its file's values yet; undefined where it does. */
  readonly stale: string | undefined;
}

interface Written {
  readonly where: string;
  readonly words: readonly string[];
}

/** What each flag is as a key: dockerd(8) refuses to start where both are there. */
const keys: Readonly<Record<string, string>> = {
  "--log-driver": "log-driver",
  "--log-opt": "log-opts",
  "--live-restore": "live-restore",
  "--no-new-privileges": "no-new-privileges",
};

/** What keeps all of it from being set. */
export const idle = ({ none, unreadable, engine }: DaemonView): string | undefined =>
  none ?? unreadable ?? engine?.unasked;

export const isConflict = ({ flag }: DaemonView["flags"][number], { set }: DaemonView) =>
  set.some(([[key]]) => key === keys[flag]);

export function viewOf(seen: DaemonSeen): DaemonView {
  const { facts } = seen;
  const { says, broken } = configOf(seen);
  // What dockerd has by itself.
  const driver = String(says(["log-driver"]) ?? jsonFile);
  const engine = valueOr(facts.engine, undefined);
  const starts = startsOf(seen);
  const [unread] = engine?.started === undefined ? [] : valueOr(facts.unread, []);
  return {
    none: noneOf(seen),
    unreadable: unreadableOf(seen),
    broken,
    engine,
    says,
    driver,
    set: wanted(seen, driver),
    starts,
    activated: [...(valueOr(facts.socketUnit, undefined)?.listen ?? []), ...(engine?.activated ?? [])].filter(
      (place) => !isPath(place),
    ),
    flags: flagsOf(starts),
    elsewhere: elsewhereOf(starts),
    stale: unread && `dockerd has not read ${changedText(unread)}.`,
  };
}

function noneOf({ facts }: DaemonSeen): string | undefined {
  const { engine } = facts;
  if (engine.state === "unsupported") return engine.why;
  if (engine.state === "absent") return "there is no Docker engine here";
  return facts.unit.state === "absent"
    ? "there is no docker.service: the engine isn't the system's"
    : undefined;
}

function unreadableOf({ facts }: DaemonSeen): string | undefined {
  const all = [facts.engine, facts.unit, facts.config, facts.flags];
  const [why] = all.flatMap((fact) => (fact.state === "unknown" ? [fact.why] : []));
  return why;
}

const jsonFile = "json-file";

function configOf({ facts }: DaemonSeen): Pick<DaemonView, "says" | "broken"> {
  const content = valueOr(facts.config, undefined)?.content ?? Buffer.alloc(0);
  const parsed = parse("json", content);
  if (!parsed.ok) return { says: () => undefined, broken: `${configPath}:${parsed.line}: ${parsed.why}` };
  return {
    broken: undefined,
    says(key) {
      const got = parsed.get(key);
      return got.ok ? got.value : undefined;
    },
  };
}

/** Another driver is somebody's decision, and takes other options. */
function wanted({ params }: DaemonSeen, driver: string): DaemonView["set"] {
  const { logMaxSize, logMaxFile, liveRestore, noNewPrivileges } = params;
  const log: DaemonView["set"] = [
    [["log-driver"], jsonFile],
    [["log-opts", "max-size"], logMaxSize],
    [["log-opts", "max-file"], String(logMaxFile)],
  ];
  return [
    ...(driver === jsonFile ? log : []),
    [["live-restore"], liveRestore],
    [["no-new-privileges"], noNewPrivileges],
  ];
}

function startsOf({ facts }: DaemonSeen): DaemonView["starts"] {
  const unit = valueOr(facts.unit, undefined)?.execStart ?? "";
  const options = optionsIn(valueOr(facts.flags, undefined)?.content?.toString("utf8") ?? "");
  return {
    running: valueOr(facts.engine, undefined)?.started ?? [],
    written: [
      { where: "docker.service", words: unit.split(/\s+/) },
      { where: flagsPath, words: options },
    ],
  };
}

function flagsOf(starts: DaemonView["starts"]): DaemonView["flags"] {
  const written = starts.written.flatMap(({ where, words }) => flagsIn(where, words));
  const running = flagsIn("the running dockerd", starts.running);
  // What the unit or its file says is what the running one was started with.
  return [...written, ...running.filter((each) => written.every(({ flag }) => flag !== each.flag))];
}

const elsewhereOf = ({ written, running }: DaemonView["starts"]): DaemonView["elsewhere"] =>
  [...written, { where: "the running dockerd", words: running }]
    .flatMap(({ where, words }) => flagsIn(where, words))
    .filter(({ flag, value }) => flag === "--config-file" && value !== configPath);

const flagsIn = (where: string, words: readonly string[]): DaemonView["flags"] =>
  words.flatMap((word, at) => {
    const [, flag, value] = /^(-[-\w]+)(?:=(.*))?$/.exec(word) ?? [];
    return flag === undefined ? [] : [{ flag, value: value ?? words[at + 1] ?? "", where }];
  });

/** Of a socket unit: a path, as in ListenStream=%t/docker.sock, or an abstract name. */
export const isPath = (place: string) => /^(%t\/|[/@])/.test(place);

/** What the last flag of this name says; undefined where there is none. dockerd takes no other words for true. */
export function isOn(words: readonly string[], flag: string): boolean | undefined {
  const last = words.filter((word) => word === flag || word.startsWith(`${flag}=`)).at(-1);
  return last === undefined ? undefined : last === flag || /=(1|t|T|true|True|TRUE)$/.test(last);
}

/** The last one counts, as in an EnvironmentFile of systemd.exec(5). */
function optionsIn(text: string): readonly string[] {
  const found = [...text.matchAll(/^[ \t]*DOCKER_OPTS=(.*)$/gm)].at(-1)?.[1] ?? "";
  return found.replace(/["']/g, "").trim().split(/\s+/);
}
