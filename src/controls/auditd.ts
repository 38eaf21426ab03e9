/** auditd: who did what as root, and who changed the files that decide who may come in. */
import { z } from "zod";
import { checks } from "./auditd/checks.ts";
import { desired } from "./auditd/desired.ts";
import { guard } from "./auditd/guard.ts";
import { probes } from "./auditd/probes.ts";
import { ruleNames } from "./auditd/rules.ts";
import { defineControl } from "./control.ts";

const schema = z.strictObject({
  rules: z
    .array(z.enum(ruleNames))
    .default([...ruleNames])
    .describe("Built-in rules to load; each event carries the key harden-NAME"),
  immutable: z
    .boolean()
    .default(false)
    .describe("Lock the rules after the confirm: nobody, root included, can change them before a reboot"),
});

export const auditd = defineControl({
  id: "auditd",
  title: "Record commands of root, and changes of who may come in",
  rationale:
    "After a break-in the audit log is what tells how far it went. The rules cover both kinds of system calls of the machine, since a 32-bit program would slip past the others, and they are believed only when the kernel itself has them.",
  schema,
  probes: () => probes,
  desired,
  guard,
  checks,
});
