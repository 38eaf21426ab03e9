/** Fixed proofs that the runtime knows, run when the files are there and before anything is reloaded. */

/** Each is a function `check_NAME` of `checks.sh`. */
export const checks = ["sshd", "fail2ban", "ufw", "audit", "apt", "sudo", "docker"] as const;

export interface KindCheck {
  readonly check: (typeof checks)[number];
  /** Data for it. */
  readonly words: readonly string[];
}

export interface CheckStep extends KindCheck {
  readonly verb: "check";
}
