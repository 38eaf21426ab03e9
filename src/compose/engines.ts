/** Which database, cache, queue or console a service is: by its image, its command, or variables that one alone reads. Pure. */
import { parseImage } from "../profile/image-name.ts";
import {
  clients,
  companions,
  type EngineName,
  engineNames,
  likely,
  proofs,
  servers,
} from "./engine-table.ts";
import { programsIn } from "./words.ts";

const byName: ReadonlyMap<string, EngineName> = new Map(
  Object.entries(engineNames).flatMap(([engine, names]) =>
    names.map((name) => [name, engine as EngineName] as const),
  ),
);

/** By the last part of its name, whoever made it. */
export function engineOfImage(image: string): EngineName | undefined {
  const { repository, tag = "" } = parseImage(image);
  const parts = repository.toLowerCase().split("/");
  const last = parts.at(-1)!;
  const bare = last
    .split(/[-_]/)
    .filter((word) => !companions.test(word))
    .join("-");
  const role = /dind/.test(tag) ? "docker:dind" : last;
  return byName.get(parts.slice(-2).join("/")) ?? byName.get(role) ?? byName.get(last) ?? byName.get(bare);
}

/** What of a service shows which engine it is. */
export interface Signs {
  /** Its own image and what that is built from. */
  readonly images: readonly string[];
  /** Entrypoint and command. */
  readonly words: readonly string[];
  /** Names of its variables; of its own those that no other service has by the same file. */
  readonly names: readonly string[];
  readonly ownNames: readonly string[];
}

/** By image or program; null where it only asks a server. */
export function plainEngine({ images, words }: Signs): EngineName | null | undefined {
  const programs = programsIn(words);
  if (programs.length > 0 && programs.every((each) => clients.test(each))) return null;
  const served = programs.flatMap((each) => servers[each] ?? [])[0];
  return images.map(engineOfImage).find((each) => each !== undefined) ?? served;
}

/** What another machine has is asked by its name. */
const asksAnother = (name: string) =>
  /(?:HOST|HOSTNAME|ADDR|ADDRESS|SERVER|URL|URI|DSN|DATA_SOURCE_NAME)S?$/i.test(name) &&
  !/ROOT_HOST$|^(?:GF|KC|MINIO|MEILI)_/.test(name);

/** Of names that say that a service asks, watches or copies a server. */
const isClient = (image: string) =>
  /exporter|operator|backup|dump|migrat|commander|insight|admin|client|bouncer|pool|proxy|agent/.test(image);

/** By variables; `others`: engines of the other services. */
export function provenEngine(
  { images, names, ownNames }: Signs,
  others: ReadonlySet<EngineName | null | undefined>,
): EngineName | undefined {
  if (images.some(isClient)) return undefined;
  const strong = ownNames.flatMap((name) => proofs[name] ?? [])[0];
  if (strong !== undefined || names.some(asksAnother)) return strong;
  return names.flatMap((name) => proofs[name] ?? likely[name] ?? []).find((each) => !others.has(each));
}
