/**
 * Permission bits of a file or a folder that a user of the host owns, or that lies where one can swap it for something
 * else. They are set with the rights of its owner, through the opened thing and never through a link, and only where it
 * still is as planned: whatever is in its place by then is left alone, and that is noted. No user can make a run fail by
 * it, so whether it lasts is no part of a run's proof either; a check tells.
 */
import { asRoot, type Facts, type Probe, readFact } from "../facts/probe.ts";
import shell from "./bits.sh";
import { blocked, change, type DiffInput, type Draft, defineKind, same, type Undoing } from "./kind.ts";
import { modeLine } from "./mode-text.ts";

declare module "../facts/probe.ts" {
  interface KindCollectors {
    readonly bits: true;
  }
}

export interface BitsResource {
  readonly kind: "bits";
  /** Without a link on the way, as a collector found it. */
  readonly path: string;
  /** Four octal digits. */
  readonly mode: string;
  readonly found: { readonly mode: string; readonly uid: number; readonly gid: number };
}

export interface BitsStep {
  readonly verb: "bits";
  readonly path: string;
  /** Its owner, whose rights are used, by number: accounts come and go. */
  readonly uid: number;
  readonly gid: number;
  readonly from: string;
  readonly to: string;
  /** The very thing that a run changed; left out: whatever is there as planned. */
  readonly inode?: string;
}

/** `MODE UID GID INODE`: one thing at one moment. */
interface Seen {
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly inode: string;
}

export interface BitsUndo {
  readonly kind: "bits";
  readonly path: string;
  readonly before: Seen;
  readonly after: string;
}

function seenOf(words: string): Seen {
  const [mode = "", uid, gid, inode = ""] = words.split(" ");
  return { mode, uid: Number(uid), gid: Number(gid), inode };
}

const bitsProbe = (path: string, { uid, gid }: Pick<Seen, "uid" | "gid">): Probe<Seen> => ({
  collector: "bits",
  args: [path, String(uid), String(gid)],
  parse: (data) => seenOf(data.toString("utf8").trim()),
});

export const bits = defineKind<BitsResource, BitsStep, BitsUndo>({
  name: "bits",
  address: ({ path }) => path,
  diff: ({ resource: { path, mode, found } }: DiffInput<BitsResource>) =>
    found.mode === mode
      ? same
      : change(draft({ verb: "bits", path, uid: found.uid, gid: found.gid, from: found.mode, to: mode })),
  line: modeLine,
  words: {
    bits: ({ path, uid, gid, from, to, inode = "-" }) => [path, String(uid), String(gid), from, to, inode],
  },
  shell: [shell],
  undo: {
    words: ["bits"],
    fromJournal: (lines) => {
      const [{ object, before }] = lines;
      return {
        kind: "bits",
        path: object,
        before: seenOf(before),
        after: lines.at(-1)!.after.split(" ", 1)[0]!,
      };
    },
    fromManifest: ([path = "", mode, uid, gid, inode, after = ""]) => ({
      kind: "bits",
      path,
      before: seenOf([mode, uid, gid, inode].join(" ")),
      after,
    }),
    // Its owner may have changed it in between, which must not keep anything else from being undone.
    join: (older, newer) =>
      older.before.inode === newer.before.inode ? { ...newer, before: older.before } : newer,
    probes: ({ path, before }) => [bitsProbe(path, before)],
    changes,
    // Its owner may change it at any time.
    lookBack: () => undefined,
    // What gives back the modes of files that it replaces.
    after: ["mode", "keys"],
    // Home folders may be mounted late.
    atBoot: "late",
    byHomes: true,
  },
});

const draft = (step: BitsStep): Draft<BitsStep> => ({
  action: "update",
  before: step.from,
  after: step.to,
  effect: "now",
  undo: "best effort",
  stage: "files",
  fleeting: true,
  steps: [step],
});

const stays = "~ stays as it is, with a note: it is not as the run left it";

/** What is not as the run left it is its owner's by now, and stays, which the host notes: any user can move it away meanwhile. */
function changes({ path, before, after }: BitsUndo, facts: Facts, release: boolean): Undoing<BitsStep> {
  const fact = readFact(facts, bitsProbe(path, before));
  if (fact.state === "unknown") return blocked(`${path} could not be read: ${fact.why}`, asRoot);
  const { mode, uid, gid, inode } = before;
  const now = fact.state === "present" ? fact.value : undefined;
  if (now?.uid === uid && now.mode === mode && !release) return same;
  const back = draft({ verb: "bits", path, uid, gid, from: after, to: mode, inode });
  const isAsLeft = now?.uid === uid && now.mode === after && now.inode === inode;
  return change(isAsLeft || release ? back : { ...back, details: [stays] });
}
