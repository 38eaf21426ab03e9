/**
 * What an attribute refers to, where its value is known only after the apply: by the configuration that a plan carries,
 * through variables and outputs of modules. Pure.
 */
import { once } from "../../once.ts";
import {
  blocksOf,
  isRecord,
  pathOf,
  recordOf,
  stringsOf,
  type TerraformDocument,
  type TerraformResource,
  type TerraformValues,
  writtenKey,
} from "./document.ts";

export interface Referred {
  readonly resources: readonly TerraformResource[];
  /** Values that are written out. */
  readonly constants: readonly unknown[];
  /** Something of it can't be followed: a local value, a function's result, another state. */
  readonly isPartly: boolean;
}

/** Names of module calls from the root on. */
type ModulePath = readonly string[];

const nothing: Referred = { resources: [], constants: [], isPartly: false };
const lost: Referred = { ...nothing, isPartly: true };
const deepest = 24;

function moduleAt(document: TerraformDocument, path: ModulePath): TerraformValues | undefined {
  let module = document.configuration;
  for (const name of path)
    module = isRecord(module) ? (callOf(module, name).module as TerraformValues | undefined) : undefined;
  return isRecord(module) ? module : undefined;
}

const callOf = (module: TerraformValues, name: string): TerraformValues => {
  const calls = recordOf(module.module_calls);
  return Object.hasOwn(calls, name) ? recordOf(calls[name]) : {};
};

/** As it is written; undefined where no configuration says it. */
export function expressionsOf(
  resource: TerraformResource,
  document: TerraformDocument,
): TerraformValues | undefined {
  const path = pathOf(resource.module);
  const module = moduleAt(document, path);
  return module === undefined ? undefined : writtenIn(module).get(writtenKey([], resource));
}

/** Of each module once. */
const writtenIn = once(
  (module: TerraformValues): ReadonlyMap<string, TerraformValues> =>
    new Map(
      blocksOf(module.resources).map((each) => [
        writtenKey([], { mode: String(each.mode), type: String(each.type), name: String(each.name) }),
        recordOf(each.expressions),
      ]),
    ),
);

/** Follows an expression of a resource: one of {@link expressionsOf}, or a part of one. */
export const follow = (
  expression: unknown,
  resource: TerraformResource,
  document: TerraformDocument,
): Referred => through(expression, { document, resource, path: pathOf(resource.module), depth: 0 });

interface Going {
  readonly document: TerraformDocument;
  readonly resource: TerraformResource;
  readonly path: ModulePath;
  readonly depth: number;
}

function through(expression: unknown, going: Going): Referred {
  if (going.depth > deepest) return lost;
  if (Array.isArray(expression)) return together(expression.map((each) => through(each, deeper(going))));
  if (!isRecord(expression)) return nothing;
  if ("constant_value" in expression) return { ...nothing, constants: [expression.constant_value].flat() };
  if (!("references" in expression))
    return together(Object.values(expression).map((each) => through(each, deeper(going))));
  const references = stringsOf(expression.references);
  // `a.b.id` comes with `a.b`, which says no more.
  const whole = references.filter(
    (one) => !references.some((other) => other !== one && startsAfter(other, one)),
  );
  const index =
    whole.includes("each.key") || whole.includes("count.index") ? going.resource.index : undefined;
  return together(
    whole
      .filter((one) => one !== "each.key" && one !== "count.index")
      .map((one) => resolve(one, going, index)),
  );
}

const startsAfter = (longer: string, shorter: string) =>
  longer.startsWith(shorter) && /^[.[]/.test(longer.slice(shorter.length));

const deeper = (going: Going): Going => ({ ...going, depth: going.depth + 1 });

const together = (all: readonly Referred[]): Referred => ({
  resources: [...new Set(all.flatMap(({ resources }) => resources))],
  constants: all.flatMap(({ constants }) => constants),
  isPartly: all.some(({ isPartly }) => isPartly),
});

function resolve(reference: string, going: Going, own: TerraformResource["index"]): Referred {
  const { document, path } = going;
  const [, output, outputName] = /^module\.([\w-]+)(?:\[[^\]]*\])?\.([\w-]+)/.exec(reference) ?? [];
  if (output !== undefined && outputName !== undefined) {
    const inner = [...path, output];
    const outputs = recordOf(moduleAt(document, inner)?.outputs);
    if (!Object.hasOwn(outputs, outputName)) return lost;
    return through(recordOf(outputs[outputName]).expression, { ...deeper(going), path: inner });
  }
  const [, variable] = /^var\.([\w-]+)/.exec(reference) ?? [];
  if (variable !== undefined) return variableOf(variable, going);
  return resourceOf(reference, going, own);
}

function variableOf(name: string, going: Going): Referred {
  const { document, path } = going;
  const last = path.at(-1);
  if (last === undefined) {
    const { variables } = document;
    const value = Object.hasOwn(variables, name) ? recordOf(variables[name]).value : undefined;
    return value === undefined ? lost : { ...nothing, constants: [value].flat() };
  }
  const above = path.slice(0, -1);
  const given = recordOf(callOf(moduleAt(document, above) ?? {}, last).expressions);
  if (Object.hasOwn(given, name)) return through(given[name], { ...deeper(going), path: above });
  const declared = recordOf(recordOf(moduleAt(document, path)?.variables)[name]);
  return "default" in declared ? { ...nothing, constants: [declared.default].flat() } : lost;
}

const resourceForm = /^(data\.)?([a-z][\w-]*)\.([\w-]+)(?:\[("(?:[^"\\]|\\.)*"|\d+)\])?/;

function resourceOf(
  reference: string,
  { document, resource, path }: Going,
  own: TerraformResource["index"],
): Referred {
  const [, data, type, name, written] = resourceForm.exec(reference) ?? [];
  if (type === undefined || ["local", "each", "self", "path", "terraform", "module"].includes(type))
    return lost;
  const mode = data === undefined ? "managed" : "data";
  const index = written === undefined ? own : (JSON.parse(written) as string | number);
  const alike = document.byKey.get(writtenKey(path, { mode, type, name: name! })) ?? [];
  // Of a module that is there several times its own.
  const beside = alike.filter(({ module }) => module === resource.module);
  const near = beside.length > 0 ? beside : alike;
  const exact = near.filter((each) => each.index === index);
  const found = index === undefined || exact.length === 0 ? near : exact;
  return found.length === 0 ? lost : { ...nothing, resources: found };
}
