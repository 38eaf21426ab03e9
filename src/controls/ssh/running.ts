/** Whether the sshd that runs has read the files as they are. */
import { valueOr } from "../../facts/probe.ts";
import type { SshInput } from "./view.ts";

/** sshd removes this file and writes it anew whenever it reads its configuration. */
const pidFile = "/run/sshd.pid";

/** Undefined where the running sshd has read them, or where that can't be measured. */
export function unloaded(input: SshInput): string | undefined {
  const result = loadedFiles(input);
  return typeof result === "object" ? `sshd has not read ${result.newer.join(", ")} as it is now` : undefined;
}

export type Loaded = "yes" | "unmeasured" | { readonly newer: readonly string[] };

export function loadedFiles({ facts }: SshInput): Loaded {
  const effective = valueOr(facts.effective, undefined);
  const stats = valueOr(facts.files, undefined)?.stats ?? [];
  const read = stats.find(({ path }) => path === pidFile)?.changed;
  const running = valueOr(facts.service, undefined)?.active === true;
  if (!running || read === undefined || effective?.global.get("pidfile")?.[0] !== pidFile)
    return "unmeasured";
  const newer = stats
    .filter(({ path, changed }) => path !== pidFile && changed > read)
    .map(({ path }) => path);
  return newer.length === 0 ? "yes" : { newer };
}
