/** Resources that an attribute names: by what they are known as, else by what the configuration refers to. Pure. */
import { isUnknown, stringsOf, type TerraformDocument, type TerraformResource } from "./document.ts";
import { expressionsOf, follow, type Referred } from "./references.ts";

export interface Linked {
  readonly resources: readonly TerraformResource[];
  /** Names that nothing in the document has. */
  readonly others: readonly string[];
  /** Why not all of it is known. */
  readonly unknown: string | undefined;
}

/** What is called so. */
const resourcesCalled = (
  text: string,
  document: TerraformDocument,
  types: readonly string[],
): readonly TerraformResource[] =>
  (document.byName.get(text) ?? []).filter(({ type }) => types.includes(type));

/** `types`: what it can lead to. */
export function linkedBy(
  resource: TerraformResource,
  attribute: string,
  { document, types }: { readonly document: TerraformDocument; readonly types: readonly string[] },
): Linked {
  return linkedOf(
    { value: resource.values[attribute], unknown: resource.unknown[attribute] },
    { resource, expression: expressionsOf(resource, document)?.[attribute], document, types },
  );
}

interface Within {
  readonly resource: TerraformResource;
  readonly expression: unknown;
  readonly document: TerraformDocument;
  readonly types: readonly string[];
}

/** Of a part of an attribute, with the expression that made it. */
export function linkedOf(
  { value, unknown }: { readonly value: unknown; readonly unknown: unknown },
  { resource, expression, document, types }: Within,
): Linked {
  const known = stringsOf(value).map((text) => ({ text, found: resourcesCalled(text, document, types) }));
  const others = known.flatMap(({ text, found }) => (found.length === 0 ? [text] : []));
  const resources = known.flatMap(({ found }) => found);
  // What nobody has written is the provider's own choice.
  if (!isUnknown(unknown) || (expression === undefined && document.configuration !== undefined))
    return { resources, others, unknown: undefined };
  const referred = follow(expression, resource, document);
  return { ...merged(resources, others, referred, types) };
}

function merged(
  resources: readonly TerraformResource[],
  others: readonly string[],
  { resources: found, constants, isPartly }: Referred,
  types: readonly string[],
): Linked {
  const right = found.filter(({ type }) => types.includes(type));
  const wrong = found.filter(({ type }) => !types.includes(type));
  const written = stringsOf(constants).filter((one) => !others.includes(one));
  const isNothing = right.length + written.length + resources.length + others.length === 0;
  return {
    resources: [...new Set([...resources, ...right])],
    others: [...others, ...written],
    unknown: isPartly || wrong.length > 0 || isNothing ? "known after the apply" : undefined,
  };
}
