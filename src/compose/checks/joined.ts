/** What services are to each other, and the networks that they join. Pure. */

import { type Role, roleOf, saidRole } from "../images.ts";
import { lowest, type Port } from "../ports.ts";
import { networksOf, portsOf } from "../service.ts";
import { get, isTrue, textOf } from "../tree.ts";
import type { Seen, View } from "../view.ts";

const dataPorts = [1433, 1521, 2379, 3306, 5432, 5672, 6379, 9042, 9200, 9300, 11211, 15672, 27017];

export const roleIn = ({ image = "", node, seen }: View): Role => {
  const said = saidRole(image, seen.images);
  if (said !== undefined) return said;
  const named = roleOf(image, seen.images);
  const isDataPort = ({ target }: Port) => dataPorts.includes(lowest(target) ?? 0);
  return named === "other" && portsOf(node).some(isDataPort) ? "data" : named;
};

export const isInternal = (seen: Seen, name: string) => isTrue(get(seen.tree, "networks", name, "internal"));

export const isExternal = ({ tree }: Seen, name: string) =>
  isTrue(get(tree, "networks", name, "external")) ||
  get(tree, "networks", name, "external", "name") !== undefined;

/** Networks that the service joins which are the engine's own of that kind, by driver or by the name of one from elsewhere. */
export const networksThatAre = (kind: "host" | "bridge", view: View) =>
  (networksOf(view.node) ?? []).filter(({ name }) => {
    const network = get(view.tree, "networks", name);
    const external = get(network, "external");
    const isOwn = external === undefined || textOf(external)?.toLowerCase() === "false";
    const called = textOf(get(external, "name")) ?? textOf(get(network, "name")) ?? name;
    return isOwn ? kind === "host" && textOf(get(network, "driver")) === kind : called === kind;
  });

export const joins = (view: View, name: string) =>
  networksOf(view.node)?.some((each) => each.name === name) === true;
