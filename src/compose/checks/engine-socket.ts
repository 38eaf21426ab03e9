/** Which mounts give a container a socket by which the engine, containerd or Podman is asked. Pure. */
import type { Fault } from "../../checks/object.ts";
import { isEngineSocket } from "../engine-sockets.ts";
import { hostMountsOf } from "../host-mounts.ts";
import type { ComposeMount } from "../mounts.ts";
import { mountsOf } from "../service.ts";
import { get, keyAt, textOf } from "../tree.ts";
import type { ServiceView } from "../view.ts";

const usualPlace = /^(\/var)?\/run\/(docker|podman\/podman|containerd\/containerd|crio\/crio)\.sock$/;

/** Mounts of which any path is so, as they are shown. */
export const mountsThat = ({ node, tree, seen }: ServiceView, isSo: (mount: ComposeMount) => boolean) =>
  hostMountsOf({ node, tree }, seen.kept.leads).flatMap((mount) => {
    const way = mount.ways.find((source) => isSo({ ...mount, source }));
    const { at, written, source } = mount;
    if (way === undefined) return [];
    return [{ at, what: written, shown: way === source ? written : `${written}, which leads to ${way}` }];
  });

export const socketMounts = (view: ServiceView) =>
  mountsThat(view, ({ source }) => isEngineSocket(source, view.seen.kept.engine));

/** What clients take for the engine's socket, by its place in the container; of what runs only sockets. */
const placedMounts = (view: ServiceView) =>
  mountsThat(
    view,
    ({ kind, source, target }) =>
      kind === "bind" && usualPlace.test(target) && !view.seen.kept.engine?.others.has(`${source}:${target}`),
  );

/** Mounts of what runs, of which the host did not tell all. */
function unsureMounts({ node, seen }: ServiceView) {
  return mountsOf(node).flatMap(({ at, written, source }) => {
    const why = seen.kept.engine?.unsure.get(source);
    return why === undefined
      ? []
      : [{ at, what: written, shown: `whether ${written} gives the engine's socket can't be told: ${why}` }];
  });
}

export const engineSocket = (view: ServiceView): readonly Fault[] => {
  const { node } = view;
  const remedy =
    "Take it out: whoever has it is root of the host, also with :ro; where a program must ask the engine, put a proxy before it that lets through reading alone, and waive that one.";
  const api = keyAt(node, "use_api_socket");
  const own = socketMounts(view);
  const isNew = (told: readonly { readonly what: string }[]) => (mount: { readonly what: string }) =>
    !told.some(({ what }) => what === mount.what);
  const placed = placedMounts(view).filter(isNew(own));
  return [
    ...own.map(({ shown, ...place }) => ({ ...place, found: `the engine's socket: ${shown}`, remedy })),
    ...placed.map(({ shown, ...place }) => ({
      ...place,
      found: `what clients take for the engine's socket: ${shown}`,
      remedy,
    })),
    ...unsureMounts(view)
      .filter(isNew([...own, ...placed]))
      .map(({ shown, ...place }) => ({
        ...place,
        unknown: true as const,
        found: shown,
        remedy:
          "`ss -xlp` shows the engine's sockets, `find FOLDER -xdev -samefile SOCKET` their other names: remove those that no program needs, or waive the mount with the reason.",
      })),
    ...(api !== undefined && textOf(get(node, "use_api_socket")) === "true"
      ? [{ at: api, what: "use_api_socket", found: "use_api_socket: true", remedy }]
      : []),
  ];
};
