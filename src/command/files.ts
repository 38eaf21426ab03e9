/** Files that the command line names: read, or looked at, before any host is contacted. */
import { lstat, open, readdir, readFile, realpath, stat } from "node:fs/promises";
import { posix } from "node:path";
import { allOf } from "../bounded.ts";
import { fileHint, HardenError, systemWords } from "../errors.ts";
import { swapIn } from "../outlet.ts";
import { typedAs } from "../quote.ts";
import { utf8Text } from "../text.ts";
import type { Outside } from "./command.ts";

interface Named {
  /** `-`: standard input. */
  readonly file: string;
  /** What it is to be, such as `password file`. */
  readonly what: string;
  /** One sentence: where such a file comes from. */
  readonly hint?: string;
}

const refused = ({ file, what, hint }: Named, why: string, cause?: unknown) =>
  new HardenError("usage", `The ${what} ${file === "-" ? "on standard input" : file} ${why}.`, {
    hint: hint ?? fileHint(cause),
    hostState: "no host was contacted",
    cause,
  });

/** Its text, which is never empty. Throws HardenError `usage`. */
export async function textOf(named: Named, { piped }: Pick<Outside, "piped">): Promise<string> {
  const { file, what } = named;
  const unreadable = (cause: unknown) => refused(named, `can't be read: ${systemWords(cause)}`, cause);
  const bytes =
    file === "-"
      ? await piped(what)
      : await typed(file).catch((cause: unknown) => {
          throw unreadable(cause);
        });
  if (bytes.length === 0) throw refused(named, "is empty");
  try {
    return utf8Text(bytes);
  } catch (cause) {
    throw unreadable(cause);
  }
}

/** What stands on the command line may be a pipe or a device. */
async function typed(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    return await allOf(handle.createReadStream({ autoClose: false }));
  } finally {
    await handle.close();
  }
}

/** Reads compose files: those of the command line are there, each with what {@link textOf} refuses; what they name need not be. */
export async function readerOf(
  files: readonly string[],
  outside: Pick<Outside, "piped">,
): Promise<(path: string) => Promise<string | undefined>> {
  const { nodeFiles } = await import("../profile/files.ts");
  const named = new Map<string, string>();
  for (const file of files)
    named.set(posix.normalize(file), await textOf({ file, what: "compose file" }, outside));
  return async (path) => named.get(path) ?? nodeFiles.readFile(path);
}

/** Names in a folder of a project; none where it is no folder, or can't be read. */
export const listFolder = (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => []);

/** The one line of a file that holds nothing else. */
export async function lineOf(named: Named, outside: Pick<Outside, "piped">): Promise<string> {
  const line = (await textOf(named, outside)).replace(/\r?\n$/, "");
  if (line === "") throw refused(named, "is empty");
  if (/\p{Cc}/u.test(line)) throw refused(named, "must have one line of text, and nothing else");
  return line;
}

/**
 * All of it or nothing, with mode and owner that it has; what a link leads to. `was`: its text when it was read. Throws
 * HardenError `usage` where somebody has changed it since, or where it has other names.
 */
export async function replaceFile(
  file: string,
  { was, text }: Record<"was" | "text", string>,
): Promise<void> {
  const path = await realpath(file).catch(() => file);
  // An editor may save while somebody is asked.
  const ready = async () => {
    await checkOneName(file);
    if (utf8Text(await readFile(path)) !== was) throw unwritten(file, "was changed since it was read", again);
  };
  try {
    const { mode, uid, gid } = await stat(path);
    const owner = process.getuid?.() === 0 ? { uid, gid } : undefined;
    await swapIn(path, { text, mode: mode & 0o7777, owner, ready });
  } catch (cause) {
    if (cause instanceof HardenError) throw cause;
    throw unwritten(file, `can't be written: ${systemWords(cause)}`, fileHint(cause), cause);
  }
}

const again = "Run it again: it reads the file as it is now.";

const unwritten = (file: string, why: string, hint: string, cause?: unknown) =>
  new HardenError("usage", `${file} ${why}.`, {
    hint,
    hostState: "no host was contacted, and the file is as harden found it",
    cause,
  });

/** Under its other names a file that is replaced would keep its old text. Throws HardenError `usage`. */
export async function checkOneName(file: string): Promise<void> {
  const path = await realpath(file).catch(() => file);
  const { nlink, ino, dev } = await stat(path);
  if (nlink === 1) return;
  const folder = posix.dirname(path);
  const names = (await readdir(folder)).map((name) => posix.join(folder, name));
  const stats = await Promise.all(names.map((name) => lstat(name).catch(() => undefined)));
  const others = names.filter(
    (name, at) => name !== path && stats[at]?.ino === ino && stats[at]?.dev === dev,
  );
  const known = others.length === 0 ? "" : ` (${others.join(", ")})`;
  throw unwritten(
    file,
    `has ${nlink} names${known}, and under the others it would keep what is taken out of it`,
    `See all of them by find / -xdev -samefile ${typedAs(path)}, and leave one.`,
  );
}

/** Whether anybody else on this machine can read a regular file; a pipe is its holder's alone. */
export async function isOpenToOthers(file: string): Promise<boolean> {
  if (file === "-") return false;
  const found = await stat(file).catch(() => undefined);
  return found?.isFile() === true && (found.mode & 0o044) !== 0;
}

const aKey = /PRIVATE KEY-----|^(?:ssh|ecdsa|sk)-|^PuTTY-User-Key-File/m;

/**
 * A private key, or its public half, which an agent may hold the other of; no pipe, of which nothing would be left for those
 * who read it next. Throws HardenError `usage`.
 */
export async function checkIdentity(file: string): Promise<void> {
  const { bytesOf } = await import("../profile/files.ts");
  const named = { file, what: "identity file", hint: "Name a private key, such as ~/.ssh/id_ed25519." };
  const bytes = await bytesOf(file).catch((cause: unknown) =>
    bytesOf(`${file}.pub`).catch(() => {
      throw refused(named, `can't be read: ${systemWords(cause)}`, cause);
    }),
  );
  if (!aKey.test(bytes.toString("latin1"))) throw refused(named, "is no key");
}

/** ssh itself takes a folder for an empty file. Throws HardenError `usage`. */
export async function checkSshConfig(file: string): Promise<void> {
  if (file === "none") return;
  const named = { file, what: "ssh configuration" };
  const found = await stat(file).catch((cause: unknown) => {
    throw refused(named, `can't be read: ${systemWords(cause)}`, cause);
  });
  if (found.isDirectory()) throw refused(named, "can't be read: it is a folder");
}
