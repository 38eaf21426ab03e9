import type { AuthenticationType, BaseAgent } from "ssh2";
import { HardenError } from "../errors.ts";
import type { KeyList, OfferedKey } from "./keys.ts";
import type { Ssh2 } from "./ssh2.ts";

/** Offers keys one at a time, so that they can be counted. */
export interface Auth {
  /** For ssh2's `authHandler`. */
  next(left: readonly AuthenticationType[] | null, partial: boolean | null): false | AgentAttempt;
  /** Keys offered so far, and the last one: the accepted one, once the client is ready. */
  offered(): { readonly count: number; readonly last?: OfferedKey };
  /** Why no key was accepted. */
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
  o: { readonly user: string; readonly clock: Pause },
): Auth {
  let count = 0;
  let methods: readonly string[] = [];
  let partialSuccess = false;
  const failures: HardenError[] = [];

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
            (signature) => done(null, signature),
            (error: Error) => {
              if (error instanceof HardenError) failures.push(error);
              done(error);
            },
          );
      },
    });

  return {
    next(left, partial) {
      methods = left ?? methods;
      partialSuccess ||= partial === true;
      const key = list.keys[count];
      if (key === undefined || (left !== null && !left.includes("publickey"))) return false;
      count++;
      return { type: "agent", username: o.user, agent: agentOf(key) };
    },
    offered() {
      const last = list.keys[count - 1];
      return last === undefined ? { count } : { count, last };
    },
    failure(login) {
      const own = failures[0];
      if (own !== undefined) return own;
      const notes = [" User certificates and FIDO (sk) keys are not supported", ...list.notes].join("; ");
      if (partialSuccess) {
        return new HardenError("connect", `${login} wants more than a key: ${methods.join(", ")}.`, {
          hint: "Only public keys are supported, no second factor.",
        });
      }
      if (methods.length > 0 && !methods.includes("publickey")) {
        return new HardenError("connect", `${login} accepts no public keys, only ${methods.join(", ")}.`, {
          hint: "Password logins are not supported; install a key with ssh-copy-id.",
        });
      }
      if (count === 0) {
        return new HardenError("connect", `There is no ssh key to offer to ${login}.`, {
          hint: `Name one with --identity, or start an agent and ssh-add it.${notes}.`,
        });
      }
      const offered = list.keys.slice(0, count).map((key) => `${key.fingerprint} (${key.from})`);
      return new HardenError("connect", `${login} accepts none of the keys offered: ${offered.join(", ")}.`, {
        hint: `Check authorized_keys of that login, or name the right key with --identity.${notes}.`,
      });
    },
  };
}
