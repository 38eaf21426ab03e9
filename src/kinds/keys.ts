/**
 * authorized_keys of a user, line by line: what the profile lists is there, and other keys stay, or go where that is asked
 * for. It is read and written with the rights of its owner, who may change it at any time and whose home may be full of
 * traps: what is no plain file of theirs is refused, and no user can make a run fail by it. So an undo takes lines back, and
 * leaves what somebody else has added since.
 */
import { createHash } from "node:crypto";
import { asRoot, type Facts, type Probe, readFact, valueOr } from "../facts/probe.ts";
import { HostOnly } from "../host-only.ts";
import { countsOf } from "./file-diff.ts";
import { wantedText } from "./keys/lines.ts";
import reader from "./keys/reader.sh";
import { shownDiff } from "./keys/shown.ts";
import shell from "./keys.sh";
import {
  blocked,
  type ChangeOutcome,
  change,
  type DiffInput,
  type Draft,
  defineKind,
  same,
  type Undoing,
} from "./kind.ts";

declare module "../facts/probe.ts" {
  interface KindCollectors {
    readonly keys: true;
    readonly keys_back: true;
    readonly keys_then: true;
  }
}

export interface KeysResource {
  readonly kind: "keys";
  readonly user: string;
  /** Lines of the file. */
  readonly lines: readonly string[];
  /** `remove`: no other key stays. */
  readonly others: "keep" | "remove";
  /** Without it the run is of no use; else what its owner has put in the way is theirs, and the file stays as it is. */
  readonly vital: boolean;
}

export type KeysStep =
  | {
      readonly verb: "keys";
      readonly user: string;
      readonly content: HostOnly<Buffer>;
      /** As the host's `keys_now` says it, or `coming` for an account that the same run makes. */
      readonly before: HostOnly<string>;
    }
  /** As that run found it. */
  | { readonly verb: "keys-restore"; readonly user: string; readonly run: string };

export interface KeysUndo {
  readonly kind: "keys";
  readonly user: string;
  /** The one that holds the original. */
  readonly run: string;
  /** As `keys_now` says it; undefined where only the run knows. */
  readonly before: string;
}

/** What is there, or why it is nothing to write to. */
export type KeysFact =
  | {
      readonly state: "there" | "absent" | "no-folder";
      /** Four octal digits each. */
      readonly modes: { readonly home: string; readonly folder?: string; readonly file?: string };
      /** What the file has besides: `:GID:FLAGS:ATTRIBUTES`, as the host says it. */
      readonly beside?: string;
      readonly content: Buffer;
    }
  | { readonly state: "unsafe"; readonly why: string };

/** Absent where there is no such account. */
export const keysProbe = (user: string): Probe<KeysFact> => ({
  collector: "keys",
  args: [user],
  parse: (data) => {
    const end = data.indexOf("\n");
    const line = data.toString("latin1", 0, end === -1 ? data.length : end);
    const [state = "", home = "", folder, file] = line.split(" ");
    if (state !== "there" && state !== "absent" && state !== "no-folder")
      return { state: "unsafe", why: line || "it did not answer" };
    const colon = file?.indexOf(":") ?? -1;
    return {
      state,
      modes: {
        home,
        ...(folder === undefined ? {} : { folder }),
        ...(file === undefined ? {} : { file: colon < 0 ? file : file.slice(0, colon) }),
      },
      ...(colon < 0 ? {} : { beside: file!.slice(colon) }),
      content: data.subarray(end + 1),
    };
  },
});

/** Keys of the user of an earlier run: what the account is called now, or why nothing of it is touched. */
type KeysThen = { readonly account: string; readonly now: KeysFact } | { readonly left: string };

/** Absent where there is no such account any more. */
const keysThenProbe = (user: string, run: string): Probe<KeysThen> => ({
  collector: "keys_then",
  args: [user, run],
  parse: (data) => {
    const end = data.indexOf("\n");
    const account = data.toString("utf8", 0, end);
    const rest = data.subarray(end + 1);
    return account === ""
      ? { left: rest.toString("utf8").trim() }
      : { account, now: keysProbe(account).parse(rest) };
  },
});

/** The whole file as it will be when that run is undone; absent where the run has no backup of it. */
export const keysBackProbe = (user: string, run: string): Probe<Buffer> => ({
  collector: "keys_back",
  args: [user, run],
  parse: (data) => data,
});

export const keysPath = (user: string) => `~${user}/.ssh/authorized_keys`;

