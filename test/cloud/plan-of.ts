/**
 * What `terraform show -json` says of a configuration: a plan in which identities are known after the apply, or the
 * state behind it. As Terraform 1.x documents it (JSON output format), without Terraform.
 */
type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

interface Body {
  readonly [attribute: string]: Value;
}

export interface Config {
  readonly resource?: Readonly<Record<string, Readonly<Record<string, Body>>>>;
  readonly data?: Readonly<Record<string, Readonly<Record<string, Body>>>>;
  readonly module?: Readonly<Record<string, { readonly is: Config; readonly with?: Body }>>;
  readonly output?: Readonly<Record<string, { readonly value: string | readonly string[] }>>;
  readonly provider?: Readonly<Record<string, Body>>;
}

interface Scope {
  readonly config: Config;
  /** `module.net.`, or empty. */
  readonly prefix: string;
  readonly given: Body;
  readonly above: Scope | undefined;
  readonly isState: boolean;
  readonly key?: string | undefined;
}

interface Evaluated {
  readonly value?: Value;
  readonly unknown: unknown;
  readonly expression: unknown;
}

const reference = /^\$\{(.+)\}$/;

function evaluate(value: Value, scope: Scope): Evaluated {
  if (typeof value === "string" && reference.test(value)) return referred(reference.exec(value)![1]!, scope);
  if (Array.isArray(value)) return listed(value as readonly Value[], scope);
  if (typeof value === "object" && value !== null) {
    const { values, unknown, expressions } = body(value as Body, scope);
    return { value: values, unknown, expression: inOne(Object.values(expressions), values) };
  }
  return { value, unknown: false, expression: { constant_value: value } };
}

function listed(items: readonly Value[], scope: Scope): Evaluated {
  const all = items.map((item) => evaluate(item, scope));
  const known = all.flatMap(({ value }) => (value === undefined ? [] : [value]));
  const unknown = all.some((each) => each.unknown !== false) ? all.map((each) => each.unknown) : false;
  const isBlocks = items.length > 0 && items.every((item) => typeof item === "object" && item !== null);
  const expression = isBlocks
    ? items.map((item) => body(item as Body, scope).expressions)
    : inOne(
        all.map((each) => each.expression),
        known,
      );
  return { value: known, unknown, expression };
}

const inOne = (expressions: readonly unknown[], value: unknown) => {
  const references = expressions.flatMap(
    (each) => (each as { references?: readonly string[] }).references ?? [],
  );
  return references.length > 0 ? { references } : { constant_value: value };
};

function referred(written: string, scope: Scope): Evaluated {
  const base = written.replace(/(?:\.[\w]+)$/, "");
  const references = written.startsWith("var.") || written.startsWith("each.") ? [written] : [written, base];
  const value = knownValue(written, scope);
  const own = written.includes("[each.key]")
    ? [written.replace(/\[each\.key\].*/, ""), "each.key"]
    : references;
  return {
    ...(value === undefined ? {} : { value }),
    unknown: value === undefined,
    expression: { references: own },
  };
}

