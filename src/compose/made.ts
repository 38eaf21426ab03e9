/** What an image that a service builds is made from, and gives its container. Pure. */
import { posix } from "node:path";
import { buildArgs, contextOf } from "./builds.ts";
import { argsOf, assigned, type BuildStage, type Dockerfile, expanded, listed } from "./dockerfile.ts";
import type { Variables } from "./interpolate.ts";
import type { Service } from "./project.ts";
import { get, type Node, pairsOf, textOf } from "./tree.ts";

/** A file that the image has, and where it is copied from. */
export interface Copied {
  readonly path: string;
  readonly target: string;
}

export interface MadeImages {
  /** Names of images that it stands on: of the file's own, and the last FROM. A `$` is left of what is not known. */
  readonly bases: readonly string[];
  readonly variables: Variables;
  readonly entrypoint: readonly string[] | undefined;
  readonly command: readonly string[] | undefined;
  readonly copied: readonly Copied[];
}

const nothing: MadeImages = {
  bases: [],
  variables: new Map(),
  copied: [],
  entrypoint: undefined,
  command: undefined,
};

interface Built {
  readonly services: readonly Service[];
  readonly dockerfiles: ReadonlyMap<string, Dockerfile>;
}

/** Images may stand on each other, and some on themselves. */
const deepest = 8;

/** Undefined where it isn't built, or its Dockerfile can't be read. */
export function madeOf(service: Service, built: Built, depth = 0): MadeImages | undefined {
  const dockerfile = built.dockerfiles.get(service.name);
  const build = get(service.node, "build");
  const [first] = dockerfile?.chain ?? [];
  if (dockerfile === undefined || build === undefined || first === undefined) return undefined;
  const named = baseOf(first.base, build);
  const other = ownImage(named, service, built);
  const under = other && depth < deepest ? madeOf(other, built, depth + 1) : undefined;
  const start = under ?? nothing;
  const args = buildArgs(build);
  const before = argsOf(dockerfile.args, args);
  const made = dockerfile.chain.reduce(
    (one, stage) => withStage(one, stage, { args, before, folder: contextOf(build).folder }),
    start,
  );
  return { ...made, bases: [named, ...start.bases] };
}

/** As `additional_contexts` means it, where that has it. */
function baseOf(base: string, build: Node): string {
  const context = pairsOf(get(build, "additional_contexts")).find(({ key }) => key === base)?.value;
  return context === undefined ? base : context.replace(/^docker-image:\/\//, "");
}

/** The service of the same file that builds it. */
const ownImage = (base: string, service: Service, { services }: Built): Service | undefined =>
  services.find(
    ({ name, node }) =>
      name !== service.name &&
      get(node, "build") !== undefined &&
      (base === `service:${name}` || textOf(get(node, "image")) === base),
  );

interface Building {
  readonly args: Variables;
  /** ARGs before the first FROM. */
  readonly before: Variables;
  readonly folder: string;
}

function withStage(
  under: MadeImages,
  { instructions }: BuildStage,
  { args, before, folder }: Building,
): MadeImages {
  const variables = new Map(under.variables);
  let known: Variables = new Map();
  let { entrypoint, command } = under;
  let [hasCommand, place] = [false, "/"];
  const copied = [...under.copied];
  const meant = (text: string) => expanded(text, new Map([...known, ...variables]));
  for (const each of instructions) {
    const words = () => (each.isExec ? listed(each) : ["/bin/sh", "-c", each.text]);
    if (each.keyword === "ARG") {
      const own = assigned(each).flatMap(([name, value]) => (value === undefined ? name : []));
      known = argsOf(
        [each],
        args,
        new Map([...known, ...[...before].filter(([name]) => own.includes(name))]),
      );
    } else if (each.keyword === "ENV")
      for (const [name, value = ""] of assigned(each)) variables.set(name, meant(value));
    else if (each.keyword === "WORKDIR") place = posix.resolve(place, meant(each.text));
    else if (each.keyword === "CMD") [command, hasCommand] = [words(), true];
    else if (each.keyword === "ENTRYPOINT") {
      entrypoint = words();
      if (!hasCommand) command = undefined;
    } else if (/^(?:COPY|ADD)$/.test(each.keyword) && !each.flags.has("from"))
      copied.push(...copiesOf(listed(each).map(meant), place, folder));
  }
  return { bases: under.bases, variables, entrypoint, command, copied };
}

function copiesOf(words: readonly string[], place: string, folder: string): readonly Copied[] {
  const to = words.at(-1) ?? "";
  const sources = words.slice(0, -1).filter((each) => !/[*?[\]$]|^<<|:\/\//.test(each));
  const into = to.endsWith("/") || to === "." || sources.length > 1;
  return sources.map((source) => {
    const path = posix.join(folder, source);
    const isFile = posix.extname(source) !== "" && !source.endsWith("/");
    return {
      path,
      target: posix.resolve(place, into && isFile ? posix.join(to, posix.basename(source)) : to),
    };
  });
}
