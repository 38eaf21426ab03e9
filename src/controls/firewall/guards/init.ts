/** What the host's own scripts do when ufw starts. */
import type { Finding } from "../../../checks/finding.ts";
import { findingsOf } from "../../../checks/finding.ts";
import { hintOfWhy, whyUnknown } from "../../../facts/probe.ts";
import type { FirewallInput, FirewallView } from "../model.ts";
import { paths } from "../probes.ts";
import { all } from "./list.ts";

const say = findingsOf("firewall", {
  "init-files": ["warn", "ufw runs scripts of the host's own when it is enabled"],
  "init-files-unknown": ["warn", "Whether ufw runs scripts of the host's own could not be read"],
});

export const findings = say.records;

export function init({ facts }: FirewallInput, view: FirewallView): readonly Finding[] {
  if (view.needed().operation !== "enable") return [];
  const files = view.scripts.map((key) => paths[key]);
  const unread = whyUnknown(facts.beforeInit, facts.afterInit);
  return [
    ...say(
      "init-files",
      files.length > 0 &&
        `When ufw is enabled, it also runs executable files of the host's own with "start": ${all(files)}. A rollback runs them with "stop", as ufw disable does. What their "stop" leaves stays on the host.`,
      `See that "stop" takes back all that "start" sets. If it does not, take back the rest by hand after a rollback, or keep ufw from running them: chmod -x ${files.join(" ")}`,
    ),
    ...say(
      "init-files-unknown",
      unread !== undefined &&
        `${paths.beforeInit} and ${paths.afterInit} could not be read (${unread}), so whether ufw runs them when it is enabled is not known.`,
      hintOfWhy(unread),
    ),
  ];
}
