/** The package, and what apt-config gives, matched against the package lists that the host has. */
import { aptValue } from "../../facts/apt.ts";
import { valueOr, whyUnknown } from "../../facts/probe.ts";
import { packages } from "../../platform.ts";
import { debian } from "../claim.ts";
import type { Check, CheckResult } from "../control.ts";
import { references as referencesOf } from "../references.ts";
import { rule } from "../rule.ts";
import { byOthers, inapplicable, verdicts } from "../verdict.ts";
import { keptBack, onlyDays } from "./kept-back.ts";
import { kindOf, releaseText } from "./origins.ts";
import type { probes } from "./probes.ts";
import { type UpdatesInput, type View, winning } from "./state.ts";
import { timers } from "./timers.ts";
import { daily, isOn, type Params, wantedKinds } from "./wanted.ts";

type UpdatesCheck = Check<Params, typeof probes, View>;

export const references = referencesOf({ cis12: "1.2.2.1", anssi: "R61" });

const originLists = ["Unattended-Upgrade::Origins-Pattern", "Unattended-Upgrade::Allowed-Origins"];

const shown = (value: string | undefined) => (value === undefined ? "not set" : `"${value}"`);

/** Fails by files that APT reads after ours: no change of the plan could alter that. */
function audited({ view }: UpdatesInput, keys: readonly string[], given: CheckResult): CheckResult {
  const won = given.verdict === "fail" ? winning(view, keys) : [];
  return won.length === 0 ? given : byOthers({ ...given, found: `${given.found}, by ${won.join("; ")}` });
}

/** A job of apt.systemd.daily. */
const dailyJob =
  (job: string): UpdatesCheck["test"] =>
  (input) => {
    const { config } = input.view;
    const key = `APT::Periodic::${job}`;
    const { fail, is } = verdicts(`${key} every day`);
    const off = aptValue(config, "APT::Periodic::Enable") === "0" ? "; APT::Periodic::Enable is 0" : "";
    const days = job === "Unattended-Upgrade" ? onlyDays(config) : [];
    if (days.length > 0)
      return byOthers(fail(`only on ${days.join(", ")} (Unattended-Upgrade::Update-Days)`));
    const found = `${shown(aptValue(config, key))}${off}`;
    return audited(input, [key, "APT::Periodic::Enable"], is(daily(config, job), found));
  };

/** Why nobody can tell which sources apt uses. */
export const unasked = (targets: UpdatesInput["facts"]["targets"]) =>
  `which sources apt uses is not known: ${whyUnknown(targets) ?? "there is no apt-get"}`;

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

export const rules = [
  rule<Params, typeof probes, View>({
    ...{ id: "updates.installed", title: "unattended-upgrades is installed", severity: "high", references },
    reason: "Updates that wait for somebody to install them come too late.",
    want: [debian(packages.unattendedUpgrades, "the program that installs updates by itself")],
  }),
];

const check = (
  [name, severity, title]: readonly [string, UpdatesCheck["severity"], string],
  needs: UpdatesCheck["needs"],
  test: UpdatesCheck["test"],
): UpdatesCheck => ({
  ...{ id: `updates.${name}`, title, severity, role: "proof or audit", references, needs, test },
});

const lists = ["config", "releases"] as const;
const units = [
  ...(["downloadTimer", "upgradeTimer", "download", "upgrade"] as const),
  ...(["downloadSchedule", "upgradeSchedule"] as const),
] as const;

export const checks: readonly UpdatesCheck[] = [
  check(
    ["package-lists", "high", "Package lists are fetched every day"],
    ["config"],
    dailyJob("Update-Package-Lists"),
  ),
  check(["daily", "high", "Updates are installed every day"], ["config"], dailyJob("Unattended-Upgrade")),
  check(["timers", "high", "The timers that start it run"], units, timers),
  {
    ...check(["kept-back", "high", "No pattern keeps all packages from being updated"], ["config"], keptBack),
    role: "audit",
  },
  check(["origins-match", "high", "The origins match the host's own package lists"], lists, originsMatch),
  check(["origins-only", "low", "Nothing is installed from other origins"], lists, originsOnly),
  check(["reboot", "medium", "Whether the host restarts by itself"], ["config"], reboot),
  check(["mail", "low", "Who is told of updates, and when"], ["config"], mail),
];
