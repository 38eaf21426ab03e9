/** What keeps packages, or days, out of the updates: somebody's lists, which no profile sets. */
import { type AptEntry, aptList } from "../../facts/apt.ts";

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

/** Only what these patterns name is updated; empty: everything. */
export const onlyPackages = (entries: readonly AptEntry[]) =>
  aptList(entries, "Unattended-Upgrade::Package-Whitelist");

/** Days of the week on which updates are installed; empty: all of them. */
export function onlyDays(entries: readonly AptEntry[]): readonly string[] {
  const days = [...new Set(aptList(entries, "Unattended-Upgrade::Update-Days"))];
  return days.length < 7 ? days : [];
}
