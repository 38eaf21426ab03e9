/** What Dockerfiles make: each rule of an image's own, and what others say of images that are built. */

import { parseImage } from "../../profile/image-name.ts";
import type { ComposeCheck, Finding, Result } from "../check.ts";
import { type Dockerfile, type Instruction, saidBy } from "../dockerfile.ts";
import { type Images, knownImage } from "../images.ts";
import { isSecretKey, keptInText, keptOf } from "../secrets.ts";
import { tagFault } from "./files.ts";

/** As USER and `--chown` name it. */
export const isRoot = (user: string) => /^(root|0)(:|$)/.test(user);

const lastOf = (file: Dockerfile) => file.chain.at(-1)!;
/** What the image stands on: not a stage of this file. */
const baseOf = (file: Dockerfile) => file.chain[0]!.base;

/** The lines that make a user, as the distribution has it. */
function userLines(base: string): string {
  if (parseImage(base).repository === "node") return "USER node";
  const make = /alpine/.test(base)
    ? "addgroup -S app && adduser -S -G app app"
    : "groupadd -r app && useradd -r -g app app";
  return `RUN ${make}, and USER app`;
}

export function builtUser(file: Dockerfile, images: Images): readonly Finding[] {
  const stage = lastOf(file);
  const base = baseOf(file);
  const last = saidBy(file, "USER").at(-1);
  const remedy = `Write ${userLines(base)} before CMD, after the last line that needs root.`;
  if (last === undefined) {
    if (knownImage(base, images)?.ownUser || /nonroot|rootless|unprivileged/.test(base)) return [];
    const elsewhere = file.stages
      .flatMap(({ instructions }) => instructions)
      .find(({ keyword }) => keyword === "USER");
    const found =
      elsewhere === undefined
        ? "no USER"
        : `no USER in the last stage; that of line ${elsewhere.at.line} is another stage's`;
    return [{ at: stage.at, found, remedy }];
  }
  const user = last.text.trim();
  if (/\$/.test(user))
    return [
      { at: last.at, unknown: true, found: `USER ${user} is a variable`, remedy: "Write the user out." },
    ];
  return isRoot(user) ? [{ at: last.at, found: `USER ${user}`, remedy }] : [];
}

/** Each base that isn't a stage of the file. */
export function builtTags({ stages }: Dockerfile): readonly Finding[] {
  return stages.flatMap(({ base, at }, index): readonly Finding[] => {
    if (
      base === "scratch" ||
      stages.slice(0, index).some(({ name }) => name?.toLowerCase() === base.toLowerCase())
    )
      return [];
    const fault = tagFault(base);
    if (fault === undefined) return [];
    if (fault === "unknown")
      return [
        {
          at,
          what: base,
          unknown: true,
          found: `FROM ${base} has an ARG without a default`,
          remedy: "Give the ARG a default.",
        },
      ];
    return [
      {
        at,
        what: base,
        found: `FROM ${base} ${fault}`,
        remedy: "Name a version, such as :1.2.3; a digest (@sha256:…) is stricter.",
      },
    ];
  });
}

/** `KEY=value`, several of them, or `KEY value`. */
function pairsOf({ words, keyword }: Instruction): readonly (readonly [string, string | undefined])[] {
  const [first = "", ...rest] = words;
  if (keyword === "ENV" && !first.includes("=")) return [[first, rest.join(" ")]];
  return words.map((word) => {
    const cut = word.indexOf("=");
    return cut < 0 ? ([word, undefined] as const) : ([word.slice(0, cut), word.slice(cut + 1)] as const);
  });
}

const secretFile =
  /(^|\/)(\.env(\.(?!example|sample|template|dist)[\w.-]*)?|\.npmrc|\.pypirc|\.netrc|id_(rsa|ed25519|ecdsa)|[^/]*\.(pem|key|p12|pfx))$/;

