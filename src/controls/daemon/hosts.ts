/** Where dockerd listens for its API, by what it is started with: dockerd(8). Pure. */
import { type DaemonView, isOn } from "./view.ts";

/** What one start of dockerd goes by: its words, its file where it has read that, and what systemd listens on for it. */
interface Start {
  readonly words: readonly string[];
  readonly hosts: readonly string[];
  readonly verifies: boolean;
  /** File of the authorities whose clients are let in. */
  readonly authorities: string;
}

/** Hosts on TCP that ask no client for a certificate: of the running dockerd, and of its next start. */
export const openHosts = (view: DaemonView): readonly string[] => [
  ...new Set(startsOf(view).flatMap((start) => (isVerified(start) ? [] : tcpHosts(start)))),
  ...containerdHosts(view, "open"),
];

/** Files of the authorities by which TCP lets clients in. */
export const authorityFiles = (view: DaemonView): readonly string[] => [
  ...new Set(
    startsOf(view).flatMap((start) =>
      isVerified(start) && tcpHosts(start).length > 0 ? [start.authorities] : [],
    ),
  ),
];

/** Hosts on TCP. */
export const allHosts = (view: DaemonView): readonly string[] => [
  ...new Set(startsOf(view).flatMap(tcpHosts)),
  ...containerdHosts(view, "verified"),
];

/** A file of containerd's that it does not take. */
export const unreadContainerd = ({ engine }: DaemonView): string | undefined =>
  engine?.tcp?.flatMap((host) => (host.is === "unread" ? [host.file] : []))[0];

/** By which containerd serves CRI, each with what it is called. */
export const containerdHosts = (
  { engine }: DaemonView,
  is: "open" | "verified" | "stale",
): readonly string[] =>
  (engine?.tcp ?? []).flatMap((host) => (host.is === is ? [`containerd on ${host.address}`] : []));

function startsOf({ starts, activated, says, stale }: DaemonView): readonly Start[] {
  const hosts = [...activated, ...[says(["hosts"]) ?? []].flat().map(String)];
  const verifies = says(["tlsverify"]) === true;
  const named = String(says(["tlscacert"]) ?? "/root/.docker/ca.pem");
  const written = starts.written.flatMap(({ words }) => words);
  return [
    // What it has read of a file that was changed since then isn't known.
    {
      words: starts.running,
      hosts,
      verifies: verifies && stale === undefined,
      authorities: authoritiesIn(starts.running) ?? named,
    },
    { words: written, hosts, verifies, authorities: authoritiesIn(written) ?? named },
  ];
}

/** As opts.ParseHost of dockerd has it: without a scheme it is TCP. */
const tcpHosts = ({ words, hosts }: Start) =>
  [...hosts, ...words.flatMap(hostsAt)]
    .map((host) => host.trim())
    .filter((host) => host !== "" && !/^(unix|fd|npipe):\/\//.test(host));

/** `--host X`, `--host=X`, `-H X`, `-HX`, `-H=X`, also behind letters that take no value, such as `-DH`. */
function hostsAt(word: string, at: number, words: readonly string[]): readonly string[] {
  const [found, value = ""] = /^--host(?:=(.*))?$/.exec(word) ?? /^-[Dhv]*H=?(.*)$/.exec(word) ?? [];
  if (found === undefined) return [];
  return [value === "" && !word.endsWith("=") ? (words[at + 1] ?? "") : value];
}

/** `--tlscacert X`, `--tlscacert=X`; the last one counts. */
const authoritiesIn = (words: readonly string[]) =>
  words
    .flatMap((word, at) => {
      const [found, value] = /^--tlscacert(?:=(.*))?$/.exec(word) ?? [];
      return found === undefined ? [] : [value ?? words[at + 1] ?? ""];
    })
    .at(-1);

const isVerified = ({ words, verifies }: Start) => isOn(words, "--tlsverify") ?? verifies;
