/** The Host aliases of ~/.ssh/config, for completion: by name alone, without what ssh would make of them. */
import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** More than anybody writes. */
const mostBytes = 1 << 20;

/** None where the file can't be read, is no regular file, or is larger than 1 MiB. */
export async function aliases(home = homedir()): Promise<readonly string[]> {
  const file = join(home, ".ssh/config");
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile() || found.size > mostBytes) return [];
  return aliasesIn(await readFile(file, "latin1").catch(() => ""));
}

/** Patterns, and what they leave out, are no hosts; ssh_config(5). Pure. */
export function aliasesIn(config: string): readonly string[] {
  const lines = config.matchAll(/^[ \t]*host(?:[ \t]*=[ \t]*|[ \t]+)(.*)$/gim);
  const names = [...lines].flatMap(([, rest = ""]) => rest.trim().split(/\s+/));
  return [...new Set(names.map((name) => name.replace(/^"(.*)"$/, "$1")))].filter((name) =>
    /^[A-Za-z0-9_][\w.-]*$/.test(name),
  );
}
