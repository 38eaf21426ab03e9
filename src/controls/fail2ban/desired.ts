/** The package, our file, and a service that runs with its values. */
import { valueOr } from "../../facts/probe.ts";
import type { Resource } from "../../kinds/index.ts";
import { fail2banReadsJournal, packages, units } from "../../platform.ts";
import type { Claim } from "../claim.ts";
import { filterMakers, uncounted } from "./filter.ts";
import { dropInPath, isOurs, jailText, mainPath, type WantedJail } from "./jail.ts";
import { drift, reloadIsTooLittle } from "./live.ts";
import { nextValue } from "./next.ts";
import { beatenBy, type FailInput, isMasked, pathOf, unreadable, wantedOf } from "./state.ts";

export function desired(input: FailInput): readonly Claim[] {
  const wanted = wantedOf(input);
  if (unreadable(input) !== undefined) return packagesOf(input, wanted);
  const path = pathOf(input);
  const how = refresh(input, wanted);
  const files = [...leftOver(input, path), jailFile(path, wanted)].map((claim) => ({
    ...claim,
    effect: how,
  }));
  const on = [...files.map(({ resource }) => `file:${resource.path}`), `package:${packages.pythonSystemd}`];
  return [
    ...packagesOf(input, wanted),
    ...files,
    ...(input.host.systemd && !isMasked(input) ? [service(input, { wanted, path, how, on })] : []),
  ];
}

const claim = <R extends Resource>(resource: R, reason: string) => ({
  control: "fail2ban",
  resource,
  reason,
});

function packagesOf({ facts, host }: FailInput, { backend }: WantedJail): readonly Claim[] {
  const fail2ban = claim(
    {
      kind: "package",
      name: packages.fail2ban,
      brings: "the service fail2ban, which bans addresses that fail to log in",
    },
    "An address that guesses at passwords or keys is shut out.",
  );
  if (fail2banReadsJournal(host)) return [fail2ban];
  if (backend !== "systemd" || facts.pythonSystemd.state === "unknown") return [fail2ban];
  return [
    fail2ban,
    claim(
      { kind: "package", name: packages.pythonSystemd, brings: "what fail2ban needs to read the journal" },
      "Without it fail2ban doesn't start on a host that logs to the journal only.",
    ),
  ];
}

const jailFile = (path: string, wanted: WantedJail) =>
  claim(
    {
      kind: "file",
      path,
      content: Buffer.from(jailText(wanted)),
      mode: "0644",
      owner: "root",
      group: "root",
      proof: { check: "fail2ban", words: [] },
    } as const,
    path === mainPath
      ? "The sshd jail, on the port that sshd uses, with the profile's values."
      : "The sshd jail with the profile's values, beside the settings that somebody made in files of their own.",
  );

/** The file of the other layout, where it is ours: two of them would have to be kept equal. */
function leftOver({ facts }: FailInput, path: string) {
  const [other, fact] =
    path === mainPath ? ([dropInPath, facts.dropIn] as const) : ([mainPath, facts.jailLocal] as const);
  if (!isOurs(fact)) return [];
  return [
    claim(
      { kind: "file", path: other, content: "absent", mode: "0644", owner: "root", group: "root" } as const,
      `Replaced by ${path}.`,
    ),
  ];
}

/**
 * A reload takes new values and keeps bans, but leaves the old ports in the kernel's rules, and brings back neither a
 * jail that is gone nor an action (tried on 1.0.2 and 1.1.0). A restart does, and brings the bans back from fail2ban's
 * database.
 */
function refresh({ facts }: FailInput, wanted: WantedJail): "reload" | "restart" {
  const running = valueOr(facts.running, undefined);
  if (running === undefined) return "reload";
  if (!running.running || running.sshd === undefined) return "restart";
  const banAction = nextValue(valueOr(facts.files, []), "banaction");
  return reloadIsTooLittle(running.sshd, wanted, banAction) ? "restart" : "reload";
}

function service(
  input: FailInput,
  {
    wanted,
    path,
    how,
    on,
  }: { wanted: WantedJail; path: string; how: "reload" | "restart"; on: readonly string[] },
): Claim {
  const stale = staleness(input, wanted, path);
  return claim(
    {
      kind: "service",
      unit: units.fail2ban,
      enabled: true,
      active: true,
      on,
      how,
      ...(stale === undefined ? {} : { stale }),
    } as const,
    "The jail works with the values of its file, and again after a reboot.",
  );
}

/** Why the service must be told again although the files are right; undefined where that would not help. */
function staleness(input: FailInput, wanted: WantedJail, path: string): string | undefined {
  const { facts, access } = input;
  const running = valueOr(facts.running, undefined);
  if (running === undefined || !valueOr(facts.unit, undefined)?.active) return undefined;
  const file = valueOr(path === mainPath ? facts.jailLocal : facts.dropIn, undefined);
  if (file?.content?.toString("utf8") !== jailText(wanted)) return undefined;
  const beaten = beatenBy(input);
  if (!running.running) return "The service is up, but its server doesn't answer.";
  if (running.sshd === undefined)
    return beaten.has("enabled") ? undefined : "The sshd jail isn't running, though its file says so.";
  const deaf = uncounted(running.sshd).some(({ counts }) => counts === "no");
  const mendable = deaf && !beaten.has("filter") && filterMakers(input, running.sshd).length === 0;
  const differs = [
    ...drift(running.sshd, wanted, { caller: access.caller, beaten }),
    ...(mendable ? ["its filter doesn't count failed logins"] : []),
  ];
  return differs.length === 0 ? undefined : `The running jail differs: ${differs.join("; ")}.`;
}
