/** On which ports sshd, or systemd for it, will listen once files are others than they are. Pure. */
import type { SshdProcess } from "../../facts/sshd.ts";
import type { SshdStart, TextFile } from "../../facts/sshd-start.ts";
import { units } from "../../platform.ts";
import { type ConfigFile, type Directive, readDirectives } from "./config.ts";
import { foreignFiles, socketDropinPath } from "./layout.ts";
import { noWords, parseWords, started } from "./words.ts";

/** Ubuntu's openssh-server makes the socket's addresses out of sshd_config. */
export const generatedListen = `/run/systemd/generator/${units.sshSocket}.d/addresses.conf`;

/** sshd's own, and that of the packaged socket. */
const standard = 22;

/** `HOST:PORT` or `[v6]:PORT`; undefined of an address alone: a bare IPv6 one has colons and no port. */
export function portOfAddress(address: string): number | undefined {
  const [, port] = /^(?:\[.*\]|[^:]*):(\d+)$/.exec(address) ?? [];
  return port === undefined ? undefined : Number(port);
}

/** sshd_config(5), ListenAddress: an address without a port has all of Port. */
function portsOf(directives: readonly Directive[]): readonly number[] {
  const valuesOf = (wanted: string) =>
    directives.flatMap(({ keyword, under, words: [value] }) =>
      keyword === wanted && under.length === 0 && value !== undefined ? [value] : [],
    );
  const ports = orStandard(valuesOf("port").map(Number));
  const addresses = valuesOf("listenaddress").map(portOfAddress);
  return orStandard(addresses.length === 0 ? ports : addresses.flatMap((port) => port ?? ports));
}

/** systemd.socket(5), ListenStream: an empty one forgets those before it. */
function socketPorts(dropins: readonly TextFile[]): readonly number[] {
  const values = dropins.flatMap(({ text }) =>
    [...text.matchAll(/^[ \t]*ListenStream[ \t]*=(?:.*:|[ \t]*)(\d*)[ \t]*$/gm)].map(([, port]) =>
      Number(port),
    ),
  );
  const reset = values.lastIndexOf(0);
  return orStandard(reset < 0 ? [standard, ...values] : values.slice(reset + 1));
}

function orStandard(ports: readonly number[]): readonly number[] {
  const valid = ports.filter((port) => Number.isInteger(port) && port > 0 && port < 65_536);
  return valid.length === 0 ? [standard] : [...new Set(valid)].sort((a, b) => a - b);
}

/** By path: empty of those that go. */
type Contents = ReadonlyMap<string, Buffer>;

/** What of the files will be another. */
export type Later = { readonly without: "our lines" } | { readonly contents: Contents };

export function laterFiles(files: readonly ConfigFile[], later: Later): readonly ConfigFile[] {
  if ("without" in later) return foreignFiles(files);
  const others = files.filter(({ path }) => !later.contents.has(path));
  return [...others, ...[...later.contents].map(([path, content]) => ({ path, content }))];
}

interface Listening {
  readonly files: readonly ConfigFile[];
  readonly running: SshdProcess | undefined;
  /** Of an active ssh.socket. */
  readonly socket: SshdStart["socket"];
}

/** `ports`: those of today, which stay where the files that change don't say another one. */
export function portsLater(ports: readonly number[], now: Listening, later: Later): readonly number[] {
  const words = (now.running?.words && parseWords(now.running.text)) ?? noWords;
  const ofFiles = (files: readonly ConfigFile[]) => portsOf(started(words, readDirectives(files)));
  const after = ofFiles(laterFiles(now.files, later));
  if (now.socket === undefined) return moved(ports, ofFiles(now.files), after);
  const dropins = laterDropins(now.socket.dropins, { later, generated: after });
  return moved(ports, socketPorts(now.socket.dropins), socketPorts(dropins));
}

const moved = (ports: readonly number[], before: readonly number[], after: readonly number[]) =>
  before.join() === after.join() ? ports : after;

/** Our lines leave the socket's drop-in as it is. */
function laterDropins(
  dropins: readonly TextFile[],
  { later, generated }: { readonly later: Later; readonly generated: readonly number[] },
): readonly TextFile[] {
  const streams = ["", ...generated].map((port) => `ListenStream=${port}\n`).join("");
  const own = "contents" in later ? later.contents.get(socketDropinPath) : undefined;
  const others = dropins
    .filter(({ path }) => own === undefined || path !== socketDropinPath)
    .map((each) => (each.path === generatedListen ? { ...each, text: streams } : each));
  return own === undefined ? others : [...others, { path: socketDropinPath, text: own.toString("utf8") }];
}
