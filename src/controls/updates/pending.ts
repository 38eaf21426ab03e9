/** Updates that wait, and what keeps them from coming. */
import { formatDuration } from "../../profile/duration.ts";
import type { Check, CheckResult } from "../control.ts";
import { inapplicable, ofParts, part, result } from "../verdict.ts";
import type { probes } from "./probes.ts";
import { references, unasked } from "./rules.ts";
import type { UpdatesInput, View } from "./state.ts";
import type { Params } from "./wanted.ts";

type UpdatesCheck = Check<Params, typeof probes, View>;
type Found = Extract<UpdatesInput["facts"]["pending"], { state: "present" }>["value"];

/** Its daily job tries again each day: whoever has had none for longer has no mirror. */
const longest = 3 * 86_400;

function waiting({ upgrades }: Found, { facts: { targets }, view }: UpdatesInput): CheckResult {
  const expected = "no security update waits";
  if ("unknown" in upgrades) return result("error", expected, upgrades.unknown);
  if (targets.state !== "present") return result("error", expected, unasked(targets));
  const parts = upgrades
    .filter(({ security }) => security)
    .map(({ name, from, to, held }) => ({
      ...part("fail", name, `${name} ${from} → ${to}${held ? " (on hold)" : ""}`),
      remedy: held
        ? `Nothing installs it while it is on hold: apt-mark unhold ${name}, then unattended-upgrade --verbose.`
        : "The daily job installs it; at once: unattended-upgrade --verbose.",
    }));
  if (parts.length === 0 && !view.hasSecurity)
    return result("error", expected, "apt has no list of security updates, so it knows of none");
  return ofParts(expected, parts, "none");
}

function restart({ restart: packages }: Found): CheckResult {
  const expected = "no restart waits";
  if (packages === undefined) return result("pass", expected, "none");
  const whose = packages.length > 0 ? `, for ${packages.join(", ")}` : "";
  const remedy = "Restart the host when it suits those who use it.";
  return { ...result("fail", expected, `/run/reboot-required${whose}`), remedy };
}

const whole = ({ broken }: Found): CheckResult =>
  ofParts(
    "each package is installed or gone",
    broken.map((each) => part("fail", each, `${each}: see \`dpkg --configure -a\``)),
    "all are",
  );

function fetched({ now, fetched: last }: Found): CheckResult {
  if (last === undefined) return inapplicable("the daily job has never had them");
  const age = formatDuration(Math.max(0, Math.floor((now - last) / 3600)) * 3600);
  return result(now - last <= longest ? "pass" : "fail", `within ${formatDuration(longest)}`, `${age} ago`);
}

const check = (
  [name, severity, title]: readonly [string, UpdatesCheck["severity"], string],
  role: UpdatesCheck["role"],
  test: (found: Found, input: UpdatesInput) => CheckResult,
): UpdatesCheck => ({
  ...{ id: `updates.${name}`, title, severity, role, references, needs: ["pending"] },
  test: (input) =>
    input.facts.pending.state === "present"
      ? test(input.facts.pending.value, input)
      : result("error", "", "apt could not be asked"),
});

/** What waits is the daily job's to install, and a restart is somebody's decision: both are told as advice. */
export const pendingChecks: readonly UpdatesCheck[] = [
  check(["pending", "high", "No security update waits"], "advice", waiting),
  check(["restart", "medium", "No update waits for a restart"], "advice", restart),
  check(["dpkg", "high", "No package is half installed"], "audit", whole),
  check(["fetched", "high", "The package lists came in the last days"], "audit", fetched),
];
