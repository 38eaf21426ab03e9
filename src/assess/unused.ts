/** What is said of waivers that waive nothing: whoever wrote one believes that something is covered. Pure. */
import type { Finding } from "../checks/finding.ts";
import { findingsOf } from "../checks/finding.ts";
import type { Waiver } from "../profile/schema.ts";
import { oneLine } from "../text.ts";
import type { Unused } from "./report.ts";

const say = findingsOf("profile", {
  "unused-waiver": ["warn", "A waiver of the profile waives nothing on this host"],
});

export const findings = say.records;

/** A profile is for many hosts, and a waiver is often for one of them; a host without a result (undefined) may need any. */
export const neededBySome = (
  waivers: readonly Waiver[],
  hosts: readonly (readonly Unused[] | undefined)[],
): ReadonlySet<Waiver> =>
  new Set(
    waivers.filter((waiver) => !hosts.every((unused) => unused?.some((each) => each.waiver === waiver))),
  );

/** Of one that some host of the same report needs, nothing is said. */
export const unusedFindings = (unused: readonly Unused[], needed: ReadonlySet<Waiver>): readonly Finding[] =>
  unused
    .filter(({ waiver }) => !needed.has(waiver))
    .flatMap(({ waiver, found }) =>
      say(
        "unused-waiver",
        `The waiver of ${waiver.check} by ${waiver.owner} waives nothing here: ${whyNot(waiver, found)}.`,
        "Take it out of the profile, or write what is found now; --format json has the lines.",
      ),
    );

function whyNot({ object, found: bound }: Waiver, found: readonly string[]): string {
  const about = object === "" ? "" : ` of ${oneLine(object)}`;
  if (found.length === 0) return `nothing is found${about} that needs one`;
  return `it is bound to "${oneLine(bound)}", and what is found${about} is "${found.map((text) => oneLine(text)).join('", "')}"`;
}
