/** Who is hit by a renewal: who listens on port 80, what was stopped for it, and which containers read the keys. Pure. */
import type { Probe } from "./probe.ts";
import { markPath } from "./renewal.ts";
import { rowsOf } from "./rows.ts";

export interface Holder {
  readonly process: string;
  readonly pid: number;
  /** Its unit of systemd, or a container's scope; empty where it has none. */
  readonly unit: string;
}

export const holderOf = ([process = "", pid, unit = ""]: readonly string[]): Holder => ({
  process,
  pid: Number(pid),
  unit,
});

export const holderText = ({ process, pid, unit }: Holder) =>
  `${process} (process ${pid}${unit === "" ? "" : `, ${unit}`})`;

interface Named {
  readonly name: string;
  readonly state: string;
}

/** A key, or a folder on the way to it. */
export interface KeyPath {
  readonly path: string;
  /** Its nine bits of rights. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A container that mounts something of certbot's, with the rights that the kernel gives to what runs first in it. */
export interface CertificateReader {
  readonly name: string;
  readonly uid: number;
  readonly gids: readonly number[];
  /** The engine's `GroupAdd`, as it was written. */
  readonly groupAdd: readonly string[];
  readonly mounts: readonly string[];
}

export interface RenewalAfter {
  readonly holders: readonly Holder[];
  /** Containers that publish port 80. */
  readonly published: readonly { readonly name: string; readonly image: string }[];
  readonly units: readonly Named[];
  readonly containers: readonly Named[];
  readonly paths: readonly KeyPath[];
  readonly readers: readonly CertificateReader[];
}

/** `unit`: one more whose state is told. */
export const renewalAfter = (root: string, unit = ""): Probe<RenewalAfter> => ({
  collector: "renewal_after",
  args: [root, markPath, ...(unit === "" ? [] : [unit])],
  parse: parseAfter,
});

function parseAfter(data: Buffer): RenewalAfter {
  const all = rowsOf(data);
  const named = (word: string) => all(word).map(([name = "", state = ""]) => ({ name, state }));
  return {
    holders: all("holder").map(holderOf),
    published: all("published").map(([name = "", image = ""]) => ({ name, image })),
    units: named("unit"),
    containers: named("container"),
    paths: all("path").map(([mode = "", uid, gid, path = ""]) => ({
      path: path.replace(/\/$/, ""),
      mode: Number.parseInt(mode, 8) & 0o777,
      uid: Number(uid),
      gid: Number(gid),
    })),
    readers: all("reader").map(([name = "", uid, gids = ""]) => ({
      name: name.replace(/^\//, ""),
      uid: Number(uid),
      gids: [...new Set(gids.split(" ").map(Number))],
      groupAdd: addedOf(all("added").find(([of]) => of === name)?.[1]),
      mounts: all("mount").flatMap(([of, path = ""]) => (of === name ? [path] : [])),
    })),
  };
}

function addedOf(json = "null"): readonly string[] {
  const added: unknown = JSON.parse(json);
  return Array.isArray(added) ? added.map(String) : [];
}
