/** Interfaces that packets of others come in by. */
import { anyLink } from "./space.ts";

/** Bridges of engines and of virtual machines on the host itself, and what is on them. */
const inner =
  /^(lo$|docker\d|docker_gwbridge|br-[0-9a-f]{12}$|veth|virbr|vnet|podman|cni|cbr|lxcbr|lxdbr|incusbr)/;

export const isInner = (link: string) => inner.test(link);

export function outerLinks(links: readonly string[]): readonly string[] {
  const outer = links.filter((name) => !isInner(name));
  return outer.length === 0 ? [anyLink] : outer;
}
