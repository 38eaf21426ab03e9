/**
 * Turns runs and plans into the text that is sent to a host: the fixed runtime and data lines, nothing else.
 * Pure. Every word of a data line is quoted by `quote`, every content is base64.
 *
 * What lies on the host, under /var/lib/harden (root, 0700), all of it readable with cat:
 *
 *     lease                    who prepares or holds a run: lines `KEY VALUE`
 *     manifest                 what is ours: ADDRESS TAB CONTROL TAB RUN TAB UNDO, sorted by address; RUN is the run
 *                              that took it over. UNDO is a kind's name and quoted words that give the original back;
 *                              each kind's `undo.fromManifest` reads its own. A last line `.` ends it
 *     pending/ID rolling/ID confirmed/ID rolled-back/ID
 *                              where a run stands; one rename settles it
 *     runs/ID/header           lines `KEY VALUE`: number (of runs, in their order), id, undoes (the runs that this one
 *                              undoes, newest first, or -), who, target, profile, digest, commit, dirty (yes: what was applied
 *                              isn't in that commit), tool, apply-timeout, confirm-timeout, no-confirm, stop-containers (those with
 *                              --rm may be), time, boot
 *     runs/ID/journal          a line a change, tab-separated: TIME STEP ADDRESS VERB OBJECT BEFORE AFTER BACKUP
 *     runs/ID/backup/N         the original as cp -a keeps it; undo/file says of which path, and whether it was absent
 *     runs/ID/folders          the folders of the run's files: lines `FOLDER/. TAB ok TAB DEVICE:INODE` (- where it wasn't there)
 *     runs/ID/undo/*           data lines of the undo, idempotent, a file a kind; dumps of the
 *                              firewall's tables and the audit rules, from before the run and as it has made them; lines
 *                              and homes of accounts that it takes away
 *     runs/ID/purged           lines RUN NAME VERSION of what goes after the confirm; RUN brought it
 *     runs/ID/earlier          the files that were there before those packages: line N is kept as backup/earlier-N
 *     runs/ID/undo/brought     the packages' own files of /etc, as sha256sum prints them
 *     runs/ID/undo/places      what was there before the packages: lines NAME place PATTERN, of /var, and NAME folder PATH
 *     runs/ID/undo/modes       whose that of /var was: lines MODE OWNER GROUP PATH
 *     runs/ID/undo/interfaces  path and value of each interface as the run set a value for all or for new ones
 *     runs/ID/scratch/*        what the run works with while it is unsettled
 *     runs/ID/taken            lines of the manifest that the run put in; its undo takes them out
 *     runs/ID/released         lines of the manifest that the run took out; its undo puts them in again
 *     runs/ID/third/N          what somebody else made of a file during the run
 *     runs/ID/events           what the run told, as events.ts reads it
 *     runs/ID/asked            why the controller asked for the rollback
 *     runs/ID/result           `confirmed`, or `rolled-back clean|notes WHY`; absent while unsettled
 *
 * BEFORE and AFTER of a file: `absent` (of a step also `no-folder`: the folder is new, too), `file SHA256 MODE OWNER GROUP`, `link TARGET`, `dir - MODE OWNER GROUP`.
 */
import type { FolderIds } from "../facts/folders.ts";
import { foldersOf, type Step, stepWords } from "../kinds/index.ts";
import type { Change, ProfileFacts } from "../plan/plan.ts";
import { quote, quoteAll } from "../quote.ts";
import { stripControl } from "../text.ts";

export interface Run {
  /** Unique on the host: [0-9A-Za-z-], at most 64. */
  readonly id: string;
  /** `user@host` of the controller. */
  readonly who: string;
  readonly target: string;
  readonly profile: Omit<ProfileFacts, "file">;
  readonly tool: string;
  readonly confirmTimeoutSeconds: number;
  /** The dead-man while the run works, renewed before each step. */
  readonly applyTimeoutSeconds: number;
  readonly noConfirm?: boolean;
  /** Those of the plan: a run stops where a folder is another one by now. */
  readonly folders?: FolderIds;
  /** A restart of the engine may stop containers that go with their data. */
  readonly stopContainers?: boolean;
  /** The runs that this one undoes, newest first: with each goes its ownership, and comes back what it had released. */
  readonly undoes?: readonly string[];
}

