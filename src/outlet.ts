/** Where text goes that a person or a program reads: it may be closed, full, or gone with its terminal. */
import { closeSync } from "node:fs";
import { open, unlink, writeFile } from "node:fs/promises";
import { isatty } from "node:tty";
import { HardenError, systemWords } from "./errors.ts";

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

/** A plan's file, which may hold what is nobody else's business. */
const secret = 0o600;

const unsaved = (where: string, cause: unknown, hostState?: string) =>
  new HardenError("usage", `The plan could not be saved: ${systemWords(cause)}.`, {
    where,
    cause,
    ...(hostState === undefined ? {} : { hostState }),
  });

/** Throws HardenError `usage`. */
export async function save({ path, text }: { readonly path: string; readonly text: string }): Promise<void> {
  await writeFile(path, text, { mode: secret }).catch((cause: unknown) => {
    throw unsaved(path, cause);
  });
}

/** Whether `save` could write there, before any host is asked: what stands there stays. Throws HardenError `usage`. */
export async function checkSavable(path: string): Promise<void> {
  try {
    const isNew = await openToWrite(path, "r+").catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== "ENOENT") throw cause;
      return openToWrite(path, "wx");
    });
    if (isNew) await unlink(path);
  } catch (cause) {
    throw unsaved(path, cause, "no host was contacted");
  }
}

/** Whether that has made a file. */
async function openToWrite(path: string, flags: "r+" | "wx"): Promise<boolean> {
  await (await open(path, flags, secret)).close();
  return flags === "wx";
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
