/** Probes -> one script -> facts: the one round trip. Pure; the caller brings the nonce and runs the script. */
import { once, onceByText } from "../once.ts";
import { quote } from "../quote.ts";
import { type Lane, laneOf, secondsOf, usualSeconds } from "./lanes.ts";
import { type Collector, type Facts, type Probe, probeKey, type RawFact } from "./probe.ts";
import { splitters, withStats } from "./split.ts";

type Call = Pick<Probe<unknown>, "collector" | "args">;

/** Collectors of which each path's line of stat(1) belongs to the fact; it is asked once for all of them. */
const hasStat: ReadonlySet<Collector> = new Set(["file", "stat"]);

/** Collectors that read what systemd says of the units that their words name. It is asked once for all of them. */
const ofUnits: ReadonlySet<Collector> = new Set(["unit", "sshd_start", "journals"]);

/** What root reads by paths that somebody could lead elsewhere: the host walks their folders first, all at once. */
const readBy: Partial<Record<Collector, (args: readonly string[]) => readonly string[]>> = {
  file: (args) => args.map(folderIn),
  stat: (args) => args.map(folderIn),
  glob: ([folder = ""]) => [`${folder}/.`],
  pam_accounts: (folders) => folders.map((folder) => `${folder}/.`),
  sshd_files: () => ["/etc/ssh/.", "/etc/ssh/sshd_config.d/."],
  certificates: ([root = ""]) => [`${root}/live/.`, `${root}/archive/.`],
  world_writable: ([, ...folders]) => folders.map(folderIn),
  hash_copies: (folders) => folders.map((folder) => `${folder}/.`),
  acme_answers: ([root = ""]) => [`${root}/live/.`, `${root}/archive/.`],
  renewal: ([root = "", mark = ""]) => [`${root}/renewal/.`, folderIn(mark)],
};

const folderIn = (path: string) => `${path.slice(0, path.lastIndexOf("/"))}/.`;

interface Line {
  readonly index: number;
  readonly seconds: number;
  readonly words: readonly string[];
  readonly lane: Lane;
  readonly calls: readonly Call[];
}

/** The places of words mean something in a single call alone. */
const namesOf = (calls: readonly Call[]) => new Set(calls.flatMap(({ args }) => args));

/** Equal probes once; the probes of a collector that takes many names as one call; stats of all files in one. */
const schedule = once((probes: readonly Call[]): readonly Line[] => {
  const unique = [...new Map(probes.map((probe) => [probeKey(probe), probe])).values()];
  const files = unique.filter(({ collector }) => hasStat.has(collector));
  const batches = new Map<string, Call[]>();
  for (const probe of unique) {
    const key = probe.collector in splitters ? probe.collector : probeKey(probe);
    const batch = batches.get(key);
    if (batch === undefined) batches.set(key, [probe]);
    else batch.push(probe);
  }
  const lines = [...batches.values()].map((calls, index) => ({
    index: index + 1,
    seconds: secondsOf(calls[0]!.collector),
    words: [calls[0]!.collector, ...(calls.length === 1 ? calls[0]!.args : namesOf(calls))],
    lane: laneOf(calls[0]!.collector),
    calls,
  }));
  const stats = {
    index: 0,
    seconds: usualSeconds,
    words: ["stats", ...new Set(files.map((file) => file.args[0]!))],
    lane: "quick" as const,
    calls: files,
  };
  return files.length > 0 ? [stats, ...lines] : lines;
});

/**
 * The script that reads all of it, by the functions of `host/library.ts`. It writes nothing on the host, and needs no terminal.
 */
export function collectScript(probes: readonly Call[], nonce: string): string {
  const lines = schedule(probes);
  const call = ({ index, seconds, words }: Line) =>
    `probe ${[String(index), String(seconds), ...words].map(quote).join(" ")}`;
  const calls = (lane: Lane) => lines.filter((line) => line.lane === lane).map(call);
  const asked = new Set(probes.flatMap(({ collector, args }) => (ofUnits.has(collector) ? args : [])));
  const folders = [...new Set(probes.flatMap(({ collector, args }) => readBy[collector]?.(args) ?? []))];
  const beside = besideOf(calls("slow"), calls("long"));
  return [
    `nonce=${quote(nonce)}`,
    `units=${quote([...asked].join(" "))}`,
    "exec 3>&2 5>&1 2>/dev/null",
    ...(calls("last").length > 0 ? ["runs_seen"] : []),
    ...(folders.length > 0 ? [`walk ${folders.map(quote).join(" ")}`] : []),
    "{",
    `printf 'nonce %s\\n' "$nonce"`,
    ...(beside.length > 0 ? ["{", ...beside, `} 3>&- 5>&- | ${inLargePieces} >&3 3>&- 4>&- 5>&- &`] : []),
    ...toStdout(calls("quick")),
    "wait",
    ...(calls("last").length > 0 ? toStdout(calls("last")) : []),
    "echo done",
    "} 4>&1 | watch_lanes 3>&- 5>&- &&",
    `printf '\\n@%s end\\n' "$nonce"`,
    "",
  ].join("\n");
}

