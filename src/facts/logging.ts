/** Where log messages go: journald's files, and what rsyslog sends on. */
import { units } from "../platform.ts";
import { innerFrames } from "./frames.ts";
import { linesOf } from "./lines.ts";
import type { Probe } from "./probe.ts";

/** The files to which journald writes, by what it has open: below /var/log/journal, below /run/log/journal, or none. */
export const journals: Probe<readonly string[]> = {
  collector: "journals",
  args: [units.journald],
  parse: linesOf,
};

/** Bytes on the journal's disk. */
export interface JournalDisk {
  /** Of the files that journald has closed: it deletes the oldest of them once they exceed its bound. */
  readonly archived: number;
  readonly free: number;
}

export const journalDisk: Probe<JournalDisk> = {
  collector: "journal_disk",
  args: [],
  parse: (data) => {
    const [, blocks, left, size] = /^(\d{1,15})\n(\d{1,15}) (\d{1,9})$/.exec(data.toString().trim()) ?? [];
    if (blocks === undefined) throw new Error("find and stat did not say how large the journal's files are");
    return { archived: Number(blocks) * 512, free: Number(left) * Number(size) };
  },
};

/** A TCP connection to a collector of logs. */
export interface CollectorConnection {
  readonly pid: number;
  readonly address: string;
  /** A TLS server that has answered has sent its certificate. */
  readonly bytesReceived: number;
  /** Bytes that the collector's side takes no more of. */
  readonly bytesUnsent: number;
  /** For how long nothing was sent. */
  readonly quietMs: number;
  /** Somebody has stopped the process, SIGSTOP for one. */
  readonly isStopped: boolean;
}

export interface Forwarder {
  readonly connections: readonly CollectorConnection[];
  /** Bytes of the files of its queue. */
  readonly queued: number;
  /** Rules that are read before ours and end what becomes of a message: `PATH:LINE TEXT`. */
  readonly stops: readonly string[];
  /** What rsyslogd has logged since its start, the last lines. */
  readonly said: readonly string[];
}

interface Forwarding {
  readonly port: number;
  /** The name of its files. */
  readonly queue: string;
  /** That has its rule, beside those of others. */
  readonly file: string;
}

/** It asks the journal, so it is for checks only. */
export const forwarder = (unit: string, { port, queue, file }: Forwarding): Probe<Forwarder> => ({
  collector: "forwarder",
  args: [unit, String(port), queue, file],
  deep: true,
  parse: parseForwarder,
});

function parseForwarder(data: Buffer): Forwarder {
  const parts = new Map(innerFrames(data).map(({ word, content }) => [word, content.toString("utf8")]));
  const lines = (name: string) => linesOf(parts.get(name) ?? "");
  return {
    connections: connectionsOf(lines("connected")),
    queued: lines("queue").reduce((sum, line) => sum + Number.parseInt(line, 10), 0),
    stops: lines("stops"),
    said: lines("said"),
  };
}

const connectionsOf = (lines: readonly string[]): readonly CollectorConnection[] =>
  lines.flatMap((line) => {
    const [, pid, state, address, received, unsent, quiet] =
      /^(\d+) (\S) (\S+) (\d+) (\d+) (\d+)$/.exec(line) ?? [];
    if (address === undefined) return [];
    const [bytesReceived, bytesUnsent, quietMs] = [Number(received), Number(unsent), Number(quiet)];
    const isStopped = state === "T" || state === "t";
    return [{ pid: Number(pid), address, bytesReceived, bytesUnsent, quietMs, isStopped }];
  });
