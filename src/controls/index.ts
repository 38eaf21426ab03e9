/** The controls in the order in which they plan and apply: one line each. */
import type { Control } from "./control.ts";
import { fail2ban } from "./fail2ban.ts";
import { firewall } from "./firewall.ts";

export const controls: readonly Control[] = [firewall, fail2ban];
