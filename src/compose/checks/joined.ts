/** What services are to each other, and the networks that they join. Pure. */
import type { Fault } from "../../checks/object.ts";
import { roleOf, type ServiceRole, saidRole } from "../images.ts";
import { lowest, type Port } from "../ports.ts";
import { networksOf, portsOf } from "../service.ts";
import { get, isTrue, keyAt, textOf } from "../tree.ts";
import { type ProjectSeen, type ServiceView, viewOf } from "../view.ts";

const dataPorts = [1433, 1521, 2379, 3306, 5432, 5672, 6379, 9042, 9200, 9300, 11211, 15672, 27017];

export const roleIn = ({ image = "", node, seen }: ServiceView): ServiceRole => {
  const said = saidRole(image, seen.images);
  if (said !== undefined) return said;
  const named = roleOf(image, seen.images);
  const isDataPort = ({ target }: Port) => dataPorts.includes(lowest(target) ?? 0);
  return named === "other" && portsOf(node).some(isDataPort) ? "data" : named;
};

export const isInternal = (seen: ProjectSeen, name: string) =>
  isTrue(get(seen.tree, "networks", name, "internal"));

export const isExternal = ({ tree }: ProjectSeen, name: string) =>
  isTrue(get(tree, "networks", name, "external")) ||
  get(tree, "networks", name, "external", "name") !== undefined;

/** Networks that the service joins which are the engine's own of that kind, by driver or by the name of one from elsewhere. */
export const networksThatAre = (kind: "host" | "bridge", view: ServiceView) =>
  (networksOf(view.node) ?? []).filter(({ name }) => {
    const network = get(view.tree, "networks", name);
    const external = get(network, "external");
    const isOwn = external === undefined || textOf(external)?.toLowerCase() === "false";
    const called = textOf(get(external, "name")) ?? textOf(get(network, "name")) ?? name;
    return isOwn ? kind === "host" && textOf(get(network, "driver")) === kind : called === kind;
  });

/** Keys by which a service is in the namespace of another: `service:NAME`, or `container:NAME` of any container. */
export const sharedKeys = ["network_mode", "pid", "ipc"] as const;

/** The service whose namespace it is in, itself where it shares none; undefined where that is none of the file's. */
export function namespaceOwner(
  view: ServiceView,
  key: (typeof sharedKeys)[number],
  passed: readonly string[] = [],
): ServiceView | undefined {
  const [, kind, name = ""] = /^(service|container):(.*)$/s.exec(textOf(get(view.node, key)) ?? "") ?? [];
  if (kind === undefined) return view;
  const { seen } = view;
  const owner = seen.services.find((each) =>
    kind === "service" ? each.name === name : textOf(get(each.node, "container_name")) === name,
  );
  return owner === undefined || passed.includes(owner.name)
    ? undefined
    : namespaceOwner(viewOf(owner, seen), key, [...passed, owner.name]);
}

export const networkOwner = (view: ServiceView) => namespaceOwner(view, "network_mode");

/** What is wrong with a service in the network of a container that isn't of the file. */
export const inUnknownNetwork = (
  view: ServiceView,
  { found, remedy }: Pick<Fault, "found" | "remedy">,
): Fault => ({
  at: keyAt(view.node, "network_mode")!,
  what: "network_mode",
  unknown: true,
  found,
  remedy,
});

export const joins = (view: ServiceView, name: string) =>
  networksOf((networkOwner(view) ?? view).node)?.some((each) => each.name === name) === true;
