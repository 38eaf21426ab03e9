/** The running jail's own values against the profile, and whether they come back at the next boot. */
import type { Jail } from "../../facts/fail2ban.ts";
import { valueOr } from "../../facts/probe.ts";
import type { Check, CheckResult } from "../control.ts";
import { atNextBoot } from "../next-start.ts";
import { references as referencesOf } from "../references.ts";
import { filterOf } from "./filter.ts";
import { isWide, keptIgnores } from "./ignored.ts";
import { authLog, byRoot, type Params } from "./jail.ts";
import {
  banTime,
  comesBack,
  findTime,
  forgeable,
  idle,
  ignoreIp,
  maxRetry,
  port,
  type Value,
} from "./live.ts";
import { nextValue } from "./next.ts";
import type { probes } from "./probes.ts";
import { beatenBy, type FailInput, isMasked, wantedOf } from "./state.ts";

type FailCheck = Check<Params, typeof probes>;

const references = referencesOf({ anssi: "near R79" });

const fail = (expected: string, found: string): CheckResult => ({ verdict: "fail", expected, found });

/** Fails by a setting that somebody's file wins with, or by a mask: no change of the plan could alter that. */
function audited(input: FailInput, keys: readonly string[], result: CheckResult): CheckResult {
  if (result.verdict !== "fail") return result;
  if (isMasked(input))
    return { ...result, role: "audit", found: `${result.found}; fail2ban.service is masked` };
  const beaten = beatenBy(input);
  const lost = keys.filter((key) => beaten.has(key));
  if (lost.length === 0) return result;
  const paths = [...new Set(lost.flatMap((key) => beaten.get(key) ?? []))].join(", ");
  // What the next start brings is part of it: a waiver of what runs now doesn't cover another value.
  const next = lost.map((key) => `${key} = ${nextValue(valueOr(input.facts.files, []), key)}`).join(", ");
  return { ...result, role: "audit", found: `${result.found}, by ${paths} (${next})` };
}

/** A check of the running jail; without one it fails. */
function ofJail(
  about: { id: string; title: string; severity: FailCheck["severity"] },
  { keys, test }: { keys: readonly string[]; test: (input: FailInput, jail: Jail) => CheckResult },
): FailCheck {
  return {
    ...about,
    role: "proof or audit",
    references,
    needs: ["unit", "running", "files"],
    test: (input) => {
      const running = valueOr(input.facts.running, undefined);
      if (!running?.running) return audited(input, [], fail("a running fail2ban", "no server answers"));
      if (running.sshd !== undefined) return audited(input, keys, test(input, running.sshd));
      const found = `running jails: ${running.jails.join(", ") || "none"}`;
      return audited(input, ["enabled"], fail("a running jail sshd", found));
    },
  };
}

function ofValue(
  about: { id: string; title: string; severity: FailCheck["severity"] },
  value: Value,
): FailCheck {
  const test = (input: FailInput, jail: Jail): CheckResult => {
    const wanted = wantedOf(input);
    const { same, expected, found } = value.now(jail, wanted, input.access.caller);
    if (!same) return fail(expected, found);
    const files = valueOr(input.facts.files, []);
    if (comesBack(files, value, wanted)) return { verdict: "pass", expected, found };
    const next = nextValue(files, value.key) ?? "fail2ban's own default";
    return { verdict: "until the next boot", expected, found: `${found} now; the files say ${next}` };
  };
  return ofJail(about, { keys: [value.key], test });
}

/** Right by the profile and by what was kept, and yet somebody spares too many. */
function sparesTooMany(input: FailInput, jail: Jail): string | undefined {
  const own = keptIgnores(input.facts);
  const wide = (own?.kept ?? []).filter(isWide);
  if (wide.length > 0) return `${own?.path} spares ${wide.join(", ")}`;
  return jail.ignoreCommand === "" ? undefined : `whom "${jail.ignoreCommand}" spares is not known`;
}

