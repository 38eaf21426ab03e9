/** A control of what its module says: its rows bring claims, checks and probes. Pure. */
import type { z } from "zod";
import { type Group, referencesOf } from "../checks/check.ts";
import { withNextStart } from "../checks/reads.ts";
import { type Fact, type Probes, probeKey, unknown } from "../facts/probe.ts";
import { probesOf } from "../kinds/index.ts";
import { type Claim, claimsOf } from "../plan/claim.ts";
import type { Control, Seen } from "../plan/control.ts";
import { atNextBoot } from "./next-boot/next-start.ts";
import type { Concern } from "./next-boot/ours.ts";
import { bootFilesProbe } from "./next-boot/probe.ts";
import {
  type AnyInput,
  type AnyRow,
  type AnyWant,
  type ControlRow,
  type FactReader,
  factOf,
  judge,
  wantedOf,
} from "./row.ts";

/** A control as its module says it: of what it leaves out there is none; `layer` and `criteria` are those of its checks. */
type Definition<Params, P extends Probes, V, S extends z.ZodObject> = Omit<
  Control<Params, P, V, S>,
  "probes" | "desired" | "guard" | "findings" | "checks"
> &
  Partial<Pick<Control<Params, P, V, S>, "probes" | "desired" | "guard" | "findings">> &
  Group & {
    readonly checks: readonly ControlRow<Params, P, V>[];
    /** What of the boot's files its checks pass by: each is judged by these, too. */
    readonly boot?: Concern;
  };

/** Types a control by its own schema, probes and view, then forgets them so that controls make one list. */
export function defineControl<S extends z.ZodObject, P extends Probes, V>(
  control: Definition<z.output<S>, P, V, S> & { readonly view: (seen: Seen<z.output<S>, P>) => V },
): Control;
export function defineControl<S extends z.ZodObject, P extends Probes>(
  control: Definition<z.output<S>, P, undefined, S> & { readonly view?: undefined },
): Control;
export function defineControl(definition: unknown): Control {
  return withRows(definition as Definition<unknown, Probes, unknown, z.ZodObject>);
}

/** The control with the claims, checks and probes of its rows, before its own. */
function withRows(own: Definition<unknown, Probes, unknown, z.ZodObject>): Control {
  const { layer, cause, criteria, desired, guard = () => [], findings = [], checks, boot, ...rest } = own;
  const wanting = checks.filter((row): row is AnyWant => row.want !== undefined);
  const claim = claimsOf(own.id);
  const claimsFor = (row: AnyWant, input: AnyInput): readonly Claim[] => {
    const wanted = wantedOf(row, input);
    if (typeof wanted === "string" || "why" in wanted) return [];
    return wanted.map((resource) => claim(row.reason, resource));
  };
  const fixed = [
    ...wanting.flatMap(({ want }) => (typeof want === "function" ? [] : want.flatMap(probesOf))),
    ...checks.flatMap(({ probes = [] }) => probes),
    ...(boot === undefined ? [] : [bootFilesProbe]),
  ];
  const probes: Control["probes"] = (params, visit) => {
    const named = own.probes?.(params, visit) ?? {};
    const known = new Set(Object.values(named).map(probeKey));
    const more = fixed.filter((probe) => !known.has(probeKey(probe)));
    return { ...named, ...Object.fromEntries(more.map((probe) => [probeKey(probe), probe])) };
  };
  const readerOf = ({ params, access, facts }: AnyInput): FactReader => {
    const names = Object.entries(probes(params, access.visit));
    return (probe) => {
      const [name] = names.find(([, each]) => probeKey(each) === probeKey(probe)) ?? [];
      return (facts[name ?? ""] ?? unknown(`${probe.collector} is not collected`)) as Fact<never>;
    };
  };
  const testNow = (row: AnyRow): Control["checks"][number]["test"] => {
    if (row.want === undefined) return row.test;
    return row.test ?? ((input) => judge(wantedOf(row, input), readerOf(input)));
  };
  const testOf = (row: AnyRow): Control["checks"][number]["test"] => {
    const test = testNow(row);
    if (boot === undefined) return test;
    return (input) => atNextBoot(test(input), [], { fact: factOf(input, bootFilesProbe), concern: boot });
  };
  const checkOf = (row: AnyRow): Control["checks"][number] => {
    const {
      want: _w,
      reason: _r,
      probes: _p,
      criteria: _c,
      ...record
    } = row as AnyRow & { reason?: unknown };
    return {
      layer,
      role: "proof",
      needs: [],
      ...(cause === undefined ? {} : { cause }),
      ...record,
      references: referencesOf({ criteria }, row),
      reads: boot === undefined ? row.reads : withNextStart(row.reads),
      test: testOf(row),
    };
  };
  return {
    ...rest,
    probes,
    desired: (input) => [...wanting.flatMap((row) => claimsFor(row, input)), ...(desired?.(input) ?? [])],
    guard,
    findings,
    checks: checks.map(checkOf),
  };
}
