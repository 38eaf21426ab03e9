/** What the command line names: hosts, a profile, files, and a secret that is asked for. */
import { HardenError } from "../errors.ts";
import type { Recorded } from "../facts/recorded.ts";
import { commandText } from "../next.ts";
import type { Profile } from "../profile/profile.ts";
import type { Choices, Targets } from "../run/ports.ts";
import { localTarget } from "../targets.ts";
import type { Line, Outside } from "./command.ts";
import { checkIdentity, checkSshConfig, isOpenToOthers, lineOf, textOf } from "./files.ts";
import { choicesIn } from "./named-hosts.ts";
import { nextOf } from "./next.ts";
import {
  type choice,
  type Given,
  type ofImages,
  type ReachWords,
  type reach,
  runForm,
  type targetAndRun,
  type Word,
  whichRun,
} from "./words.ts";

/** A secret of the line's: asked for, or in a file. */
interface Asked {
  readonly ask: boolean | undefined;
  readonly file: string | undefined;
  readonly question: string;
  /** Whose it is, and the option that names a file of it. */
  readonly whose: string;
  readonly option: string;
}

/** Whoever runs CI in a container may have no other mode to choose. */
async function warnOfReaders(file: string, { say }: Outside): Promise<void> {
  if (await isOpenToOthers(file))
    say(`harden: warning: others on this machine can read the password file ${file}; chmod 600 ends that.`);
}

async function secretOf({ ask, file, question, whose, option }: Asked, outside: Outside) {
  if (file !== undefined) {
    const line = await lineOf({ file, what: "password file" }, outside);
    await warnOfReaders(file, outside);
    return line;
  }
  if (!ask) return undefined;
  const secret = await outside.askSecret(question);
  if (secret !== undefined) return secret;
  throw new HardenError("usage", `Nobody answered the question for ${whose} password.`, {
    hint: `Pass it in a file that only you can read: ${option} FILE.`,
    hostState: "no host was contacted",
  });
}

const sudoPasswordOf = ({ askSudoPassword, sudoPasswordFile }: ReachWords, outside: Outside) =>
  secretOf(
    {
      ask: askSudoPassword,
      file: sudoPasswordFile,
      question: "sudo password on the hosts: ",
      whose: "sudo's",
      option: "--sudo-password-file",
    },
    outside,
  );

/** Throws HardenError `usage` also where it has none for any of the targets, which would be a host's name typed otherwise. */
async function sudoPasswordsOf(
  { sudoPasswords: file, targets }: ReachWords & { readonly targets: readonly string[] },
  outside: Outside,
): Promise<Pick<Targets, "sudoPasswords">> {
  if (file === undefined) return {};
  const { sudoPasswordsIn } = await import("./sudo-passwords.ts");
  const name = file === "-" ? "standard input" : file;
  const text = await textOf({ file, what: "file of sudo's passwords" }, outside);
  const sudoPasswords = await sudoPasswordsIn({ text, name });
  await warnOfReaders(file, outside);
  const named = targets.length === 0 ? [localTarget] : targets;
  if (named.some((target) => sudoPasswords.has(target))) return { sudoPasswords };
  throw new HardenError("usage", `The file of sudo's passwords has none for ${named.join(", ")}.`, {
    where: name,
    hint: "A host stands there as it is typed, or as harden.yaml has it.",
    hostState: "no host was contacted",
  });
}

async function loginPasswordOf(
  { askPassword, passwordFile, targets }: ReachWords & { readonly targets: readonly string[] },
  outside: Outside,
) {
  if (targets.length === 0 && (askPassword === true || passwordFile !== undefined))
    throw new HardenError(
      "usage",
      "No login is needed for this machine, so there is no password to ask for.",
      {
        hint: "Name the host; for sudo's password on this machine: --ask-sudo-password.",
        hostState: "no host was contacted",
      },
    );
  return secretOf(
    {
      ask: askPassword,
      file: passwordFile,
      question: `password of ${targets.join(", ")}: `,
      whose: "the login's",
      option: "--password-file",
    },
    outside,
  );
}

export async function targetsOf(
  given: ReachWords & { readonly targets: readonly string[]; readonly atOnce?: number | undefined },
  outside: Outside,
): Promise<Targets> {
  await Promise.all(given.identity.map(checkIdentity));
  if (given.sshConfig !== undefined) await checkSshConfig(given.sshConfig);
  const password = await loginPasswordOf(given, outside);
  const sudoPassword = await sudoPasswordOf(given, outside);
  const several = await sudoPasswordsOf(given, outside);
  return {
    targets: given.targets,
    ...(given.atOnce === undefined ? {} : { atOnce: given.atOnce }),
    identityFiles: given.identity,
    acceptNewHostKey: given.acceptNewHostKey === true,
    ...(sudoPassword === undefined ? {} : { sudoPassword }),
    ...several,
    ...(password === undefined ? {} : { password }),
  };
}

export async function runOf(
  line: Line<typeof reach & typeof targetAndRun>,
  outside: Outside,
): Promise<Targets & { readonly run?: string }> {
  const { given } = line;
  const { target, run } = whichRun(given);
  if (run !== undefined && !runForm.test(run))
    throw new HardenError("usage", `${run} is no run's id: the command takes one host, and a run of it.`, {
      hint: `Give each host a command of its own. An id is as 20261125-140007-dc57cfcf; to see them: ${nextOf(line)("runs", target ?? localTarget)}`,
      hostState: "no host was contacted",
    });
  const targets = target === undefined ? [] : [target];
  return { ...(await targetsOf({ ...given, targets }, outside)), ...(run === undefined ? {} : { run }) };
}

/** As `runOf`, or a run that is to be undone with all since. Throws HardenError `usage` where both are named. */
export async function toUndoOf(
  line: Line<typeof reach & typeof targetAndRun & { to: Word<string | undefined> }>,
  outside: Outside,
): Promise<Targets & { readonly run?: string; readonly to?: string }> {
  const named = await runOf(line, outside);
  const { to } = line.given;
  if (to === undefined) return named;
  if (named.run === undefined) return { ...named, to };
  throw new HardenError("usage", `Two runs are named: ${named.run}, and --to ${to}.`, {
    hint: "RUN alone undoes that run; --to RUN undoes it and every run in force since.",
    hostState: "no host was contacted",
  });
}

/** Of the hosts that the line names, see {@link choicesIn}. */
export async function choicesOf(
  line: Line<typeof choice> & { readonly given: { readonly targets: readonly string[] } },
  outside: Outside,
): Promise<Choices> {
  const { targets } = line.given;
  return choicesIn(await outside.project(), { line, targets }, outside);
}

/** What a profile says of images, where one is named. */
export async function imagesOf(
  { profile }: Given<typeof ofImages>,
  outside: Outside,
): Promise<{ readonly images?: Profile["images"] }> {
  if (profile === undefined) return {};
  const { loadProfile } = await import("../profile/load.ts");
  return { images: (await loadProfile(profile, await outside.places())).images };
}

export async function recordedOf(
  file: string | undefined,
  outside: Outside,
): Promise<{ readonly recorded?: Recorded }> {
  if (file === undefined) return {};
  const { parseRecorded } = await import("../facts/recorded.ts");
  return { recorded: parseRecorded(await textOf({ file, what: "recorded host" }, outside), file) };
}

/** Throws HardenError `usage`. */
export const savedPlanOf = (file: string, outside: Outside): Promise<string> =>
  textOf(
    {
      file,
      what: "saved plan",
      hint: `Save one with: ${commandText(["plan", "HOST", "--out", file === "-" ? "FILE" : file])}`,
    },
    outside,
  );
