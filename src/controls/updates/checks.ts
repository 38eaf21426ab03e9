/** The package, and what apt-config gives, matched against the package lists that the host has. */
import type { RowHead } from "../../checks/check.ts";
import type { Reads } from "../../checks/reads.ts";
import { aptValue } from "../../facts/apt.ts";
import { valueOr } from "../../facts/probe.ts";
import { debian } from "../../plan/claim.ts";
import type { CheckResult } from "../../plan/control.ts";
import { packages } from "../../platform.ts";
import { references as referencesOf } from "../references.ts";
import type { ControlRow, TestRow } from "../row.ts";
import { byOthers, inapplicable, verdicts } from "../verdict.ts";
import { audited, dailyJob, installs, shown } from "./daily.ts";
import { keptBack } from "./kept-back.ts";
import { kindOf, releaseText } from "./origins.ts";
import type { probes } from "./probes.ts";
import { type UpdatesInput, type UpdatesView, unasked } from "./state.ts";
import { timers } from "./timers.ts";
import { isOn, type UpdatesParams, wantedKinds } from "./wanted.ts";

const dump = (key: string) => `apt-config dump | grep ${key}`;
const shut = "Most break-ins use a hole that has an update already";

const oftener =
  "An `OnCalendar=` of your own for the timers, every 4 hours: mirrors are asked, and services restart, as often.";

type UpdatesCheck = TestRow<UpdatesParams, typeof probes, UpdatesView>;

export const references = referencesOf({ cis12: "1.2.2.1", anssi: "R61" });

const originLists = ["Unattended-Upgrade::Origins-Pattern", "Unattended-Upgrade::Allowed-Origins"];

function originsMatch(input: UpdatesInput): CheckResult {
  const { releases, now, ours } = input.view;
  const { targets } = input.facts;
  const { pass, fail, error } = verdicts(`accepts the host's lists of: ${input.params.origins.join(", ")}`);
  if (targets.state !== "present") return byOthers(error(unasked(targets)));
  if (targets.value.length === 0) return byOthers(fail("apt has no source of packages (sources.list(5))"));
  if (valueOr(input.facts.releases, []).length === 0)
    return byOthers(error("apt has no package lists: apt-get update was never run"));
  const { patterns, accepted, missing } = now();
  if (missing.length === 0) return pass(accepted.map(releaseText).join("; "));
  const found = `nothing accepts ${missing.join(", ")}: the patterns are ${patterns.join("; ") || "none"}; the host has ${releases.map(releaseText).join("; ") || "no list of a source that apt uses"}`;
  const given = audited(input, originLists, fail(found));
  // Our own patterns would not match either: the host lacks the list.
  return ours().missing.length > 0 ? byOthers(given) : given;
}

function originsOnly(input: UpdatesInput): CheckResult {
  const { distro, now } = input.view;
  const kinds = wantedKinds(input.params, distro);
  const more = now().accepted.filter((each) => !kinds.includes(kindOf(each, distro)));
  const found = more.map(releaseText).join("; ") || "nothing else";
  return audited(
    input,
    originLists,
    verdicts(`nothing but ${kinds.join(", ")}`).is(more.length === 0, found),
  );
}

function mail(input: UpdatesInput): CheckResult {
  const { params, view } = input;
  const keys = ["Unattended-Upgrade::Mail", "Unattended-Upgrade::MailReport"] as const;
  const now = aptValue(view.config, keys[0]) ?? "";
  const report = aptValue(view.config, keys[1]) ?? "on-change";
  const found = now === "" ? "nobody" : `${now}, ${report}`;
  if (params.mail === undefined && params.mailReport === undefined)
    return inapplicable(`the profile leaves it to the host: ${found}`);
  const { mail = now, mailReport = report } = params;
  const { is } = verdicts(mail === "" ? "nobody" : `${mail}, ${mailReport}`);
  return audited(input, keys, is(now === mail && (now === "" || report === mailReport), found));
}

function reboot(input: UpdatesInput): CheckResult {
  const key = "Unattended-Upgrade::Automatic-Reboot";
  const value = aptValue(input.view.config, key);
  const { automaticReboot } = input.params;
  const { is } = verdicts(String(automaticReboot));
  return audited(input, [key], is(isOn(value) === automaticReboot, shown(value)));
}

const atEachRun = {
  only: ["next start"],
  because: "apt and unattended-upgrades read their configuration and their lists anew at each run.",
} as const satisfies Reads;

/** What waits is no work of it, and is there without it, too. */
const cause = "unattended-upgrades";

const check = (
  head: RowHead & Partial<Pick<UpdatesCheck, "reads">>,
  needs: readonly (keyof typeof probes)[],
  test: UpdatesCheck["test"],
): UpdatesCheck => ({ role: "proof or audit", cause, references, reads: atEachRun, ...head, needs, test });

const lists = ["config", "releases"] as const;
const units = [
  ...(["downloadTimer", "upgradeTimer", "download", "upgrade"] as const),
  ...(["downloadSchedule", "upgradeSchedule"] as const),
] as const;

