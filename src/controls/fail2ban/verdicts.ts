/** The service, the running jail's own values against the profile, and whether they come back at the next boot. */
import type { RowHead } from "../../checks/check.ts";
import type { Jail } from "../../facts/fail2ban.ts";
import { notLooked, valueOr } from "../../facts/probe.ts";
import type { CheckResult } from "../../plan/control.ts";
import { outgoingLinks } from "../firewall/links.ts";
import { atNextBoot } from "../next-boot/next-start.ts";
import { references as referencesOf } from "../references.ts";
import type { TestRow } from "../row.ts";
import { staleRules } from "../rsyslog-rules.ts";
import { byOthers, result, verdicts } from "../verdict.ts";
import { leaks } from "./banned.ts";
import { isWide } from "./ignored.ts";
import { authLog, byRoot, type Fail2banParams } from "./jail.ts";
import { comesBack, forgeable, idle, type JailValue } from "./live.ts";
import { nextActions, nextSetting, nextValue, seconds } from "./next.ts";
import { nextLeaks } from "./next-ban.ts";
import type { probes } from "./probes.ts";
import { lostByRotation } from "./rotation.ts";
import type { Fail2banView, FailInput } from "./state.ts";

type FailCheck = TestRow<Fail2banParams, typeof probes, Fail2banView>;
type OfJail<T> = (input: FailInput, jail: Jail) => T;

export const references = referencesOf({ anssi: "near R79" });

const fail = (expected: string, found: string) => result("fail", expected, found);

/** Fails by a setting that somebody's file wins with, or by a mask: no change of the plan could alter that. */
function audited({ view }: FailInput, keys: readonly string[], given: CheckResult): CheckResult {
  if (given.verdict !== "fail") return given;
  if (view.isMasked) return byOthers({ ...given, found: `${given.found}; fail2ban.service is masked` });
  const lost = keys.filter((key) => view.beaten.has(key));
  const paths = [...new Set(lost.map((key) => view.beaten.get(key)))].join(", ");
  // What the next start brings is part of it: a waiver of what runs now doesn't cover another value.
  const next = lost.map((key) => `${key} = ${nextValue(view.files, key)}`).join(", ");
  return lost.length === 0 ? given : byOthers({ ...given, found: `${given.found}, by ${paths} (${next})` });
}

/**
 * A check of the running jail; without one it fails. `keys`: what somebody's file may win with; `others`: what is wrong
 * by what somebody else has made of it though the jail's own value is right.
 */
export const ofJail = (
  head: RowHead & Partial<Pick<FailCheck, "reads">>,
  keys: readonly string[],
  test: OfJail<CheckResult>,
  others?: OfJail<string | undefined>,
): FailCheck => ({
  role: "proof or audit",
  references,
  reads: ["process", "next start"],
  ...head,
  needs: ["unit", "running", "files"],
  test: (input) => {
    const { running, jail } = input.view;
    if (!running?.running) return audited(input, [], fail("a running fail2ban", "no server answers"));
    if (jail === undefined) {
      const found = `running jails: ${running.jails.join(", ") || "none"}`;
      return audited(input, ["enabled"], fail("a running jail sshd", found));
    }
    const given = audited(input, keys, test(input, jail));
    const found = given.verdict === "fail" ? undefined : others?.(input, jail);
    return found === undefined ? given : byOthers({ ...given, verdict: "fail", found });
  },
});

export const compared =
  (value: JailValue): OfJail<CheckResult> =>
  ({ view: { wanted, files }, access }, jail) => {
    const { same, expected, found } = value.now(jail, wanted, access.caller);
    const { pass, fail, later } = verdicts(expected);
    if (!same) return fail(found);
    if (comesBack(files, value, wanted)) return pass(found);
    return later(`${found} now; the files say ${nextValue(files, value.key) ?? "fail2ban's own default"}`);
  };

