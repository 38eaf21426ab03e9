/** What a service is given of the host: by mounts, local volumes, configs and secrets. Pure. */
import { posix } from "node:path";
import { kernelFolders, layersIn } from "../volumes.ts";
import type { ComposeMount } from "./mounts.ts";
import { isElsewhere, type Service } from "./project.ts";
import { mountsOf } from "./service.ts";
import { get, itemsOf, type Node, type Origin, pairsOf, textOf, valuesOf, writtenOf } from "./tree.ts";

type Definer = Pick<Service, "node" | "tree">;

/** Where paths of the host really lead, links and mounts resolved, by the path as `hostPaths` names it. */
export type Leads = ReadonlyMap<string, readonly string[]>;

/** A path of the host as a file names it, and where it is named. */
interface Named {
  readonly at: Origin;
  readonly path: string;
}

/** Relative ones from the folder of the file that they stand in. */
const keyOf = ({ at, path }: Named) => (/^[/~]/.test(path) ? path : posix.join(posix.dirname(at.file), path));

/** Of a volume of the engine's own driver: the folders or the disk that it mounts; none of a share such as `//host/share` and `:/export`. */
function devicesOf(volume: Node | undefined): readonly Named[] {
  if ((textOf(get(volume, "driver")) ?? "local") !== "local") return [];
  return ["device", "o", "type"].flatMap((key) => {
    const node = get(volume, "driver_opts", key);
    const text = textOf(node) ?? "";
    const paths = {
      device: () => (/^(\/(?!\/)|\.|~)/.test(text) ? [text] : []),
      o: () => layersIn(text),
      type: () => kernelFolders[text] ?? [],
    }[key as "device" | "o" | "type"]();
    return node === undefined ? [] : paths.map((path) => ({ at: node.at, path }));
  });
}

function namedOf({ kind, source, at }: ComposeMount, { tree }: Definer): readonly Named[] {
  if (kind === "bind") return [{ at, path: source }];
  return kind === "volume" ? devicesOf(get(tree, "volumes", source)) : [];
}

/** A file of `configs` or `secrets` as the bind mount that it becomes. */
function grantedOf({ node, tree }: Definer): readonly (readonly [ComposeMount, Named])[] {
  return ["configs", "secrets"].flatMap((key) =>
    itemsOf(get(node, key)).flatMap((item) => {
      const name = textOf(item) ?? textOf(get(item, "source")) ?? "";
      const file = get(tree, key, name, "file");
      const path = textOf(file);
      if (file === undefined || path === undefined) return [];
      const target = textOf(get(item, "target")) ?? name;
      const mount: ComposeMount = {
        at: item.at,
        written: `${writtenOf(file)}:${target}`,
        kind: "bind",
        source: path,
        target,
        readOnly: true,
      };
      return [[mount, { at: file.at, path }] as const];
    }),
  );
}

const givenOf = (service: Definer): readonly (readonly [ComposeMount, Named])[] => [
  ...mountsOf(service.node).flatMap((mount) =>
    namedOf(mount, service).map((named) => [mount, named] as const),
  ),
  ...grantedOf(service),
];

/** A mount that gives the container a path of the host: `source` and `ways` are all paths that it is. */
export interface HostMount extends ComposeMount {
  readonly kind: "bind";
  readonly ways: readonly string[];
}

export const hostMountsOf = (service: Definer, leads: Leads): readonly HostMount[] =>
  givenOf(service).map(([mount, named]) => ({
    ...mount,
    kind: "bind",
    ways: [...new Set([named.path, ...(leads.get(keyOf(named)) ?? [])])],
  }));

/** Paths of the host that these services are given, to look where they lead. */
export const hostPaths = (services: readonly Definer[]): readonly string[] => [
  ...new Set(
    services
      .flatMap(givenOf)
      .flatMap(([, named]) => (named.path.includes("$") || isElsewhere(named.path) ? [] : [keyOf(named)])),
  ),
];

/** Whether a plug-in of the engine may mount a path of the host as this volume. */
const isOfHost = (volume: Node | undefined) =>
  (textOf(get(volume, "driver")) ?? "local") !== "local" &&
  pairsOf(get(volume, "driver_opts")).some(({ value = "" }) => /^\/(?!\/)/.test(value));

/** Mounts of which the file does not say where they lead. */
export const unknownMountsOf = ({ node, tree }: Definer) => [
  ...mountsOf(node).filter(({ kind, source }) => kind === "volume" && isOfHost(get(tree, "volumes", source))),
  ...valuesOf(get(node, "volumes_from")).filter(({ value }) => /^container:/.test(String(value))),
];
