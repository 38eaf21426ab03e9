/** Volumes and tmpfs, in compose's short and long spelling. Pure. */
import { get, isTrue, type MapNode, type Node, type Origin, textOf, valuesOf, writtenOf } from "./tree.ts";

export interface ComposeMount {
  readonly at: Origin;
  /** As it may be shown. */
  readonly written: string;
  readonly kind: "bind" | "volume" | "anonymous" | "tmpfs" | "other";
  /** A path of the host, or the name of a volume. */
  readonly source: string;
  /** In the container. */
  readonly target: string;
  readonly readOnly: boolean;
  /** Such as `rshared`, where it is asked for: mount_namespaces(7). */
  readonly propagation?: string;
  /** Of a tmpfs, as it is written. */
  readonly size?: string;
}

/** Undefined where it is no mount. */
export function parseMount(node: Node): ComposeMount | undefined {
  if (node.kind === "map") return longMount(node);
  const text = textOf(node);
  if (text === undefined || node.kind !== "value") return undefined;
  const common = { at: node.at, written: node.written };
  const parts = partsOf(text);
  if (parts.length === 1)
    return { ...common, kind: "anonymous", source: "", target: clean(parts[0]!), readOnly: false };
  const [source = "", target = "", mode = ""] = parts;
  const kind = /^[./~]|^\$|^[A-Za-z]:\\/.test(source) ? "bind" : "volume";
  const modes = mode.split(",");
  const propagation = modes.find((each) => propagations.test(each));
  return {
    ...common,
    kind,
    source,
    target: clean(target),
    readOnly: modes.includes("ro"),
    ...(propagation === undefined ? {} : { propagation }),
  };
}

const propagations = /^r?(?:shared|slave|private)$/;

/** A variable that isn't known may have colons of its own. */
const partsOf = (text: string) => text.split(/:(?![^${]*\})/);

const clean = (path: string) => (path === "/" ? path : path.replace(/\/+$/, ""));

const kinds = { bind: "bind", volume: "volume", tmpfs: "tmpfs" } as const;

function longMount(node: MapNode): ComposeMount | undefined {
  const target = textOf(get(node, "target"));
  if (target === undefined) return undefined;
  const type = textOf(get(node, "type")) as keyof typeof kinds;
  const source = textOf(get(node, "source")) ?? "";
  const kind = kinds[type] ?? "other";
  const size = textOf(get(node, "tmpfs", "size"));
  const propagation = textOf(get(node, "bind", "propagation"));
  const written = [get(node, "source"), get(node, "target")]
    .flatMap((part) => writtenOf(part) ?? [])
    .join(":");
  return {
    at: node.at,
    written,
    source,
    target: clean(target),
    kind: kind === "volume" && source === "" ? "anonymous" : kind,
    readOnly: isTrue(get(node, "read_only")),
    ...(size === undefined ? {} : { size }),
    ...(propagation === undefined ? {} : { propagation }),
  };
}

/** `/tmp:size=64M,mode=1777`. */
export const tmpfsOf = (node: Node | undefined): readonly ComposeMount[] =>
  valuesOf(node).map(({ at, value, written }) => {
    const [target = "", options = ""] = String(value).split(":");
    // Of several the kernel takes the last; without blocks there is no limit either.
    const size = options
      .split(",")
      .flatMap((option) => /^size=(.+)|^nr_blocks=(0+)$/.exec(option)?.slice(1).filter(Boolean) ?? [])
      .at(-1);
    const common = {
      at,
      written,
      kind: "tmpfs",
      source: "",
      target: clean(target),
      readOnly: false,
    } as const;
    return size === undefined ? common : { ...common, size };
  });
