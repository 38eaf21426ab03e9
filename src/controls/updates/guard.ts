/** What would make updates silently never come, said before anything changes. */
import { aptValue } from "../../facts/apt.ts";
import { valueOr } from "../../facts/probe.ts";
import type { Finding } from "../../plan/plan.ts";
import { onlyDays, onlyPackages, widePatterns } from "./kept-back.ts";
import { allowedPatterns, distroOf, releaseText } from "./origins.ts";
import { pinnedAway } from "./pins.ts";
import { matched, overridesOf, type UpdatesInput } from "./state.ts";
import { foreignTimers, maskedUnits } from "./timers.ts";
import { dropInEntries, dropInPath, switchedOff, switchedOn, switchPath } from "./wanted.ts";

export function guard(input: UpdatesInput): readonly Finding[] {
  return [
    ...unreadable(input),
    ...overridden(input),
    ...sources(input),
    ...jobs(input),
    ...keptBack(input),
    ...pinned(input),
    ...mailing(input),
    ...notes(input),
  ];
}

function finding(id: string, level: Finding["level"], message: string, hint?: string): Finding {
  return { control: "updates", id: `updates.${id}`, level, message, ...(hint === undefined ? {} : { hint }) };
}

/** Our own files are not written over what nobody could read; of the others only what they say stays unknown. */
function unreadable({ facts }: UpdatesInput): readonly Finding[] {
  const told = (level: "block" | "warn", fact: { state: string; why?: string }) =>
    fact.state === "unknown"
      ? [finding("unreadable", level, `apt's configuration could not be read: ${fact.why}.`)]
      : [];
  return [
    ...[facts.switch, facts.dropIn].flatMap((fact) => told("block", fact)),
    ...[facts.later, facts.main].flatMap((fact) => told("warn", fact)),
  ];
}

function overridden(input: UpdatesInput): readonly Finding[] {
  const all = overridesOf(input);
  if (all.length === 0) return [];
  return [
    finding(
      "overridden",
      "warn",
      `APT reads these after ${dropInPath}, so the profile's values don't count there: ${all.join("; ")}.`,
      "Take them out, or rename the file so that it sorts before.",
    ),
  ];
}

/** Each wanted kind of list is there, and our own patterns accept it. */
function sources({ params, facts, host }: UpdatesInput): readonly Finding[] {
  const distro = distroOf(host);
  const releases = valueOr(facts.releases, undefined);
  if (releases === undefined) return [];
  if (releases.length === 0) {
    // An installation fetches the lists first.
    if (facts.package.state === "absent") return [];
    return [
      finding(
        "no-lists",
        "warn",
        "apt has no package lists yet, so nobody can tell whether security updates would be found.",
        "Run apt-get update on the host first.",
      ),
    ];
  }
  const patterns = allowedPatterns(dropInEntries(params, distro), distro);
  return matched(params.origins, { patterns, releases, distro }).missing.map((kind) =>
    finding(
      `no-${kind}-source`,
      "warn",
      `No package list of this host is ${distro.id}'s own for ${distro.codename} with ${kind === "security" ? "security updates" : "updates"}; it has: ${releases.map(releaseText).join("; ")}.`,
      "Add the source (sources.list(5)), run apt-get update, and plan again.",
    ),
  );
}

function jobs(input: UpdatesInput): readonly Finding[] {
  const masked = maskedUnits(input).map((name) =>
    finding(
      "masked",
      "warn",
      `${name} is masked, so updates don't come by themselves.`,
      `Somebody masked it on purpose; if it should run: systemctl unmask ${name}`,
    ),
  );
  const foreign = foreignTimers(input).map((phrase) =>
    finding(
      "not-daily",
      "warn",
      `${phrase}.`,
      "systemctl cat shows the file that says so; take it out if that is not meant.",
    ),
  );
  return [...masked, ...foreign];
}

function pinned(input: UpdatesInput): readonly Finding[] {
  const away = pinnedAway(input);
  if (away.length === 0) return [];
  return [
    finding(
      "pinned",
      "warn",
      `APT takes no security updates: ${away.join("; ")}, and what is installed has 100.`,
      "Take the pin out, or give it a priority above 100; apt-cache policy shows what counts.",
    ),
  ];
}

function keptBack({ facts }: UpdatesInput): readonly Finding[] {
  const entries = valueOr(facts.config, []);
  const patterns = widePatterns(entries).map(({ pattern }) => `"${pattern}"`);
  const only = onlyPackages(entries);
  const days = onlyDays(entries);
  const lists = [
    ...(patterns.length > 0 ? [`Package-Blacklist ${patterns.join(", ")}`] : []),
    ...(only.length > 0 ? [`Package-Whitelist ${only.join(", ")}`] : []),
    ...(days.length > 0 ? [`Update-Days ${days.join(", ")}`] : []),
  ];
  if (lists.length === 0) return [];
  return [
    finding(
      "kept-back",
      "warn",
      `Somebody's settings keep security updates back: Unattended-Upgrade::${lists.join("; ")}.`,
      "apt-config dump shows them; grep -r in /etc/apt/apt.conf.d finds the file.",
    ),
  ];
}

/** Who is told: nobody can be without a mailer, and whoever is told today must not lose that unseen. */
function mailing({ params, facts }: UpdatesInput): readonly Finding[] {
  const now = aptValue(valueOr(facts.config, []), "Unattended-Upgrade::Mail") ?? "";
  const mail = params.mail ?? now;
  const mailer = facts.sendmail.state !== "absent" || facts.mailx.state !== "absent";
  const written = valueOr(facts.dropIn, undefined)?.content?.includes(`::Mail "${now}"`) === true;
  const goes = params.mail !== undefined && now !== "" && now !== params.mail && !written;
  return [
    ...(mail !== "" && !mailer
      ? [
          finding(
            "no-mailer",
            "warn",
            `Nobody can tell ${mail} of updates: the host has neither /usr/sbin/sendmail nor /usr/bin/mail.`,
            "Install a mailer such as msmtp-mta, or set mail to ''.",
          ),
        ]
      : []),
    ...(goes
      ? [
          finding(
            "mail-goes",
            "warn",
            `${now} is told of updates today, and ${params.mail === "" ? "nobody" : params.mail} would be instead.`,
            "Leave mail out of the profile to keep the host's own address.",
          ),
        ]
      : []),
  ];
}

function notes({ facts, host }: UpdatesInput): readonly Finding[] {
  const text = valueOr(facts.switch, undefined)?.content;
  const foreign = text !== undefined && !text.equals(switchedOn) && !text.equals(switchedOff);
  return [
    ...(foreign
      ? [
          finding(
            "own-switch",
            "note",
            `${switchPath} was written by somebody and stays as it is; ${dropInPath} is read after it.`,
          ),
        ]
      : []),
    ...(host.systemd
      ? []
      : [finding("no-systemd", "note", "systemd does not run here, so the timers are left alone.")]),
  ];
}