export const keys = defineKind<KeysResource, KeysStep, KeysUndo>({
  name: "keys",
  address: ({ user }) => user,
  probes: ({ user }) => [keysProbe(user)],
  diff,
  line: (draft, user) => {
    if (draft.diff === undefined) return `${keysPath(user)} ${draft.after ?? ""}`.trim();
    return `${keysPath(user)} (${countsOf(draft.diff)})`;
  },
  words: {
    keys: ({ user, content, before }) => [user, content.value.toString("base64"), ...before.value.split(" ")],
    "keys-restore": ({ user, run }) => [user, run],
  },
  shell: [shell, reader],
  undo: {
    words: ["keys", "keys-restore"],
    fromJournal: ([{ object, before }], run) => ({ kind: "keys", user: object, run, before }),
    fromManifest: ([user = "", run = "", ...before]) => ({
      kind: "keys",
      user,
      run,
      before: before.join(" "),
    }),
    join: (older) => older,
    probes: ({ user, run }) => [keysThenProbe(user, run), keysBackProbe(user, run)],
    changes,
    content({ user, run }, facts) {
      const content = valueOr(readFact(facts, keysBackProbe(user, run)), undefined);
      return content && { path: keysPath(user), content };
    },
    // Its owner may change it at any time.
    lookBack: () => undefined,
    after: ["mode"],
    // Home folders may be mounted late.
    atBoot: "late",
    byHomes: true,
  },
});

const common = { effect: "now", undo: "full", stage: "files", fleeting: true } as const;

function diff({ resource, facts, changed }: DiffInput<KeysResource>): ChangeOutcome<KeysStep> {
  const { user, lines, others, vital } = resource;
  const fact = readFact(facts, keysProbe(user));
  const path = keysPath(user);
  if (fact.state === "unknown" || fact.state === "unsupported")
    return blocked(`${path} could not be read: ${fact.why}`, asRoot);
  if (fact.state === "absent") {
    // Said of the account.
    if (!changed.has(`account:${user}`)) return same;
    return lines.length === 0
      ? same
      : change(draft(user, undefined, wantedText("", { lines, others }), lines));
  }
  const now = fact.value;
  if (now.state === "unsafe")
    return vital ? blocked(`${path} is not changed: ${now.why}`, unsafeHint(user)) : same;
  const before = now.content.toString("latin1");
  const text = wantedText(before, { lines, others });
  if (text === before && (now.state !== "there" || isClosed(now.modes))) return same;
  return change(draft(user, now, text, lines));
}

const isClosed = ({ folder = "0700", file = "0600" }: { folder?: string; file?: string }) =>
  [folder, file].every((mode) => (Number.parseInt(mode, 8) & 0o077) === 0);

const unsafeHint = (user: string) =>
  `Look at it: ls -la ~${user} ~${user}/.ssh. It must be a plain file of ${user}'s own, in folders of ${user}'s own and without links.`;

type Safe = Exclude<KeysFact, { readonly state: "unsafe" }>;

function draft(user: string, now: Safe | undefined, text: string, lines: readonly string[]): Draft<KeysStep> {
  const content = Buffer.from(text, "latin1");
  const was = now?.state === "there" ? now.content : undefined;
  return {
    ...common,
    action: was === undefined ? "create" : "update",
    ...(now?.state === "there" ? { before: now.modes.file! } : {}),
    after: "0600",
    diff: shownDiff(keysPath(user), was, content, lines),
    steps: [{ verb: "keys", user, content: new HostOnly(content), before: new HostOnly(preimage(now)) }],
  };
}

function preimage(now: Safe | undefined): string {
  if (now === undefined) return "coming";
  const { home, folder, file } = now.modes;
  const sum = now.state === "there" ? createHash("sha256").update(now.content).digest("hex") : undefined;
  const all = file === undefined ? undefined : file + (now.beside ?? "");
  return [now.state, home, folder, all, sum].filter((word) => word !== undefined).join(" ");
}

/** The host itself knows which lines are whose: what somebody has added since stays. */
function changes({ user, run, before }: KeysUndo, facts: Facts, release: boolean): Undoing<KeysStep> {
  const fact = readFact(facts, keysThenProbe(user, run));
  const later = valueOr(readFact(facts, keysBackProbe(user, run)), undefined);
  const back: Draft<KeysStep> = {
    ...common,
    action: before.startsWith("there") || (later?.length ?? 0) > 0 ? "update" : "delete",
    after: "as before",
    undo: "best effort",
    steps: [{ verb: "keys-restore", user, run }],
  };
  const given = (path: string, was?: Buffer): Draft<KeysStep> =>
    later === undefined ? back : { ...back, diff: shownDiff(path, was, later, []) };
  // The account may come back in the same run, and before them.
  if (fact.state === "absent")
    return before.startsWith("there") ? change({ ...given(keysPath(user)), stage: "services" }) : same;
  if (fact.state !== "present") return blocked(`${keysPath(user)} could not be read: ${fact.why}`, asRoot);
  // The host names it, too.
  if ("left" in fact.value) return change({ ...back, action: "update", after: fact.value.left });
  const { account, now } = fact.value;
  const path = keysPath(account);
  const renamed = account === user ? {} : { details: [`~ ${user} is called ${account} now`] };
  if (now.state === "unsafe") return change({ ...given(path), ...renamed });
  return preimage(now) === before && !release ? same : change({ ...given(path, now.content), ...renamed });
}
