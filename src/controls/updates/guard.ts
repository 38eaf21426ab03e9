/** What would make updates silently never come, said before anything changes. */
import type { Finding, Level } from "../../checks/finding.ts";
import { findingsOf } from "../../checks/finding.ts";
import { aptValue } from "../../facts/apt.ts";
import { type Fact, hintOf, valueOr } from "../../facts/probe.ts";
import { maskedHint } from "../guard-words.ts";
import { isStrictForNothing, onlyDays, onlyPackages, widePatterns } from "./kept-back.ts";
import { releaseText } from "./origins.ts";
import { outranked, widePins } from "./pins.ts";
import type { UpdatesInput } from "./state.ts";
import { foreignTimers, maskedUnits } from "./timers.ts";
import { dropInPath, isPristine, switchPath } from "./wanted.ts";

const say = findingsOf("updates", {
  unreadable: ["block", "What updates come by could not be read"],
  overridden: ["warn", "APT reads somebody's files later, and the profile's values don't count there"],
  "no-lists": ["warn", "apt has no package lists yet"],
  "no-security-source": ["warn", "APT has no source of security updates"],
  "no-updates-source": ["warn", "APT has no source of the release's other updates"],
  masked: ["warn", "A unit that updates come by is masked"],
  "not-daily": ["warn", "Somebody has changed when updates come"],
  pinned: ["warn", "APT's priorities keep it from taking security updates"],
  "kept-back": ["warn"],
  "no-mailer": ["warn", "The host has no program to send the mail that the profile asks for"],
  "mail-goes": ["warn", "Somebody who is told of updates today would not be any more"],
  "own-switch": ["note", "The file that switches updates on was written by somebody, and stays"],
  "no-systemd": ["note", "systemd does not run here, so that the timers are left alone"],
});

export const findings = say.records;

/** Our own files are not written over what nobody could read; of the others only what they say stays unknown. */
function unreadable({ facts }: UpdatesInput): readonly Finding[] {
  const unread = (level: Level, ...all: readonly Fact<unknown>[]) =>
    all.flatMap((fact) =>
      fact.state === "unknown"
        ? say.at(level, "unreadable", `apt's configuration could not be read: ${fact.why}.`, hintOf(fact))
        : [],
    );
  return [...unread("block", facts.switch, facts.dropIn), ...unread("warn", facts.later, facts.main)];
}

const overridden = ({ view: { overrides } }: UpdatesInput) =>
  say(
    "overridden",
    overrides.length > 0 &&
      `APT reads these after ${dropInPath}, so the profile's values don't count there: ${overrides.join("; ")}.`,
    "Take them out, or rename the file so that it sorts before.",
  );

/** Each wanted kind of list is there, and our own patterns accept it. */
function sources({ facts, view }: UpdatesInput): readonly Finding[] {
  const { distro, releases } = view;
  if (facts.releases.state !== "present") return [];
  if (facts.releases.value.length === 0)
    return say(
      "no-lists",
      facts.package.state !== "absent" &&
        "apt has no package lists yet, so nobody can tell whether security updates would be found.",
      "Run apt-get update on the host first.",
    );
  return view
    .ours()
    .missing.flatMap((kind) =>
      say(
        kind === "security" ? "no-security-source" : "no-updates-source",
        `No package list of this host is ${distro.id}'s own for ${distro.codename} with ${kind === "security" ? "security updates" : "updates"}; it has: ${releases.map(releaseText).join("; ") || "none of a source that apt uses"}.`,
        "Add the source (sources.list(5)), run apt-get update, and plan again.",
      ),
    );
}

const jobs = (input: UpdatesInput) => [
  ...maskedUnits(input).flatMap((name) =>
    say("masked", `${name} is masked, so updates don't come by themselves.`, maskedHint(name)),
  ),
  ...say(
    "not-daily",
    foreignTimers(input).map((phrase) => `${phrase}.`),
    "systemctl cat shows the file that says so; take it out if that is not meant.",
  ),
];

const pinned = (input: UpdatesInput) => [
  ...outranked(input).flatMap(({ found, remedy }) =>
    say("pinned", `APT takes no security updates from a list: ${found}.`, remedy),
  ),
  ...say(
    "pinned",
    widePins(input).map((pin) => `A pin for packages of all kinds may keep security updates back: ${pin}.`),
    "Name the packages that it is for; apt-cache policy PACKAGE shows what counts.",
  ),
];

function keptBack({ view: { config } }: UpdatesInput): readonly Finding[] {
  const lists = {
    "Package-Blacklist": widePatterns(config).map(({ pattern }) => `"${pattern}"`),
    "Package-Whitelist": onlyPackages(config),
    "Package-Whitelist-Strict": isStrictForNothing(config) ? ["without a Package-Whitelist"] : [],
    "Update-Days": onlyDays(config),
  };
  const full = Object.entries(lists).filter(([, words]) => words.length > 0);
  return say(
    "kept-back",
    full.length > 0 &&
      `Somebody's settings keep security updates back: Unattended-Upgrade::${full.map(([name, words]) => `${name} ${words.join(", ")}`).join("; ")}.`,
    "apt-config dump shows them; grep -r in /etc/apt/apt.conf.d finds the file.",
  );
}

/** Who is told: nobody can be without a mailer, and whoever is told today must not lose that unseen. */
function mailing({ params, facts, view }: UpdatesInput): readonly Finding[] {
  const now = aptValue(view.config, "Unattended-Upgrade::Mail") ?? "";
  const mail = params.mail ?? now;
  const mailer = facts.sendmail.state !== "absent" || facts.mailx.state !== "absent";
  const written = valueOr(facts.dropIn, undefined)?.content?.includes(`::Mail "${now}"`) === true;
  const goes = params.mail !== undefined && now !== "" && now !== params.mail && !written;
  return [
    ...say(
      "no-mailer",
      mail !== "" &&
        !mailer &&
        `Nobody can tell ${mail} of updates: the host has neither /usr/sbin/sendmail nor /usr/bin/mail.`,
      "Install a mailer such as msmtp-mta, or set mail to ''.",
    ),
    ...say(
      "mail-goes",
      goes && `${now} is told of updates today, and ${params.mail || "nobody"} would be instead.`,
      "Leave mail out of the profile to keep the host's own address.",
    ),
  ];
}

function notes({ facts, host }: UpdatesInput): readonly Finding[] {
  const text = valueOr(facts.switch, undefined)?.content;
  return [
    ...say(
      "own-switch",
      text !== undefined &&
        !isPristine(text) &&
        `${switchPath} was written by somebody and stays as it is; ${dropInPath} is read after it.`,
    ),
    ...say("no-systemd", !host.systemd && "systemd does not run here, so the timers are left alone."),
  ];
}

const guards = [unreadable, overridden, sources, jobs, keptBack, pinned, mailing, notes];

export const guard = (input: UpdatesInput) => guards.flatMap((each) => each(input));
