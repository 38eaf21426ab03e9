/** Sudo's password: given beforehand, or asked for where a host wants it: once for all hosts, or once for each login. */
import type { AskSecret } from "./keyring.ts";
import type { Session } from "./session.ts";

/** Of one login on one host, or of all. */
export interface SudoPassword {
  /** The answer, once there is one. */
  readonly known: () => string | undefined;
  /** Asks the person there, once; undefined where nobody answers. */
  readonly ask: () => Promise<string | undefined>;
}

/** By `user@host:port`, as the route has it. */
export type SudoPasswords = (login: string) => SudoPassword;

export function createSudoPasswords(
  askSecret: AskSecret,
  { each }: { readonly each: boolean },
): SudoPasswords {
  const one = createSudoPassword(askSecret, "sudo password on the hosts: ");
  if (!each) return () => one;
  const all = new Map<string, SudoPassword>();
  return (login) => {
    const own = all.get(login) ?? createSudoPassword(askSecret, `sudo password of ${login}: `);
    all.set(login, own);
    return own;
  };
}

function createSudoPassword(askSecret: AskSecret, question: string): SudoPassword {
  let known: string | undefined;
  let asked: Promise<string | undefined> | undefined;
  const answer = async () => {
    // Enter alone is no password: go on with the login's own rights.
    known = (await askSecret(question)) || undefined;
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
