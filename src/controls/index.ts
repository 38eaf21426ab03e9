/** The controls in the order in which they plan and apply, the way in last: one line each. */
import { auditd } from "./auditd.ts";
import type { Control } from "./control.ts";
import { fail2ban } from "./fail2ban.ts";
import { firewall } from "./firewall.ts";
import { ssh } from "./ssh.ts";
import { sysctl } from "./sysctl.ts";
import { updates } from "./updates.ts";

export const controls: readonly Control[] = [sysctl, updates, auditd, fail2ban, firewall, ssh];
