/** Each setting's live values, and the verdict on them: what the kernel goes by, now and at the next boot. */
import { unknown, valueOr } from "../../facts/probe.ts";
import type { Resource } from "../../kinds/index.ts";
import type { CheckResult } from "../../plan/control.ts";
import { some } from "../guard-words.ts";
import { atNextBoot } from "../next-boot/next-start.ts";
import type { WantRow } from "../row.ts";
import { inapplicable, result, verdicts } from "../verdict.ts";
import { shownValue } from "./boot.ts";
import type { probes } from "./probes.ts";
import { dotted, effective, pathOf, type Setting, type SysctlParams, settingOf, table } from "./settings.ts";
import { atBoot, comesBack, ownOf, pathsOf, type SysctlInput, type SysctlView } from "./state.ts";

/** What of the setting isn't as wanted right now; an interface counts with what the kernel makes of it and `all`. */
function wrongNow(setting: Setting, values: ReadonlyMap<string, string>): readonly string[] {
  const { path, value } = setting;
  const shown = (name: string, key: string) =>
    values.get(key) === value ? [] : [`${name} ${values.get(key) ?? "missing"}`];
  if (setting.combination === undefined) return shown(dotted(path), path);
  const all = Number(values.get(pathOf(setting, "all")));
  return [
    ...["all", "default"].flatMap((name) => shown(name, pathOf(setting, name))),
    ...ownOf(setting, values)
      .map((name) => ({ name, is: effective(setting, all, Number(values.get(pathOf(setting, name)))) }))
      .filter(({ is }) => is !== Number(value))
      .map(({ name, is }) => `${name} ${is}`),
  ];
}

function wrongAtBoot({ values, bootNow }: SysctlView, setting: Setting): readonly string[] {
  const boot = bootNow();
  return pathsOf(setting, values)
    .filter((path) => !comesBack(boot, setting, path))
    .map((path) => {
      const wrong = atBoot(boot, setting, path).filter(({ value }) => value !== setting.value);
      const who = wrong.map((each) => `${shownValue(each)} by ${each.file}:${each.line}`).join(", ");
      return `${dotted(path)} ${who || "set by no file"}`;
    });
}

function judge({ view, facts }: SysctlInput, setting: Setting): CheckResult {
  const { impossible: never, values } = view;
  if (never !== undefined) return inapplicable(never);
  const fact = facts[setting.path] ?? unknown("it is not collected");
  if (fact.state === "unknown" || fact.state === "unsupported") return result("error", "", fact.why);
  if (fact.state === "absent")
    return inapplicable(
      setting.path.startsWith("net/ipv6/") ? "IPv6 is off on this host" : "this kernel has no such setting",
    );
  const where = setting.combination === undefined ? "" : " for all, default and every interface";
  const { pass, fail, error, later } = verdicts(`${setting.value}${where}, and again at the next boot`);
  const now = wrongNow(setting, values);
  if (now.length > 0) return fail(some(now, 6));
  if (valueOr(facts.boot, undefined) === undefined)
    return error(`${setting.value} now; the files could not be read`);
  const wrong = wrongAtBoot(view, setting);
  if (wrong.length > 0) return later(`${setting.value} now; then ${some(wrong, 6)}`);
  return atNextBoot(pass(setting.value), [{ fact: facts.service, target: "sysinit.target" }], {
    fact: facts.others,
    concern: "sysctl",
  });
}

const live = ({ values, blind }: SysctlView, setting: Setting) =>
  (blind ? [] : pathsOf(setting, values)).map(
    (path): Resource => ({
      kind: "sysctl",
      key: dotted(path),
      value: setting.value,
      found: values.get(path)!,
    }),
  );

/** All keys of a setting, of whatever interface, as a regular expression. */
const patternOf = (path: string) =>
  path
    .split("/")
    .map((part) => (part === "*" ? ".*" : part))
    .join("\\.");

export const checks: readonly WantRow<SysctlParams, typeof probes, SysctlView>[] = table.map((setting) => {
  const { path, combination: _combination, of: _of, ...row } = setting;
  return {
    ...row,
    reads: ["kernel", "next start"],
    look: `sysctl -a --pattern '${patternOf(path)}'`,
    want: ({ params, view }) => live(view, settingOf(setting, params)),
    test: (input) => judge(input, settingOf(setting, input.params)),
  };
});