export interface BatchOptions {
  /** Text of the host runtime. */
  readonly runtime: string;
  /** A second batch follows with `continueScript`; until then the run waits as long as `applyTimeoutSeconds`. */
  readonly more?: boolean;
  /** How long preparing may take (download, dpkg's lock) before the lease counts as dead. */
  readonly prepareTimeoutSeconds?: number;
  /** How long to wait for somebody else's dpkg before refusing. */
  readonly packageLockSeconds?: number;
  /** Tests only: a folder that stands for /. */
  readonly root?: string;
}

/** What of a change the host is told; a change of stage `finalize` is done after the confirm. */
export type ScriptWork = Pick<Change, "address" | "stage" | "steps">;

const idForm = /^[0-9A-Za-z-]{1,64}$/;

function checkId(id: string): string {
  if (!idForm.test(id)) throw new TypeError(`not a run's id: ${JSON.stringify(id)}`);
  return id;
}

/** A word on one line: what the host stores line by line has none in it. */
function line(word: string): string {
  if (/[\n\r]/.test(word)) throw new TypeError(`a line break in ${JSON.stringify(word)}`);
  return word;
}

/** One data line: `step NUMBER ADDRESS TOLD OWN-CONTROL OWN-ADDRESS RELEASE-ADDRESS VERB WORD…`; see host/runtime/step.sh. */
function dataLine(number: number, address: string, step: Step): string {
  const told = Buffer.from(address).toString("base64");
  const common = [String(number), address, told, step.own?.control ?? "", step.own?.address ?? ""];
  // Addresses are fields of a line with tabs between them, so none has one.
  const released = [step.release ?? []].flat().map(({ address }) => address);
  const all = [...common, released.join("\t"), step.verb.replaceAll("-", "_"), ...stepWords(step)];
  return `step ${quoteAll(all.map(line))}`;
}

/** The steps of a batch as the executor counts them in events: from 1, finalize steps after all others. */
export function numbered(
  work: readonly ScriptWork[],
): { number: number; address: string; final: boolean; step: Step }[] {
  const flat = work.flatMap(({ address, stage, steps }) =>
    steps.map((step) => ({ address, final: stage === "finalize", step })),
  );
  const ordered = [...flat.filter((item) => !item.final), ...flat.filter((item) => item.final)];
  return ordered.map((item, index) => ({ number: index + 1, ...item }));
}

function header(run: Run): string {
  const lines: [string, string][] = [
    ["id", checkId(run.id)],
    ["undoes", (run.undoes ?? []).map(checkId).join(" ")],
    ["who", run.who],
    ["target", run.target],
    ["profile", run.profile.name],
    ["digest", run.profile.digest],
    ["commit", run.profile.commit ?? "-"],
    ["dirty", run.profile.dirty ? "yes" : "no"],
    ["tool", run.tool],
    ["apply-timeout", seconds(run.applyTimeoutSeconds)],
    ["confirm-timeout", seconds(run.confirmTimeoutSeconds)],
    ["no-confirm", run.noConfirm ? "yes" : "no"],
    ["stop-containers", run.stopContainers ? "yes" : "no"],
  ];
  return `\n${lines.map(([key, value]) => `${key} ${line(value) || "-"}`).join("\n")}\n`;
}

function seconds(count: number): string {
  if (!Number.isSafeInteger(count) || count < 1) throw new TypeError(`not a number of seconds: ${count}`);
  return String(count);
}

/** The runtime with its settings and a verb; in a subshell, as the runtime ends with `exit`. */
function send(settings: Record<string, string>, verb: readonly string[], root = ""): string {
  const assigned = Object.entries({ harden_root: root, ...settings });
  return [
    "(",
    ...assigned.map(([name, value]) => `${name}=${quote(value)}`),
    `set -- ${quoteAll(verb)}`,
    'eval "$RUNTIME"',
    ")",
    "",
  ].join("\n");
}

function batch(run: Run, work: readonly ScriptWork[], verb: string, options: BatchOptions): string {
  const items = numbered(work);
  const text = (final: boolean) =>
    items
      .filter((item) => item.final === final)
      .map((item) => dataLine(item.number, item.address, item.step))
      .join("\n");
  const settings = {
    RUNTIME: options.runtime,
    HEADER: header(run),
    STEPS: text(false),
    FINAL: text(true),
    PARENTS: foldersOf(work.flatMap(({ steps }) => steps))
      .map((folder) => line(`${run.folders?.[folder] ?? "-"} ${folder}`))
      .join("\n"),
    MORE: options.more ? "1" : "0",
    PREPARE_TIMEOUT: seconds(options.prepareTimeoutSeconds ?? 900),
    PACKAGE_LOCK: seconds(options.packageLockSeconds ?? 60),
  };
  return send(settings, [verb, run.id], options.root);
}

