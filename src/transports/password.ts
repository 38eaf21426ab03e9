/** A login by password: for a host that takes no key yet. */
import type { HardenError } from "../errors.ts";
import { refusedLogin } from "./refused.ts";

/** `none` asks which methods there are, which sshd counts as no try. */
export type PasswordAttempt =
  | { readonly type: "none"; readonly username: string }
  | { readonly type: "password"; readonly username: string; readonly password: string }
  | { readonly type: "keyboard-interactive"; readonly username: string; readonly prompt: Prompt };

type Prompt = (
  name: string,
  instructions: string,
  language: string,
  questions: readonly { readonly prompt: string; readonly echo?: boolean }[],
  finish: (answers: string[]) => void,
) => void;

export interface PasswordAttempts {
  /** Undefined where the password has had its try, or sshd takes none: then keys are offered. */
  next(methods: readonly string[] | undefined): PasswordAttempt | undefined;
  /** Whether sshd was told the password; what came of it is told by what follows. */
  sent(): boolean;
  failure(login: string): HardenError;
}

/** One try only: sshd and fail2ban count them, and a second one would be the same. */
export function passwordAttempts(username: string, password: string): PasswordAttempts {
  let asked = false;
  let sent = false;
  return {
    next(methods) {
      if (!asked) {
        asked = true;
        return { type: "none", username };
      }
      if (sent || methods === undefined) return undefined;
      if (methods.includes("password")) {
        sent = true;
        return { type: "password", username, password };
      }
      if (!methods.includes("keyboard-interactive")) return undefined;
      sent = true;
      return { type: "keyboard-interactive", username, prompt: answering(password) };
    },
    sent: () => sent,
    failure: (login) =>
      refusedLogin(
        `${login} does not take the password.`,
        "A typing mistake, or a login that sshd lets in by key only: PermitRootLogin prohibit-password takes no password of root's.",
      ),
  };
}

/** Answers the one hidden question that a password's prompt is; whatever else is asked gets no answer. */
function answering(password: string): Prompt {
  let answered = false;
  return (_name, _instructions, _language, questions, finish) => {
    const [question] = questions;
    if (answered || questions.length !== 1 || question?.echo === true) return finish(questions.map(() => ""));
    answered = true;
    finish([password]);
  };
}
