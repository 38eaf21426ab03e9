/** Whether this process was started over ssh, and from where: sudo drops SSH_CONNECTION, its parents still have it. */
import { readFileSync } from "node:fs";

const maxParents = 32;

/** The client's address, found in the environment of the nearest parent that has one; undefined on a console. */
export function callerOfParents(pid = process.ppid): string | undefined {
  for (let parents = 0; pid > 1 && parents < maxParents; parents++) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, "latin1").split("\0");
      const connection = environment.find((entry) => entry.startsWith("SSH_CONNECTION="));
      if (connection !== undefined) return connection.slice("SSH_CONNECTION=".length).split(" ")[0];
      // Field 4, counted behind the name in parentheses, which may hold anything.
      pid = Number(
        readFileSync(`/proc/${pid}/stat`, "latin1")
          .replace(/^.*\) /s, "")
          .split(" ")[1],
      );
    } catch {
      return undefined;
    }
  }
  return undefined;
}