const toStdout = (calls: readonly string[]): readonly string[] => [
  "{",
  ...laneOfCalls(calls),
  `} 3>&- 5>&- | ${inLargePieces} >&5 3>&- 4>&- 5>&-`,
];

/** One stream of what runs in two lanes: a pipe holds what the long one has until the other is done. */
const besideOf = (slow: readonly string[], long: readonly string[]): readonly string[] => {
  if (long.length === 0) return slow.length === 0 ? [] : laneOfCalls(slow);
  return ["{", ...laneOfCalls(long), "} | {", "{", ...laneOfCalls(slow), "} </dev/null", "cat", "}"];
};

const laneOfCalls = (calls: readonly string[]) => ["begin_lane", ...calls, "end_lane"];

/** Each write of the host becomes a packet, and a packet costs the controller 0.1 ms: few and large ones, then. */
const inLargePieces = "dd obs=65536";

const states: Readonly<Record<string, RawFact["state"]>> = { 0: "present", 3: "absent", 5: "unsupported" };

function frames(output: Buffer, nonce: string): Map<number, RawFact> {
  const found = new Map<number, RawFact>();
  const mark = Buffer.from(`\n@${nonce} `);
  let open: { index: number; from: number } | undefined;
  for (let at = output.indexOf(mark); at !== -1; ) {
    const lineEnd = output.indexOf(0x0a, at + mark.length);
    if (lineEnd === -1) break;
    const [index, word, seconds] = output.toString("latin1", at + mark.length, lineEnd).split(" ");
    if (word === "begin") open = { index: Number(index), from: lineEnd + 1 };
    else if (open !== undefined && Number(index) === open.index && word !== undefined) {
      const data = output.subarray(open.from, Math.max(open.from, at));
      const state = states[word] ?? "unknown";
      found.set(open.index, framedBy(data, nonce) ? { state, data } : forged);
      open = undefined;
    }
    if (word === "late") found.set(Number(index), late(Number(seconds)));
    at = output.indexOf(mark, lineEnd);
  }
  return found;
}

/** What has frames of its own begins with one, and that is of this run. */
const framedBy = (data: Buffer, nonce: string) =>
  !/^\n@[0-9a-f]+ /.test(data.toString("latin1", 0, 200)) || data.indexOf(`\n@${nonce} `) === 0;

const forged: RawFact = { state: "unknown", data: Buffer.from("the answer has frames of another run") };

/** Hosts of a fleet answer much alike: what is equal is one object, and so whatever is derived from it. */
const shared = onceByText((text): RawFact => {
  const state = text.slice(0, text.indexOf(" ")) as RawFact["state"];
  return { state, data: Buffer.from(text.slice(state.length + 1), "latin1") };
}, 1000);

const mostShared = 32 * 1024;

const share = (raw: RawFact) =>
  raw.data.length > mostShared ? raw : shared(`${raw.state} ${raw.data.toString("latin1")}`);

const late = (seconds: number): RawFact => ({
  state: "unknown",
  data: Buffer.from(`reading it took more than ${seconds} s`),
});

/** One that failed in its middle has printed what it had read, which is no reason. */
const told = (raw: RawFact, collector: Collector): RawFact =>
  raw.state === "unknown" &&
  (raw.data.indexOf("\n@") === 0 || (collector === "file" && raw.data.includes("\n")))
    ? { state: "unknown", data: Buffer.from("it was gone, or failed, while it was read") }
    : raw;

/**
 * Facts out of what the script printed; probes whose frame is missing or cut are `unknown`.
 * `complete` is false when an answer or the last line is missing: the link was lost or the host cut the script off.
 */
export function parseCollected(
  probes: readonly Call[],
  output: { stdout: Buffer; stderr: Buffer; nonce: string },
): { facts: Facts; complete: boolean } {
  const { stdout, stderr, nonce } = output;
  // What is late is said last, on stdout.
  const found = new Map([...frames(stderr, nonce), ...frames(stdout, nonce)]);
  const facts = new Map<string, RawFact>();
  const lines = schedule(probes);
  const missing: RawFact = { state: "unknown", data: Buffer.from("the host's answer was cut off") };
  const withStat = withStats(found.get(0) ?? missing);
  for (const line of lines.filter(({ words }) => words[0] !== "stats")) {
    const collector = line.calls[0]!.collector;
    const raw = told(found.get(line.index) ?? missing, collector);
    const split = raw.state === "present" ? splitters[collector]?.(raw.data) : undefined;
    for (const call of line.calls) {
      const own = split?.(call.args) ?? raw;
      facts.set(probeKey(call), share(hasStat.has(collector) ? withStat(own, call.args[0]!) : own));
    }
  }
  const whole = lines.every(({ index }) => found.has(index));
  return { facts, complete: whole && stdout.includes(`\n@${nonce} end`) };
}
