/** Files that the command line names: read, or looked at, before any host is contacted. */
import { randomBytes } from "node:crypto";
import { readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { posix } from "node:path";
import { fileHint, HardenError, systemWords } from "../errors.ts";
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
      : await readFile(file).catch((cause: unknown) => {
          throw unreadable(cause);
        });
  if (bytes.length === 0) throw refused(named, "is empty");
  try {
    return utf8Text(bytes);
  } catch (cause) {
    throw unreadable(cause);
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

/** The one line of a file that holds nothing else. */
export async function lineOf(named: Named, outside: Pick<Outside, "piped">): Promise<string> {
  const line = (await textOf(named, outside)).replace(/\r?\n$/, "");
  if (line === "") throw refused(named, "is empty");
  if (/\p{Cc}/u.test(line)) throw refused(named, "must have one line of text, and nothing else");
  return line;
}

/** All of it or nothing, with the mode that it has; what a link leads to. Throws HardenError `usage`. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const path = await realpath(file).catch(() => file);
  const fresh = `${path}.harden-${randomBytes(4).toString("hex")}`;
  try {
    await writeFile(fresh, text, { mode: (await stat(path)).mode & 0o7777, flag: "wx" });
    await rename(fresh, path);
  } catch (cause) {
    await rm(fresh, { force: true });
    throw new HardenError("usage", `${file} can't be written: ${systemWords(cause)}.`, {
      hint: fileHint(cause),
      hostState: "no host was contacted, and the file is as it was",
      cause,
    });
  }
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
