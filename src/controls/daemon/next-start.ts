/** Whether dockerd or containerd lets others in from its next start on, by the files of its unit and its socket. Pure. */
import type { BootUnit } from "../../facts/boot-unit.ts";
import { type Fact, present, valueOr } from "../../facts/probe.ts";
import type { CheckResult } from "../../plan/control.ts";
import { oneLine } from "../../text.ts";
import { notLasting, startOf } from "../next-boot/next-start.ts";
import { flagsPath } from "./probes.ts";
import { type DaemonInput, isPath } from "./view.ts";

type IsAbout = (key: string, value: string) => boolean;

/** What passes now, and whether the next start brings it back. One that isn't started opens nothing. */
export function atNextStart({ facts }: DaemonInput, now: CheckResult): CheckResult {
  return byUnits(now, [
    narrowed(facts.serviceAtBoot, ofService(facts.unit)),
    narrowed(facts.socketAtBoot, ofSocket),
    narrowed(facts.containerdAtBoot, ofService(facts.containerd)),
  ]);
}

/** The same of who may connect to its socket, and to containerd's. */
export function atSocketStart({ facts, view }: DaemonInput, now: CheckResult): CheckResult {
  const pending = view.engine?.pending ?? [];
  if (now.verdict === "pass" && pending.length > 0)
    return untilThen(
      now,
      `from containerd's next start on: ${pending.map((line) => oneLine(line)).join(", ")}`,
    );
  return byUnits(now, [
    narrowed(facts.socketAtBoot, ofAccess),
    narrowed(facts.containerdAtBoot, ofService(facts.containerd)),
  ]);
}

function byUnits(now: CheckResult, units: readonly Fact<BootUnit>[]): CheckResult {
  if (now.verdict !== "pass") return now;
  for (const fact of units) {
    const start = startOf(fact, {});
    if (start.as === "not known") return untilThen(now, notLasting(start, "of the next start"));
  }
  return now;
}

const untilThen = (now: CheckResult, why: string): CheckResult => ({
  ...now,
  verdict: "until the next boot",
  found: `${now.found}; ${why}`,
});

/** Another command than systemd has loaded, and what sets a variable of it. */
function ofService(unit: DaemonInput["facts"]["unit"]): IsAbout {
  const loaded = valueOr(unit, undefined)?.execStart ?? "";
  const names = [...loaded.matchAll(/\$\{?(\w+)/g)].map(([, name = ""]) => name);
  return (key, value) => {
    if (key === "ExecStart") return value !== "" && plain(value) !== plain(loaded);
    if (key === "EnvironmentFile") return names.length > 0 && value.replace(/^-/, "") !== flagsPath;
    if (/^(Pass)?Environment$/.test(key)) return names.some((name) => value.includes(name));
    return key === "Sockets";
  };
}

const ofSocket: IsAbout = (key, value) => key.startsWith("Listen") && value !== "" && !isPath(value);

const ofAccess: IsAbout = (key, value) =>
  (key === "SocketMode" && !/0$/.test(value)) ||
  (key === "SocketUser" && value !== "root") ||
  (key.startsWith("Listen") && value.startsWith("@")) ||
  (key === "SocketGroup" && !["docker", "root"].includes(value));

/** Without the prefixes of systemd.service(5), and without quotes. */
const plain = (command: string) =>
  command
    .replace(/^[-@:+!|]+/, "")
    .replace(/["']/g, "")
    .trim()
    .replace(/\s+/g, " ");

/** A unit whose drop-ins have no settings but those. */
function narrowed(fact: Fact<BootUnit>, isAbout: IsAbout): Fact<BootUnit> {
  if (fact.state !== "present") return fact;
  const dropIns = fact.value.dropIns.map((each) => ({
    ...each,
    lines: wholeLines(each.lines).map((line) => {
      const [, key = "", value = ""] = /^(\w+)\s*=\s*(.*)$/s.exec(line) ?? [];
      return isAbout(key, value) ? line : "#";
    }),
  }));
  return present({ ...fact.value, dropIns });
}

/** A setting over several lines, systemd.syntax(7), is in its first one, and the others are comments: each line keeps its number. */
function wholeLines(lines: readonly string[]): readonly string[] {
  const whole = lines.map(() => "#");
  let open: number | undefined;
  for (const [at, line] of lines.entries()) {
    const text = line.trim();
    if (/^[#;]/.test(text)) continue;
    const isOn = text.endsWith("\\");
    const first: number = open ?? at;
    whole[first] = `${open === undefined ? "" : `${whole[first]} `}${isOn ? text.slice(0, -1) : text}`;
    open = isOn ? first : undefined;
  }
  return whole;
}
