/** What the command line names: hosts, a profile, files, and a secret that is asked for. */
import { readFile } from "node:fs/promises";
import type { ProfileChoice, Targets } from "../commands/ports.ts";
import { HardenError } from "../errors.ts";
import type { Recorded } from "../facts/recorded.ts";
import type { Outside } from "./command.ts";
import { type Choice, type Given, type Reach, type targetAndRun, whichRun } from "./words.ts";

/** A file that the command line names. Throws HardenError `usage`. */
function textOf(file: string): Promise<string> {
  return readFile(file, "utf8").catch((cause: Error) => {
    throw new HardenError("usage", `${file} can't be read: ${cause.message}.`, {
      cause,
      hostState: "no host was contacted",
    });
  });
}

async function sudoPasswordOf(
  { askSudoPassword, sudoPasswordFile }: Reach,
  { askSecret }: Outside,
): Promise<string | undefined> {
  if (sudoPasswordFile !== undefined) return (await textOf(sudoPasswordFile)).replace(/\r?\n$/, "");
  if (!askSudoPassword) return undefined;
  const secret = await askSecret("sudo password on the hosts: ");
  if (secret !== undefined) return secret;
  throw new HardenError("usage", "Nobody answered the question for sudo's password.", {
    hint: "Pass it in a file that only you can read: --sudo-password-file FILE.",
    hostState: "no host was contacted",
  });
}

export async function targetsOf(
  given: Reach & { readonly targets: readonly string[] },
  outside: Outside,
): Promise<Targets> {
  const sudoPassword = await sudoPasswordOf(given, outside);
  return {
    targets: given.targets,
    identityFiles: given.identity,
    acceptNewHostKey: given.acceptNewHostKey === true,
    ...(sudoPassword === undefined ? {} : { sudoPassword }),
  };
}

export async function runOf(
  given: Reach & Given<typeof targetAndRun>,
  outside: Outside,
): Promise<Targets & { readonly run?: string }> {
  const { target, run } = whichRun(given);
  const targets = target === undefined ? [] : [target];
  return { ...(await targetsOf({ ...given, targets }, outside)), ...(run === undefined ? {} : { run }) };
}

export async function choiceOf({ profile, only, skip }: Choice, outside: Outside): Promise<ProfileChoice> {
  const { loadProfile } = await import("../profile/load.ts");
  return { profile: await loadProfile(profile, await outside.places()), only, skip };
}

export async function recordedOf(file: string | undefined): Promise<{ readonly recorded?: Recorded }> {
  if (file === undefined) return {};
  const { parseRecorded } = await import("../facts/recorded.ts");
  return { recorded: parseRecorded(await textOf(file)) };
}
