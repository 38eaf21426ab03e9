/** What keeps a login of the profile out, though its keys are there. Pure. */
import { type Account, isShellClosed } from "../../facts/accounts.ts";
import { valueOr } from "../../facts/probe.ts";
import { type Effective, type EffectiveFact, wordsIn } from "../../facts/sshd.ts";
import { meaningOf } from "../../kinds/keys/lines.ts";
import { type LoginAttempt, refusals } from "../ssh/admission.ts";
import { closedFile } from "../ssh/usable.ts";
import type { AccountsInput, Login } from "./view.ts";

/** What sshd does for a login: one configuration, or several where a Match block may be for it, too. */
function configsOf(name: string, planned: string, effective: EffectiveFact): readonly Effective[] {
  if (name === planned) return [effective.planned];
  const own = effective.matches.find(({ text }) => /^match\s+user\s+(\S+)$/i.exec(text)?.[1] === name);
  if (own !== undefined) return [own.effective];
  const others = effective.matches.filter(({ text, spec }) => !/\buser\b/i.test(text) || spec.user === name);
  return [effective.global, ...others.map(({ effective: of }) => of)];
}

/** What refuses it in each of these configurations, by the first. */
function refusedBy(configs: readonly Effective[], visitor: LoginAttempt): readonly string[] {
  const each = configs.map((of) => refusals((keyword) => wordsIn(of.get(keyword)), visitor, false));
  const [first = []] = each;
  return each.every((found) => found.length > 0)
    ? first.map(({ keyword, text }) => `${keyword} ${text}`)
    : [];
}

/** The number of its first group, where no other account that is known is in it. */
export function ownGroupOf(
  { name, gid, groups: [group] }: Account,
  all: readonly Account[],
): number | undefined {
  const isIn = (each: Account) => each.gid === gid || (group !== undefined && each.groups.includes(group));
  return all.some((each) => each.name !== name && isIn(each)) ? undefined : gid;
}

/** One sentence for each reason, of a login that is there and has listed keys. */
export function shutOut(
  { account, files, coming }: Login,
  { facts, access }: AccountsInput,
): readonly string[] {
  if (account === undefined || coming.keys.length === 0) return [];
  const { name: user, groups, shell } = account;
  const effective = valueOr(facts.effective, undefined);
  const planned = access.planned.login;
  const strictModes = effective?.global.get("strictmodes")?.[0] !== "no";
  const ownGroup = ownGroupOf(account, valueOr(facts.accounts, undefined)?.accounts ?? []);
  const listed = new Set(coming.keys.map(meaningOf));
  const closed = files
    .filter(({ lines }) => lines.some((line) => listed.has(meaningOf(line))))
    .map((file) => closedFile(file, { account, strictModes, ownGroup }));
  // Whence others than the planned login come nobody knows.
  const address = user === planned ? access.visit.address : "";
  return [
    ...(coming.shell !== shell && isShellClosed(account)
      ? [`the shell of ${user}, ${shell}, lets nobody in`]
      : []),
    ...(closed.includes(undefined) ? [] : closed.flatMap((why) => why ?? [])),
    ...(effective === undefined
      ? []
      : refusedBy(configsOf(user, planned, effective), { user, groups, address })),
  ];
}
