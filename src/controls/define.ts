/** A control of what its module says: its rules bring claims, checks and probes. Pure. */
import type { z } from "zod";
import { type Fact, type Probes, probeKey, unknown } from "../facts/probe.ts";
import { probesOf } from "../kinds/index.ts";
import { type Claim, claimsOf } from "./claim.ts";
import type { Control, Seen } from "./control.ts";
import { withCriteria } from "./criteria.ts";
import { type AnyInput, type AnyRule, judge, type Reader, type Rule, wantedOf } from "./rule.ts";

/** A control as its module says it: of what it leaves out there is none, and its rules bring claims and checks. */
type Definition<Params, P extends Probes, V, S extends z.ZodObject> = Omit<
  Control<Params, P, V, S>,
  "desired" | "guard" | "checks"
> &
  Partial<Pick<Control<Params, P, V, S>, "desired" | "guard" | "checks">> & {
    readonly rules?: readonly Rule<Params, P, V>[];
  };

/** Types a control by its own schema, probes and view, then forgets them so that controls make one list. */
export function defineControl<S extends z.ZodObject, P extends Probes, V>(
  control: Definition<z.output<S>, P, V, S> & { readonly view: (seen: Seen<z.output<S>, P>) => V },
): Control;
export function defineControl<S extends z.ZodObject, P extends Probes>(
  control: Definition<z.output<S>, P, undefined, S> & { readonly view?: undefined },
): Control;
export function defineControl(definition: unknown): Control {
  return withRules(definition as Definition<unknown, Probes, unknown, z.ZodObject>);
}

/** The control with the claims, checks and probes of its rules, before its own. */
function withRules(own: Definition<unknown, Probes, unknown, z.ZodObject>): Control {
  const { rules = [], desired, guard = () => [], checks = [], ...rest } = own;
  const claim = claimsOf(own.id);
  const claimsFor = (each: AnyRule, input: AnyInput): readonly Claim[] => {
    const wanted = wantedOf(each, input);
    if (typeof wanted === "string" || "why" in wanted) return [];
    return wanted.map((resource) => claim(each.reason, resource));
  };
  const fixed = rules.flatMap(({ want }) => (typeof want === "function" ? [] : want.flatMap(probesOf)));
  const probes: Control["probes"] = (params, visit) => {
    const named = own.probes(params, visit);
    const known = new Set(Object.values(named).map(probeKey));
    const more = fixed.filter((probe) => !known.has(probeKey(probe)));
    return { ...named, ...Object.fromEntries(more.map((probe) => [probeKey(probe), probe])) };
  };
  const readerOf = ({ params, access, facts }: AnyInput): Reader => {
    const names = Object.entries(probes(params, access.visit));
    return (probe) => {
      const [name] = names.find(([, each]) => probeKey(each) === probeKey(probe)) ?? [];
      return (facts[name ?? ""] ?? unknown(`${probe.collector} is not collected`)) as Fact<never>;
    };
  };
  const checkOf = ({ reason: _, want, test, ...each }: AnyRule): Control["checks"][number] => ({
    ...{ role: "proof", needs: [], ...each },
    test: test ?? ((input) => judge(wantedOf({ want }, input), readerOf(input))),
  });
  return {
    ...rest,
    probes,
    desired: (input) => [...rules.flatMap((each) => claimsFor(each, input)), ...(desired?.(input) ?? [])],
    guard,
    checks: [...rules.map(checkOf), ...checks].map(withCriteria),
  };
}
