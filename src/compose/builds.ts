/** The Dockerfiles that services are built from. Pure but for the reader that it is given. */
import { posix } from "node:path";
import { type Dockerfile, parseDockerfile } from "./dockerfile.ts";
import type { Variables } from "./interpolate.ts";
import { type ComposeProject, isElsewhere, type Service, type TextReader } from "./project.ts";
import { get, keyAt, type Node, type Origin, pairsOf, textOf, writtenOf } from "./tree.ts";

export interface Builds {
  /** By the service's name. */
  readonly dockerfiles: ReadonlyMap<string, Dockerfile>;
  /** What could not be read, and why. */
  readonly unread: readonly UnreadBuild[];
}

export interface UnreadBuild {
  readonly service: string;
  readonly at: Origin;
  readonly why: string;
}

export async function loadBuilds(
  { services }: Pick<ComposeProject, "services">,
  read: TextReader,
): Promise<Builds> {
  const dockerfiles = new Map<string, Dockerfile>();
  const unread: UnreadBuild[] = [];
  for (const service of services) {
    const found = await buildOf(service, read);
    if (found === undefined) continue;
    if (typeof found === "string")
      unread.push({ service: service.name, at: keyAt(service.node, "build")!, why: found });
    else dockerfiles.set(service.name, found);
  }
  return { dockerfiles, unread };
}

/** Undefined where it isn't built; a text: why its Dockerfile can't be read. */
async function buildOf({ node }: Service, read: TextReader): Promise<Dockerfile | string | undefined> {
  const build = get(node, "build");
  if (build === undefined) return undefined;
  const target = textOf(get(build, "target"));
  const inline = get(build, "dockerfile_inline");
  const args = buildArgs(build);
  if (inline !== undefined) {
    const parsed = parseDockerfile(textOf(inline) ?? "", inline.at.file, target, args);
    return at(parsed, inline.at);
  }
  const name = textOf(get(build, "dockerfile")) ?? "Dockerfile";
  const shown = writtenOf(build) ?? writtenOf(get(build, "context")) ?? ".";
  const { context, folder } = contextOf(build);
  if (isElsewhere(context)) return `its context is elsewhere: ${shown}`;
  if (/\$/.test(context + name)) return `its context has a variable that is not known: ${shown}`;
  const path = posix.isAbsolute(name) ? name : posix.join(folder, name);
  try {
    const text = await read(path);
    return text === undefined ? `there is no ${path}` : parseDockerfile(text, path, target, args);
  } catch (error) {
    return `${path} can't be read: ${(error as Error).message}`;
  }
}

/** What is copied into an image is relative to its folder. */
export function contextOf(build: Node): { readonly context: string; readonly folder: string } {
  const context = textOf(build) ?? textOf(get(build, "context")) ?? ".";
  const folder = posix.isAbsolute(context) ? context : posix.join(posix.dirname(build.at.file), context);
  return { context, folder };
}

/** Values of ARGs; one without a value is of the shell of whoever builds: its default counts. */
export const buildArgs = (build: Node): Variables =>
  new Map(
    pairsOf(get(build, "args")).flatMap(({ key, value }) => (value === undefined ? [] : [[key, value]])),
  );

/** All of it at one place: lines within a value of YAML are not the file's. */
function at(file: Dockerfile, place: Origin): Dockerfile {
  const stage = (one: Dockerfile["stages"][number]) => ({
    ...one,
    at: place,
    instructions: one.instructions.map((each) => ({ ...each, at: place })),
  });
  return {
    file: file.file,
    comments: [],
    stages: file.stages.map(stage),
    chain: file.chain.map(stage),
    args: file.args.map((each) => ({ ...each, at: place })),
  };
}