/** Whether the running actions do anything; without one a reload may have lost it, which a restart mends. */
export function actionOf({ view, facts }: FailInput, jail: Jail): CheckResult {
  const { actions } = jail;
  const { fail, pass, later } = verdicts("an action that closes ports to the banned address");
  const closing = actions.filter(({ port }) => port !== undefined).map(({ name }) => name);
  const others = actions.map(({ name }) => name).join(", ") || "none";
  if (closing.length === 0) return fail(`no action closes a port: ${others}`);
  if (jail.barred.length > 0)
    return byOthers({
      ...fail(jail.barred.join("; ")),
      remedy: `Take the setting out of the unit's drop-in (systemctl cat fail2ban), then: systemctl daemon-reload; systemctl restart fail2ban.`,
    });
  const without = idle({ actions });
  if (without.length > 0) return byOthers(fail(without.join("; ")));
  const worst = worstLeak(jail, view.wanted.ports, facts);
  if (worst !== undefined) {
    const { verdict, found, remedy } = worst;
    return byOthers({ ...fail(found), verdict, remedy });
  }
  const changes = actionChanges(view, jail, closing);
  return changes.length > 0
    ? later(`${closing.join(", ")} now; ${changes.join(", ")}`)
    : pass(closing.join(", "));
}

/** Of the current bans and of one that would come now. */
function worstLeak(jail: Jail, ports: readonly number[], facts: FailInput["facts"]) {
  const [routes, rules] = [valueOr(facts.routes, undefined), valueOr(facts.rules, undefined)];
  const now = leaks(jail, ports, outgoingLinks(routes)).map((each) => ({
    ...each,
    remedy:
      "Take out the rule that lets it in, and restart fail2ban: its own rules come back, with all bans.",
  }));
  const next = nextLeaks(jail, { ports, routes, rules }).map((each) => ({
    ...each,
    remedy:
      "Move a rule that lets addresses in before the jail's chain behind it; networks that are never to be banned go into ignoreIp. Give the jail a banaction and a chain by which it closes the port, such as the distribution's own, and restart fail2ban. Then ban an address that you can connect from, and try it: fail2ban-client set sshd banip ADDRESS.",
  }));
  const all = [...now, ...next];
  return all.find(({ verdict }) => verdict === "fail") ?? all[0];
}

/** What the next start of fail2ban would do otherwise. */
function actionChanges({ files }: Fail2banView, jail: Jail, closing: readonly string[]): readonly string[] {
  const next = nextActions(files) ?? closing;
  const chain = nextValue(files, "chain") ?? "";
  const starts = jail.actions.map(({ properties }) => properties.actionstart ?? "").join(" ");
  // A reference is the action's own chain.
  const isSame = !/^[\w.-]+$/.test(chain) || starts.split(/\s+/).includes(chain);
  return [
    ...jail.changed.action.map((path) => `${path} was changed since it started`),
    ...(closing.some((name) => next.includes(name))
      ? []
      : [`the files say ${next.join(" ") || "no action"}`]),
    ...(isSame ? [] : [`the files say chain = ${chain}`]),
  ];
}

export const ofValue = (head: RowHead, value: JailValue, others?: OfJail<string | undefined>) =>
  ofJail(head, [value.key], compared(value), others);

/** Right by the profile and by what was kept, and yet somebody spares too many. */
export function sparesTooMany({ view: { others, files } }: FailInput, jail: Jail): string | undefined {
  const wide = (others?.kept ?? []).filter(isWide);
  if (wide.length > 0) return `${others?.path} spares ${wide.join(", ")}`;
  const ignores = jail.ignores.map((each) => `"${each}"`).join(", ");
  if (ignores !== "") return `failed logins that its ignoreregex fits are never counted: ${ignores}`;
  const next = nextSetting(files, "ignoreregex");
  if (next !== undefined && next.value !== "")
    return `from the next start on ${next.path} has it ignore "${next.value}"`;
  if (jail.ignoreCommand !== "") return `whom "${jail.ignoreCommand}" spares is not known`;
  const key = jail.ignoreCacheKey;
  if (key !== "" && !key.includes("<ip>"))
    return `an ignorecache by the key "${key}" spares every address once one of it is spared`;
  return undefined;
}

/** By bantime.increment a ban that is repeated lasts for another time than the first. */
export function shortensBans({ view: { files, wanted } }: FailInput): string | undefined {
  const of = (key: string) => nextSetting(files, `bantime.${key}`);
  if (!/^(1|on|true|yes)$/i.test(of("increment")?.value ?? "")) return undefined;
  const odd = ["formula", "factor", "multipliers"]
    .map(of)
    .find((each) => each !== undefined && each.value !== "");
  if (odd !== undefined) return `how long a repeated ban lasts is decided by ${odd.path}`;
  const most = of("maxtime");
  const isLess = most !== undefined && most.value !== "" && (seconds(most.value) ?? 0) < wanted.banTime;
  return isLess ? `${most.path} ends a repeated ban after ${most.value}` : undefined;
}

