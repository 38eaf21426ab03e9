/** What apt-config gives, matched against the package lists that the host has. */
import { aptValue } from "../../facts/apt.ts";
import { valueOr } from "../../facts/probe.ts";
import type { Check, CheckResult } from "../control.ts";
import { atNextBoot } from "../next-start.ts";
import { references as referencesOf } from "../references.ts";
import { allowedPatterns, distroOf, kindOf, releaseText } from "./origins.ts";
import type { probes } from "./probes.ts";
import { matched, type UpdatesInput } from "./state.ts";
import { daily, isOn, type Params, wantedKinds } from "./wanted.ts";

type UpdatesCheck = Check<Params, typeof probes>;

const references = referencesOf({ cis12: "1.2.2.1", anssi: "R61" });

const result = (pass: boolean, expected: string, found: string): CheckResult => ({
  verdict: pass ? "pass" : "fail",
  expected,
  found,
});

const config = (input: UpdatesInput) => valueOr(input.facts.config, []);
const shown = (value: string | undefined) => (value === undefined ? "not set" : `"${value}"`);

/** A job of apt.systemd.daily. */
const dailyJob = (id: string, title: string, job: string): UpdatesCheck => ({
  id,
  title,
  severity: "high",
  role: "proof",
  references,
  needs: ["config"],
  test: (input) => {
    const enable = aptValue(config(input), "APT::Periodic::Enable");
    const off = enable === "0" ? "; APT::Periodic::Enable is 0" : "";
    const found = `${shown(aptValue(config(input), `APT::Periodic::${job}`))}${off}`;
    return result(daily(config(input), job), `APT::Periodic::${job} every day`, found);
  },
});

function originsMatch(input: UpdatesInput): CheckResult {
  const releases = valueOr(input.facts.releases, []);
  const distro = distroOf(input.host);
  const expected = `accepts the host's lists of: ${input.params.origins.join(", ")}`;
  if (releases.length === 0)
    return { verdict: "error", expected, found: "apt has no package lists: apt-get update was never run" };
  const patterns = allowedPatterns(config(input), distro);
  const { accepted, missing } = matched(input.params.origins, { patterns, releases, distro });
  if (missing.length === 0) return result(true, expected, accepted.map(releaseText).join("; "));
  const found = `nothing accepts ${missing.join(", ")}: the patterns are ${patterns.join("; ") || "none"}; the host has ${releases.map(releaseText).join("; ")}`;
  return result(false, expected, found);
}

function originsOnly(input: UpdatesInput): CheckResult {
  const distro = distroOf(input.host);
  const kinds = wantedKinds(input.params, distro);
  const releases = valueOr(input.facts.releases, []);
  const { accepted } = matched([], { patterns: allowedPatterns(config(input), distro), releases, distro });
  const more = accepted.filter((each) => !kinds.includes(kindOf(each, distro)));
  return result(
    more.length === 0,
    `nothing but ${kinds.join(", ")}`,
    more.map(releaseText).join("; ") || "nothing else",
  );
}

function timers({ facts }: UpdatesInput): CheckResult {
  const expected = "both timers enabled and active";
  const units = [
    ["apt-daily.timer", facts.downloadTimer],
    ["apt-daily-upgrade.timer", facts.upgradeTimer],
    ["apt-daily.service", facts.download],
    ["apt-daily-upgrade.service", facts.upgrade],
  ] as const;
  const state = units.map(([name, fact]) => ({ name, unit: valueOr(fact, undefined) }));
  const found = state
    .map(
      ({ name, unit }) => `${name} ${unit === undefined ? "is not there" : `${unit.enabled}, ${unit.state}`}`,
    )
    .join("; ");
  const masked = state.some(({ unit }) => unit === undefined || unit.enabled.startsWith("masked"));
  const off = state.some(({ name, unit }) => name.endsWith(".timer") && !unit?.active);
  if (masked || off) return result(false, expected, found);
  const target = "timers.target";
  return atNextBoot(result(true, expected, found), [
    { fact: facts.downloadTimerAtBoot, target },
    { fact: facts.upgradeTimerAtBoot, target },
    { fact: facts.downloadAtBoot },
    { fact: facts.upgradeAtBoot },
  ]);
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
    role: "proof",
    references,
    needs: ["downloadTimer", "upgradeTimer", "download", "upgrade"],
    test: timers,
  },
  {
    id: "updates.origins-match",
    title: "The origins match the host's own package lists",
    severity: "high",
    role: "proof",
    references,
    needs: ["config", "releases"],
    test: originsMatch,
  },
  {
    id: "updates.origins-only",
    title: "Nothing is installed from other origins",
    severity: "low",
    role: "proof",
    references,
    needs: ["config", "releases"],
    test: originsOnly,
  },
  {
    id: "updates.reboot",
    title: "Whether the host restarts by itself",
    severity: "medium",
    role: "proof",
    references,
    needs: ["config"],
    test: (input) => {
      const value = aptValue(config(input), "Unattended-Upgrade::Automatic-Reboot");
      const { automaticReboot } = input.params;
      return result(isOn(value) === automaticReboot, String(automaticReboot), shown(value));
    },
  },
  {
    id: "updates.mail",
    title: "Who is told of updates, and when",
    severity: "low",
    role: "proof",
    references,
    needs: ["config"],
    test: (input) => {
      const mail = aptValue(config(input), "Unattended-Upgrade::Mail") ?? "";
      const report = aptValue(config(input), "Unattended-Upgrade::MailReport") ?? "on-change";
      const { params } = input;
      if (params.mail === "") return result(mail === "", "nobody", mail || "nobody");
      const expected = `${params.mail}, ${params.mailReport}`;
      return result(
        mail === params.mail && report === params.mailReport,
        expected,
        `${mail || "nobody"}, ${report}`,
      );
    },
  },
];
