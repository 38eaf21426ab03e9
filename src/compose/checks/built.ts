/** What a Dockerfile makes, judged: whatever a check of images, or another of what is built, asks of one. */
import { parseImage } from "../../profile/image-name.ts";
import { isSecretKey } from "../../secrets/index.ts";
import { keptOf, keptUnder } from "../../secrets/kept.ts";
import type { PlacedFault } from "../check.ts";
import { type Dockerfile, type Instruction, saidBy } from "../dockerfile.ts";
import { type Images, knownImage } from "../images.ts";
import { isWritten, keptInCommand, namesIn } from "../secrets.ts";

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

export function builtUser(file: Dockerfile, images: Images): readonly PlacedFault[] {
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

/** What is wrong with an image's name, as the end of a sentence. */
export function tagFault(image: string): string | undefined {
  const { tag, digest } = parseImage(image);
  if (digest !== undefined) return undefined;
  if (image.includes("$")) return "unknown";
  if (tag === undefined) return "has no tag, which is latest";
  return /^(latest|stable|edge|nightly|main|master|dev|lts)$/.test(tag)
    ? "moves under the same name"
    : undefined;
}

/** The images that a file builds on: neither nothing nor a stage of its own. */
export const basesOf = ({ stages }: Dockerfile) =>
  stages.filter(
    ({ base }, index) =>
      base !== "scratch" &&
      !stages.slice(0, index).some(({ name }) => name?.toLowerCase() === base.toLowerCase()),
  );

export function builtTags(file: Dockerfile): readonly PlacedFault[] {
  return basesOf(file).flatMap(({ base, at }): readonly PlacedFault[] => {
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

/** `KEY=value`, several of them, or `KEY value`; of ARG `KEY` alone, too. */
function pairsOf({ words, keyword, text }: Instruction): readonly (readonly [string, string | undefined])[] {
  const [first = "", ...rest] = words;
  if (keyword !== "ARG" && !first.includes("=")) return [[unquoted(first), rest.join(" ")]];
  return [...text.matchAll(pair)].map(([, key = "", value]) => [
    unquoted(key),
    value === undefined ? undefined : unquoted(value),
  ]);
}

const pair = /("[^"]*"|[^\s="]+)(?:=("(?:\\.|[^"\\])*"|'[^']*'|(?:\\.|[^\s\\])*))?/g;

const unquoted = (word: string) => word.replace(/^["']|["']$/g, "");

/** ONBUILD is of the instruction behind it. */
const ownOf = (each: Instruction): Instruction =>
  each.keyword !== "ONBUILD"
    ? each
    : {
        ...each,
        keyword: (each.words[0] ?? "").toUpperCase(),
        words: each.words.slice(1),
        text: each.words.slice(1).join(" "),
      };

const secretFile =
  /(^|\/)(\.env(\.(?!example|sample|template|dist)[\w.-]*)?|\.npmrc|\.pypirc|\.netrc|id_(rsa|ed25519|ecdsa)|[^/]*\.(pem|key|p12|pfx))$/;

const byMount =
  "Mount it where it is needed, RUN --mount=type=secret,id=NAME, or give it to the container as a file; then change it, for every layer keeps it.";

const keywordsOfPairs: readonly string[] = ["ARG", "ENV", "LABEL"];

/** An ARG has its value from whoever builds. */
const isKept = (keyword: string, key: string, value: string) =>
  (isSecretKey(key) && (keyword === "ARG" || keptOf(value) !== "none")) || isWritten(keptUnder(key, value));

function secretsOf(instruction: Instruction): readonly Pick<PlacedFault, "what" | "found">[] {
  const { keyword, words, heredocs } = instruction;
  const inner = heredocs
    .flatMap(namesIn)
    .map((name) => ({ what: `${keyword} ${name}`, found: `${keyword} has ${name} in its heredoc` }));
  if (keywordsOfPairs.includes(keyword))
    return pairsOf(instruction)
      .filter(([key, value = ""]) => isKept(keyword, key, value))
      .map(([key]) => ({
        what: `${keyword} ${key}`,
        found: `${keyword} ${key} keeps a secret in the image's history`,
      }));
  const files = ["COPY", "ADD"].includes(keyword)
    ? words.slice(0, -1).filter((source) => secretFile.test(source))
    : [];
  return [
    ...files.map((what) => ({ what, found: `${keyword} ${what} keeps a secret in a layer` })),
    ...inner,
    ...(inner.length === 0 && isWritten(keptInCommand(instruction.text))
      ? [{ what: keyword, found: `${keyword} has a secret in it` }]
      : []),
  ];
}

export const builtSecrets = ({ stages, args }: Dockerfile): readonly PlacedFault[] =>
  [...args, ...stages.flatMap(({ instructions }) => instructions)]
    .map(ownOf)
    .flatMap((each) => secretsOf(each).map((found) => ({ ...found, at: each.at, remedy: byMount })));

export const shellForm = (file: Dockerfile): readonly PlacedFault[] =>
  ["ENTRYPOINT", "CMD"].flatMap((keyword) => {
    const last = saidBy(file, keyword).at(-1);
    if (last === undefined || last.isExec) return [];
    return [
      {
        at: last.at,
        what: keyword,
        found: `${keyword} is in shell form: a shell is the first process, and passes no signal on`,
        remedy: `Write ${keyword} [${last.words.map((word) => JSON.stringify(word)).join(", ")}].`,
      },
    ];
  });

export function workdir(file: Dockerfile): readonly PlacedFault[] {
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

export function ownership(file: Dockerfile): readonly PlacedFault[] {
  const folder = saidBy(file, "WORKDIR").at(-1)?.text ?? "/";
  const remedy =
    "Copy it as root, and give the user only what it must write, such as COPY --chown=app:app uploads ./uploads: what is broken into can't rewrite its own code then.";
  return saidBy(file, "COPY", "ADD", "RUN").flatMap(
    ({ keyword, at, flags, words, text }): readonly PlacedFault[] => {
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

export function slim(file: Dockerfile): readonly PlacedFault[] {
  const base = baseOf(file);
  const { repository, tag, digest } = parseImage(base);
  if (!slimmed.includes(repository) || tag === undefined || digest !== undefined || /slim|alpine/.test(tag))
    return [];
  return [
    {
      at: file.chain[0]!.at,
      what: base,
      found: `FROM ${base} brings compilers and tools that nothing needs once it runs`,
      remedy: `Write FROM ${tag === "latest" ? `${repository}:VERSION` : base}-slim, and build in a stage of its own.`,
    },
  ];
}
