/** What the daily jobs have brought about: how old the package lists are, and when unattended-upgrade last ended well. */
import type { Release } from "../../facts/apt.ts";
import type { PendingFact } from "../../facts/pending.ts";
import type { CheckResult } from "../../plan/control.ts";
import { formatDuration } from "../../profile/duration.ts";
import { inapplicable, verdicts } from "../verdict.ts";
import { kindOf, releaseText } from "./origins.ts";
import { type UpdatesInput, unasked } from "./state.ts";

const day = 86_400;

/** Both jobs try again each day. */
export const longest = 3 * day;

/** Debian signs its security list anew each week at the latest, and Ubuntu's longest pause is that at the year's end. */
const oldest = 30 * day;

const text = (seconds: number) => formatDuration(Math.max(0, Math.floor(seconds / 3600)) * 3600);

/** Of each list of the distribution's own that updates come from, the newest that apt has from any mirror. */
function newestLists({ view, params }: UpdatesInput): readonly Release[] {
  const isWanted = (release: Release) =>
    release.origin === view.distro.id &&
    params.origins.some((origin) => origin === kindOf(release, view.distro));
  const sorted = view.releases.filter(isWanted).sort((a, b) => (a.published ?? 0) - (b.published ?? 0));
  return [...new Map(sorted.map((release) => [releaseText(release), release])).values()];
}

/** A list that is older than what its archive publishes: a mirror that can't be reached, or stands still. */
function isStale({ published, validUntil }: Release, now: number): boolean {
  return (
    (validUntil !== undefined && validUntil < now) || (published !== undefined && now - published > oldest)
  );
}

const staleText = (release: Release, now: number) => {
  const { published, validUntil } = release;
  const age = published === undefined ? "on an unknown day" : `${text(now - published)} ago`;
  const day = validUntil === undefined ? "" : new Date(validUntil * 1000).toISOString().slice(0, 10);
  return `${releaseText(release)} was published ${age}${day && `, good until ${day}`}`;
};

/** Whether the package lists are those of today: by the job that asks for them, and by what it was given. */
export function fetched(input: UpdatesInput, { now, fetched: last, since }: PendingFact): CheckResult {
  const { pass, fail, error } = verdicts(
    `asked for within ${formatDuration(longest)}, and published within ${formatDuration(oldest)}`,
  );
  const age = last ?? since;
  if (last === undefined && (age === undefined || now - age <= longest))
    return inapplicable("the daily job has never had them");
  if (last === undefined) return fail(`never, for ${text(now - age!)}`);
  if (now - last > longest) return fail(`${text(now - last)} ago`);
  if (input.facts.targets.state !== "present") return error(unasked(input.facts.targets));
  const stale = newestLists(input).filter((release) => isStale(release, now));
  if (stale.length === 0) return pass(`${text(now - last)} ago`);
  return {
    ...fail(stale.map((release) => staleText(release, now)).join("; ")),
    remedy:
      "apt-get update says which mirror can't be reached, and apt takes the old list in its place: mend the way to it. Or the mirror stands still: take another; one that does so on purpose is a case for a waiver.",
  };
}

/** Why unattended-upgrade installs nothing though it is switched on; undefined where it runs to its end. */
export function failingRun({ now, installed, since, stuck, shut }: PendingFact): string | undefined {
  if (stuck !== undefined) return `unattended-upgrade doesn't start: ${stuck}`;
  if (shut.length > 0) return `no package can be installed: ${shut.join(", ")}`;
  const last = installed ?? since;
  if (last === undefined || now - last <= longest) return undefined;
  return installed === undefined
    ? `no run of unattended-upgrade has ended well, for ${text(now - last)}`
    : `the last run of unattended-upgrade that ended well is ${text(now - last)} ago`;
}
