/** Offers keys one at a time, so that they can be counted; a password that was given goes before them. */
import type { BaseAgent } from "ssh2";
import { HardenError } from "../errors.ts";
import { oneLine } from "../text.ts";
import type { KeyList, OfferedKey } from "./keys.ts";
import { type PasswordAttempt, passwordAttempts } from "./password.ts";
import { refusedLogin } from "./refused.ts";
import type { Ssh2 } from "./ssh2.ts";
export interface Auth {
  /** For ssh2's `authHandler`, which does not pass on what the server said about a key of an agent. */
  next(): false | AgentAttempt | PasswordAttempt;
  /** An attempt was answered with no, or `partial`: taken, and more is wanted. `methods`: those that may go on. */
  refused(methods: readonly string[], partial: boolean): void;
  /** Keys offered so far, and the last one: the accepted one, once the client is ready, unless the password was. */
  offered(): { readonly count: number; readonly last?: OfferedKey; readonly password: boolean };
  /** Why no key was accepted, or not the password. */
  failure(login: string): HardenError;
}

interface AgentAttempt {
  readonly type: "agent";
  readonly username: string;
  readonly agent: BaseAgent;
}

/** What brackets a signature, because it may wait for a person. */
export interface Pause {
  stop(): void;
  start(): void;
}

export function createAuth(
  ssh2: Ssh2,
  list: KeyList,
  o: { readonly user: string; readonly clock: Pause; readonly password?: string },
): Auth {
  let count = 0;
  let methods: readonly string[] | undefined;
  let signed = false;
  /** A signature was sent, and not answered yet. */
  let waits = false;
  let over = false;
  const failures: HardenError[] = [];
  const password = o.password === undefined ? undefined : passwordAttempts(o.user, o.password);

  const agentOf = (key: OfferedKey): BaseAgent =>
    Object.assign(Object.create(ssh2.BaseAgent.prototype) as BaseAgent, {
      getIdentities: (done: (error: null, keys: unknown[]) => void) => done(null, [key.publicKey]),
      sign: (
        _key: unknown,
        data: Buffer,
        options: { hash?: string },
        done: (error: Error | null, signature?: Buffer) => void,
      ) => {
        o.clock.stop();
        key
          .sign(data, options.hash)
          .finally(() => o.clock.start())
          .then(
            (signature) => {
              signed = true;
              waits = true;
              done(null, signature);
            },
            (error: Error) => {
              if (error instanceof HardenError) failures.push(error);
              done(error);
            },
          );
      },
    });

  return {
    next() {
      const attempt = password?.next(methods);
      if (attempt !== undefined) return attempt;
      if (password?.sent() === true) return false;
      const key = list.keys[count];
      if (over || key === undefined || (methods !== undefined && !methods.includes("publickey")))
        return false;
      count++;
      return { type: "agent", username: o.user, agent: agentOf(key) };
    },
    refused(names, partial) {
      methods = names.map((name) => oneLine(name));
      // sshd knows a key before it asks for its signature. A no to that is one to the login, and it counts each further key.
      over = waits && !partial;
      waits = false;
    },
    offered() {
      const last = list.keys[count - 1];
      const common = { count, password: password?.sent() === true };
      return last === undefined ? common : { ...common, last };
    },
    failure(login) {
      const own = failures[0];
      if (own !== undefined) return own;
      if (password?.sent() === true) return password.failure(login);
      const notes = [" User certificates and FIDO (sk) keys are not supported", ...list.notes].join("; ");
      if (methods !== undefined && !methods.includes("publickey")) {
        const others = methods.filter((method) => method !== "").join(", ") || "nothing else";
        // A key whose signature was refused at once would leave publickey in the list.
        if (signed) {
          return refusedLogin(
            `${login} wants more than a key: ${others}.`,
            "Only public keys are supported, no second factor.",
          );
        }
        return refusedLogin(
          `${login} accepts no public keys, only ${others}.`,
          "With --ask-password a password opens it once; let sshd accept public keys as well.",
        );
      }
      if (count === 0) {
        return new HardenError("connect", `There is no ssh key to offer to ${login}.`, {
          hint: `Name one with --identity, or start an agent and ssh-add it; where the host has only a password yet: --ask-password.${notes}.`,
        });
      }
      const offered = list.keys.slice(0, count).map((key) => `${key.fingerprint} (${key.from})`);
      if (over)
        return refusedLogin(
          `${login} is refused, though its key ${offered.at(-1)} is known there.`,
          "sshd shuts this login out, as PermitRootLogin no does root: name one that it lets in, LOGIN@HOST.",
        );
      return refusedLogin(
        `${login} accepts none of the keys offered: ${offered.join(", ")}.`,
        `Check authorized_keys of that login, or name the right key with --identity; where the host has only a password yet: --ask-password.${notes}.`,
      );
    },
  };
}
