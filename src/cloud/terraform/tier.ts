/** Which tier a resource is of: by its tag, else by its name. What can't be told is said. Pure. */
import { roles, type TierRole, usual } from "../../project/tiers.ts";
import type { TierOf, TierSeen } from "../model.ts";
import { storeOf } from "../stores.ts";
import { blocksOf, recordOf, stringOf, type TerraformResource, type TerraformValues } from "./document.ts";

/** What roles are called. */
const words: Readonly<Record<string, TierRole>> = {
  bastion: "bastion",
  jump: "bastion",
  jumphost: "bastion",
  vpn: "vpn",
  lb: "load-balancer",
  alb: "load-balancer",
  nlb: "load-balancer",
  elb: "load-balancer",
  loadbalancer: "load-balancer",
  "load-balancer": "load-balancer",
  app: "app",
  application: "app",
  api: "app",
  backend: "app",
  data: "data",
  db: "data",
  database: "data",
  cache: "data",
};

type Named = { readonly name: string; readonly role: TierRole } | { readonly untold: string };

const isNamed = (named: Named): named is Extract<Named, { role: TierRole }> => "role" in named;

/** The tiers of a file, and those that are only in Terraform. */
export class TierTable {
  readonly #own: readonly TierSeen[];
  readonly #networks = new Map<string, readonly string[]>();
  readonly #found = new Map<string, TierSeen>();

  constructor(own: readonly TierSeen[], subnets: readonly TerraformResource[]) {
    this.#own = own;
    for (const subnet of subnets) {
      const named = this.#named(subnet);
      const network = [subnet.values.cidr_block, subnet.values.ipv6_cidr_block].flatMap(
        (one) => stringOf(one) ?? [],
      );
      if (isNamed(named))
        this.#networks.set(named.name, [...(this.#networks.get(named.name) ?? []), ...network]);
    }
    for (const tier of own) this.#seen(tier);
  }

  /** All that a resource was found to be of, and those of the file. */
  get all(): readonly TierSeen[] {
    return [...this.#found.values()];
  }

  of(resource: TerraformResource): TierOf {
    const named = this.#named(resource);
    return isNamed(named) ? this.#seen(named) : named;
  }

  /** Of a word alone, such as a network tag. */
  ofWord(word: string): TierOf {
    const named = this.#byWord(word) ?? this.#byName([word]);
    return named === undefined
      ? { untold: `${word} names no tier` }
      : isNamed(named)
        ? this.#seen(named)
        : named;
  }

  ofRole(role: TierRole): TierSeen {
    return this.#seen(this.#ofRole(role));
  }

  #seen({ name, role }: { readonly name: string; readonly role: TierRole }): TierSeen {
    const key = JSON.stringify([name, role]);
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const own = this.#own.find((tier) => tier.name === name && tier.role === role);
    const networks = [...(own?.networks ?? []), ...(this.#networks.get(name) ?? [])];
    const bare = { ports: [usual[role].port], hosts: [], redirects: false };
    const tier = { ...bare, ...own, name, role, networks };
    this.#found.set(key, tier);
    return tier;
  }

  #ofRole(role: TierRole) {
    const own = this.#own.filter((tier) => tier.role === role);
    return own.length === 1 ? own[0]! : { name: role, role };
  }

  #named(resource: TerraformResource): Named {
    const { values, name, module, address } = resource;
    const tag = tagOf(values, "tier");
    if (tag !== undefined) return this.#byWord(tag) ?? withRole(tag, tagOf(values, "role"));
    const own = [stringOf(resource.index), name, tagOf(values, "name"), stringOf(values.name)];
    const modules = module
      .replace(/\[[^\]]*\]/g, "")
      .split(".")
      .filter((part) => part !== "module");
    for (const names of [own.flatMap((one) => one ?? []), modules]) {
      const found = this.#byName(names);
      if (found !== undefined) return found;
    }
    return { untold: `the tier of ${address} can't be told: it has no tag tier, and no name of one` };
  }

  #byWord(word: string): Named | undefined {
    const tier = this.#own.find(({ name }) => name === word);
    if (tier !== undefined) return tier;
    const role = roles.find((each) => each === word.toLowerCase()) ?? wordOf(word.toLowerCase());
    return role === undefined ? undefined : this.#ofRole(role);
  }

  /** The first of the names that has a word for it; where that has two, nobody knows. */
  #byName(names: readonly string[]): Named | undefined {
    for (const name of names) {
      const whole = this.#byWord(name);
      if (whole !== undefined) return whole;
      const parts = name.split(/[^A-Za-z0-9]+/).filter(Boolean);
      const found = parts.flatMap((part) => this.#byWord(part) ?? []).filter(isNamed);
      const several = [...new Map(found.map((each) => [each.name, each])).values()];
      if (several.length === 1) return several[0];
      if (several.length > 1)
        return { untold: `its name ${name} is of ${several.map((each) => each.name).join(" and ")}` };
    }
    return undefined;
  }
}

/** A tier that no file has, by what a second tag says of it. */
function withRole(name: string, tag: string | undefined): Named {
  const role = roles.find((each) => each === tag);
  return role === undefined ? { untold: `its tag tier is ${name}, which is no tier` } : { name, role };
}

const wordOf = (word: string): TierRole | undefined =>
  Object.hasOwn(words, word) ? words[word] : storeOf(word) === undefined ? undefined : "data";

/** A tag or label, in whatever case its key is. */
export function tagOf(values: TerraformValues, key: string): string | undefined {
  for (const tags of [values.tags, values.tags_all, values.labels, values.effective_labels]) {
    const found = Object.entries(recordOf(tags)).find(([name]) => name.toLowerCase() === key);
    const text = stringOf(found?.[1]);
    if (text !== undefined) return text;
  }
  const own = blocksOf(values.tag).find((tag) => String(tag.key).toLowerCase() === key);
  return stringOf(own?.value);
}
