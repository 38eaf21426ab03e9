/** What would make updates silently never come, said before anything changes. */
import { valueOr } from "../../facts/probe.ts";
import type { Finding } from "../../plan/plan.ts";
import { allowedPatterns, distroOf, releaseText } from "./origins.ts";
import { matched, overridesOf, type UpdatesInput } from "./state.ts";
import { dropInEntries, dropInPath, switchedOff, switchedOn, switchPath } from "./wanted.ts";

export function guard(input: UpdatesInput): readonly Finding[] {
  return [...unreadable(input), ...overridden(input), ...sources(input), ...jobs(input), ...notes(input)];
}

function finding(id: string, level: Finding["level"], message: string, hint?: string): Finding {
  return { control: "updates", id: `updates.${id}`, level, message, ...(hint === undefined ? {} : { hint }) };
}

function unreadable({ facts }: UpdatesInput): readonly Finding[] {
  return [facts.switch, facts.dropIn, facts.later, facts.main].flatMap((fact) =>
    fact.state === "unknown"
      ? [finding("unreadable", "block", `apt's configuration could not be read: ${fact.why}.`)]
      : [],
  );
}

function overridden(input: UpdatesInput): readonly Finding[] {
  const all = overridesOf(input);
  if (all.length === 0) return [];
  return [
    finding(
      "overridden",
      "block",
      `APT reads these after ${dropInPath}, so the profile's values would not count: ${all.join("; ")}.`,
      "Take them out, rename the file so that it sorts before, or skip the control.",
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
        "block",
        "apt has no package lists yet, so nobody can tell whether security updates would be found.",
        "Run apt-get update on the host first.",
      ),
    ];
  }
  const patterns = allowedPatterns(dropInEntries(params, distro), distro);
  return matched(params.origins, { patterns, releases, distro }).missing.map((kind) =>
    finding(
      `no-${kind}-source`,
      "block",
      `No package list of this host is ${distro.id}'s own for ${distro.codename} with ${kind === "security" ? "security updates" : "updates"}; it has: ${releases.map(releaseText).join("; ")}.`,
      "Add the source (sources.list(5)), run apt-get update, and plan again.",
    ),
  );
}

function jobs({ facts }: UpdatesInput): readonly Finding[] {
  const services = [
    ["apt-daily.service", facts.download],
    ["apt-daily-upgrade.service", facts.upgrade],
  ] as const;
  return services.flatMap(([name, fact]) =>
    valueOr(fact, undefined)?.enabled.startsWith("masked")
      ? [
          finding(
            "masked",
            "block",
            `${name} is masked, so its timer would start nothing.`,
            `Somebody masked it on purpose; if it should run: systemctl unmask ${name}`,
          ),
        ]
      : [],
  );
}

function notes({ params, facts, host }: UpdatesInput): readonly Finding[] {
  const mailer = facts.sendmail.state !== "absent" || facts.mailx.state !== "absent";
  const text = valueOr(facts.switch, undefined)?.content;
  const foreign = text !== undefined && !text.equals(switchedOn) && !text.equals(switchedOff);
  return [
    ...(params.mail !== "" && !mailer
      ? [
          finding(
            "no-mailer",
            "warn",
            `Nobody can tell ${params.mail} of updates: the host has neither /usr/sbin/sendmail nor /usr/bin/mail.`,
            "Install a mailer such as msmtp-mta, or set mail to ''.",
          ),
        ]
      : []),
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
