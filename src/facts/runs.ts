/** The runs that a host remembers: who, when, which profile, what each changed. */
import type { Probe } from "./probe.ts";
import { sections } from "./sections.ts";

export type RunState = "preparing" | "pending" | "rolling" | "confirmed" | "rolled-back";

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
  readonly state: RunState;
  readonly time: string;
  readonly who: string;
  readonly profile: string;
  readonly digest: string;
  readonly commit: string;
  /** Such as `confirmed`, or `rolled-back clean timeout`; empty while it is unsettled. */
  readonly result: string;
  readonly journal: readonly JournalLine[];
  readonly notes: readonly RunRemark[];
}

/** All runs, oldest first. */
export const runs: Probe<readonly RunFact[]> = { collector: "runs", args: [], parse: parseRuns };

function parseRuns(data: Buffer): readonly RunFact[] {
  const parts = sections(data);
  const text = (word: string, id: string) =>
    parts.find(({ words }) => words[0] === word && words[1] === id)?.content.toString("utf8") ?? "";
  return parts
    .filter(({ words }) => words[0] === "run")
    .map(({ words, content }) => {
      const header = fields(content.toString("utf8"));
      const id = words[1] ?? "";
      return {
        id,
        state: (words[2] ?? "preparing") as RunState,
        time: header("time"),
        who: header("who"),
        profile: header("profile"),
        digest: header("digest"),
        commit: header("commit"),
        result: text("result", id).trim(),
        journal: parseJournal(text("journal", id)),
        notes: parseNotes(text("notes", id)),
      };
    })
    .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
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
