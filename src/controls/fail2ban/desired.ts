/** The packages and our file; the service that runs with its values is a rule. */
import { valueOr } from "../../facts/probe.ts";
import type { ServiceResource } from "../../kinds/service.ts";
import { type Claim, claimsOf, daemon, debian, rootFile } from "../../plan/claim.ts";
import { fail2banReadsJournal, packages, units } from "../../platform.ts";
import { filterMakers, uncounted } from "./filter.ts";
import { dropInPath, isOurs, jailText, mainPath } from "./jail.ts";
import { drift, reloadIsTooLittle } from "./live.ts";
import { nextValue } from "./next.ts";
import type { Fail2banView, FailInput } from "./state.ts";

const claim = claimsOf("fail2ban");

export function desired(input: FailInput): readonly Claim[] {
  const { view } = input;
  if (view.unreadable !== undefined) return packagesOf(input);
  const files = [...leftOver(input), jailFile(view)];
  return [...packagesOf(input), ...files.map((each) => ({ ...each, effect: refresh(view) }))];
}

function packagesOf({ facts, host, view }: FailInput): readonly Claim[] {
  const brings = "the service that bans who fails to log in";
  const why = "An address that guesses at passwords or keys is shut out.";
  const bare = !fail2banReadsJournal(host) && facts.pythonSystemd.state !== "unknown";
  const python = debian(packages.pythonSystemd, "what fail2ban needs to read the journal");
  return [
    claim(why, debian(packages.fail2ban, brings)),
    ...(bare && view.wanted.backend === "systemd"
      ? [claim("Without it fail2ban doesn't start on a host that logs to the journal only.", python)]
      : []),
  ];
}

const jailFile = ({ path, wanted }: Fail2banView) =>
  claim(
    path === mainPath
      ? "The sshd jail, on the port that sshd uses, with the profile's values."
      : "The sshd jail with the profile's values, beside the settings that somebody made in files of their own.",
    rootFile(path, Buffer.from(jailText(wanted)), { proof: { check: "fail2ban", words: [] } }),
  );

/** The file of the other layout, where it is ours: two of them would have to be kept equal. */
function leftOver({ facts, view: { path } }: FailInput): readonly Claim[] {
  const [other, fact] =
    path === mainPath ? ([dropInPath, facts.dropIn] as const) : ([mainPath, facts.jailLocal] as const);
  return isOurs(fact) ? [claim(`Replaced by ${path}.`, rootFile(other, "absent"))] : [];
}

/**
 * A reload takes new values and keeps bans, but leaves the old ports in the kernel's rules, and brings back neither a
 * jail that is gone nor an action (tried on 1.0.2 and 1.1.0). A restart does, and brings the bans back from fail2ban's
 * database.
 */
function refresh({ running, jail, wanted, files }: Fail2banView): "reload" | "restart" {
  if (running === undefined) return "reload";
  if (jail === undefined) return "restart";
  return reloadIsTooLittle(jail, wanted, nextValue(files, "banaction")) ? "restart" : "reload";
}

/** A service that runs with our file's values; a masked one, and one that systemd doesn't start, is left alone. */
export function service(input: FailInput): readonly ServiceResource[] | string {
  const { view, host } = input;
  if (!host.systemd || view.isMasked || view.unreadable !== undefined) return "it is left alone";
  const files = desired(input).flatMap(({ resource }) =>
    resource.kind === "file" ? `file:${resource.path}` : [],
  );
  const on = [...files, `package:${packages.pythonSystemd}`];
  return [daemon(units.fail2ban, { on, how: refresh(view), stale: staleness(input) })];
}

/** Why the service must be told again although the files are right; undefined where that would not help. */
function staleness({ facts, access, view }: FailInput): string | undefined {
  const { running, jail, unit, wanted, beaten, path } = view;
  if (running === undefined || !unit?.active) return undefined;
  const file = valueOr(path === mainPath ? facts.jailLocal : facts.dropIn, undefined);
  if (file?.content?.toString("utf8") !== jailText(wanted)) return undefined;
  if (!running.running) return "The service is up, but its server doesn't answer.";
  if (jail === undefined)
    return beaten.has("enabled") ? undefined : "The sshd jail isn't running, though its file says so.";
  const deaf = uncounted(jail).some(({ counts }) => counts === "no");
  const mendable = deaf && !beaten.has("filter") && filterMakers(view, jail).length === 0;
  const differs = [
    ...drift(jail, wanted, { caller: access.caller, beaten }),
    ...(mendable ? ["its filter doesn't count failed logins"] : []),
  ];
  return differs.length === 0 ? undefined : `The running jail differs: ${differs.join("; ")}.`;
}
