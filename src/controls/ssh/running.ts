/** Whether the sshd that runs has read the files as they are. */
import { type Changed, changedText } from "../../facts/changed.ts";
import { valueOr } from "../../facts/probe.ts";
import type { SshInput } from "./view.ts";

/** Undefined where the running sshd has read them, or where that can't be measured. */
export function unloaded(input: SshInput): string | undefined {
  const result = loadedFiles(input);
  return typeof result === "object" && "newer" in result
    ? `sshd has not read ${result.newer.map(changedText).join(", ")}`
    : undefined;
}

/** Why the login of this run doesn't show what the next reload of sshd brings; undefined where it does. */
export function doubtOf(input: SshInput): string | undefined {
  const result = loadedFiles(input);
  if (typeof result !== "object") return undefined;
  return "why" in result ? sentence(result.why) : unloaded(input);
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** `none`: no sshd runs between connections. */
export type Loaded = "yes" | "none" | { readonly why: string } | { readonly newer: readonly Changed[] };

export function loadedFiles(input: SshInput): Loaded {
  if (!isRunning(input)) return "none";
  const newer = since(input);
  if (newer === undefined)
    return { why: `when the running sshd has read its files is not known: ${pidFileOf(input)} is not there` };
  const files = newer.filter(({ path }) => !isHostKey(path));
  return files.length === 0 ? "yes" : { newer: files };
}

/** Host keys that were made anew since the running sshd has read them: it still shows the old ones. */
export const newHostKeys = (input: SshInput): readonly string[] =>
  (since(input) ?? []).map(({ path }) => path).filter(isHostKey);

const isHostKey = (path: string) => /\/ssh_host_[^/]*_key$/.test(path);

/**
 * Seconds by which a change may seem older than it is: file systems take the time of the kernel's last tick (100 a
 * second at the least), and some since Linux 6.13 the exact one (multigrain timestamps), so that two can't be compared
 * more finely. sshd's own reading takes longer than a tick.
 */
const tick = 0.01;

const isRunning = ({ facts }: SshInput) =>
  valueOr(facts.service, undefined)?.active === true ||
  valueOr(facts.effective, undefined)?.process !== undefined;

/** sshd removes this file and writes it anew whenever it reads its configuration. */
const pidFileOf = ({ facts }: SshInput) =>
  valueOr(facts.effective, undefined)?.global.get("pidfile")?.[0] ?? "its pid file";

/** What is newer than the last reading; undefined where that can't be measured. */
function since(input: SshInput): readonly Changed[] | undefined {
  const stats = valueOr(input.facts.files, undefined)?.stats ?? [];
  const pidFile = pidFileOf(input);
  const read = stats.find(({ path }) => path === pidFile)?.changed;
  if (read === undefined) return undefined;
  return stats.filter(({ path, changed }) => !isPidFile(path, input) && changed > read - tick);
}

/** Any of them: another one may be of another sshd. */
const isPidFile = (path: string, input: SshInput) => path === "/run/sshd.pid" || path === pidFileOf(input);
