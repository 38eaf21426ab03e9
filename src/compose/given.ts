/** What a service's container gets: its image's own, variables of files, and configuration that is put into it. */
import { posix } from "node:path";
import { parseImage } from "../profile/image-name.ts";
import type { Builds } from "./builds.ts";
import { type ConfigurationFiles, configurationOf, type FolderLister, filesIn } from "./configuration.ts";
import { expanded } from "./dockerfile.ts";
import type { EngineName } from "./engine-table.ts";
import { plainEngine, provenEngine } from "./engines.ts";
import { envFilesOf } from "./include.ts";
import { parseEnv, type Variables } from "./interpolate.ts";
import { type MadeImages, madeOf } from "./made.ts";
import { isElsewhere, type Service, type TextReader } from "./project.ts";
import { get, type MapNode, pairsOf, textOf, valuesOf } from "./tree.ts";
import { allMarked, marked, unknownMark } from "./unknown.ts";
import { wordsIn } from "./words.ts";

export interface GivenFiles extends ConfigurationFiles {
  /** Its own image and what that stands on. */
  readonly images: readonly string[];
  /** Null where it only asks a server; undefined where it is none that is known. */
  readonly engine: EngineName | null | undefined;
  /** Why it is not known what it is built from. */
  readonly untold?: string;
  /** Of its Dockerfile, of its `env_file`, of which the last says it, then of its own `environment`. */
  readonly variables: Variables;
  /** Entrypoint and command. */
  readonly words: readonly string[];
}

export const nothingGiven: GivenFiles = {
  images: [],
  engine: undefined,
  variables: new Map(),
  words: [],
  files: new Map(),
  unread: [],
};

interface Parts {
  readonly service: Service;
  readonly given: Omit<GivenFiles, keyof ConfigurationFiles | "engine">;
  readonly made: MadeImages | undefined;
  /** Names of variables that are not of a file, which other services may have, too. */
  readonly ownNames: readonly string[];
}

/** By the name of each service. */
export async function givenOf(
  services: readonly Service[],
  builds: Builds,
  { read, listFolder }: { readonly read: TextReader; readonly listFolder?: FolderLister | undefined },
): Promise<ReadonlyMap<string, GivenFiles>> {
  const text = (from: string, path: string) =>
    isElsewhere(path) || path.includes("$")
      ? Promise.resolve(undefined)
      : read(posix.isAbsolute(path) ? path : posix.join(posix.dirname(from), path)).catch(() => undefined);
  const parts: Parts[] = [];
  for (const service of services) parts.push(await partsOf(service, { services, builds, text }));
  const plain = parts.map(({ given, ownNames }) =>
    plainEngine({ ...given, names: [...given.variables.keys()], ownNames }),
  );
  const given = new Map<string, GivenFiles>();
  for (const [index, { service, made, ownNames, given: own }] of parts.entries()) {
    const others = new Set(plain.filter((_, other) => other !== index));
    const engine =
      plain[index] === undefined
        ? provenEngine({ ...own, names: [...own.variables.keys()], ownNames }, others)
        : plain[index];
    const files =
      engine === undefined || engine === null
        ? { files: nothingGiven.files, unread: [] }
        : await filesIn(configurationOf(service, made?.copied ?? []), { text, listFolder, ...own });
    given.set(service.name, { ...own, ...files, engine });
  }
  return given;
}

interface Beside {
  readonly services: readonly Service[];
  readonly builds: Builds;
  readonly text: (from: string, path: string) => Promise<string | undefined>;
}

async function partsOf(service: Service, { services, builds, text }: Beside): Promise<Parts> {
  const { node } = service;
  const made = madeOf(service, { services, dockerfiles: builds.dockerfiles });
  const variables = new Map([...(made?.variables ?? [])].map(([key, value]) => [key, allMarked(value)]));
  const pairs = pairsOf(get(node, "environment"));
  const envFiles = envFilesOf(node);
  // Without a value it is of `.env`, or the shell's of whoever starts it.
  const beside =
    envFiles.length > 0 || pairs.some(({ value }) => value === undefined)
      ? parseEnv((await text(service.at.file, ".env")) ?? "")
      : new Map<string, string>();
  for (const { path, at } of envFiles)
    for (const [key, value] of filledEnv((await text(at.file, path)) ?? "", beside))
      variables.set(key, value);
  for (const { key, value, unknown } of pairs)
    variables.set(key, value === undefined ? (beside.get(key) ?? unknownMark) : marked(value, unknown));
  const image = textOf(get(node, "image"));
  const untold = untoldOf(service, made, builds) ?? unnamed(image);
  return {
    service,
    made,
    ownNames: [...(made?.variables.keys() ?? []), ...pairs.map(({ key }) => key)],
    given: {
      images: [...(image === undefined ? [] : [image]), ...(made?.bases ?? [])],
      ...(untold === undefined ? {} : { untold }),
      variables,
      words: wordsOf(node, made),
    },
  };
}

/** Compose puts variables into such a file, too, but into what stands in single quotes. */
function filledEnv(text: string, beside: Variables): Variables {
  const found = new Map<string, string>();
  for (const [key, value] of parseEnv(text)) {
    const isPlain =
      !value.includes("$") || new RegExp(`^\\s*(?:export\\s+)?${key}\\s*[=:]\\s*'`, "m").test(text);
    found.set(key, isPlain ? value : allMarked(expanded(value, new Map([...found, ...beside]))));
  }
  return found;
}

function untoldOf({ name }: Service, made: MadeImages | undefined, { unread }: Builds): string | undefined {
  const why = unread.find(({ service }) => service === name)?.why;
  const last = made?.bases.at(-1);
  return why ?? (last?.includes("$") ? `its FROM has a variable that is not known: ${last}` : undefined);
}

/** A registry or a tag that is not known says nothing of what it is. */
const unnamed = (image = "") => {
  const { repository } = parseImage(image.replace(/\$(?:\{[^}]*\}|\w+)/g, "$"));
  const isUnnamed = repository.split("/").at(-1)!.includes("$");
  return isUnnamed ? `its image has a variable that is not known: ${image}` : undefined;
};

function wordsOf(node: MapNode, made: MadeImages | undefined): readonly string[] {
  const own = (key: string): readonly string[] | undefined => {
    const found = get(node, key);
    if (found === undefined) return undefined;
    if (found.kind === "value") return wordsIn(marked(textOf(found) ?? "", found.unknown));
    return valuesOf(found).map((each) => marked(textOf(each) ?? "", each.unknown));
  };
  const entrypoint = own("entrypoint");
  const command = own("command");
  return entrypoint === undefined
    ? [...(made?.entrypoint ?? []), ...(command ?? made?.command ?? [])]
    : [...entrypoint, ...(command ?? [])];
}
