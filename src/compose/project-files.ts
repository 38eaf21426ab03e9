/** Which files `docker compose up` takes in a file's folder. */
import { posix } from "node:path";
import { HardenError, systemWords } from "../errors.ts";
import { parseEnv } from "./interpolate.ts";
import type { TextReader } from "./project.ts";
import { readYaml } from "./read.ts";
import type { MapNode } from "./tree.ts";

/** Names of a project's file, in the order in which compose looks for them. */
const defaults = ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];

/** Names of the file that compose lays over one of these, in the same order. */
const overrides = [
  "compose.override.yml",
  "compose.override.yaml",
  "docker-compose.override.yml",
  "docker-compose.override.yaml",
];

const isDefault = (file: string) => defaults.includes(posix.basename(file));
const beside = (file: string, name: string) => posix.join(posix.dirname(file), name);

/**
 * The project that compose makes of this file where it is given no `-f`: those of COMPOSE_FILE in `.env`, or the folder's
 * first file with its override; else this file alone. Throws HardenError `compose` where an override can't be read.
 */
export async function projectFiles(file: string, read: TextReader): Promise<readonly string[]> {
  if (file === "-") return [file];
  const listed = await listedIn(beside(file, ".env"), read);
  if (listed.length > 0) return listed.includes(file) ? listed : [file];
  if (!isDefault(file)) return [file];
  for (const name of defaults.slice(0, defaults.indexOf(posix.basename(file))))
    if ((await read(beside(file, name)).catch(() => undefined)) !== undefined) return [file];
  const over = await overrideOf(file, read);
  return over === undefined ? [file] : [file, over];
}

/** Of an .env that can't be read loading the project says so. */
async function listedIn(env: string, read: TextReader): Promise<readonly string[]> {
  const variables = parseEnv((await read(env).catch(() => undefined)) ?? "");
  const names = (variables.get("COMPOSE_FILE") ?? "").split(variables.get("COMPOSE_PATH_SEPARATOR") || ":");
  return names
    .filter((name) => name !== "")
    .map((name) => (posix.isAbsolute(name) ? name : posix.normalize(beside(env, name))));
}

/** The file that compose lays over one by itself, where there is one. */
export async function overrideOf(file: string, read: TextReader): Promise<string | undefined> {
  if (!isDefault(file)) return undefined;
  for (const name of overrides) {
    const over = beside(file, name);
    if ((await overrideText(over, read)) !== undefined) return over;
  }
  return undefined;
}

/** Files that are there, and laid over this one; what can't be read as YAML compose refuses, too. */
export async function overridesOf(file: string, read: TextReader): Promise<readonly MapNode[]> {
  if (!isDefault(file)) return [];
  const paths = overrides.map((name) => beside(file, name));
  const texts = await Promise.all(
    paths.map(async (path) => ({ path, text: await overrideText(path, read) })),
  );
  return texts.flatMap(({ path, text }) => (text === undefined ? [] : [readYaml(text, path).tree]));
}

/** Throws HardenError `compose` where it is there and can't be read: nobody knows then what the services will be. */
async function overrideText(path: string, read: TextReader): Promise<string | undefined> {
  try {
    return await read(path);
  } catch (cause) {
    throw new HardenError(
      "compose",
      `Compose lays ${path} over it, which can't be read: ${systemWords(cause)}.`,
      {
        cause,
        hint: "Make it a file that you can read, or take it away.",
        hostState: "no host was contacted, and the file is as it was",
      },
    );
  }
}
