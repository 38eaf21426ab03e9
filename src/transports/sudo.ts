/** Sudo's password: given beforehand, or asked for once, where a host wants it. */
import type { AskSecret } from "./keyring.ts";
import type { Session } from "./session.ts";

export interface SudoPassword {
  /** The answer, once there is one. */
  readonly known: () => string | undefined;
  /** Asks the person there, once for all hosts; undefined where nobody answers. */
  readonly ask: () => Promise<string | undefined>;
}

export function createSudoPassword(askSecret: AskSecret): SudoPassword {
  let known: string | undefined;
  let asked: Promise<string | undefined> | undefined;
  const answer = async () => {
    // Enter alone is no password: go on with the login's own rights.
    known = (await askSecret("sudo password on the hosts: ")) || undefined;
    return known;
  };
  return {
    known: () => known,
    ask() {
      asked ??= answer();
      return asked;
    },
  };
}

/** A shell, with sudo's password where only that gives root's rights; and the password, for the shells after it. */
export async function openWithRights(
  open: (password: string | undefined) => Promise<Session>,
  { given, sudo }: { readonly given: string | undefined; readonly sudo: SudoPassword },
): Promise<{ readonly session: Session; readonly password: string | undefined }> {
  const password = given ?? sudo.known();
  const session = await open(password);
  const { privilege } = session;
  if (password !== undefined || privilege.level !== "none" || privilege.wantsPassword !== true)
    return { session, password };
  const answer = await sudo.ask();
  if (answer === undefined) return { session, password };
  session.cancel();
  return { session: await open(answer), password: answer };
}