function knownValue(written: string, scope: Scope): Value | undefined {
  if (written === "each.key") return scope.key;
  if (written.startsWith("var.")) {
    const given = scope.given[written.slice(4)];
    return given === undefined || scope.above === undefined ? undefined : whole(evaluate(given, scope.above));
  }
  const [, module, output] = /^module\.(\w+)\.(\w+)$/.exec(written) ?? [];
  if (module !== undefined && output !== undefined)
    return whole(evaluate(scope.config.module![module]!.is.output![output]!.value, inner(module, scope)));
  const [, data, type = "", name = "", index, attribute = ""] =
    /^(data\.)?(\w+)\.([\w-]+)(?:\[("[^"]*"|each\.key)\])?\.(\w+)$/.exec(written) ?? [];
  const own = (data === undefined ? scope.config.resource : scope.config.data)?.[type]?.[name];
  if (own === undefined) throw new Error(`nothing is called ${written} in ${scope.prefix || "the root"}`);
  if (own[attribute] !== undefined) return whole(evaluate(own[attribute], scope));
  const at = index === "each.key" ? JSON.stringify(scope.key) : index;
  return scope.isState
    ? `id-of-${scope.prefix}${type}.${name}${at === undefined ? "" : `[${at}]`}`
    : undefined;
}

/** What has a part that is not known is not known. */
const whole = ({ value, unknown }: Evaluated) => (unknown === false ? value : undefined);

const inner = (name: string, scope: Scope): Scope => ({
  config: scope.config.module![name]!.is,
  prefix: `${scope.prefix}module.${name}.`,
  given: scope.config.module![name]!.with ?? {},
  above: scope,
  isState: scope.isState,
});

function body(written: Body, scope: Scope) {
  const all = Object.entries(written)
    .filter(([name]) => name !== "for_each")
    .map(([name, value]) => [name, evaluate(value, scope)] as const);
  const pick = <T>(of: (each: Evaluated) => T, keep: (each: Evaluated) => boolean) =>
    Object.fromEntries(all.filter(([, each]) => keep(each)).map(([name, each]) => [name, of(each)]));
  const hidden = pick(
    ({ unknown }) => unknown,
    ({ unknown }) => unknown !== false,
  );
  return {
    values: pick(
      ({ value }) => value!,
      ({ value }) => value !== undefined,
    ) as Record<string, Value>,
    unknown: Object.keys(hidden).length === 0 ? (false as const) : hidden,
    expressions: pick(
      ({ expression }) => expression,
      () => true,
    ),
  };
}

/** What a provider sets by itself, which a plan has as unknown. */
const computed: Readonly<Record<string, readonly string[]>> = {
  aws_security_group: ["ingress", "egress"],
  aws_security_group_rule: ["source_security_group_id"],
  aws_instance: ["associate_public_ip_address", "vpc_security_group_ids"],
};

interface Row {
  readonly address: string;
  readonly mode: string;
  readonly type: string;
  readonly name: string;
  readonly index?: string;
  readonly values: Record<string, Value>;
  readonly unknown: Record<string, unknown>;
}

function rows(scope: Scope, mode: "managed" | "data"): readonly Row[] {
  const kinds = (mode === "data" ? scope.config.data : scope.config.resource) ?? {};
  return Object.entries(kinds).flatMap(([type, named]) =>
    Object.entries(named).flatMap(([name, written]) =>
      ((written.for_each as readonly string[] | undefined) ?? [undefined]).map((key): Row => {
        const { values, unknown } = body(written, { ...scope, key });
        const own = `${mode === "data" ? "data." : ""}${type}.${name}${key === undefined ? "" : `[${JSON.stringify(key)}]`}`;
        const bySelf =
          scope.isState || mode === "data"
            ? []
            : ["id", "arn", ...(computed[type] ?? [])].filter((each) => !(each in written));
        return {
          address: scope.prefix + own,
          mode,
          type,
          name,
          ...(key === undefined ? {} : { index: key }),
          values: { ...values, ...(scope.isState ? { id: `id-of-${scope.prefix}${own}` } : {}) },
          unknown: { ...(unknown || {}), ...Object.fromEntries(bySelf.map((each) => [each, true])) },
        };
      }),
    ),
  );
}

const scopes = (scope: Scope): readonly Scope[] => [
  scope,
  ...Object.keys(scope.config.module ?? {}).flatMap((name) => scopes(inner(name, scope))),
];

const planned = (scope: Scope, mode: "managed" | "data"): object => ({
  ...(scope.prefix === "" ? {} : { address: scope.prefix.replace(/\.$/, "") }),
  resources: rows(scope, mode).map(({ unknown: _unknown, ...row }) => row),
  child_modules: Object.keys(scope.config.module ?? {}).map((name) => planned(inner(name, scope), mode)),
});

function written(scope: Scope): object {
  const { config } = scope;
  const of = (mode: "managed" | "data") =>
    Object.entries((mode === "data" ? config.data : config.resource) ?? {}).flatMap(([type, named]) =>
      Object.entries(named).map(([name, each]) => ({
        address: `${type}.${name}`,
        mode,
        type,
        name,
        expressions: body(each, { ...scope, key: "" }).expressions,
      })),
    );
  return {
    resources: [...of("managed"), ...of("data")],
    outputs: Object.fromEntries(
      Object.entries(config.output ?? {}).map(([name, { value }]) => [
        name,
        { expression: evaluate(value, scope).expression },
      ]),
    ),
    module_calls: Object.fromEntries(
      Object.entries(config.module ?? {}).map(([name, call]) => [
        name,
        { expressions: body(call.with ?? {}, scope).expressions, module: written(inner(name, scope)) },
      ]),
    ),
  };
}

const rootOf = (config: Config, isState: boolean): Scope => ({
  config,
  prefix: "",
  given: {},
  above: undefined,
  isState,
});

export function planOf(config: Config): string {
  const root = rootOf(config, false);
  const changes = scopes(root).flatMap((scope) => rows(scope, "managed"));
  return JSON.stringify({
    format_version: "1.2",
    terraform_version: "1.9.0",
    planned_values: { root_module: planned(root, "managed") },
    resource_changes: changes.map(({ address, unknown, values }) => ({
      address,
      change: { actions: ["create"], before: null, after: values, after_unknown: unknown },
    })),
    prior_state: { values: { root_module: planned(root, "data") } },
    configuration: {
      provider_config: Object.fromEntries(
        Object.entries(config.provider ?? {}).map(([name, each]) => [
          name,
          { name, expressions: body(each, root).expressions },
        ]),
      ),
      root_module: written(root),
    },
  });
}

export function stateOf(config: Config): string {
  const root_module = planned(rootOf(config, true), "managed");
  return JSON.stringify(
    { format_version: "1.0", terraform_version: "1.9.0", values: { root_module } },
    undefined,
    2,
  );
}
