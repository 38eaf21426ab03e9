/** What has to be done to the kernel's rules, from how they differ from the files and the profile. */
import { type Chains, isJump, parseTables, type Rule } from "../../facts/iptables.ts";
import { expected, otherwise } from "./expected.ts";
import { letIn } from "./let-in.ts";
import type { FamilyView, FirewallView, Needed } from "./model.ts";
import { crossings } from "./order.ts";
import { builtins, kernelPolicy, policyRules, primaryChains, userChains } from "./skeleton.ts";
import { remainder } from "./space.ts";
import type { Family } from "./tuple.ts";
import type { Ruleset } from "./walk.ts";

/** ufw's own notion of running: the chain of its user's rules is there. */
export const isStarted = ({ live, prefix }: FamilyView) => live?.has(`${prefix}-user-input`) ?? false;

export function neededOperation(view: Pick<FirewallView, "families" | "policies" | "scripts">): Needed {
  const [v4] = view.families;
  if (!isStarted(v4!)) return { operation: "enable", reasons: ["ufw is not running"] };
  const setup = view.families.flatMap((each) => setupDifferences(each, view));
  if (setup.length > 0) return { operation: "reload", reasons: setup };
  const user = view.families.flatMap(userDifferences);
  return user.length > 0 ? { operation: "load", reasons: user } : { operation: "none", reasons: [] };
}

const called = (family: Family) => `IPv${family}`;

/** All but the user's rules: jumps, policies, and the rules of before.rules and after.rules. */
function setupDifferences(
  view: FamilyView,
  { policies, scripts }: Pick<FirewallView, "policies" | "scripts">,
): readonly string[] {
  const { family, live = new Map() } = view;
  if (!isStarted(view)) return inForce(view);
  const found = [
    ...inForce(view),
    ...Object.entries(builtins).flatMap(([name, direction]) => {
      const now = live.get(name)?.policy;
      const wanted = kernelPolicy(policies[direction]);
      const text = `*filter\n${policyRules(view.prefix, direction, policies[direction])}`;
      return [
        ...(now === wanted
          ? []
          : [`${name}'s ${called(family)} policy is ${now ?? "not set"}, not ${wanted}`]),
        ...differing(live, parseTables(text).get("filter")!, view),
      ];
    }),
    ...[view.before, view.after].flatMap((file) => missingTargets(live, file)),
  ];
  return found.length > 0 || scripts.length > 0 ? found : walkedDifferences(view);
}

/**
 * What becomes of packets otherwise than by ufw's files: a rule that somebody put into ufw's chains, or in another order.
 * Other spellings of the same don't count.
 */
function walkedDifferences(view: FamilyView): readonly string[] {
  const [now, planned] = [view.loaded(), view.planned()];
  if (differing(filterOf(now), filterOf(planned), view).length === 0) return [];
  const known = letIn(view, planned).openings;
  const more = letIn(view, now).openings.filter(({ pieces, protocol }) => {
    const taken = known.filter((each) => each.protocol === protocol).flatMap((each) => each.pieces);
    return pieces.some((piece) => remainder(piece, taken).length > 0);
  });
  const ends = otherwise(expected(view), now, planned);
  if (more.length === 0 && ends.length === 0) return [];
  const strange = [...strangers(view, planned), ...more.map(({ rule }) => rule)];
  return [...new Set(strange.map(({ text }) => `"${text}" is in none of ufw's files`)), ...ends];
}

/** Rules of ufw's chains that its files don't have, or spell otherwise. */
function strangers({ live, read }: FamilyView, planned: Ruleset): readonly Rule[] {
  return [...filterOf(planned)].flatMap(([name, chain]) => {
    const known = new Set(chain.rules.map((rule) => read.normalRule(rule)));
    return (live?.get(name)?.rules ?? []).filter((rule) => !known.has(read.normalRule(rule)));
  });
}

const filterOf = ({ tables: [main] }: Ruleset): Chains => main?.get("filter") ?? new Map();

/** What is missing for the kernel to send its packets through ufw's chains; nothing where it does. */
export function inForce(view: FamilyView): readonly string[] {
  if (!isStarted(view)) return [`ufw's ${called(view.family)} chains are not there`];
  return Object.keys(builtins).flatMap((name) => jumpDifferences(view, name as keyof typeof builtins));
}

/** Jumps of the built-in chains that are missing though ufw's own chains are there, running or not. */
export function lostJumps(view: FamilyView): readonly string[] {
  const { live, prefix } = view;
  if (!live?.has(`${prefix}-before-logging-input`)) return [];
  return Object.keys(builtins).flatMap((name) => builtinJumps(view, name as keyof typeof builtins));
}

function builtinJumps({ live, prefix, family }: FamilyView, name: keyof typeof builtins): readonly string[] {
  const rules = live?.get(name)?.rules ?? [];
  const places = primaryChains(prefix, builtins[name]).map((to) =>
    rules.findIndex((rule) => isJump(rule, to)),
  );
  const ordered = places.every((place, index) => place >= 0 && place > (places[index - 1] ?? -1));
  return ordered ? [] : [`${name} doesn't lead to all of ufw's ${called(family)} chains`];
}

function jumpDifferences(view: FamilyView, name: keyof typeof builtins): readonly string[] {
  const { live, prefix } = view;
  const user = `${prefix}-user-${builtins[name]}`;
  const before = live?.get(`${prefix}-before-${builtins[name]}`)?.rules ?? [];
  return [
    ...builtinJumps(view, name),
    ...(before.some((rule) => isJump(rule, user)) ? [] : [`nothing leads to the chain ${user}`]),
  ];
}

/** Chains of `wanted` that the kernel has otherwise; a rule that has only moved is none, where nothing rules otherwise. */
function differing(live: Chains, wanted: Chains, { read }: FamilyView): readonly string[] {
  return [...wanted].flatMap(([name, { rules }]) => {
    const now = live.get(name)?.rules;
    const crossed = now === undefined ? undefined : crossings(now, rules, read);
    if (crossed === undefined) return [`the chain ${name} differs`];
    return crossed.length === 0 ? [] : [`the chain ${name} has its rules in another order`];
  });
}

/**
 * Rules of a file that the kernel has lost. Only their targets are compared, in their order: the matches of somebody's
 * own lines have too many spellings, and what other programs add to these chains is theirs.
 */
function missingTargets(live: Chains, file: Chains): readonly string[] {
  return [...file].flatMap(([name, { rules }]) => {
    const now = (live.get(name)?.rules ?? []).map(({ target }) => target);
    let at = 0;
    const lost = rules.some((rule) => {
      const found = now.indexOf(rule.target, at);
      at = found + 1;
      return found < 0;
    });
    return lost || !live.has(name) ? [`the chain ${name} has lost rules`] : [];
  });
}

/** The user's rules: the kernel's against the wanted, and the file's against the wanted. */
function userDifferences(view: FamilyView): readonly string[] {
  const wanted = userChains(view);
  const file = view.userFile?.content?.equals(view.wantedText) === true;
  return [
    ...(file ? [] : [`the ${called(view.family)} rules of the profile differ from the file's`]),
    ...differing(view.live ?? new Map(), wanted, view),
  ];
}
