/** The plan: data that is printed, saved, reviewed, and handed to the host runtime as it is. */
import type { Stage, Step } from "../resources/step.ts";

export type Action =
  | "create"
  | "update"
  | "delete"
  | "install"
  | "purge"
  | "enable"
  | "disable"
  | "reload"
  | "restart"
  | "start"
  | "stop"
  | "load";

/** When a change takes hold, and what it disturbs. */
export type Effect = "now" | "reload" | "restart" | "reboot";

export interface Change {
  /** `CONTROL/KIND:NAME`, such as `ssh/file:/etc/ssh/sshd_config.d/00-harden.conf`. Unique in a plan. */
  readonly address: string;
  readonly control: string;
  readonly kind: string;
  readonly action: Action;
  /** One line each for a person: a live value, a mode, a version; absent where there is nothing. */
  readonly before?: string;
  readonly after?: string;
  /** Unified diff of text content. */
  readonly diff?: string;
  readonly reason: string;
  readonly effect: Effect;
  /**
   * Set where a package comes first: facts are read again after it is there, and the change must then turn out
   * as announced: with the very same `after` ("exact"), or at least at this address ("address").
   */
  readonly afterInstall?: "exact" | "address";
  readonly undo: "full" | "best effort" | "none";
  readonly stage: Stage;
  readonly steps: readonly Step[];
}

export interface Finding {
  readonly control: string;
  /** Stable id, such as `ssh.no-usable-key`. */
  readonly id: string;
  readonly level: "block" | "warn" | "note";
  /** What, where, and what to do: whole sentences. */
  readonly message: string;
  readonly hint?: string;
}

/** What identifies the host that a plan was made of. */
export interface HostFacts {
  readonly hostname: string;
  readonly machineId: string;
  readonly bootId: string;
  readonly distro: string; // ID of os-release(5): debian, ubuntu
  readonly version: string; // VERSION_ID
  readonly codename: string;
  readonly kernel: string;
  readonly architecture: string; // dpkg's: amd64
  readonly systemd: boolean; // PID 1
  readonly container: string; // systemd-detect-virt -c: none, docker, lxc, …
  readonly uid: number; // that the facts were read with
}

export interface ProfileFacts {
  readonly name: string;
  /** From where it was read, as people see it, or `packaged`; left out where there is no file, as for a rollback. */
  readonly file?: string;
  readonly digest: string;
  readonly commit?: string;
  readonly dirty?: boolean;
}

export interface Plan {
  readonly version: 1;
  readonly tool: string; // harden's version
  readonly target: string; // as the user wrote it
  readonly host: HostFacts;
  readonly hostKey?: string; // SHA256:… of the host key that the facts came over
  readonly profile: ProfileFacts;
  readonly changes: readonly Change[]; // in the order of application
  readonly findings: readonly Finding[];
}
