/** What a service is given beside its own words: variables of files, and configuration that is mounted into it. */
import { posix } from "node:path";
import { envFilesOf } from "./include.ts";
import { parseEnv, type Variables } from "./interpolate.ts";
import { isElsewhere, type Reader, type Service } from "./project.ts";
import { mountsOf } from "./service.ts";
import { get, itemsOf, pairsOf, textOf } from "./tree.ts";

export interface Given {
  /** Of its `env_file`, of which the last says it, then of its own `environment`. */
  readonly variables: Variables;
  /** Texts of its configuration by their path in the container. */
  readonly files: ReadonlyMap<string, string>;
  /** Paths in the container of configuration that could not be read. */
  readonly unread: readonly string[];
}

export const nothingGiven: Given = { variables: new Map(), files: new Map(), unread: [] };

const isConfiguration = (target: string) => /\.(?:conf|cnf|ya?ml|ini|toml|acl|json)$/.test(target);

/** By the name of each of these services. */
export async function givenOf(
  services: readonly Service[],
  read: Reader,
): Promise<ReadonlyMap<string, Given>> {
  const text = (from: string, path: string) =>
    isElsewhere(path) || path.includes("$")
      ? undefined
      : read(posix.isAbsolute(path) ? path : posix.join(posix.dirname(from), path)).catch(() => undefined);
  const given = new Map<string, Given>();
  for (const service of services) {
    const variables = new Map<string, string>();
    for (const { path, at } of envFilesOf(service.node))
      for (const [name, value] of parseEnv((await text(at.file, path)) ?? "")) variables.set(name, value);
    // Without a value it is the shell's of whoever starts it.
    for (const { key, value = `\${${key}}` } of pairsOf(get(service.node, "environment")))
      variables.set(key, value);
    const files = new Map<string, string>();
    const unread: string[] = [];
    for (const { target, from, path, content } of configurationOf(service)) {
      const found = content ?? (path === undefined ? undefined : await text(from, path));
      if (found !== undefined) files.set(target, found);
      // Of a secret it is the program's own.
      else if (isConfiguration(target)) unread.push(target);
    }
    given.set(service.name, { variables, files, unread });
  }
  return given;
}

interface Mounted {
  readonly target: string;
  readonly from: string;
  readonly path?: string;
  readonly content?: string;
}

function configurationOf({ node, tree }: Service): readonly Mounted[] {
  const mounted = mountsOf(node)
    .filter(({ kind, target }) => kind === "bind" && isConfiguration(target))
    .map(({ at, source, target }): Mounted => ({ target, from: at.file, path: source }));
  const granted = ["configs", "secrets"].flatMap((key) =>
    itemsOf(get(node, key)).map((item): Mounted => {
      const name = textOf(item) ?? textOf(get(item, "source")) ?? "";
      const own = get(tree, key, name);
      const [path, content] = [textOf(get(own, "file")), textOf(get(own, "content"))];
      const place = textOf(get(item, "target")) ?? name;
      return {
        target: place.startsWith("/") ? place : `${key === "secrets" ? "/run/secrets" : ""}/${place}`,
        from: own?.at.file ?? item.at.file,
        ...(path === undefined ? {} : { path }),
        ...(content === undefined ? {} : { content }),
      };
    }),
  );
  return [...mounted, ...granted];
}
