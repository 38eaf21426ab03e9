/** Where text goes that a person or a program reads: it may be closed, full, or gone with its terminal. */
import { closeSync } from "node:fs";
import { isatty } from "node:tty";

export interface Outlet {
  /** Never throws, and writes nothing more once something was lost. */
  readonly write: (text: string) => void;
}

/** Whoever read has gone: nobody is misled by what is missing. */
const readerGone: ReadonlySet<string | undefined> = new Set(["EPIPE", "EIO", "ECONNRESET"]);

/** `lost` gets the system's words where something was to be kept and could not be, such as on a full disk; once. */
export function createOutlet(
  stream: Pick<NodeJS.WriteStream, "write" | "on">,
  lost: (why: string) => void,
): Outlet {
  let open = true;
  const fail = (error: NodeJS.ErrnoException) => {
    if (open && !readerGone.has(error.code)) lost(error.message);
    open = false;
  };
  stream.on("error", fail);
  return {
    write(text) {
      if (!open) return;
      try {
        stream.write(text);
      } catch (error) {
        fail(error as NodeJS.ErrnoException);
      }
    },
  };
}

/**
 * What is to be done before the process ends: Node aborts instead of ending with its status where it can't set a terminal
 * back, and leaves those alone that are closed.
 */
export function keepStatus(): () => void {
  const terminals = [0, 1, 2].filter(isatty);
  return () => {
    for (const fd of terminals) if (!isatty(fd)) closeSync(fd);
  };
}
