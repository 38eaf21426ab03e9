/** Security updates that wait and that nothing installs by itself. */
import type { PendingFact, PendingUpgrade } from "../../facts/pending.ts";
import { oneLine } from "../../text.ts";
import { kindOf } from "./origins.ts";
import type { UpdatesInput } from "./state.ts";

interface LeftOut {
  /** The end of a sentence. */
  readonly why: string;
  readonly remedy: string;
}

/** Undefined where the daily job may still install it. */
export function leftOut(
  { name: full, held, pinned }: PendingUpgrade,
  found: PendingFact,
  view: UpdatesInput["view"],
): LeftOut | undefined {
  const name = full.replace(/:.*/, "");
  if (held)
    return {
      why: "on hold",
      remedy: `Nothing installs it while it is on hold: apt-mark unhold ${name}, then unattended-upgrade --verbose.`,
    };
  if (pinned)
    return {
      why: "pinned",
      remedy: `Nothing installs it while a pin keeps it: apt-cache policy ${name} shows that, grep -r . /etc/apt/preferences* where it stands.`,
    };
  if (found.unpacked.has(name)) return undefined;
  const said = found.skipped.get(name);
  const remedy = `The daily job leaves it out: apt-get install --only-upgrade ${name} asks what it has to; unattended-upgrade --dry-run --debug says why.`;
  if (said !== undefined) return { why: `unattended-upgrade says: ${oneLine(said)}`, remedy };
  return ranSince(found, view)
    ? { why: "unattended-upgrade has run to its end since the host knows of it", remedy }
    : undefined;
}

/** Whether the last run that ended well had the lists of security updates and the settings as they are now. */
function ranSince(
  { listed, installed = 0, since = 0 }: PendingFact,
  { releases, distro }: UpdatesInput["view"],
) {
  const security = releases.filter((release) => kindOf(release, distro) === "security");
  const own = listed.filter(({ path }) => security.some(({ base }) => path.startsWith(base)));
  return own.length > 0 && installed > Math.max(since, ...own.map(({ at }) => at));
}
