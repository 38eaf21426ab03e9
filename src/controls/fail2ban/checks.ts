/** The running jail's own values against the profile, and whether they come back at the next boot. */
import type { Jail } from "../../facts/fail2ban.ts";
import { valueOr } from "../../facts/probe.ts";
import type { Check, CheckResult } from "../control.ts";
import { atNextBoot } from "../next-start.ts";
import { references as referencesOf } from "../references.ts";
import { authLog, type Params } from "./jail.ts";
import { banTime, comesBack, findTime, ignoreIp, maxRetry, port, type Value } from "./live.ts";
import { nextValue } from "./next.ts";
import type { probes } from "./probes.ts";
import { type FailInput, wantedOf } from "./state.ts";

type FailCheck = Check<Params, typeof probes>;

const references = referencesOf({ anssi: "near R79" });

const fail = (expected: string, found: string): CheckResult => ({ verdict: "fail", expected, found });

/** A check of the running jail; without one it fails. */
function ofJail(
  about: { id: string; title: string; severity: FailCheck["severity"] },
  test: (input: FailInput, jail: Jail) => CheckResult,
): FailCheck {
  return {
    ...about,
    role: "proof",
    references,
    needs: ["unit", "running", "files"],
    test: (input) => {
      const running = valueOr(input.facts.running, undefined);
      if (!running?.running) return fail("a running fail2ban", "no server answers");
      if (running.sshd === undefined)
        return fail("a running jail sshd", `running jails: ${running.jails.join(", ") || "none"}`);
      return test(input, running.sshd);
    },
  };
}

function ofValue(
  about: { id: string; title: string; severity: FailCheck["severity"] },
  value: Value,
): FailCheck {
  return ofJail(about, (input, jail) => {
    const wanted = wantedOf(input);
    const { same, expected, found } = value.now(jail, wanted, input.access.caller);
    if (!same) return fail(expected, found);
    const files = valueOr(input.facts.files, []);
    if (comesBack(files, value, wanted)) return { verdict: "pass", expected, found };
    const next = nextValue(files, value.key) ?? "fail2ban's own default";
    return { verdict: "until the next boot", expected, found: `${found} now; the files say ${next}` };
  });
}

/** Whether the jail reads where sshd's log really goes. */
function reading({ facts }: FailInput, { journalMatch, logPaths }: Jail): CheckResult {
  const expected = "sshd's log is read: from the journal, or from a file that rsyslog writes";
  if (journalMatch.length > 0) {
    const found = `journal: ${journalMatch.map((each) => each.join(" ")).join(" + ")}`;
    const sshd = /^(_SYSTEMD_UNIT=ssh\.service|_COMM=sshd(-session)?)$/;
    const matches = journalMatch.some((each) => each.length === 1 && sshd.test(each[0]!));
    return { verdict: matches ? "pass" : "fail", expected, found };
  }
  if (logPaths.length === 0) return fail(expected, "neither a file nor the journal is read");
  const written = facts.authLog.state === "present" && valueOr(facts.rsyslog, undefined)?.active === true;
  const found = `${logPaths.join(" ")}${written ? "" : "; rsyslog doesn't run, so nothing is written there"}`;
  return { verdict: written && logPaths.includes(authLog) ? "pass" : "fail", expected, found };
}

export const checks: readonly FailCheck[] = [
  {
    id: "fail2ban.running",
    title: "fail2ban runs, and starts at boot",
    severity: "high",
    role: "proof",
    references,
    needs: ["unit", "running"],
    test: ({ facts }) => {
      const unit = valueOr(facts.unit, undefined);
      const answers = valueOr(facts.running, undefined)?.running === true;
      const expected = "enabled, active, answers";
      const found = `${unit?.enabled || "not enabled"}, ${unit?.state ?? "not there"}, ${answers ? "answers" : "doesn't answer"}`;
      if (!unit?.active || !answers) return fail(expected, found);
      const now = { verdict: "pass", expected, found } as const;
      return atNextBoot(now, [{ fact: facts.boot, target: "multi-user.target" }]);
    },
  },
  ofJail({ id: "fail2ban.jail", title: "The sshd jail is on", severity: "high" }, ({ facts }) => {
    const next = nextValue(valueOr(facts.files, []), "enabled") ?? "false";
    const stays = /^(1|on|true|yes)$/i.test(next);
    return {
      verdict: stays ? "pass" : "until the next boot",
      expected: "on",
      found: stays ? "on" : `on now; the files say enabled = ${next}`,
    };
  }),
  ofJail({ id: "fail2ban.backend", title: "The jail reads sshd's log", severity: "high" }, reading),
  ofValue({ id: "fail2ban.port", title: "A ban closes the port that sshd uses", severity: "high" }, port),
  ofValue({ id: "fail2ban.max-retry", title: "Failed logins until a ban", severity: "medium" }, maxRetry),
  ofValue({ id: "fail2ban.find-time", title: "Time in which failures count", severity: "medium" }, findTime),
  ofValue({ id: "fail2ban.ban-time", title: "Length of a ban", severity: "medium" }, banTime),
  ofValue(
    {
      id: "fail2ban.ignore-ip",
      title: "Nobody is spared but this host and the profile's networks",
      severity: "medium",
    },
    ignoreIp,
  ),
];
