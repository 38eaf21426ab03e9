/** What one cause explains is said once. Pure. */
import type { Finding } from "../checks/finding.ts";
import { findingsOf } from "../checks/finding.ts";
import { type Collector, type Facts, probeKey, type RawFact } from "../facts/probe.ts";
import { isNoSystemd } from "./host-findings.ts";

const say = findingsOf("host", {
  unread: ["warn", "The host could tell nothing at all of one kind of thing"],
});

export const findings = say.records;

/** Collectors that are asked once for all their names, and so may fail for all: what one of these is called. */
const together: Partial<Record<Collector, string>> = {
  file: "file",
  package: "package's state",
  unit: "unit's state",
};

/** A collector that could tell nothing at all, in place of a finding for each thing that it was asked for. */
export function oneCauseOfCollectors(findings: readonly Finding[], facts: Facts): readonly Finding[] {
  return Object.entries(together).reduce<readonly Finding[]>((left, [collector, what]) => {
    const why = whyNone(facts, collector as Collector);
    if (why === undefined) return left;
    const explained = (finding: Finding) => finding.level !== "note" && finding.message.includes(`: ${why}`);
    const gone = left.filter(explained);
    const rest = left.filter((finding) => !explained(finding));
    // Said already, of the host as a whole.
    if (collector === "unit" && left.some(isNoSystemd)) return rest;
    if (gone.length < 2) return left;
    const cause = say.at(
      gone.some(({ level }) => level === "block") ? "block" : "warn",
      "unread",
      `No ${what} could be read: ${why}.`,
      "Try again; if it stays, look at the host's load, its disks and its log.",
    );
    return [...cause, ...rest];
  }, findings);
}

/** Why none of what it was asked for could be read; undefined where some of it could. */
function whyNone(facts: Facts, collector: Collector): string | undefined {
  const start = `${probeKey({ collector, args: [] })}\u0000`;
  const all = [...facts].flatMap(([key, raw]) => (key.startsWith(start) ? [raw] : []));
  const why = ({ state, data }: RawFact) =>
    state === "unknown" || state === "unsupported" ? data.toString("utf8").trim() : undefined;
  const [first, ...rest] = all.map(why);
  return first !== undefined && first !== "" && rest.every((each) => each === first) ? first : undefined;
}
