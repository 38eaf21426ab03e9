/** Whether the sshd that runs has read the files as they are. */
import { type Changed, changedText } from "../../facts/changed.ts";
import { valueOr } from "../../facts/probe.ts";
import type { SshInput } from "./view.ts";

/** sshd removes this file and writes it anew whenever it reads its configuration. */
const pidFile = "/run/sshd.pid";

/** Undefined where the running sshd has read them, or where that can't be measured. */
export function unloaded(input: SshInput): string | undefined {
  const result = loadedFiles(input);
  return typeof result === "object"
    ? `sshd has not read ${result.newer.map(changedText).join(", ")}`
    : undefined;
}

export type Loaded = "yes" | "unmeasured" | { readonly newer: readonly Changed[] };

export function loadedFiles(input: SshInput): Loaded {
  const newer = since(input);
  if (newer === undefined) return "unmeasured";
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

/** What is newer than the last reading; undefined where that can't be measured. */
function since({ facts }: SshInput): readonly Changed[] | undefined {
  const effective = valueOr(facts.effective, undefined);
  const stats = valueOr(facts.files, undefined)?.stats ?? [];
  const read = stats.find(({ path }) => path === pidFile)?.changed;
  const running = valueOr(facts.service, undefined)?.active === true;
  if (!running || read === undefined || effective?.global.get("pidfile")?.[0] !== pidFile) return undefined;
  return stats.filter(({ path, changed }) => path !== pidFile && changed > read - tick);
}