export function isOn({ view, facts }: FailInput): CheckResult {
  const next = nextValue(view.files, "enabled") ?? "false";
  const { pass, fail, later } = verdicts("on");
  // A filter that polls its files sleeps between two looks, as an idle one does.
  const polls = /^polling\b/.test(nextValue(view.files, "backend") ?? "");
  if (!polls && !valueOr(facts.waiting, true))
    return byOthers({
      ...fail("idle: it reads no log and bans nobody"),
      remedy: "Have it work again: fail2ban-client set sshd idle off",
    });
  if (!/^(1|on|true|yes)$/i.test(next)) return later(`on now; the files say enabled = ${next}`);
  const differs = valueOr(facts.nextStart, undefined)?.differs ?? [];
  if (differs.length === 0) return pass("on");
  return byOthers({
    ...later(`on now; the next start would have otherwise: ${differs.join(", ")}`),
    remedy:
      "Compare what runs (fail2ban-client get sshd NAME) with the files (fail2ban-client -d); then restart fail2ban.",
  });
}

/** What the jail reads now, and whether its next start reads it again. */
export function reading(input: FailInput, jail: Jail): CheckResult {
  const now = readingNow(input, jail);
  const next = nextValue(input.view.files, "backend") ?? "";
  // A reference is the distribution's own, such as %(sshd_backend)s.
  const isKnown = /^\w+$/.test(next);
  if (now.verdict !== "pass" || !isKnown || (next === "systemd") === jail.journalMatch.length > 0) return now;
  return verdicts(now.expected).later(`${now.found} now; the files say backend = ${next}`);
}

/** Whether that is where sshd's log really goes, and nothing that a user could have written. */
function readingNow({ view: { logged }, facts }: FailInput, jail: Jail): CheckResult {
  const { journalMatch, logPaths, deaf } = jail;
  const { error, fail, is } = verdicts(
    "sshd's log is read: from the journal, or from a file that rsyslog writes",
  );
  const lost = journalMatch.length > 0 ? [...deaf, ...valueOr(facts.heard, [])] : deaf;
  if (lost.length > 0) return byOthers(fail(lost.join("; ")));
  if (journalMatch.length > 0) {
    const found = `journal: ${journalMatch.map((each) => each.join(" ")).join(" + ")}`;
    const sshd = /^(_SYSTEMD_UNIT=ssh\.service|_COMM=sshd(-session)?)$/;
    const matches = journalMatch.some((each) => {
      const [source, ...more] = each.filter((term) => term !== byRoot);
      return more.length === 0 && sshd.test(source ?? "");
    });
    const forged = forgeable(jail);
    if (matches && forged.length > 0)
      return fail(`${found}; without ${byRoot} any user can have any address banned`);
    const { heard } = facts;
    if (matches && heard.state === "unknown" && heard.why !== notLooked) return byOthers(error(heard.why));
    return is(matches, found);
  }
  if (logPaths.length === 0) return fail("neither a file nor the journal is read");
  const doubt = logged ? (staleRules(facts.rsyslogRules) ?? lostByRotation(facts.rotation)) : undefined;
  if (doubt !== undefined) return byOthers({ ...fail(doubt.found), ...doubt });
  const unwritten = logged ? "" : "; rsyslog doesn't run, so nothing is written there";
  return is(logged && logPaths.includes(authLog), `${logPaths.join(" ")}${unwritten}`);
}

export function running(input: FailInput): CheckResult {
  const { unit, running } = input.view;
  const answers = running?.running === true;
  const { pass, fail, later, error } = verdicts("enabled, active, answers");
  const found = `${unit?.enabled || "not enabled"}, ${unit?.state ?? "not there"}, ${answers ? "answers" : "doesn't answer"}`;
  if (!unit?.active || !answers) return audited(input, [], fail(found));
  const { nextStart } = input.facts;
  if (nextStart.state === "unknown" && nextStart.why !== notLooked)
    return byOthers(error(`whether it starts again is not known: ${nextStart.why}`));
  const ends = valueOr(nextStart, undefined)?.ends;
  if (ends !== undefined)
    return byOthers({
      ...later(`${found} now; its next start would end: ${ends}`),
      remedy: "Mend the file, and see that fail2ban starts with it: systemctl restart fail2ban.",
    });
  return atNextBoot(pass(found), [{ fact: input.facts.boot, target: "multi-user.target" }], {
    fact: input.facts.others,
    concern: "fail2ban",
  });
}
