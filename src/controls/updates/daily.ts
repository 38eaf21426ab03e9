/** The jobs of apt.systemd.daily, and what keeps them from their work. */
import { aptValue } from "../../facts/apt.ts";
import { notLooked } from "../../facts/probe.ts";
import type { CheckResult } from "../../plan/control.ts";
import { byOthers, verdicts } from "../verdict.ts";
import { failingRun } from "./jobs.ts";
import { onlyDays } from "./kept-back.ts";
import { type UpdatesInput, winning } from "./state.ts";
import { daily, waitsForShutdown } from "./wanted.ts";

/** A value of apt-config, for a person. */
export const shown = (value: string | undefined) => (value === undefined ? "not set" : `"${value}"`);

/** Fails by files that APT reads after ours: no change of the plan could alter that. */
export function audited({ view }: UpdatesInput, keys: readonly string[], given: CheckResult): CheckResult {
  const won = given.verdict === "fail" ? winning(view, keys) : [];
  return won.length === 0 ? given : byOthers({ ...given, found: `${given.found}, by ${won.join("; ")}` });
}

/** A job of apt.systemd.daily, each day. */
export const dailyJob =
  (job: string): ((input: UpdatesInput) => CheckResult) =>
  (input) => {
    const { config } = input.view;
    const key = `APT::Periodic::${job}`;
    const { is } = verdicts(`${key} every day`);
    const enabled = aptValue(config, "APT::Periodic::Enable");
    const off = enabled === undefined || enabled === "1" ? "" : `; APT::Periodic::Enable is ${enabled}`;
    const found = `${shown(aptValue(config, key))}${off}`;
    return audited(input, [key, "APT::Periodic::Enable"], is(daily(config, job), found));
  };

/** The job that installs, on each day, and not only while the host is shut down. */
export function installs(input: UpdatesInput): CheckResult {
  const { config } = input.view;
  const given = dailyJob("Unattended-Upgrade")(input);
  const { fail, error } = verdicts(given.expected);
  const days = onlyDays(config);
  if (days.length > 0) return byOthers(fail(`only on ${days.join(", ")} (Unattended-Upgrade::Update-Days)`));
  const { pending } = input.facts;
  if (given.verdict === "pass" && pending.state === "unknown" && pending.why !== notLooked)
    return byOthers(error(pending.why));
  const failing =
    given.verdict === "pass" && pending.state === "present" ? failingRun(pending.value) : undefined;
  if (failing !== undefined)
    return {
      ...byOthers(fail(failing)),
      remedy:
        "A mount that is read-only on purpose needs a hook of apt's that mounts it anew (`DPkg::Pre-Invoke`, mount -o remount,rw). unattended-upgrade --verbose says why else; journalctl -u apt-daily-upgrade and /var/log/unattended-upgrades keep what it said.",
    };
  if (given.verdict === "fail" || !waitsForShutdown(config)) return given;
  const key = "Unattended-Upgrade::InstallOnShutdown";
  return audited(input, [key], fail(`only while the host is shut down (${key})`));
}
