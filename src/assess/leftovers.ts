/**
 * What a switched-off control has still set: what an apply gives back, and files that harden wrote and that its manifest
 * doesn't know (any more), which no `enabled: false` gives back. Pure.
 */
import type { Finding } from "../checks/finding.ts";
import { type FileFact, file } from "../facts/files.ts";
import { type Facts, readFact } from "../facts/probe.ts";
import type { Access } from "../plan/access.ts";
import { type Managed, switchedOff } from "../plan/managed.ts";
import { owned } from "../plan/owned.ts";
import { hostCheck, ofHost } from "./host-check.ts";
import type { PlannedChanges } from "./remedy.ts";
import type { CheckReport } from "./report.ts";

interface Input {
  readonly managed: readonly Managed[];
  readonly facts: Facts;
  readonly access: Access;
  readonly plan?: PlannedChanges;
}

/** What our templates write above everything else, in the comments of whoever reads the file. */
const header = /^(?:#|\/\/) Written by harden\b/m;

export const leftoverCheck = hostCheck({
  id: "host.leftovers",
  title: "Nothing of what is switched off is left behind",
  severity: "medium",
  role: "audit",
  criteria: ["CC7.1", "CC8.1"],
  reads: {
    only: ["file"],
    because: "What harden sets lies in files, and its manifest on the host names them.",
  },
  why: "What harden has set counts on, though the profile has switched off what it was for.",
  leavesOpen:
    "Files without harden's first lines, or where nothing looks, aren't found; nor are keys in others' files, ufw's rules and live chains.",
  look: "grep -rlE '^(#|//) Written by harden' /etc",
});

const hint =
  "written by harden, whose journal is gone; delete what you don't want to keep, and reload what reads it";

/**
 * Where a control is switched off: one report for each with something to give back, and one a file, since nobody can say what
 * that was before; one where there is neither.
 */
export function leftoverReports(input: Input): readonly CheckReport[] {
  const left = leftovers(input);
  if (left === undefined) return [];
  if ("unread" in left)
    return [report({ verdict: "error", found: `what harden has set could not be read: ${left.unread}` })];
  const all = [
    ...notGivenBack(input),
    ...left.paths.map((path) => report({ object: path, verdict: "fail", found: `${path}: ${hint}` })),
  ];
  return all.length === 0 ? [report({ verdict: "pass", found: "none" })] : all;
}

/** By the plan of the same facts, as that knows what of it is back already. */
function notGivenBack({ managed, plan = { changes: [], findings: [] } }: Input): readonly CheckReport[] {
  return switchedOff(managed).flatMap(({ control: { id } }) => {
    const ofIt = (each: { readonly control: string }) => each.control === id;
    const isBlocked = plan.findings.some((finding) => finding.level === "block" && ofIt(finding));
    if (!isBlocked && !plan.changes.some(ofIt)) return [];
    return [
      report({
        object: id,
        verdict: "fail",
        found: "what harden has set for it is still there",
        remedy: isBlocked
          ? "An apply gives it back once what blocks that is gone: see harden plan."
          : "An apply gives it back: see harden plan.",
      }),
    ];
  });
}

/** The same for a plan, which has nothing to change there. */
export function leftoverFindings(input: Input): readonly Finding[] {
  const left = leftovers(input);
  if (left === undefined || "unread" in left || left.paths.length === 0) return [];
  const { id } = leftoverCheck;
  return [{ control: "host", id, level: "warn", message: `Left behind: ${left.paths.join(", ")}: ${hint}.` }];
}

/** Undefined where nothing is switched off. */
function leftovers(input: Input): { paths: readonly string[] } | { unread: string } | undefined {
  const off = switchedOff(input.managed);
  if (off.length === 0) return undefined;
  const ours = readFact(input.facts, owned);
  if (ours.state === "unknown" || ours.state === "unsupported") return { unread: ours.why };
  const known = new Set(
    (ours.state === "present" ? ours.value : []).flatMap(({ undo }) => ("path" in undo ? [undo.path] : [])),
  );
  return { paths: off.flatMap((each) => pathsOf(each, input)).filter((path) => !known.has(path)) };
}

/** The files of a control that have our header: of those that it reads, which are all that it could write. */
function pathsOf({ control, params }: Managed, { facts, access }: Input): readonly string[] {
  const probes = Object.values(control.probes(params, access.visit));
  const paths = probes.flatMap(({ collector, args: [path] }) =>
    collector === "file" && path !== undefined ? [path] : [],
  );
  return paths.filter((path) => {
    const fact = readFact(facts, file(path));
    return fact.state === "present" && isOurs(fact.value);
  });
}

const isOurs = ({ type, content }: FileFact) =>
  type === "file" && content !== undefined && header.test(content.toString("utf8"));

const report = (result: Pick<CheckReport, "verdict" | "found"> & Partial<CheckReport>): CheckReport => ({
  ...ofHost(leftoverCheck, {
    object: "",
    expected: result.verdict === "pass" ? "" : "nothing that harden has set for what is switched off",
    ...result,
  }),
  role: "audit",
});