export const checks: readonly ControlRow<UpdatesParams, typeof probes, UpdatesView>[] = [
  {
    id: "updates.installed",
    reads: { only: ["file"], because: "dpkg says what is there, and the timers start that program anew." },
    title: "unattended-upgrades is installed",
    severity: "high",
    cause,
    answers: ["server.updates"],
    references,
    why: `${shut}; without the program nobody installs it.`,
    leavesOpen: "What apt didn't bring (containers' images, /opt, pip, npm) gets no update by this.",
    stricter: "Nothing on the host but packages of the release: newer versions aren't to be had.",
    look: "dpkg -s unattended-upgrades",
    reason: "Updates that wait for somebody to install them come too late.",
    want: [debian(packages.unattendedUpgrades, "the program that installs updates by itself")],
  },
  check(
    {
      id: "updates.package-lists",
      title: "Package lists are fetched every day",
      severity: "high",
      answers: ["server.updates"],
      criteria: ["CC7.1", "CC8.1"],
      why: "Without fresh lists the host knows of no update.",
      leavesOpen: "For up to a day the host doesn't know of an update that is out.",
      stricter: oftener,
      look: dump("APT::Periodic"),
    },
    ["config"],
    dailyJob("Update-Package-Lists"),
  ),
  check(
    {
      id: "updates.daily",
      title: "Updates are installed every day",
      severity: "high",
      answers: ["server.updates"],
      why: `${shut}, and wait for somebody who installs it.`,
      breaks: "A service restarts when its package is updated.",
      leavesOpen:
        "A hole is open until its update is out, and then for up to a day; runs that fail are told after three.",
      stricter: oftener,
      look: dump("'APT::Periodic|InstallOnShutdown|Update-Days'").replace("grep", "grep -E"),
    },
    ["config"],
    installs,
  ),
  check(
    {
      id: "updates.timers",
      reads: ["process", "next start"],
      title: "The timers that start it run",
      severity: "high",
      answers: ["server.updates"],
      why: "The settings are right, and nothing starts the program.",
      leavesOpen: "They wait by chance, up to 12 hours as they come.",
      stricter: oftener,
      look: "systemctl list-timers 'apt-daily*'",
    },
    units,
    timers,
  ),
  check(
    {
      role: "audit",
      id: "updates.kept-back",
      reads: { ...atEachRun, only: ["next start", "file"] },
      title: "No pattern keeps all packages from being updated",
      severity: "high",
      answers: ["server.updates"],
      why: "A pattern that keeps back everything looks like a host without updates.",
      leavesOpen:
        "A hold of one package passes (`updates.left-out` tells it), and so does a hook of apt's that fails only later.",
      stricter: "No pattern and no `apt-mark hold` at all: what broke by an update once may break again.",
      look: `${dump("'Package-|Pre-In'").replace("grep", "grep -E")}; apt-cache policy`,
    },
    ["config"],
    keptBack,
  ),
  check(
    {
      id: "updates.origins-match",
      reads: { ...atEachRun, only: ["next start", "file"] },
      title: "The origins match the host's own package lists",
      severity: "high",
      answers: ["server.updates"],
      why: "A pattern that matches nothing looks just like one that works: no update ever comes.",
      by: ["origins"],
      leavesOpen: "Packages of other sources (docker.com, backports) get no update by this.",
      stricter: "No other source on the host: newer versions of these packages aren't to be had.",
      look: "unattended-upgrade --dry-run --debug",
    },
    lists,
    originsMatch,
  ),
  check(
    {
      id: "updates.origins-only",
      reads: { ...atEachRun, only: ["next start", "file"] },
      title: "Nothing is installed from other origins",
      severity: "low",
      why: "Updates from elsewhere change more than holes, unasked.",
      by: ["origins"],
      leavesOpen: "With `updates` more than holes is changed, unasked.",
      stricter: "`origins: [security]`: faults that are no holes wait for a person.",
      look: dump("'Origins-Pattern|Allowed-Origins'").replace("grep", "grep -E"),
    },
    lists,
    originsOnly,
  ),
  check(
    {
      id: "updates.reboot",
      title: "Whether the host restarts by itself",
      severity: "medium",
      why: "A server that restarts by itself is away when nobody expects it; one that never does runs the old kernel.",
      by: ["automaticReboot"],
      leavesOpen: "With false a new kernel waits, and its holes are open, until somebody restarts the host.",
      stricter: "`automaticReboot: true`: the host is away for a minute when nobody expects it.",
      look: dump("Automatic-Reboot"),
    },
    ["config"],
    reboot,
  ),
  check(
    {
      id: "updates.mail",
      title: "Who is told of updates, and when",
      severity: "low",
      why: "Nobody is told what was installed, or that it failed.",
      breaks: "An address without a mailer on the host makes each run complain.",
      by: ["mail", "mailReport"],
      leavesOpen: "A mail that nobody reads, or that gets lost, tells nobody.",
      stricter: "`mailReport: always`, so that silence is a sign: a mail a day from each host.",
      look: dump("Unattended-Upgrade::Mail"),
    },
    ["config"],
    mail,
  ),
];
