/** The checks of auditd: what each is called, what it needs, and when it doesn't apply. */

import { valueOr } from "../../facts/probe.ts";
import type { Check, CheckResult, Reference } from "../control.ts";
import { references } from "../references.ts";
import { byOthers, inapplicable, result } from "../verdict.ts";
import { logSize } from "./log.ts";
import type { probes } from "./probes.ts";
import { type RuleName, ruleNames } from "./rules.ts";
import type { AuditInput, Params, View } from "./state.ts";
import { backlog, enabled, immutable, loaded, lost, onDisk, running } from "./verdicts.ts";

type AuditCheck = Check<Params, typeof probes, View>;

const anssi = "R73";

const about: Readonly<Record<RuleName, { title: string; references: readonly Reference[] }>> = {
  "root-commands": {
    title: "Commands run as root are recorded: all, or those of whoever logged in, as the profile says",
    references: references({ cis12: "6.2.3.2", anssi }),
  },
  passwd: {
    title: "Changes of /etc/passwd are recorded",
    references: references({ cis12: "6.2.3.8", cis13: "6.2.3.12–15", anssi }),
  },
  shadow: {
    title: "Changes of /etc/shadow are recorded",
    references: references({ cis12: "6.2.3.8", cis13: "6.2.3.12–15", anssi }),
  },
  "sshd-config": { title: "Changes of sshd's configuration are recorded", references: references({ anssi }) },
  "docker-daemon": {
    title: "Changes of Docker's daemon.json are recorded",
    references: references({ docker: "1.1.11", anssi }),
  },
  sudoers: { title: "Changes of sudoers are recorded", references: references({ cis12: "6.2.3.1", anssi }) },
};

const rootTitles: Readonly<Record<Params["rootCommands"], string>> = {
  all: "All commands run as root are recorded, those of daemons too",
  sessions: "Commands run as root by whoever logged in are recorded, those of daemons not",
};

type About = Pick<AuditCheck, "id" | "title" | "severity" | "references"> & Partial<Pick<AuditCheck, "role">>;

/** Facts are looked at here rather than by `needs`: a container is told apart from what couldn't be read. */
function check(
  common: About,
  facts: readonly (keyof typeof probes)[],
  test: (input: AuditInput) => CheckResult,
): AuditCheck {
  return {
    role: "proof or audit",
    ...common,
    needs: [],
    test: (input) => {
      const never = input.view.impossible;
      if (never !== undefined) return inapplicable(never);
      for (const name of facts) {
        const fact = input.facts[name];
        if (fact.state === "unknown") return result("error", "", fact.why);
        if (fact.state === "unsupported") return inapplicable(fact.why);
        if (fact.state === "absent") return result("fail", "auditd is installed", `${name}: not there`);
      }
      const given = test(input);
      // No plan could switch on what the kernel was started without.
      const off = valueOr(input.facts.kernel, undefined)?.offAtBoot === true && given.verdict === "fail";
      return off
        ? byOthers({ ...given, found: `${given.found}; the kernel was started with audit=0` })
        : given;
    },
  };
}

export const checks: readonly AuditCheck[] = [
  check(
    {
      id: "auditd.running",
      title: "auditd takes the kernel's events",
      severity: "high",
      references: references({ cis12: "6.2.1.1", anssi }),
    },
    ["unit", "kernel"],
    running,
  ),
  check(
    {
      id: "auditd.enabled",
      title: "auditd starts at boot",
      severity: "high",
      references: references({ cis12: "6.2.1.2", anssi }),
    },
    ["unit"],
    enabled,
  ),
  ...ruleNames.map((name) =>
    check({ id: `auditd.${name}`, severity: "medium", ...about[name] }, ["kernel", "folder"], (input) =>
      name === "root-commands"
        ? { ...loaded(input, name), title: rootTitles[input.params.rootCommands] }
        : loaded(input, name),
    ),
  ),
  check(
    {
      id: "auditd.on-disk",
      title: "The kernel's rules are those of the files",
      severity: "medium",
      references: references({ cis12: "6.2.3.21", cis13: "6.2.3.37", anssi }),
    },
    ["kernel", "folder"],
    onDisk,
  ),
  check(
    {
      id: "auditd.log-size",
      title: "The log holds as much as the profile says, and goes on when it is full",
      severity: "medium",
      references: references({ cis12: "6.2.2.1", anssi }),
    },
    ["conf", "kernel"],
    logSize,
  ),
  check(
    {
      id: "auditd.lost",
      title: "No event was lost since the boot",
      severity: "medium",
      role: "audit",
      references: references({ cis12: "6.2.1.4", anssi }),
    },
    ["kernel"],
    lost,
  ),
  check(
    {
      id: "auditd.backlog",
      title: "Events find room in the kernel's queue",
      severity: "low",
      role: "audit",
      references: references({ cis12: "6.2.1.4", anssi }),
    },
    ["kernel"],
    backlog,
  ),
  check(
    {
      id: "auditd.immutable",
      title: "The rules are locked until a reboot",
      severity: "medium",
      references: references({ cis12: "6.2.3.20", cis13: "6.2.3.36", anssi }),
    },
    ["kernel", "folder"],
    immutable,
  ),
];
