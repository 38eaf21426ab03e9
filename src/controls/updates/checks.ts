/** What apt-config gives, matched against the package lists that the host has. */
import { aptValue } from "../../facts/apt.ts";
import { valueOr } from "../../facts/probe.ts";
import type { Check, CheckResult } from "../control.ts";
import { references as referencesOf } from "../references.ts";
import { keptBack, onlyDays } from "./kept-back.ts";
import { allowedPatterns, distroOf, kindOf, releaseText } from "./origins.ts";
import type { probes } from "./probes.ts";
import { matched, type UpdatesInput, wonBy } from "./state.ts";
import { timers } from "./timers.ts";
import { daily, dropInEntries, isOn, type Params, wantedKinds } from "./wanted.ts";

type UpdatesCheck = Check<Params, typeof probes>;

const references = referencesOf({ cis12: "1.2.2.1", anssi: "R61" });

const result = (pass: boolean, expected: string, found: string): CheckResult => ({
  verdict: pass ? "pass" : "fail",
  expected,
  found,
});

const originLists = ["Unattended-Upgrade::Origins-Pattern", "Unattended-Upgrade::Allowed-Origins"];

const config = (input: UpdatesInput) => valueOr(input.facts.config, []);
const shown = (value: string | undefined) => (value === undefined ? "not set" : `"${value}"`);

/** Fails by files that APT reads after ours: no change of the plan could alter that. */
function byOthers(input: UpdatesInput, keys: readonly string[], given: CheckResult): CheckResult {
  const won = given.verdict === "fail" ? wonBy(input, keys) : [];
  return won.length === 0
    ? given
    : { ...given, role: "audit", found: `${given.found}, by ${won.join("; ")}` };
}

/** A job of apt.systemd.daily. */
const dailyJob = (id: string, title: string, job: string): UpdatesCheck => ({
  id,
  title,
  severity: "high",
  role: "proof or audit",
  references,
  needs: ["config"],
  test: (input) => {
    const enable = aptValue(config(input), "APT::Periodic::Enable");
    const off = enable === "0" ? "; APT::Periodic::Enable is 0" : "";
    const found = `${shown(aptValue(config(input), `APT::Periodic::${job}`))}${off}`;
    const expected = `APT::Periodic::${job} every day`;
    const days = job === "Unattended-Upgrade" ? onlyDays(config(input)) : [];
    if (days.length > 0)
      return {
        ...result(false, expected, `only on ${days.join(", ")} (Unattended-Upgrade::Update-Days)`),
        role: "audit",
      };
    const keys = [`APT::Periodic::${job}`, "APT::Periodic::Enable"];
    return byOthers(input, keys, result(daily(config(input), job), expected, found));
  },
});

function originsMatch(input: UpdatesInput): CheckResult {
  const releases = valueOr(input.facts.releases, []);
  const distro = distroOf(input.host);
  const expected = `accepts the host's lists of: ${input.params.origins.join(", ")}`;
  if (releases.length === 0)
    return {
      verdict: "error",
      role: "audit",
      expected,
      found: "apt has no package lists: apt-get update was never run",
    };
  const patterns = allowedPatterns(config(input), distro);
  const { accepted, missing } = matched(input.params.origins, { patterns, releases, distro });
  if (missing.length === 0) return result(true, expected, accepted.map(releaseText).join("; "));
  const found = `nothing accepts ${missing.join(", ")}: the patterns are ${patterns.join("; ") || "none"}; the host has ${releases.map(releaseText).join("; ")}`;
  // Our own patterns would not match either: the host lacks the list.
  const ours = allowedPatterns(dropInEntries(input.params, distro), distro);
  const lacking = matched(input.params.origins, { patterns: ours, releases, distro }).missing.length > 0;
  const given = byOthers(input, originLists, result(false, expected, found));
  return lacking ? { ...given, role: "audit" } : given;
}

function originsOnly(input: UpdatesInput): CheckResult {
  const distro = distroOf(input.host);
  const kinds = wantedKinds(input.params, distro);
  const releases = valueOr(input.facts.releases, []);
  const { accepted } = matched([], { patterns: allowedPatterns(config(input), distro), releases, distro });
  const more = accepted.filter((each) => !kinds.includes(kindOf(each, distro)));
  const expected = `nothing but ${kinds.join(", ")}`;
  const found = more.map(releaseText).join("; ") || "nothing else";
  return byOthers(input, originLists, result(more.length === 0, expected, found));
}

function mail(input: UpdatesInput): CheckResult {
  const { params } = input;
  const now = aptValue(config(input), "Unattended-Upgrade::Mail") ?? "";
  const report = aptValue(config(input), "Unattended-Upgrade::MailReport") ?? "on-change";
  const found = now === "" ? "nobody" : `${now}, ${report}`;
  if (params.mail === undefined && params.mailReport === undefined)
    return { verdict: "not applicable", expected: "", found: `the profile leaves it to the host: ${found}` };
  const wanted = params.mail ?? now;
  const expected = wanted === "" ? "nobody" : `${wanted}, ${params.mailReport ?? report}`;
  return byOthers(input, ["Unattended-Upgrade::Mail", "Unattended-Upgrade::MailReport"], {
    ...result(now === wanted && (now === "" || report === (params.mailReport ?? report)), expected, found),
  });
}

export const checks: readonly UpdatesCheck[] = [
  {
    id: "updates.installed",
    title: "unattended-upgrades is installed",
    severity: "high",
    role: "proof",
    references,
    needs: ["package"],
    test: ({ facts }) => {
      const found = valueOr(facts.package, undefined);
      return result(found?.installed === true, "installed", `${found?.version} (${found?.status})`);
    },
  },
  dailyJob("updates.package-lists", "Package lists are fetched every day", "Update-Package-Lists"),
  dailyJob("updates.daily", "Updates are installed every day", "Unattended-Upgrade"),
  {
    id: "updates.timers",
    title: "The timers that start it run",
    severity: "high",
    role: "proof or audit",
    references,
    needs: ["downloadTimer", "upgradeTimer", "download", "upgrade", "schedules"],
    test: timers,
  },
  {
    id: "updates.kept-back",
    title: "No pattern keeps all packages from being updated",
    severity: "high",
    role: "audit",
    references,
    needs: ["config"],
    test: keptBack,
  },
  {
    id: "updates.origins-match",
    title: "The origins match the host's own package lists",
    severity: "high",
    role: "proof or audit",
    references,
    needs: ["config", "releases"],
    test: originsMatch,
  },
  {
    id: "updates.origins-only",
    title: "Nothing is installed from other origins",
    severity: "low",
    role: "proof or audit",
    references,
    needs: ["config", "releases"],
    test: originsOnly,
  },
  {
    id: "updates.reboot",
    title: "Whether the host restarts by itself",
    severity: "medium",
    role: "proof or audit",
    references,
    needs: ["config"],
    test: (input) => {
      const value = aptValue(config(input), "Unattended-Upgrade::Automatic-Reboot");
      const { automaticReboot } = input.params;
      const given = result(isOn(value) === automaticReboot, String(automaticReboot), shown(value));
      return byOthers(input, ["Unattended-Upgrade::Automatic-Reboot"], given);
    },
  },
  {
    id: "updates.mail",
    title: "Who is told of updates, and when",
    severity: "low",
    role: "proof or audit",
    references,
    needs: ["config"],
    test: mail,
  },
];
