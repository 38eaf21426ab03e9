/** The checks of images: how they are built, and what is in them. */
import type { ObjectResult } from "../../checks/object.ts";
import { parseImage } from "../../profile/image-name.ts";
import { checksOf, eachService, inspect, type PlacedFault } from "../check.ts";
import type { Dockerfile } from "../dockerfile.ts";
import { keyAt } from "../tree.ts";
import type { ServiceView } from "../view.ts";
import { basesOf, ownership, shellForm, slim, tagFault, workdir } from "./built.ts";

const ofDockerfile = (look: (file: Dockerfile) => readonly PlacedFault[]) => ({
  test: () => [],
  built: look,
});

const pinIt =
  "Pull it, and write its digest behind the tag: docker image inspect -f '{{index .RepoDigests 0}}' IMAGE shows it.";

const hasDigest = (image: string) => parseImage(image).digest !== undefined;

function digest({ node, image, isBuilt, at }: ServiceView) {
  if (isBuilt || image === undefined) return isBuilt ? "it is built" : "it has no image";
  if (tagFault(image) !== undefined) return "its tag is not fixed, which containers.image-tag tells";
  if (hasDigest(image)) return [];
  return [{ at: keyAt(node, "image") ?? at, found: `${image} has no digest`, remedy: pinIt }];
}

const builtDigest = (file: Dockerfile): readonly PlacedFault[] =>
  basesOf(file)
    .filter(({ base }) => tagFault(base) === undefined && !hasDigest(base))
    .map(({ base, at }) => ({ at, what: base, found: `FROM ${base} has no digest`, remedy: pinIt }));

export const imageChecks = checksOf({
  readable: {
    id: "images.readable",
    title: "The Dockerfile of each service that is built was read",
    severity: "low",
    role: "audit",
    expected: "a Dockerfile beside the compose file, where build: says that it is",
    why: "What the image does is not known then, and counts as nothing that was measured.",
    leavesOpen: "Images that are pulled, and not built, aren't read at all.",
    stricter:
      "A scan of each image for known holes (trivy, grype) before it runs: somebody reads it, and builds anew.",
    look: "docker history IMAGE",
    test: ({ unread, dockerfiles }) => [
      ...unread.map(
        ({ service, at, why }): ObjectResult => ({
          object: service,
          at,
          verdict: "error",
          found: why,
          remedy: "Run harden where the Dockerfile is.",
        }),
      ),
      ...[...dockerfiles].map(
        ([object, file]): ObjectResult => ({
          object,
          at: file.chain[0]?.at ?? { file: file.file, line: 1, column: 1 },
          verdict: "pass",
          found: "",
        }),
      ),
    ],
  },
  digest: {
    id: "images.digest",
    criteria: ["CC8.1"],
    title: "Images are named by their digest",
    severity: "low",
    role: "advice",
    expected: "NAME:TAG@sha256:…",
    why: "Who owns a tag, or the registry, can put another image under it, and the next pull takes that one.",
    breaks: "No update comes by itself: each is a change of the file, which a bot can propose.",
    leavesOpen:
      "Whether what was pulled the first time is what its maker has built: a signature says that (cosign).",
    look: inspect("{{.Config.Image}}"),
    test: eachService(digest),
    built: builtDigest,
  },
  command: {
    id: "images.command",
    title: "The program itself is the first process",
    severity: "low",
    role: "audit",
    expected: 'CMD ["program", "argument"], and ENTRYPOINT alike',
    why: "A shell passes no signal on: docker stop waits ten seconds, then kills the program in the middle of its work.",
    breaks: "Variables and && in the command need a shell: call it by name, with exec.",
    leavesOpen: "A program that doesn't hear SIGTERM is killed after ten seconds all the same.",
    stricter: "`init: true` in the compose file, which passes signals on and ends orphans: one process more.",
    look: "docker inspect -f '{{.Config.Entrypoint}} {{.Config.Cmd}}' IMAGE",
    ...ofDockerfile(shellForm),
  },
  workdir: {
    id: "images.workdir",
    title: "The program has a folder of its own",
    severity: "low",
    role: "audit",
    expected: "an absolute WORKDIR",
    why: "Without one files land in / among the system's own.",
    leavesOpen: "Who may write in it is another matter: images.ownership.",
    look: "docker inspect -f '{{.Config.WorkingDir}}' IMAGE",
    ...ofDockerfile(workdir),
  },
  ownership: {
    id: "images.ownership",
    criteria: ["CC6.1", "CC8.1"],
    title: "Code belongs to root, and the program can't change it",
    severity: "low",
    role: "audit",
    expected: "--chown for what the program must write alone",
    why: "Whoever breaks into the program rewrites it, and stays.",
    breaks: "A program that writes beside its code: give it that folder alone.",
    leavesOpen: "What runs as root in it, and what has --chown, can still be changed.",
    stricter: "`read_only: true` in the compose file: what writes beside volumes needs a tmpfs.",
    look: "docker exec CONTAINER sh -c 'touch server.js'",
    ...ofDockerfile(ownership),
  },
  slim: {
    id: "images.slim",
    criteria: ["CC7.1", "CC8.1"],
    title: "The image has no more than it needs",
    severity: "low",
    role: "audit",
    expected: "a -slim base where there is one",
    why: "Each tool in the image is one for whoever breaks in, and each package one to be updated.",
    breaks: "Native modules that are built in the image: build them in a stage of its own.",
    leavesOpen: "A slim image still has a shell, apt and perl to work with.",
    stricter: "Distroless or `FROM scratch`: there is no shell to look around with.",
    look: "docker history IMAGE",
    ...ofDockerfile(slim),
  },
});
