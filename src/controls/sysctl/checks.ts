/** The kernel's own values against the profile, and the values that the next boot will set. */

import { valueOr } from "../../facts/probe.ts";
import type { Check, CheckResult } from "../control.ts";
import { atNextBoot } from "../next-start.ts";
import { references } from "../references.ts";
import type { probes } from "./probes.ts";
import { dotted, effective, isManaged, type Params, pathOf, type Setting, settings } from "./settings.ts";
import { atBoot, comesBack, interfacesOf, pathsOf, type SysctlInput, type View } from "./state.ts";

type SysctlCheck = Check<Params, typeof probes, View>;

const inapplicable = (found: string): CheckResult => ({ verdict: "not applicable", expected: "", found });

/** What of the setting isn't as wanted right now; an interface counts with what the kernel makes of it and `all`. */
function wrongNow(setting: Setting, values: ReadonlyMap<string, string>): readonly string[] {
  const shown = (name: string, value: string | number) => `${name} ${value}`;
  const { path, value } = setting;
  if (setting.combination === undefined)
    return values.get(path) === value ? [] : [shown(dotted(path), values.get(path) ?? "missing")];
  const general = ["all", "default"].filter((name) => values.get(pathOf(setting, name)) !== value);
  const all = Number(values.get(pathOf(setting, "all")));
  const own = interfacesOf(setting, values).filter((name) => !isManaged(name));
  return [
    ...general.map((name) => shown(name, values.get(pathOf(setting, name)) ?? "missing")),
    ...own
      .map((name) => ({ name, is: effective(setting, all, Number(values.get(pathOf(setting, name)))) }))
      .filter(({ is }) => is !== Number(value))
      .map(({ name, is }) => shown(name, is)),
  ];
}

function wrongAtBoot({ values, bootNow }: View, setting: Setting): readonly string[] {
  const boot = bootNow();
  return pathsOf(setting, values)
    .filter((path) => !comesBack(boot, setting, path))
    .map((path) => {
      const wrong = atBoot(boot, setting, path).filter(({ value }) => value !== setting.value);
      const who = wrong.map(({ value, file, line }) => `${value} by ${file}:${line}`).join(", ");
      return `${dotted(path)} ${who || "set by no file"}`;
    });
}

function judge(input: SysctlInput, id: string): CheckResult {
  const { impossible: never, values } = input.view;
  if (never !== undefined) return inapplicable(never);
  const live = input.facts.live;
  if (live.state !== "present")
    return { verdict: "error", expected: "", found: "why" in live ? live.why : "not there" };
  const setting = settings(input.params).find((each) => each.id === id)!;
  if (pathsOf(setting, values).length === 0)
    return inapplicable(
      setting.path.startsWith("net/ipv6/") ? "IPv6 is off on this host" : "this kernel has no such setting",
    );
  const where = setting.combination === undefined ? "" : " for all, default and every interface";
  const expected = `${setting.value}${where}, and again at the next boot`;
  const now = wrongNow(setting, values);
  if (now.length > 0) return { verdict: "fail", expected, found: several(now) };
  if (valueOr(input.facts.boot, undefined) === undefined)
    return { verdict: "error", expected, found: `${setting.value} now; the files could not be read` };
  const later = wrongAtBoot(input.view, setting);
  if (later.length === 0)
    return atNextBoot({ verdict: "pass", expected, found: setting.value }, [
      { fact: input.facts.service, target: "sysinit.target" },
    ]);
  return { verdict: "until the next boot", expected, found: `${setting.value} now; then ${several(later)}` };
}

const several = (texts: readonly string[]) =>
  texts.length > 6 ? `${texts.slice(0, 6).join(", ")} and ${texts.length - 6} more` : texts.join(", ");

const check = (
  name: string,
  title: string,
  more: Pick<SysctlCheck, "severity" | "references">,
): SysctlCheck => ({
  ...more,
  id: `sysctl.${name}`,
  title,
  role: "proof",
  needs: [],
  test: (input) => judge(input, name),
});

export const checks: readonly SysctlCheck[] = [
  check("rp-filter", "Packets from forged addresses are dropped", {
    severity: "medium",
    references: references({ cis12: "3.3.7", cis13: "3.3.1.12–13", anssi: "R12" }),
  }),
  check("accept-redirects", "Nobody redirects IPv4 routes", {
    severity: "medium",
    references: references({ cis12: "3.3.5", cis13: "3.3.1.8–9", anssi: "R12" }),
  }),
  check("accept-redirects-v6", "Nobody redirects IPv6 routes", {
    severity: "medium",
    references: references({ cis12: "3.3.5", cis13: "3.3.2.3–4", anssi: "R12" }),
  }),
  check("accept-source-route", "No IPv4 packet chooses its way", {
    severity: "medium",
    references: references({ cis12: "3.3.8", cis13: "3.3.1.14–15", anssi: "R12" }),
  }),
  check("accept-source-route-v6", "No IPv6 packet chooses its way", {
    severity: "medium",
    references: references({ cis12: "3.3.8", cis13: "3.3.2.5–6", anssi: "R12" }),
  }),
  check("log-martians", "Packets with impossible addresses are logged", {
    severity: "low",
    references: references({ cis12: "3.3.9", cis13: "3.3.1.16–17", anssi: "R12" }),
  }),
  check("tcp-syncookies", "Half-open connections can't fill the table", {
    severity: "medium",
    references: references({ cis12: "3.3.10", cis13: "3.3.1.18", anssi: "R12" }),
  }),
];