export function builtSecrets({ stages, args }: Dockerfile): readonly Finding[] {
  const all = [...args, ...stages.flatMap(({ instructions }) => instructions)];
  const remedy =
    "Mount it where it is needed, RUN --mount=type=secret,id=NAME, or give it to the container as a file; then change it, for every layer keeps it.";
  return all.flatMap((instruction): readonly Finding[] => {
    const { keyword, at, words, text } = instruction;
    const told = (what: string, found: string) => ({ at, what, found, remedy });
    if (keyword === "ARG" || keyword === "ENV")
      return pairsOf(instruction).flatMap(([key, value = ""]) =>
        (isSecretKey(key) && (keyword === "ARG" || keptOf(value) !== "none")) ||
        keptInText(value) === "written"
          ? [told(`${keyword} ${key}`, `${keyword} ${key} keeps a secret in the image's history`)]
          : [],
      );
    if (keyword === "COPY" || keyword === "ADD")
      return words
        .slice(0, -1)
        .filter((source) => secretFile.test(source))
        .map((source) => told(source, `${keyword} ${source} keeps a secret in a layer`));
    return keyword === "RUN" && keptInText(text) === "written" ? [told("RUN", "RUN has a secret in it")] : [];
  });
}

export const shellForm = (file: Dockerfile): readonly Finding[] =>
  ["ENTRYPOINT", "CMD"].flatMap((keyword) => {
    const last = saidBy(file, keyword).at(-1);
    if (last === undefined || last.isExec) return [];
    return [
      {
        ...{
          at: last.at,
          what: keyword,
          found: `${keyword} is in shell form: a shell is the first process, and passes no signal on`,
        },
        remedy: `Write ${keyword} [${last.words.map((word) => JSON.stringify(word)).join(", ")}].`,
      },
    ];
  });

function workdir(file: Dockerfile): readonly Finding[] {
  const all = saidBy(file, "WORKDIR");
  const remedy = "Write WORKDIR /app before the first COPY.";
  if (all.length === 0)
    return [
      {
        at: lastOf(file).at,
        found: "no WORKDIR: everything is copied to where the base happens to be",
        remedy,
      },
    ];
  const [first] = all;
  return /^(\/|\$|[A-Za-z]:)/.test(first!.text)
    ? []
    : [{ at: first!.at, found: `WORKDIR ${first!.text} is relative`, remedy }];
}

export function ownership(file: Dockerfile): readonly Finding[] {
  const folder = saidBy(file, "WORKDIR").at(-1)?.text ?? "/";
  const remedy =
    "Copy it as root, and give the user only what it must write, such as COPY --chown=app:app uploads ./uploads: what is broken into can't rewrite its own code then.";
  return saidBy(file, "COPY", "ADD", "RUN").flatMap(
    ({ keyword, at, flags, words, text }): readonly Finding[] => {
      if (keyword === "RUN") {
        const [, user = "", path] =
          /\bchown\s+(?:-\w+\s+|--recursive\s+)*-?R?\w*\s*([\w:.-]+)\s+(\S+)/.exec(text) ?? [];
        const isWhole = path !== undefined && [".", "./", folder].includes(path.replace(/(?<=.)\/$/, ""));
        const isDeep = /\bchown\b[^;&]*\s(-\w*R\w*|--recursive)\b/.test(text);
        return isWhole && isDeep && !isRoot(user)
          ? [{ at, what: "RUN", found: `RUN gives all of ${path} to ${user}`, remedy }]
          : [];
      }
      const owner = flags.get("chown");
      const isWhole = words.slice(0, -1).some((source) => /^\.?\/?$/.test(source));
      if (owner === undefined || !isWhole || isRoot(owner)) return [];
      return [{ at, what: keyword, found: `${keyword} gives the whole tree to ${owner}`, remedy }];
    },
  );
}

const slimmed = ["debian", "node", "openjdk", "perl", "python", "ruby", "rust"];

