/** What the command line names beside hosts and profiles: files, and a secret that is asked for. */
import { readFile } from "node:fs/promises";
import type { Reach } from "./arguments.ts";
import { HardenError } from "./errors.ts";
import type { Terminal } from "./terminal.ts";

/** A file that the command line names. Throws HardenError `usage`. */
function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch((cause: Error) => {
    throw new HardenError("usage", `${file} can't be read: ${cause.message}.`, {
      cause,
      hostState: "no host was contacted",
    });
  });
}

export async function sudoPasswordOf(
  { askSudoPassword, sudoPasswordFile }: Reach,
  terminal: Terminal,
): Promise<string | undefined> {
  if (sudoPasswordFile !== undefined) return (await textOf(sudoPasswordFile)).replace(/\r?\n$/, "");
  if (!askSudoPassword) return undefined;
  const { askSecret } = await import("./terminal.ts");
  const secret = await askSecret("sudo password on the hosts: ", terminal);
  if (secret !== undefined) return secret;
  throw new HardenError("usage", "Nobody answered the question for sudo's password.", {
    hint: "Pass it in a file that only you can read: --sudo-password-file FILE.",
    hostState: "no host was contacted",
  });
}

export async function recordedOf(file: string | undefined) {
  if (file === undefined) return undefined;
  const { parseRecorded } = await import("./facts/recorded.ts");
  return parseRecorded(await textOf(file));
}

/** The folder that profiles are looked for from. Throws HardenError `usage` where somebody has removed it (getcwd(3)). */
export function currentFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new HardenError("usage", "The folder that harden was started in is gone.", {
      cause,
      hostState: "no host was contacted",
      hint: "Change to a folder that is there: profiles are looked for from it upwards.",
    });
  }
}
