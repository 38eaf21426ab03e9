/** What guards and checks share: the planned files, and what they make of the planned login. */
import type { Account } from "../../facts/accounts.ts";
import { valueOr } from "../../facts/probe.ts";
import type { Effective } from "../../facts/sshd.ts";
import type { Input } from "../../plan/control.ts";
import { foreseenAccount } from "../accounts/foreseen.ts";
import { type ConfigFile, type Directive, readDirectives } from "./config.ts";
import type { KnownKeywords } from "./keywords/keyword.ts";
import { type Layout, layoutOf } from "./layout.ts";
import type { SshParams } from "./params.ts";
import type { SshSeen, sshProbes } from "./probes.ts";
import { normal, type Visitor, winning } from "./simulate.ts";
import { nextStart, runningStart, type Start } from "./start.ts";
import { knownOf, type WantedDirectives, wantedOf } from "./wanted.ts";
import { noWords, started } from "./words.ts";

export interface SshView {
  readonly layout: Layout;
  readonly wanted: readonly WantedDirectives[];
  readonly known: KnownKeywords;
  /** What sshd goes by today, its own words first. */
  readonly today: readonly Directive[];
  /** What `sshd -T` went by when it was asked, which knows no words but those of an sshd that listens. */
  readonly asked: readonly Directive[];
  /** What the files that are there now will mean to the sshd that is started next; undefined where that isn't known. */
  readonly next: readonly Directive[] | undefined;
  /** Undefined where no sshd listens of itself. */
  readonly runs: Start | undefined;
  /** Undefined where systemd could not be asked. */
  readonly starts: Start | undefined;
  /** The planned login, coming from where this run comes from. */
  readonly planned: Visitor;
}

export type SshInput = Input<SshParams, ReturnType<typeof sshProbes>, SshView | undefined>;

/** There is an sshd to speak of; without one the control has nothing to do. */
export function hasSshd({ facts }: SshSeen): boolean {
  const found = valueOr(facts.package, undefined);
  return (
    found?.installed === true || facts.effective.state === "present" || facts.effective.state === "unknown"
  );
}

/** As it will be where the profile makes it. */
export function accountOf({ facts, access }: SshSeen, name: string): Account | undefined {
  const account = valueOr(facts.accounts, undefined)?.accounts.find((each) => each.name === name);
  return foreseenAccount(account, access.coming?.get(name));
}

/** Undefined where sshd's files could not be read: then nothing can be planned. */
export function viewOf(seen: SshSeen): SshView | undefined {
  const { params, facts, access } = seen;
  if (facts.files.state !== "present") return undefined;
  const { files } = facts.files.value;
  const effective = valueOr(facts.effective, undefined);
  const known = knownOf(effective?.global, valueOr(facts.package, undefined)?.version);
  const wanted = wantedOf(params, known);
  const { visit } = access;
  const addr = visit.address || "203.0.113.1";
  const port = String(access.planned.ports[0] ?? 22);
  const spec = {
    user: visit.planned,
    host: addr,
    addr,
    laddr: visit.serverAddress || "127.0.0.1",
    lport: port,
  };
  const directives = readDirectives(files);
  const [runs, starts] = [runningStart(seen), nextStart(seen)];
  const [asked, next] = [wordsOf(runs), wordsOf(starts)];
  const now = wordsNow(runs, starts);
  const layout = layoutOf({ params, files, wanted });
  return {
    layout: { ...layout, directives: started(now ?? noWords, layout.directives) },
    wanted,
    known,
    today: started(now ?? noWords, directives),
    asked: started(asked ?? noWords, directives),
    next: next && started(next, directives),
    runs,
    starts,
    planned: { spec, groups: accountOf(seen, visit.planned)?.groups },
  };
}

const wordsOf = (start: Start | undefined) =>
  start !== undefined && "words" in start ? start.words : undefined;

/** Where systemd listens for it, an sshd that nobody has called yet will be started like this. */
const wordsNow = (runs: Start | undefined, starts: Start | undefined) =>
  wordsOf(runs === undefined ? starts : runs);

/** What sshd would go by with these files. */
export const readWith = (seen: SshSeen, files: readonly ConfigFile[]): readonly Directive[] =>
  started(wordsNow(runningStart(seen), nextStart(seen)) ?? noWords, readDirectives(files));

/** Every value of a keyword that the planned login will meet: from the planned files, else what sshd has without a line of its own. */
export function plannedValues(
  view: SshView,
  effective: Effective,
  keyword: string,
  visitor = view.planned,
): readonly string[] {
  const wins = winning(view.layout.directives, keyword, visitor);
  if (wins.length > 0) return wins.map(({ words }) => normal(words.join(" ")));
  return onceUnset(view.today, keyword, visitor) ?? (effective.get(keyword) ?? []).map(normal);
}

/** The one value of a keyword that has one; "" where sshd's release doesn't know it. */
export const plannedValue = (view: SshView, effective: Effective, keyword: string): string =>
  plannedValues(view, effective, keyword)[0] ?? "";

/** Lists of algorithms are left out: they are each release's own. */
const defaults: Readonly<Record<string, readonly string[]>> = {
  usepam: ["no"],
  pubkeyauthentication: ["yes"],
  passwordauthentication: ["yes"],
  kbdinteractiveauthentication: ["yes"],
  challengeresponseauthentication: ["yes"],
  permitrootlogin: ["prohibit-password"],
  authenticationmethods: ["any"],
  strictmodes: ["yes"],
  maxauthtries: ["6"],
  maxsessions: ["10"],
  requiredrsasize: ["1024"],
  refuseconnection: ["no"],
  ...Object.fromEntries(["forcecommand", "chrootdirectory", "revokedkeys"].map((name) => [name, ["none"]])),
  ...Object.fromEntries(["authorizedkeyscommand", "trustedusercakeys"].map((name) => [name, ["none"]])),
  ...Object.fromEntries(["allowusers", "allowgroups", "denyusers", "denygroups"].map((name) => [name, []])),
};

/** Of a keyword that has its value from one of the lines of TODAY, which goes; undefined of any other. */
const onceUnset = (
  today: readonly Directive[],
  keyword: string,
  visitor: Visitor,
): readonly string[] | undefined =>
  winning(today, keyword, visitor).length > 0 ? defaults[keyword] : undefined;
