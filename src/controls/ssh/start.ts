/** What sshd was started with, and what systemd will start it with next. Pure. */
import { valueOr } from "../../facts/probe.ts";
import { quotedWords, type SshdStart, type StartUnit, type TextFile } from "../../facts/sshd-start.ts";
import type { SshSeen } from "./probes.ts";
import { parseWords, type SshdWords } from "./words.ts";

/** A command line, or why nobody can say what it is. */
export type Start =
  | {
      readonly words: SshdWords;
      readonly text: string;
      readonly where: string;
      /** Why sshd may be another one all the same. */
      readonly doubts: readonly string[];
    }
  | { readonly unknown: readonly string[] };

const sshd = "/usr/sbin/sshd";

/** Undefined where no sshd listens of itself: nobody can have started it with other words than systemd will. */
export function runningStart({ facts }: SshSeen): Start | undefined {
  const effective = valueOr(facts.effective, undefined);
  const service = valueOr(facts.service, undefined);
  const found = effective?.process;
  if (found === undefined)
    return service?.active === true && effective !== undefined
      ? { unknown: ["the command line of the sshd that runs could not be found"] }
      : undefined;
  const where = `process ${found.pid}: ${found.text}`;
  if (service?.active === true && service.mainPid !== found.pid)
    return { unknown: [`ssh.service is process ${service.mainPid}, and sshd's pid file says ${found.pid}`] };
  const words = found.words === undefined ? undefined : parseWords(found.text);
  return words === undefined
    ? { unknown: [`the words of ${where} can't be told apart`] }
    : { words, text: found.text, where, doubts: [] };
}

/** What starts sshd at the next boot; undefined where systemd could not be asked. */
export function nextStart({ facts }: SshSeen): Start | undefined {
  const start = valueOr(facts.start, undefined);
  if (start === undefined) return undefined;
  const unit = starter(start);
  if (unit === undefined) return { unknown: ["there is no ssh.service"] };
  const environment = variables(unit);
  const doubts = doubtsOf(unit);
  if (unit.program !== sshd)
    return { unknown: [...doubts, `ExecStart of ${unit.path} starts ${unit.program || "nothing"}`] };
  const text = expanded(unit.command, environment);
  const words = parseWords(text);
  if (words === undefined) return { unknown: [...doubts, `the words of ${text} can't be told apart`] };
  return { words, text, where: sources(unit, environment), doubts };
}

/** With Accept=yes systemd starts a process for each connection, else the service, whoever listens. */
const starter = ({ service, socket, perConnection }: SshdStart) =>
  socket?.accept === true && socket.enabled === "enabled" ? perConnection : service;

/** Why what systemd says of a unit's words could not be what it starts; whether it starts it at all is another check. */
const doubtsOf = (unit: StartUnit): readonly string[] => [
  ...(unit.stale ? [`systemd has not read ${unit.path} and its drop-ins as they are now`] : []),
  ...unit.passed
    .filter((name) => new RegExp(`\\$\\{?${name}\\b`).test(unit.command))
    .map((name) => `${name} comes from systemd's own environment (PassEnvironment)`),
];

interface Variable {
  readonly value: string;
  readonly where: string;
}

/** Environment= first, then each EnvironmentFile=; the last one counts. */
function variables(unit: StartUnit): ReadonlyMap<string, Variable> {
  const pairs = [
    ...unit.environment.map((text) => ({ text, where: `Environment= of ${placeOf(unit, "Environment")}` })),
    ...unit.files.flatMap(({ found }) =>
      found.flatMap((file) => assignments(file).map((text) => ({ text, where: file.path }))),
    ),
  ];
  const all = pairs.map(({ text, where }) => {
    const at = text.indexOf("=");
    return [text.slice(0, at), { value: text.slice(at + 1), where }] as const;
  });
  return new Map(all.filter(([name]) => !unit.unset.includes(name)));
}

/** Which file of a unit has a key, the last one that does. */
function placeOf(unit: StartUnit, key: string): string {
  const has = ({ text }: TextFile) => new RegExp(`^\\s*${key}\\s*=`, "m").test(text);
  return unit.dropins.filter(has).at(-1)?.path ?? unit.path;
}

/** `NAME=VALUE` of an EnvironmentFile, unquoted; see systemd.exec(5). */
const assignments = ({ text }: TextFile): readonly string[] =>
  text
    .replace(/\\\n/g, "")
    .split("\n")
    .flatMap((line) => {
      const [, name, value = ""] = /^\s*([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
      return name === undefined ? [] : [`${name}=${unquoted(value)}`];
    });

const unquoted = (text: string) =>
  text.replace(
    /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g,
    (_all, double?: string, single?: string, escaped?: string) =>
      escaped ?? (double === undefined ? (single ?? "") : double.replace(/\\(["\\$`])/g, "$1")),
  );

/** `$NAME` as a word of its own is split into words, `${NAME}` is not. */
function expanded(command: string, environment: ReadonlyMap<string, Variable>): string {
  const value = (name: string) => environment.get(name)?.value ?? "";
  const words = command.split(" ").flatMap((word) => {
    const [, name] = /^\$(\w+)$/.exec(word) ?? [];
    if (name !== undefined) return quotedWords(value(name));
    return [
      word.replace(/\$\$|\$\{(\w+)\}/g, (all, inner?: string) => (inner ? value(inner) : all.slice(1))),
    ];
  });
  return words.filter((word) => word !== "").join(" ");
}

/** Where the words of a unit come from, for a person. */
function sources(unit: StartUnit, environment: ReadonlyMap<string, Variable>): string {
  const names = [...unit.command.matchAll(/\$\{?(\w+)/g)].map(([, name = ""]) => name);
  const set = names.flatMap((name) => {
    const found = environment.get(name);
    return found === undefined || found.value === "" ? [] : [`${name} in ${found.where}`];
  });
  const own = unit.dropins.some(({ text }) => /^\s*ExecStart\s*=/m.test(text))
    ? [`ExecStart= of ${placeOf(unit, "ExecStart")}`]
    : [];
  return [...set, ...own].join(" and ") || unit.path;
}

/** Why nobody can be sure how sshd is started. */
export const doubtsAbout = (start: Start): readonly string[] =>
  "unknown" in start ? start.unknown : start.doubts;
