/** The runs that a host remembers: who, when, which profile, what each changed. */
import { innerFrames } from "./frames.ts";
import type { Probe } from "./probe.ts";
import { parseStrayUnits } from "./stray-units.ts";

/** `lost`: its units are there, and its journal is not. */
export type RunState = "preparing" | "pending" | "rolling" | "confirmed" | "rolled-back" | "lost";

/** One line of a run's journal. `before` and `after` are the runtime's own words for a state. */
export interface JournalLine {
  readonly time: string;
  readonly address: string;
  readonly verb: string;
  readonly object: string;
  readonly before: string;
  readonly after: string;
  /** Number of the backup in the run's folder, where there is one. */
  readonly backup?: number;
}

/** What a person should know of a run, such as a file that somebody else had changed meanwhile. */
export interface RunRemark {
  readonly code: string;
  readonly object: string;
  readonly text: string;
}

export interface RunFact {
  readonly id: string;
  /** The host's own count of its runs, from 1. */
  readonly number: number;
  readonly state: RunState;
  readonly time: string;
  readonly who: string;
  readonly profile: string;
  readonly digest: string;
  readonly commit: string;
  /** What was applied is not what that commit has. */
  readonly dirty: boolean;
  /** The runs that this one gave back, newest first. */
  readonly undoes?: readonly string[];
  /** The confirmed run that gave this one back, unless that was undone in its turn. */
  readonly undoneBy?: string;
  /** Why the controller asked for its rollback; empty where nobody did, or nobody said. */
  readonly asked: string;
  /** Such as `confirmed`, or `rolled-back clean timeout`; empty while it is unsettled. */
  readonly result: string;
  readonly journal: readonly JournalLine[];
  readonly notes: readonly RunRemark[];
}

/** All runs, oldest first by the host's own count: its clock may jump. */
export const runs: Probe<readonly RunFact[]> = { collector: "runs", args: [], parse: parseRuns };

/** Confirmed, and not undone since. */
export const inForce = ({ state, undoneBy }: RunFact) => state === "confirmed" && undoneBy === undefined;

function parseRuns(data: Buffer): readonly RunFact[] {
  const frames = innerFrames(data);
  const text = (name: string, id: string) =>
    frames.find(({ word, rest }) => word === name && rest === id)?.content.toString("utf8") ?? "";
  const found = frames
    .filter(({ word }) => word === "run")
    .map(({ rest, content }): RunFact => {
      const header = fields(content.toString("utf8"));
      const [id = "", state = "preparing"] = rest.split(" ");
      const undoes = header("undoes");
      return {
        id,
        number: Number(header("number")),
        state: state as RunState,
        time: header("time"),
        who: header("who"),
        profile: header("profile"),
        digest: header("digest"),
        commit: header("commit"),
        dirty: header("dirty") === "yes",
        ...(undoes === "" || undoes === "-" ? {} : { undoes: undoes.split(" ") }),
        asked: text("asked", id).trim(),
        result: text("result", id).trim(),
        journal: parseJournal(text("journal", id)),
        notes: parseNotes(text("notes", id)),
      };
    });
  const stray = parseStrayUnits(Buffer.from(text("stray", "")));
  return [
    ...stray.map(({ run }) => ({ ...lostRun, id: run })),
    ...withUndone(found.sort((a, b) => a.number - b.number)),
  ];
}

const lostRun: Omit<RunFact, "id"> = {
  number: 0,
  state: "lost",
  time: "",
  who: "",
  profile: "",
  digest: "",
  commit: "",
  dirty: false,
  asked: "",
  result: "",
  journal: [],
  notes: [],
};

/** An undo counts while nothing undoes it; only a later run can. */
function withUndone(runs: readonly RunFact[]): readonly RunFact[] {
  const undone = new Map<string, string>();
  for (const { id, state, undoes = [] } of runs.toReversed()) {
    if (state === "confirmed" && !undone.has(id)) for (const each of undoes) undone.set(each, id);
  }
  return runs.map((run) => {
    const undoneBy = undone.get(run.id);
    return undoneBy === undefined ? run : { ...run, undoneBy };
  });
}

function fields(text: string): (key: string) => string {
  const lines = text.split("\n");
  return (key) => lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1) ?? "";
}

function parseJournal(text: string): readonly JournalLine[] {
  return text.split("\n").flatMap((line) => {
    const [time, , address, verb, object, before, after, backup] = line.split("\t");
    if (backup === undefined) return [];
    const number = backup === "-" ? {} : { backup: Number(backup) };
    return [
      {
        time: time!,
        address: address!,
        verb: verb!,
        object: object!,
        before: before!,
        after: after!,
        ...number,
      },
    ];
  });
}

function parseNotes(text: string): readonly RunRemark[] {
  const decoded = (word: string) => (word === "-" ? "" : Buffer.from(word, "base64").toString("utf8"));
  return text.split("\n").flatMap((line) => {
    const [code, object, said] = line.split(" ");
    if (code === undefined || object === undefined || said === undefined) return [];
    return [{ code, object: decoded(object), text: decoded(said) }];
  });
}
