/** A keyword of sshd, checked: what sshd really does, for everybody, for the logins, in every Match block, and later. */
import type { Effective, EffectiveFact } from "../../facts/sshd.ts";
import type { CheckResult } from "../../plan/control.ts";
import { byOthers, inapplicable, result } from "../verdict.ts";
import { bySshd, type SshCheck } from "./check.ts";
import { type Directive, place } from "./config.ts";
import { idleResult } from "./idle.ts";
import type { Keyword, KnownKeywords } from "./keywords/keyword.ts";
import { stranger } from "./layout.ts";
import { matchText, overridesOf } from "./overrides.ts";
import { normal, simulated, winning } from "./simulate.ts";
import type { SshInput } from "./view.ts";
import { accountOf, hasSshd, type SshView } from "./view.ts";
import { isKnown, nameOf, type WantedDirectives } from "./wanted.ts";
import { commandLine } from "./words.ts";

/** A value of `sshd -T -C`; lines that add up are one value of several words. */
const read = (effective: Effective, keyword: string) => effective.get(keyword)?.map(normal).join(" ");

/** An sshd of a release that harden is for. */
const current: KnownKeywords = { old: false, effective: undefined };

export function keywordCheck(about: Keyword): SshCheck {
  return {
    role: "proof or audit",
    ...about.check,
    reads: about.name === "ChannelTimeout" ? { ...bySshd, only: ["next start", "file"] } : bySshd,
    look: `sshd -T -C user=USER,host=HOST,addr=ADDRESS | grep -i '^${nameOf(about, current).toLowerCase()} '`,
    test: (input) => {
      if (!hasSshd(input)) return inapplicable("there is no sshd here");
      const { effective } = input.facts;
      if (effective.state !== "present")
        return result("error", "", `sshd -T: ${"why" in effective ? effective.why : "no configuration"}`);
      const { view } = input;
      if (view === undefined) return result("error", "", "sshd's files could not be read");
      const idle =
        about.name === "ChannelTimeout" &&
        idleResult({ params: input.params, known: view.known }, input.facts.idle);
      if (idle) return idle;
      const name = nameOf(about, view.known);
      if (!isKnown(about, view.known)) return inapplicable(`this sshd has no ${name}`);
      const wanted = view.wanted.find((each) => each.name === name);
      if (wanted === undefined) return inapplicable("the profile leaves it as it is");
      return judge(wanted, { input, view, effective: effective.value });
    },
  };
}

interface Judged {
  readonly input: SshInput;
  readonly view: SshView;
  readonly effective: EffectiveFact;
}

function judge(wanted: WantedDirectives, about: Judged): CheckResult {
  const { input, view, effective } = about;
  const value = (values: Effective) =>
    values.size === 0 ? undefined : (read(values, wanted.keyword) ?? "unset");
  // An sshd that systemd starts for a caller was asked without the words that it will be started with.
  const forced = forcedBy(view.today, wanted);
  const global = forced ?? value(effective.global);
  const logins = [
    { of: `for ${input.access.now.login}`, found: value(effective.now) },
    { of: `for ${input.access.planned.login}`, found: value(effective.planned) },
  ];
  const measured = [
    { of: "", found: global },
    ...logins.filter(({ found }) => found !== global && forced === undefined),
    ...effective.matches.map(({ file, line, text, effective: values }) => ({
      of: `under ${text} (${file}:${line})`,
      found: value(values),
    })),
  ];
  const say = ({ of, found }: { of: string; found?: string | undefined }) =>
    `${found ?? "could not be read"}${of === "" ? "" : ` ${of}`}`;
  const wrong = measured.filter(({ found }) => found !== undefined && !wanted.accepts(found));
  const unseen = wrong.length === 0 ? unseenIn(wanted, about) : [];
  const found = [...new Set([...wrong.map(say), ...unseen])];
  if (found.length > 0 && forced !== undefined && !wanted.accepts(forced))
    return byOthers(result("fail", wanted.value, `${found.join("; ")}, by ${commandLine}`));
  if (found.length > 0) return result("fail", wanted.value, found.join("; "));
  const lost = measured.filter((each) => each.found === undefined);
  if (lost.length > 0) return result("error", wanted.value, lost.map(say).join("; "));
  const now = [...new Set(measured.map((each) => each.found))].join("; ");
  const later = view.next && laterValue(wanted, view);
  return later === undefined
    ? result("pass", wanted.value, now)
    : result("until the next boot", wanted.value, `${now}; ${later}`);
}

/** The value that sshd's command line gives a keyword. */
function forcedBy(directives: readonly Directive[], { keyword }: WantedDirectives): string | undefined {
  const [first] = winning(directives, keyword, stranger);
  return first?.file === commandLine ? normal(first.words.join(" ")) : undefined;
}

/** A Match block that no connection could be found for is read as text: it can fail a check, never pass one. */
function unseenIn(wanted: WantedDirectives, { input, view, effective }: Judged): readonly string[] {
  return overridesOf(
    { ...view, layout: { ...view.layout, directives: view.today } },
    effective,
    (user) => accountOf(input, user)?.groups,
  )
    .filter(({ wanted: { keyword }, directive }) => keyword === wanted.keyword && directive.under.length > 0)
    .map(
      ({ directive }) =>
        `${directive.words.join(" ")} under ${matchText(directive.under)} (${place(directive)})`,
    );
}

/** What the words of the next start make of a keyword, where the profile wants something else. */
function laterValue(wanted: WantedDirectives, { today, next = [], starts }: SshView): string | undefined {
  const forced = forcedBy(next, wanted);
  const where = starts !== undefined && "where" in starts ? starts.where : "";
  if (forced !== undefined)
    return wanted.accepts(forced) ? undefined : `${forced} from the next start on, by ${where}`;
  if (forcedBy(today, wanted) === undefined) return undefined;
  // Only the words of the sshd that runs make it so, and the next one has none of them.
  const files = simulated(next, wanted.keyword, stranger);
  if (files !== undefined && wanted.accepts(files)) return undefined;
  return `${files ?? "sshd's own default"} from the next start on: it lacks what ${commandLine} says now`;
}
