/** The package's switch, our drop-in, and the timers that do the work. */
import { valueOr } from "../../facts/probe.ts";
import { type Claim, claimsOf, daemon, rootFile } from "../../plan/claim.ts";
import { units } from "../../platform.ts";
import type { UpdatesInput } from "./state.ts";
import { maskedUnits } from "./timers.ts";
import { dropInPath, dropInText, isPristine, switchedOn, switchPath } from "./wanted.ts";

const claim = claimsOf("updates");

export const desired = (input: UpdatesInput): readonly Claim[] => [
  ...switchFile(input),
  ...dropIn(input),
  ...(input.host.systemd ? timersOf(input) : []),
];

const proof = { check: "apt", words: [] } as const;

/** Switched on in the distribution's own words; where somebody wrote others, our drop-in wins over them. */
function switchFile({ facts }: UpdatesInput): readonly Claim[] {
  if (facts.switch.state !== "absent" && !isPristine(valueOr(facts.switch, undefined)?.content)) return [];
  const file = rootFile(switchPath, switchedOn, { proof });
  return [claim("The package's own switch, as its installation writes it.", file)];
}

function dropIn({ params, facts, view: { distro } }: UpdatesInput): readonly Claim[] {
  if (facts.dropIn.state === "unknown") return [];
  const reason = `Origins that match on ${distro.id}, and the profile's values, in a file that is read last.`;
  return [claim(reason, rootFile(dropInPath, Buffer.from(dropInText(params, distro)), { proof }))];
}

/** A timer that somebody masked, or whose service is and without which it can't start, is left so, and said. */
function timersOf(input: UpdatesInput): readonly Claim[] {
  const masked = maskedUnits(input).map((name) => name.replace(/\.service$/, ".timer"));
  const all = [
    [units.aptDownloadTimer, "Fetches the package lists every day."],
    [units.aptUpgradeTimer, "Installs the updates every day."],
  ] as const;
  return all.filter(([unit]) => !masked.includes(unit)).map(([unit, reason]) => claim(reason, daemon(unit)));
}
