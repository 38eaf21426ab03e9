/** The package, its switch, our drop-in, and the timers that do the work. */
import { valueOr } from "../../facts/probe.ts";
import type { Resource } from "../../kinds/index.ts";
import { packages, units } from "../../platform.ts";
import type { Claim } from "../claim.ts";
import { distroOf } from "./origins.ts";
import type { UpdatesInput } from "./state.ts";
import { maskedUnits } from "./timers.ts";
import { dropInPath, dropInText, switchedOff, switchedOn, switchPath } from "./wanted.ts";

const claim = <R extends Resource>(resource: R, reason: string): Claim => ({
  control: "updates",
  resource,
  reason,
});

export function desired(input: UpdatesInput): readonly Claim[] {
  return [
    claim(
      {
        kind: "package",
        name: packages.unattendedUpgrades,
        brings: "the program that installs updates by itself, once a day",
      },
      "Updates that wait for somebody to install them come too late.",
    ),
    ...switchFile(input),
    ...dropIn(input),
    ...(input.host.systemd ? timersOf(input) : []),
  ];
}

const textFile = (path: string, content: Buffer) =>
  ({
    kind: "file",
    path,
    content,
    mode: "0644",
    owner: "root",
    group: "root",
    proof: { check: "apt", words: [] },
  }) as const;

/** Switched on in the distribution's own words; where somebody wrote others, our drop-in wins over them. */
function switchFile({ facts }: UpdatesInput): readonly Claim[] {
  const fact = facts.switch;
  const ours = valueOr(fact, undefined)?.content;
  const pristine = ours?.equals(switchedOff) || ours?.equals(switchedOn);
  if (fact.state !== "absent" && !pristine) return [];
  return [
    claim(textFile(switchPath, switchedOn), "The package's own switch, as its installation writes it."),
  ];
}

function dropIn({ params, facts, host }: UpdatesInput): readonly Claim[] {
  if (facts.dropIn.state === "unknown") return [];
  const text = dropInText(params, distroOf(host));
  return [
    claim(
      textFile(dropInPath, Buffer.from(text)),
      `Origins that match on ${distroOf(host).id}, and the profile's values, in a file that is read last.`,
    ),
  ];
}

const timer = (unit: string, reason: string) =>
  claim({ kind: "service", unit, enabled: true, active: true, on: [], how: "restart" }, reason);

/** A timer that somebody masked, or whose service is and without which it can't start, is left so, and said. */
function timersOf(input: UpdatesInput): readonly Claim[] {
  const masked = maskedUnits(input).map((name) => name.replace(/\.service$/, ".timer"));
  return [
    timer(units.aptDownloadTimer, "Fetches the package lists every day."),
    timer(units.aptUpgradeTimer, "Installs the updates every day."),
  ].filter(({ resource }) => resource.kind !== "service" || !masked.includes(resource.unit));
}
