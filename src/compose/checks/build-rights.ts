/** What of the host the build of a service's image is given. Pure. */
import type { Fault } from "../../checks/object.ts";
import { isSensitivePath } from "../sensitive-paths.ts";
import { get, keyAt, type Node, type Origin, pairsOf, textOf, valuesOf } from "../tree.ts";

/** The entitlements of a build that fit, as BuildKit names them. */
export const entitlementsOf = (service: Node, wanted: RegExp): readonly Fault[] =>
  valuesOf(get(service, "build", "entitlements"))
    .filter(({ value }) => wanted.test(String(value)))
    .map(({ at, written }) => ({
      at,
      what: `build ${written}`,
      found: `its build has the entitlement ${written}`,
      remedy: "Take it out, and the RUN of its Dockerfile that needs it.",
    }));

/** A build with the host's network. */
export const buildNetwork = (service: Node): readonly Fault[] => {
  const build = get(service, "build");
  if (build === undefined || textOf(get(build, "network")) !== "host") return [];
  const remedy = "Take it out: a build has a network of its own, and reaches what it downloads.";
  return [{ at: keyAt(build, "network")!, what: "build.network", found: "build.network: host", remedy }];
};

interface Context {
  readonly at: Origin;
  readonly path: string | undefined;
}

function contextsOf(service: Node): readonly Context[] {
  const build = get(service, "build");
  if (build === undefined) return [];
  const main = get(build, "context") ?? build;
  const more = pairsOf(get(build, "additional_contexts"));
  return [{ at: main.at, path: textOf(main) }, ...more.map(({ at, value }) => ({ at, path: value }))];
}

/** Folders of the host that a build reads, and that are the host's own. */
export const buildContexts = (service: Node): readonly Fault[] =>
  contextsOf(service).flatMap(({ at, path = "" }) =>
    isSensitivePath({ path, readOnly: true })
      ? [
          {
            at,
            what: `build ${path}`,
            found: `its build reads a path of the host: ${path}`,
            remedy: "Give it a folder with the files that the image needs, and nothing else.",
          },
        ]
      : [],
  );
