/** What a host is, as a list of lines, and what two such lists differ in: each kind's own state, and `state.sh`. */
import { readFileSync } from "node:fs";
import { stateText } from "../../src/host/runtime.ts";

const head = "LC_ALL=C\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\nexport LC_ALL PATH\n";
const own = readFileSync(new URL("./state.sh", import.meta.url), "utf8");
/** As root, on the host. */
export const script = `${head}${stateText}${own}`;

/** `exec` runs a script as root on the host. */
export async function state(
  exec: (script: string) => Promise<{ readonly stdout: string }>,
): Promise<string[]> {
  const { stdout } = await exec(script);
  const lines = stdout.split("\n").filter((line) => line !== "");
  if (!lines.some((line) => line.startsWith("package ")))
    throw new Error("the host's state was not read whole");
  return lines;
}

/** `- line` of what is gone, `+ line` of what is new; empty when both are the same. Order counts where rules do. */
export function difference(before: readonly string[], after: readonly string[]): string[] {
  const count = (lines: readonly string[]) => {
    const counts = new Map<string, number>();
    for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
    return counts;
  };
  const [was, is] = [count(before), count(after)];
  const gone = before.filter((line) => (is.get(line) ?? 0) < (was.get(line) ?? 0));
  const fresh = after.filter((line) => (was.get(line) ?? 0) < (is.get(line) ?? 0));
  const changed = [...gone.map((line) => `- ${line}`), ...fresh.map((line) => `+ ${line}`)];
  if (changed.length > 0) return changed;
  const moved = before.findIndex((line, index) => line !== after[index]);
  return moved === -1 ? [] : [`! order: ${before[moved]} / ${after[moved]}`];
}
