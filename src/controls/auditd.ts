/** auditd: who did what as root, and who changed the files that decide who may come in. */
import { z } from "zod";
import { flag } from "../profile/types.ts";
import { checks } from "./auditd/checks.ts";
import { desired } from "./auditd/desired.ts";
import { findings, guard } from "./auditd/guard.ts";
import { probes } from "./auditd/probes.ts";
import { ruleNames } from "./auditd/rules.ts";
import { viewOf } from "./auditd/state.ts";
import { defineControl } from "./define.ts";

const schema = z.strictObject({
  rules: z
    .array(z.enum(ruleNames))
    .default([...ruleNames])
    .describe(
      "Built-in rules to load; events carry the keys harden-root_commands, harden-identity (passwd and shadow), harden-sshd_config, harden-docker_config and harden-sudoers, which `ausearch -k` finds by a part such as identity",
    ),
  rootCommands: z
    .enum(["all", "sessions"])
    .default("all")
    .describe(
      "Whose commands root-commands records: all that run as root, or only those of whoever logged in and of cron (sessions). A command takes about 1 KB of log: logSize times logFiles in megabytes is as many thousands of commands; health checks and monitoring that start a program every few seconds fill that in days: there sessions fits, or a larger log",
    ),
  logSize: z
    .int()
    .min(1)
    .max(4096)
    .default(16)
    .describe(
      "Megabytes of one file of the log, at least: more that somebody has set stays (8 as auditd comes)",
    ),
  logFiles: z
    .int()
    .min(2)
    .max(999)
    .default(8)
    .describe(
      "Files that are kept, at least: the oldest is overwritten then, unless somebody has set max_log_file_action to keep_logs (5 as auditd comes)",
    ),
  immutable: flag(
    false,
    "Lock the rules after the confirm: nobody, root included, can change them before a reboot",
  ),
});

export const auditd = defineControl({
  id: "auditd",
  title: "Record commands of root, and changes of who may come in",
  layer: "host",
  cause: "auditd",
  criteria: ["CC7.2"],
  rationale:
    "After a break-in the audit log is what tells how far it went. The rules cover both kinds of system calls of the machine, since a 32-bit program would slip past the others, and they are believed only when the kernel itself has them.",
  schema,
  probes: () => probes,
  view: viewOf,
  desired,
  guard,
  findings,
  checks,
});
