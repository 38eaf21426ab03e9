/** Twenty compose projects as people write them; each is a folder with its main file, those laid over it, and what they name. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";

import { parseImage } from "../../src/profile/image-name.ts";
import type { Profile } from "../../src/profile/profile.ts";

export interface Example {
  readonly name: string;
  /** By path within the folder: all that is in it. */
  readonly files: Readonly<Record<string, string>>;
  readonly main: string;
  /** As with compose's several -f, in this order. */
  readonly over: readonly string[];
}

const folder = join(import.meta.dirname, "corpus");

const filesBelow = (path: string): readonly string[] =>
  readdirSync(join(folder, path)).flatMap((name) => {
    const inner = posix.join(path, name);
    return statSync(join(folder, inner)).isDirectory() ? filesBelow(inner) : [inner];
  });

function exampleOf(name: string): Example {
  const paths = [...filesBelow(name)].sort();
  const files = Object.fromEntries(
    paths.map((path) => [posix.relative(name, path), readFileSync(join(folder, path), "utf8")]),
  );
  const [main, ...others] = Object.keys(files).filter((path) =>
    /^(docker-)?(compose|stack)\.ya?ml$/.test(path),
  );
  if (main === undefined || others.length > 0) throw new Error(`${name} has no one main file`);
  const over = Object.keys(files).filter((path) => /^compose\.\w+\.ya?ml$/.test(path));
  return { name, files, main, over };
}

/** All its images, as a profile may know them; those of the table, too. */
export function imagesIn({ files }: Example): Profile["images"] {
  const all = Object.values(files).join("\n");
  const names = [...all.matchAll(/image["']?:\s*["']?([a-z0-9][a-z0-9./_-]*)/g)].map(([, name = ""]) => name);
  const own = { egress: true, capAdd: ["KILL"], pids: 99, writable: ["/w"], data: ["/d"] } as const;
  const rows = names.map((name) => [parseImage(name).repository, { ...own, why: "it must" }] as const);
  return Object.fromEntries(rows) as unknown as Profile["images"];
}

export const examples: readonly Example[] = readdirSync(folder).sort().map(exampleOf);
