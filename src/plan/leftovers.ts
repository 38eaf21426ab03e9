/** Files that harden wrote and that its manifest doesn't know (any more): no `enabled: false` gives them back. Pure. */
import type { Verdict } from "../controls/control.ts";
import { type FileFact, file } from "../facts/files.ts";
import { type Facts, readFact } from "../facts/probe.ts";
import type { Access } from "./access.ts";
import type { Managed } from "./managed.ts";
import { owned } from "./owned.ts";
import type { Finding } from "./plan.ts";

interface Input {
  readonly managed: readonly Managed[];
  readonly facts: Facts;
  readonly access: Access;
}

/** What our templates write above everything else, in the comments of whoever reads the file. */
const header = /^(?:#|\/\/) Written by harden\b/m;

/** One report where a control is switched off: an audit, since nobody can say what the file was before. */
export function leftoverReports(input: Input): readonly ReturnType<typeof report>[] {
  const off = input.managed.filter(({ enabled }) => !enabled);
  if (off.length === 0) return [];
  const ours = readFact(input.facts, owned);
  if (ours.state === "unknown" || ours.state === "unsupported")
    return [report("error", `what harden has set could not be read: ${ours.why}`)];
  const known = new Set(
    (ours.state === "present" ? ours.value : []).flatMap(({ undo }) => ("path" in undo ? [undo.path] : [])),
  );
  const left = off.flatMap((each) => pathsOf(each, input)).filter((path) => !known.has(path));
  const found = `${left.join(", ")}: written by harden, whose journal is gone; delete what you don't want to keep, and reload what reads it`;
  return [left.length === 0 ? report("pass", "none") : report("fail", found)];
}

/** The same for a plan, which has nothing to change there. */
export function leftoverFindings(input: Input): readonly Finding[] {
  return leftoverReports(input)
    .filter(({ verdict }) => verdict === "fail")
    .map(({ control, id, found }) => ({ control, id, level: "warn", message: `Left behind: ${found}.` }));
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

const report = (verdict: Verdict, found: string) =>
  ({
    id: "host.leftovers",
    control: "host",
    title: "Nothing of what is switched off is left behind",
    severity: "medium",
    role: "audit",
    references: [],
    verdict,
    expected: verdict === "pass" ? "" : "no file of harden's but those that it can give back",
    found,
  }) as const;
