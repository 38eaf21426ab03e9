/** What `terraform show -json` writes, of a plan or of a state: every resource of all modules, with what is not known yet. Pure. */
import { HardenError } from "../../errors.ts";
import type { Origin } from "../../profile/tree.ts";

export type TerraformValues = Readonly<Record<string, unknown>>;

export interface TerraformResource {
  /** `module.net["a"].aws_subnet.app[0]`. */
  readonly address: string;
  readonly module: string;
  readonly mode: string;
  readonly type: string;
  readonly name: string;
  readonly index: string | number | undefined;
  readonly values: TerraformValues;
  /** The same shape, true where a value is known only after the apply. */
  readonly unknown: TerraformValues;
  readonly at: Origin;
}

export interface TerraformDocument extends Index {
  readonly file: string;
  readonly resources: readonly TerraformResource[];
  /** Of the root module as it is written; undefined of a state. */
  readonly configuration: TerraformValues | undefined;
  readonly providers: TerraformValues;
  readonly variables: TerraformValues;
}

export const isRecord = (value: unknown): value is TerraformValues =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const recordOf = (value: unknown): TerraformValues => (isRecord(value) ? value : {});

export const stringsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter(
    (one): one is string => typeof one === "string" && one !== "",
  );

export const stringOf = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

/** The blocks of one name: Terraform writes a list, also of one. */
export const blocksOf = (value: unknown): readonly TerraformValues[] =>
  (Array.isArray(value) ? value : [value]).filter(isRecord);

/** Whether something in it is known only after the apply. */
export const isUnknown = (value: unknown): boolean =>
  value === true || (typeof value === "object" && value !== null && Object.values(value).some(isUnknown));

/** Whether it is what this room reads; a project file is no JSON object of that kind. */
export function looksLikeTerraform(text: string): boolean {
  return /^\s*\{/.test(text) && /"(?:planned_values|format_version|terraform_version)"\s*:/.test(text);
}

const unusable = (file: string, why: string) =>
  new HardenError("profile", `${file} can't be used: ${why}.`, {
    hint: "terraform show -json PLANFILE > FILE; of a state: terraform show -json > FILE",
    hostState: "no host was contacted",
  });

/** Throws HardenError `profile` where it is something else. */
export function readDocument(text: string, file: string): TerraformDocument {
  const whole = parsed(text, file);
  const root = recordOf(recordOf(whole.planned_values ?? whole.values).root_module);
  if (whole.planned_values === undefined && whole.values === undefined)
    throw unusable(file, "it has neither planned_values nor values");
  if (whole.errored === true || whole.complete === false || blocksOf(whole.deferred_changes).length > 0)
    throw unusable(
      file,
      "it says of itself that it is not complete: part of the plan failed, or is left for later",
    );
  const unknown = new Map(
    blocksOf(whole.resource_changes).map((change) => [
      change.address,
      recordOf(recordOf(change.change).after_unknown),
    ]),
  );
  const find = placesIn(text, file);
  const prior = recordOf(recordOf(recordOf(whole.prior_state).values).root_module);
  const planned = modulesOf(root).flatMap((module) => resourcesOf(module, unknown, find));
  const known = new Set(planned.map(({ address }) => address));
  // What is read and not managed is in the state that the plan was made by.
  const read = modulesOf(prior)
    .flatMap((module) => resourcesOf(module, unknown, find))
    .filter(({ mode, address }) => mode === "data" && !known.has(address));
  const configuration = isRecord(whole.configuration) ? whole.configuration : {};
  const resources = [...planned, ...read];
  return {
    file,
    resources,
    variables: recordOf(whole.variables),
    ...indexOf(resources),
    configuration: isRecord(configuration.root_module) ? configuration.root_module : undefined,
    providers: recordOf(configuration.provider_config),
  };
}

function parsed(text: string, file: string): TerraformValues {
  try {
    const whole: unknown = JSON.parse(text);
    if (isRecord(whole)) return whole;
  } catch (error) {
    throw unusable(
      file,
      `it is no JSON (${error instanceof Error ? error.message.slice(0, 200) : "unreadable"})`,
    );
  }
  throw unusable(file, "it is no JSON object");
}

/** Documents have thousands of resources, each of which asks for others. */
export interface Index {
  readonly byType: Pick<ReadonlyMap<string, readonly TerraformResource[]>, "get">;
  /** By whatever it is known as. */
  readonly byName: ReadonlyMap<string, readonly TerraformResource[]>;
  /** By {@link writtenKey}. */
  readonly byKey: ReadonlyMap<string, readonly TerraformResource[]>;
}

/** Names of module calls from the root on: `module.net["a"].module.sg` is `["net", "sg"]`. */
export const pathOf = (address: string): readonly string[] =>
  [...address.matchAll(/(?:^|\.)module\.([\w-]+)(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?/g)].map(
    ([, name]) => name!,
  );

/** Of what is written once, and may be there several times. */
export const writtenKey = (
  path: readonly string[],
  { mode, type, name }: Pick<TerraformResource, "mode" | "type" | "name">,
) => JSON.stringify([path, mode, type, name]);

const names = ["id", "arn", "name", "self_link"] as const;

function indexOf(resources: readonly TerraformResource[]): Index {
  const [byType, byName, byKey] = [new Map(), new Map(), new Map()] as [Groups, Groups, Groups];
  for (const each of resources) {
    add(byType, each.type, each);
    add(byKey, writtenKey(pathOf(each.module), each), each);
    for (const name of new Set(names.flatMap((one) => stringOf(each.values[one]) ?? [])))
      add(byName, name, each);
  }
  return { byType, byName, byKey };
}

type Groups = Map<string, TerraformResource[]>;

function add(groups: Groups, key: string, resource: TerraformResource): void {
  const known = groups.get(key);
  if (known === undefined) groups.set(key, [resource]);
  else known.push(resource);
}

/** It and all below it, without recursion: a hostile file nests as deep as it likes. */
function modulesOf(root: TerraformValues): readonly TerraformValues[] {
  const found: TerraformValues[] = [];
  for (const open = [root]; open.length > 0; ) {
    const module = open.shift()!;
    found.push(module);
    open.push(...blocksOf(module.child_modules));
  }
  return found;
}

function resourcesOf(
  module: TerraformValues,
  unknown: ReadonlyMap<unknown, TerraformValues>,
  find: (address: string) => Origin,
) {
  return blocksOf(module.resources).flatMap((each): readonly TerraformResource[] => {
    const [address, type, name] = [stringOf(each.address), stringOf(each.type), stringOf(each.name)];
    if (address === undefined || type === undefined || name === undefined) return [];
    const { index } = each;
    return [
      {
        address,
        type,
        name,
        module: stringOf(module.address) ?? "",
        mode: stringOf(each.mode) ?? "managed",
        index: typeof index === "string" || typeof index === "number" ? index : undefined,
        values: recordOf(each.values),
        unknown: unknown.get(address) ?? {},
        at: find(address),
      },
    ];
  });
}

/** Where an address stands first; the file's beginning where it is written with other escapes. */
function placesIn(text: string, file: string): (address: string) => Origin {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  const places = new Map<string, number>();
  for (const match of text.matchAll(/"address"\s*:\s*("(?:[^"\\]|\\.)*")/g))
    if (!places.has(match[1]!)) places.set(match[1]!, match.index);
  return (address) => {
    const offset = places.get(JSON.stringify(address)) ?? 0;
    const line = lineOf(starts, offset);
    return { file, line: line + 1, column: offset - starts[line]! + 1 };
  };
}

function lineOf(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
