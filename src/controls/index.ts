/** The controls in the order in which they plan and apply, the way in last. Made by `npm run generate`. */
import type { Control } from "../plan/control.ts";
import { accounts } from "./accounts.ts";
import { auditd } from "./auditd.ts";
import { certificates } from "./certificates.ts";
import { daemon } from "./daemon.ts";
import { fail2ban } from "./fail2ban.ts";
import { firewall } from "./firewall.ts";
import { logging } from "./logging.ts";
import { permissions } from "./permissions.ts";
import { privileges } from "./privileges.ts";
import { ssh } from "./ssh.ts";
import { sysctl } from "./sysctl.ts";
import { updates } from "./updates.ts";

export const controls: readonly Control[] = [
  privileges,
  accounts,
  certificates,
  sysctl,
  updates,
  permissions,
  auditd,
  logging,
  daemon,
  fail2ban,
  firewall,
  ssh,
];