function slim(file: Dockerfile): readonly Finding[] {
  const base = baseOf(file);
  const { repository, tag, digest } = parseImage(base);
  if (!slimmed.includes(repository) || tag === undefined || digest !== undefined || /slim|alpine/.test(tag))
    return [];
  return [
    {
      ...{
        at: file.chain[0]!.at,
        what: base,
        found: `FROM ${base} brings compilers and tools that nothing needs once it runs`,
      },
      remedy: `Write FROM ${tag === "latest" ? `${repository}:VERSION` : base}-slim, and build in a stage of its own.`,
    },
  ];
}

const ofDockerfile = (look: (file: Dockerfile) => readonly Finding[]) => ({ test: () => [], built: look });

export const imageChecks: readonly ComposeCheck[] = [
  {
    ...{ id: "images.readable", title: "The Dockerfile of each service that is built was read" },
    ...{ severity: "low", role: "audit", references: [] },
    expected: "a Dockerfile beside the compose file, where build: says that it is",
    about: {
      why: "What the image does is not known then, and counts as nothing that was measured.",
      leavesOpen: "Images that are pulled, and not built, aren't read at all.",
      stricter:
        "A scan of each image for known holes (trivy, grype) before it runs: somebody reads it, and builds anew.",
      look: "docker history IMAGE",
    },
    test: ({ unread, dockerfiles }) => [
      ...unread.map(
        ({ service, at, why }): Result => ({
          ...{ object: service, at, verdict: "error", found: why },
          remedy: "Run harden where the Dockerfile is.",
        }),
      ),
      ...[...dockerfiles].map(
        ([object, file]): Result => ({
          object,
          at: file.chain[0]?.at ?? { file: file.file, line: 1, column: 1 },
          verdict: "pass",
          found: "",
        }),
      ),
    ],
  },
  {
    ...{ id: "images.command", title: "The program itself is the first process" },
    ...{ severity: "low", role: "audit", references: [] },
    expected: 'CMD ["program", "argument"], and ENTRYPOINT alike',
    about: {
      why: "A shell passes no signal on: docker stop waits ten seconds, then kills the program in the middle of its work.",
      breaks: "Variables and && in the command need a shell: call it by name, with exec.",
      leavesOpen: "A program that doesn't hear SIGTERM is killed after ten seconds all the same.",
      stricter:
        "`init: true` in the compose file, which passes signals on and ends orphans: one process more.",
      look: "docker inspect -f '{{.Config.Entrypoint}} {{.Config.Cmd}}' IMAGE",
    },
    ...ofDockerfile(shellForm),
  },
  {
    ...{ id: "images.workdir", title: "The program has a folder of its own" },
    ...{ severity: "low", role: "audit", references: [] },
    expected: "an absolute WORKDIR",
    about: {
      why: "Without one files land in / among the system's own.",
      leavesOpen: "Who may write in it is another matter: images.ownership.",
      stricter: undefined,
      look: "docker inspect -f '{{.Config.WorkingDir}}' IMAGE",
    },
    ...ofDockerfile(workdir),
  },
  {
    ...{ id: "images.ownership", title: "Code belongs to root, and the program can't change it" },
    ...{ severity: "low", role: "audit", references: [] },
    expected: "--chown for what the program must write alone",
    about: {
      why: "Whoever breaks into the program rewrites it, and stays.",
      breaks: "A program that writes beside its code: give it that folder alone.",
      leavesOpen: "What runs as root in it, and what has --chown, can still be changed.",
      stricter: "`read_only: true` in the compose file: what writes beside volumes needs a tmpfs.",
      look: "docker exec CONTAINER sh -c 'touch server.js'",
    },
    ...ofDockerfile(ownership),
  },
  {
    ...{ id: "images.slim", title: "The image has no more than it needs" },
    ...{ severity: "low", role: "audit", references: [] },
    expected: "a -slim base where there is one",
    about: {
      why: "Each tool in the image is one for whoever breaks in, and each package one to be updated.",
      breaks: "Native modules that are built in the image: build them in a stage of its own.",
      leavesOpen: "A slim image still has a shell, apt and perl to work with.",
      stricter: "Distroless or `FROM scratch`: there is no shell to look around with.",
      look: "docker history IMAGE",
    },
    ...ofDockerfile(slim),
  },
];
