/** What the next boot does with a unit, by an allow-list: the packaged file, drop-ins that are known, a link that starts it. */
import type { BootFiles } from "../../facts/boot-files.ts";
import type { BootUnit, UnitFile } from "../../facts/boot-unit.ts";
import type { Fact } from "../../facts/probe.ts";
import type { CheckResult } from "../../plan/control.ts";
import { type Doubt, othersOf } from "./others.ts";
import type { Concern } from "./ours.ts";

export type NextStart =
  | { readonly as: "packaged" }
  /** Surely not started. */
  | { readonly as: "not started"; readonly why: string }
  /** Something that isn't on the list decides. */
  | ({ readonly as: "not known" } & Doubt);

export interface Starting {
  /** The target whose start brings the unit; undefined where a timer or another unit does. */
  readonly target?: string;
  /** Drop-ins of ours, or that a generator of the distribution makes. */
  readonly isKnown?: (dropIn: UnitFile) => boolean;
  /** Settings that another check judges by what they say. */
  readonly judged?: RegExp;
}

const packaged: NextStart = { as: "packaged" };
const notKnown = (why: string): NextStart => ({ as: "not known", why });
const notStarted = (why: string): NextStart => ({ as: "not started", why });

/** Settings that change nothing of whether a unit starts, nor of what it does. */
const harmless =
  /^(Description|Documentation|Restart|RestartSec|StartLimitBurst|StartLimitIntervalSec|LimitNOFILE|Nice|OOMScoreAdjust|TimeoutStopSec)\s*=/;

const isVolatile = ({ path }: UnitFile) =>
  path.startsWith("/run/") && !path.startsWith("/run/systemd/generator");

export function nextStart(
  unit: BootUnit,
  { target, isKnown = () => false, judged = /^$/ }: Starting,
): NextStart {
  const { name, fragments } = unit;
  const [first] = fragments;
  if (first === undefined) return notStarted(`${name} is not there`);
  if (isMasked(unit)) return notStarted(`${name} is masked by ${first.path}`);
  const passing = [...fragments, ...unit.dropIns].find(isVolatile);
  if (passing !== undefined) return notKnown(`${passing.path} is there until the next boot only`);
  if (!first.packaged) return notKnown(`${foreignLine(first)} is not what the package brings`);
  const foreign = unit.dropIns
    .filter((each) => !each.packaged && !isKnown(each))
    .flatMap((each) => foreignLines(each, judged));
  if (foreign[0] !== undefined) return notKnown(foreign[0]);
  if (unit.needsReload) return notKnown(`systemd hasn't read ${name} as it is now (systemctl daemon-reload)`);
  return target === undefined ? packaged : wanted(unit, target);
}

/** By what stays: not by what lies in /run. */
export const isMasked = ({ fragments: [first] }: BootUnit) =>
  first?.masks === true && !first.path.startsWith("/run/");

function wanted({ name, wantedBy, defaultTarget }: BootUnit, target: string): NextStart {
  if (wantedBy.length === 0) return notStarted(`${name} is not enabled`);
  if (!wantedBy.includes(target))
    return notKnown(`${name} is started by ${wantedBy.join(", ")} only, not by ${target}`);
  if (defaultTarget === undefined)
    return notKnown("default.target is neither multi-user.target nor graphical.target");
  return packaged;
}

/** What such a unit is about comes first; of an unreadable one the name is all there is. */
function foreignLine({ path, lines }: UnitFile): string {
  const at = lines.findIndex((line) => /^(Exec|Listen|On[A-Z])\w+\s*=/.test(line.trim()));
  return at < 0 ? path : lineText(path, lines, at);
}

function foreignLines({ path, lines }: UnitFile, judged: RegExp): readonly string[] {
  const settings = lines.map((line) => line.trim());
  const found = settings.flatMap((line, index) =>
    line === "" || /^[#;[]/.test(line) || harmless.test(line) || judged.test(line)
      ? []
      : [lineText(path, lines, index)],
  );
  // A name without lines may take a drop-in of the package away.
  return settings.some((line) => line !== "") ? found : [path];
}

/** Without what a variable or a credential is set to. */
const lineText = (path: string, lines: readonly string[], index: number) =>
  `${path}:${index + 1} ${lines[index]!.trim()
    .replace(/^((Environment|SetCredential\w*)\s*=).*$/, "$1…")
    .slice(0, 160)}`;

export function startOf(fact: Fact<BootUnit>, starting: Starting): NextStart {
  if (fact.state === "present") return nextStart(fact.value, starting);
  return fact.state === "absent" ? notStarted("its unit is not there") : notKnown(fact.why);
}

/** What is ours that other files than the units' own may concern. */
export interface Others {
  readonly fact: Fact<BootFiles>;
  readonly concern: Concern;
}

/** A unit on which it depends that something is at the next boot as it is now. */
export interface NeededUnit extends Starting {
  readonly fact: Fact<BootUnit>;
}

/** What the next boot does with these units, each by its own files, and with what is ours by those of others. */
export function nextBootOf(units: readonly NeededUnit[], others: Others): NextStart {
  for (const { fact, ...starting } of units) {
    const start = startOf(fact, starting);
    if (start.as !== "packaged") return start;
  }
  const doubt = othersOf(others.fact, others.concern);
  return doubt === undefined ? packaged : { as: "not known", ...doubt };
}

/** As part of a sentence: what takes away what is there now. */
export const notLasting = (start: Exclude<NextStart, { as: "packaged" }>, boot = "of the next boot") =>
  start.as === "not started"
    ? `but ${start.why}`
    : `${start.when === undefined ? boot : `${start.when},`} not known: ${start.why}`;

/** What passes now, and whether the next boot brings it back. */
export function atNextBoot(now: CheckResult, units: readonly NeededUnit[], others: Others): CheckResult {
  if (now.verdict !== "pass") return now;
  const start = nextBootOf(units, others);
  if (start.as === "packaged") return now;
  return { ...now, verdict: "until the next boot", found: `${now.found}; ${notLasting(start)}` };
}
