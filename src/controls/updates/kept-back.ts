/** What keeps packages, or days, out of the updates: somebody's lists, which no profile sets. */
import { type AptEntry, aptList, aptValue } from "../../facts/apt.ts";
import { whyUnknown } from "../../facts/probe.ts";
import type { CheckResult, Part } from "../../plan/control.ts";
import { ofParts, part } from "../verdict.ts";
import { outranked, widePins } from "./pins.ts";
import type { UpdatesInput } from "./state.ts";
import { isOn } from "./wanted.ts";

/** How much a pattern of Python's re.match keeps back: packages of one name or beginning, all of them, or who knows. */
export function reach(pattern: string): "some" | "all" | "not known" {
  const text = pattern.replace(/^(\^|\\A)/, "");
  if (/^(\.?|\.[*+]\??|\(?\.[*+]\)?\$?|\[a-z\].*|\[a-z0-9\].*|\\[wS].*)$/.test(text)) return "all";
  const literal = /^(?:[A-Za-z0-9-]|\\[.+-])+/.exec(text)?.[0].replaceAll("\\", "") ?? "";
  const optional = /^[?*{]/.test(text.slice(literal.length));
  const sure = optional ? literal.slice(0, -1) : literal;
  if (sure.length < 3 || sure === "lib" || text.includes("|")) return "not known";
  return "some";
}

/** Patterns under which no security update at all would come, or perhaps none. */
export const widePatterns = (entries: readonly AptEntry[]) =>
  aptList(entries, "Unattended-Upgrade::Package-Blacklist")
    .map((pattern) => ({ pattern, reach: reach(pattern) }))
    .filter((each) => each.reach !== "some");

/** Only what these patterns name is updated; empty: everything, which an empty pattern fits, too. */
export function onlyPackages(entries: readonly AptEntry[]): readonly string[] {
  const patterns = aptList(entries, "Unattended-Upgrade::Package-Whitelist");
  return patterns.includes("") ? [] : patterns;
}

/** Strict without a list, unattended-upgrades gives every list a priority of -1, and stops. */
export const isStrictForNothing = (entries: readonly AptEntry[]) =>
  isOn(aptValue(entries, "Unattended-Upgrade::Package-Whitelist-Strict")) &&
  aptList(entries, "Unattended-Upgrade::Package-Whitelist").length === 0;

/** As strftime(3) writes them in C: %a, %A, %w. */
const weekdays = [
  ...[/^(Sun(day)?|0)$/, /^(Mon(day)?|1)$/, /^(Tue(sday)?|2)$/, /^(Wed(nesday)?|3)$/],
  ...[/^(Thu(rsday)?|4)$/, /^(Fri(day)?|5)$/, /^(Sat(urday)?|6)$/],
];

/** Words for the days on which updates are installed; empty: every day. */
export function onlyDays(entries: readonly AptEntry[]): readonly string[] {
  const words = [...new Set(aptList(entries, "Unattended-Upgrade::Update-Days"))];
  return weekdays.every((day) => words.some((word) => day.test(word)))
    ? []
    : words.map((each) => each || '""');
}

/** Lists that somebody made, and under which security updates don't come. */
export function keptBack(input: UpdatesInput): CheckResult {
  const { config } = input.view;
  const only = onlyPackages(config);
  const parts = [
    ...(only.length === 0
      ? []
      : [part("fail", "Package-Whitelist", `nothing is updated but ${only.join(", ")}`)]),
    ...(isStrictForNothing(config)
      ? [
          part(
            "fail",
            "Package-Whitelist-Strict",
            "Package-Whitelist-Strict is on, and there is no Package-Whitelist",
          ),
        ]
      : []),
    ...priorities(input),
    ...hooks(input),
    ...widePatterns(config).map(({ pattern, reach }) =>
      reach === "all"
        ? part("fail", `"${pattern}"`, `Package-Blacklist keeps everything back: "${pattern}"`)
        : part("error", `"${pattern}"`, `how much Package-Blacklist keeps back is not known: "${pattern}"`),
    ),
  ];
  return ofParts("no package is kept back but by its name", parts, "no pattern that keeps all packages back");
}

/** Nobody can tell what a program will do: one that apt has worked with is not among them. */
const hooks = ({ facts: { pending } }: UpdatesInput): readonly Part[] =>
  (pending.state === "present" ? pending.value.hooks : []).map((hook) =>
    part("error", hook, `whether apt may install is not known until it has done so once: ${hook}`),
  );

/** What apt's own priorities keep back. */
const priorities = (input: UpdatesInput): readonly Part[] => [
  ...(input.facts.policy.state === "present"
    ? []
    : [
        part(
          "error",
          "priorities",
          `which list apt prefers is not known: ${whyUnknown(input.facts.policy) ?? "there is no apt-cache"}`,
        ),
      ]),
  ...outranked(input).map(({ found, remedy }) => ({ ...part("fail", found, found), remedy })),
  ...widePins(input).map((pin) => part("error", pin, `how much a pin keeps back is not known: ${pin}`)),
];
