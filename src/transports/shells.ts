/** Opens one more bootstrap on the same host. */
import { HardenError } from "../errors.ts";
import type { Session } from "./session.ts";
import type { Privilege, Transport } from "./transport.ts";
export type OpenSession = (signal?: AbortSignal) => Promise<Session>;

/**
 * Runs scripts one after the other. The first uses the shell that came up with the connection, so that
 * its privilege was known before and no round trip is spent twice.
 */
export function createShells(
  first: Session,
  open: OpenSession,
): { readonly run: Transport["run"]; readonly cancel: () => void } {
  let waiting: Session | undefined = first;
  let queue: Promise<unknown> = Promise.resolve();
  return {
    run(script, o) {
      if (script.includes("\0")) throw new HardenError("internal", "A script with a NUL byte cannot run.");
      const next = queue.then(async () => {
        const session = waiting ?? (await open(o.signal));
        waiting = undefined;
        if (session.privilege.level !== first.privilege.level) {
          session.cancel();
          throw new HardenError(
            "host",
            `The shell no longer runs as before: ${describe(session.privilege)}.`,
            {
              hint: "See that the login may use sudo as before, and try again.",
              hostState: "nothing was started",
            },
          );
        }
        return session.run(script, o);
      });
      queue = next.catch(() => {});
      return next;
    },
    cancel() {
      waiting?.cancel();
      waiting = undefined;
    },
  };
}

function describe(privilege: Privilege): string {
  return privilege.level === "none" ? privilege.why : privilege.level;
}
