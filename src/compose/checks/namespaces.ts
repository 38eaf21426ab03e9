/** Whether a service has a namespace of the host, itself or by another's. Pure. */
import type { Fault } from "../../checks/object.ts";
import { get, keyAt, textOf, writtenOf } from "../tree.ts";
import type { ServiceView } from "../view.ts";
import { buildNetwork, entitlementsOf } from "./build-rights.ts";
import { namespaceOwner, networksThatAre, sharedKeys } from "./joined.ts";

export const namespaceKeys = ["network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup"] as const;

const ownNamespace = "Take it out: a container of its own namespace sees only itself.";

/** Of another's namespace: whether that is the host's. */
const joinedNamespaces = (view: ServiceView): readonly Fault[] =>
  sharedKeys.flatMap((key): readonly Fault[] => {
    const owner = namespaceOwner(view, key);
    const node = get(view.node, key);
    if (owner?.name === view.name || node === undefined) return [];
    const common = { at: keyAt(view.node, key)!, what: key };
    const found = `${key}: ${writtenOf(node)}`;
    if (owner === undefined)
      return /^container:/.test(textOf(node) ?? "")
        ? [
            {
              ...common,
              unknown: true,
              found: `${found}: whether that one has the host's isn't known`,
              remedy:
                "Write service:NAME of a service of the file, or look at that container and waive it with the reason.",
            },
          ]
        : [];
    const isHosts =
      textOf(get(owner.node, key)) === "host" ||
      (key === "network_mode" && networksThatAre("host", owner).length > 0);
    return isHosts
      ? [{ ...common, found: `${found}: ${owner.name} has the host's`, remedy: ownNamespace }]
      : [];
  });

export const namespaces = (view: ServiceView): readonly Fault[] => {
  const remedy = ownNamespace;
  return [
    ...namespaceKeys
      .filter((key) => textOf(get(view.node, key)) === "host")
      .map((key) => ({ at: keyAt(view.node, key)!, what: key, found: `${key}: host`, remedy })),
    ...networksThatAre("host", view).map(({ at, name }) => ({
      at,
      what: name,
      found: `the network ${name} is the host's own`,
      remedy,
    })),
    ...joinedNamespaces(view),
    ...buildNetwork(view.node),
    ...entitlementsOf(view.node, /^network\.host$/),
  ];
};