/** The jail's own value first, and then what somebody else has made of it: an audit. */
const orOthers = (
  check: FailCheck,
  look: (input: FailInput, jail: Jail) => string | undefined,
): FailCheck => ({
  ...check,
  test: (input) => {
    const result = check.test(input);
    const jail = valueOr(input.facts.running, undefined)?.sshd;
    const found = jail === undefined ? undefined : look(input, jail);
    if (result.verdict === "fail" || found === undefined) return result;
    return { verdict: "fail", role: "audit", expected: result.expected, found };
  },
});

const closing = orOthers(
  ofValue({ id: "fail2ban.port", title: "A ban closes the port that sshd uses", severity: "high" }, port),
  (_, jail) => idle(jail).join("; ") || undefined,
);

const ignored = orOthers(
  ofValue(
    {
      id: "fail2ban.ignore-ip",
      title: "Nobody is spared but this host, the profile's networks, and whom others' files name",
      severity: "medium",
    },
    ignoreIp,
  ),
  sparesTooMany,
);

function isOn({ facts }: FailInput): CheckResult {
  const next = nextValue(valueOr(facts.files, []), "enabled") ?? "false";
  const stays = /^(1|on|true|yes)$/i.test(next);
  return {
    verdict: stays ? "pass" : "until the next boot",
    expected: "on",
    found: stays ? "on" : `on now; the files say enabled = ${next}`,
  };
}

/** Whether the jail reads where sshd's log really goes, and there nothing that a user could have written. */
function reading({ facts }: FailInput, jail: Jail): CheckResult {
  const { journalMatch, logPaths } = jail;
  const expected = "sshd's log is read: from the journal, or from a file that rsyslog writes";
  if (journalMatch.length > 0) {
    const found = `journal: ${journalMatch.map((each) => each.join(" ")).join(" + ")}`;
    const sshd = /^(_SYSTEMD_UNIT=ssh\.service|_COMM=sshd(-session)?)$/;
    const matches = journalMatch.some((each) => {
      const [source, ...more] = each.filter((term) => term !== byRoot);
      return more.length === 0 && sshd.test(source ?? "");
    });
    const forged = forgeable(jail);
    if (matches && forged.length > 0)
      return fail(expected, `${found}; without ${byRoot} any user can have any address banned`);
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
    role: "proof or audit",
    references,
    needs: ["unit", "running"],
    test: (input) => {
      const { facts } = input;
      const unit = valueOr(facts.unit, undefined);
      const answers = valueOr(facts.running, undefined)?.running === true;
      const expected = "enabled, active, answers";
      const found = `${unit?.enabled || "not enabled"}, ${unit?.state ?? "not there"}, ${answers ? "answers" : "doesn't answer"}`;
      if (!unit?.active || !answers) return audited(input, [], fail(expected, found));
      const now = { verdict: "pass", expected, found } as const;
      return atNextBoot(now, [{ fact: facts.boot, target: "multi-user.target" }]);
    },
  },
  ofJail({ id: "fail2ban.jail", title: "The sshd jail is on", severity: "high" }, { keys: [], test: isOn }),
  ofJail(
    { id: "fail2ban.filter", title: "Failed logins at sshd are counted", severity: "high" },
    { keys: ["filter"], test: filterOf },
  ),
  ofJail(
    { id: "fail2ban.backend", title: "The jail reads sshd's log", severity: "high" },
    { keys: ["backend", "journalmatch", "logpath"], test: reading },
  ),
  closing,
  ofValue({ id: "fail2ban.max-retry", title: "Failed logins until a ban", severity: "medium" }, maxRetry),
  ofValue({ id: "fail2ban.find-time", title: "Time in which failures count", severity: "medium" }, findTime),
  ofValue({ id: "fail2ban.ban-time", title: "Length of a ban", severity: "medium" }, banTime),
  ignored,
];
