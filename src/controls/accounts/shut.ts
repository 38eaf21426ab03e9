/** What keeps a login of the profile out, though its keys are there. Pure. */
import { type Account, isShellClosed } from "../../facts/accounts.ts";
import { valueOr } from "../../facts/probe.ts";
import { type Effective, type EffectiveFact, wordsIn } from "../../facts/sshd.ts";
import { meaningOf } from "../../kinds/keys/lines.ts";
import { type LoginAttempt, refusals } from "../ssh/admission.ts";
import { readDirectives } from "../ssh/config.ts";
import { stranger } from "../ssh/layout.ts";
import { type Visitor, winning } from "../ssh/simulate.ts";
import { closedFile } from "../ssh/usable.ts";
import { type AskedLogin, type LoginConfig, ownKindOf, refusedByKeywords } from "./refused.ts";
import type { AccountsInput, Login } from "./view.ts";

const ofEffective =
  (effective: Effective): LoginConfig =>
  (keyword) =>
    effective.get(keyword) ?? [];

/**
 * What sshd does for a login: one configuration, or several by where it may come from. Where sshd was not asked for it, its
 * files are read: those of a Match block that is for it win over what sshd says of a stranger.
 */
function configsOf(
  { name, groups }: Account,
  { facts, access }: AccountsInput,
  effective: EffectiveFact,
): readonly LoginConfig[] {
  if (name === access.planned.login) return [ofEffective(effective.planned)];
  const own = effective.matches.find(({ text }) => /^match\s+user\s+(\S+)$/i.exec(text)?.[1] === name);
  if (own !== undefined) return [ofEffective(own.effective)];
  const inBlocks = readDirectives(valueOr(facts.sshdFiles, undefined)?.files ?? []).filter(
    ({ under }) => under.length > 0,
  );
  const visitors = [stranger.spec, ...effective.matches.map(({ spec }) => spec)].map(
    (spec): Visitor => ({ spec: { ...spec, user: name }, groups }),
  );
  return visitors.map((visitor) => (keyword) => {
    const wins = winning(inBlocks, keyword, visitor);
    return wins.length === 0
      ? (effective.global.get(keyword) ?? [])
      : wins.map(({ words }) => words.join(" "));
  });
}

/** What refuses it in each of these configurations, by the first. */
function refusedBy(
  configs: readonly LoginConfig[],
  visitor: LoginAttempt,
  asked: Omit<AskedLogin, "config">,
): readonly string[] {
  const each = configs.map((config) => [
    ...refusals((keyword) => wordsIn(config(keyword)), visitor, false).map(
      ({ keyword, text }) => `${keyword} ${text}`,
    ),
    ...refusedByKeywords({ ...asked, config }),
  ]);
  const [first = []] = each;
  return each.every((found) => found.length > 0) ? first : [];
}

/** ` NAME gets …` of a login that gets no usual shell, wherever it comes from. */
export function ownKindText({ account }: Login, input: AccountsInput): string | undefined {
  const effective = valueOr(input.facts.effective, undefined);
  if (account === undefined || effective === undefined) return undefined;
  const kinds = configsOf(account, input, effective).map(ownKindOf);
  return kinds.includes(undefined) ? undefined : `${account.name} gets ${kinds[0]}`;
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
export function shutOut({ account, files, coming }: Login, input: AccountsInput): readonly string[] {
  const { facts, access } = input;
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
      : refusedBy(
          configsOf(account, input, effective),
          { user, groups, address },
          { account, keys: coming.keys, chroots: facts.chroots },
        )),
  ];
}