/** Preflight, arm, apply. Ends `waiting`, `more`, `rolled-back`, `refused`, `locked` or `nothing`. */
export function beginScript(run: Run, work: readonly ScriptWork[], options: BatchOptions): string {
  return batch(run, work, "begin", options);
}

/** The batch after the packages, in the same run. Ends as `beginScript`; a refused one has been rolled back. */
export function continueScript(run: Run, work: readonly ScriptWork[], options: BatchOptions): string {
  return batch(run, work, "continue", options);
}

/** Runs the run's own copy of the runtime, so that format and program always fit. */
function stored(id: string, verb: readonly string[], root = ""): string {
  const file = quote(`${root}/var/lib/harden/runs/${checkId(id)}/runtime.sh`);
  const lease = quote(`${root}/var/lib/harden/lease`);
  // A run that is still being prepared, as long as its preparer lives, has no folder yet; it is waited for.
  const preparing = `grep -qsx ${quote(`run ${id}`)} ${lease} && kill -0 "$(sed -n 's/^pid //p' ${lease})" 2>/dev/null`;
  return `while [ ! -f ${file} ] && ${preparing}; do sleep 0.2; done
if [ -f ${file} ]; then sh ${file} ${quoteAll(verb)}; else echo '@harden ${id} end unknown-run'; fi\n`;
}

/** Ends `confirmed`, `too-late`, `not-ready`, `unwritable` or `unknown-run`. */
export function confirmScript(id: string, root = ""): string {
  return stored(id, ["confirm", id], root);
}

/** Rolls a pending run back now, and keeps why. Ends `rolled-back`, `confirmed` (it was) or `unknown-run`. */
export function rollbackScript(id: string, why: string, root = ""): string {
  return stored(id, ["rollback", id, short(why)], root);
}

/** On one line, without control characters: what a host has said may be in it. */
const short = (why: string) => stripControl(why.replace(/\s/g, " ")).replace(/ +/g, " ").trim().slice(0, 300);

/**
 * Attaches: prints `state` and the events from line `from` on. `now` ends with the state as it is, `batch` waits for
 * the end of the batch, `run` until the run is settled.
 */
export function statusScript(
  id: string,
  options: { readonly from?: number; readonly until?: "now" | "batch" | "run"; readonly root?: string } = {},
): string {
  return stored(id, ["status", id, String(options.from ?? 0), options.until ?? "now"], options.root);
}

/**
 * Removes those of the named runs that are settled, not among the newest `keep`, and not needed; without names it tells which
 * runs those are. Ends `pruned`, or `locked`.
 */
export function pruneScript(
  keep: number,
  runs: readonly string[],
  options: Pick<BatchOptions, "runtime" | "root">,
): string {
  const words = ["prune", String(Math.max(0, Math.trunc(keep))), ...runs.map(checkId)];
  return send({ RUNTIME: options.runtime }, words, options.root);
}

/** Removes the journal with all runs. Ends `uninstalled`, `nothing` where there is none, `refused`, or `locked` while a run is unsettled. */
export function uninstallScript(options: Pick<BatchOptions, "runtime" | "root">): string {
  return send({ RUNTIME: options.runtime }, ["uninstall"], options.root);
}

/** Lets an address in again, as inet_ntop(3) spells it. Ends `unbanned`, or `refused` with fail2ban's words. */
export function unbanScript(address: string, options: Pick<BatchOptions, "runtime" | "root">): string {
  if (!/^[0-9a-f.:]+$/.test(address)) throw new TypeError(`not an address: ${JSON.stringify(address)}`);
  return send({ RUNTIME: options.runtime }, ["unban", address], options.root);
}

/** certbot tries all renewals, or does those that are due. Ends `renewed`, however certbot ended, or `refused`. */
export function renewScript(how: "dry" | "due", options: Pick<BatchOptions, "runtime" | "root">): string {
  return send({ RUNTIME: options.runtime }, ["renew", how], options.root);
}

/**
 * What a person types on the host's console to undo an unsettled run without a controller. Empty for what is no run's
 * id: a host may call its runs as it likes, and somebody may paste this.
 */
export const consoleCommand = (id: string): string =>
  idForm.test(id) ? `sh /var/lib/harden/runs/${id}/runtime.sh rollback ${id}` : "";
