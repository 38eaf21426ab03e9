/** Where text goes that a person or a program reads: it may be closed, full, or gone with its terminal. */
import { randomBytes } from "node:crypto";
import { closeSync } from "node:fs";
import { open, realpath, rename, rm, stat, unlink, writeFile } from "node:fs/promises";
import { isatty } from "node:tty";
import { fileHint, HardenError, systemWords } from "./errors.ts";

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

/** A plan's or an audit's file, which may hold what is nobody else's business. */
const secret = 0o600;

/** `what` it is, such as `plan`. */
interface Saving {
  readonly path: string;
  readonly what: string;
}

const unsaved = ({ path, what }: Saving, cause: unknown, hostState?: string) =>
  new HardenError("usage", `The ${what} could not be saved: ${systemWords(cause)}.`, {
    where: path,
    cause,
    hint: fileHint(cause),
    ...(hostState === undefined ? {} : { hostState }),
  });

/** All of it or nothing: what stood there stays until then. Throws HardenError `usage`. */
export async function save({ text, ...saving }: Saving & { readonly text: string }): Promise<void> {
  try {
    await replace(saving.path, text);
  } catch (cause) {
    throw unsaved(saving, cause);
  }
}

async function replace(path: string, text: string): Promise<void> {
  const place = await placeOf(path);
  // A pipe or a device has no content that could be half of the old.
  if (place.isOther) return writeFile(path, text);
  return swapIn(place.path, { text, mode: place.mode });
}

interface Swap {
  readonly text: string;
  readonly mode: number;
  /** Where it isn't whoever runs harden. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  /** What is to hold right before what stands there goes; rejects where it doesn't. */
  readonly ready?: () => Promise<void>;
}

/** All of it or nothing, at a path that is no link. Rejects with the system's error, or that of `ready`. */
export async function swapIn(path: string, { text, mode, owner, ready }: Swap): Promise<void> {
  const fresh = beside(path);
  try {
    const handle = await open(fresh, "wx", mode);
    try {
      if (owner !== undefined) await handle.chown(owner.uid, owner.gid);
      await handle.chmod(mode);
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await ready?.();
    await rename(fresh, path);
  } catch (cause) {
    await rm(fresh, { force: true });
    throw cause;
  }
}

/** Where a link leads to, and the mode of what stands there. */
async function placeOf(path: string) {
  const real = await realpath(path).catch(() => path);
  const found = await stat(real).catch(() => undefined);
  if (found?.isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
  const isThere = found !== undefined;
  const isOther = isThere && !found.isFile();
  return { path: real, isThere, isOther, mode: isThere && !isOther ? found.mode & 0o7777 : secret };
}

const beside = (path: string) => `${path}.harden-${randomBytes(4).toString("hex")}`;

/** Whether `save` could write there, before any host is asked: what stands there stays. Throws HardenError `usage`. */
export async function checkSavable(saving: Saving): Promise<void> {
  try {
    const { path, isThere, isOther } = await placeOf(saving.path);
    if (isThere) await (await open(path, "r+")).close();
    if (isOther) return;
    const fresh = beside(path);
    await (await open(fresh, "wx", secret)).close();
    await unlink(fresh);
  } catch (cause) {
    throw unsaved(saving, cause, "no host was contacted");
  }
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
