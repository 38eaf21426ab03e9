/** What disk and git say of the files that a project keeps its secrets in, and which these are. Pure. */
import { posix } from "node:path";
import type { EngineSockets } from "./engine-sockets.ts";
import type { Leads } from "./host-mounts.ts";
import type { ComposeProject } from "./project.ts";
import { entriesOf, get, type Node, type Origin, textOf } from "./tree.ts";

/** A file that the project names for its secrets, or the `.env` beside it. */
export interface NamedFile {
  /** As the files that compose reads are named; undefined where it has a variable that isn't known. */
  readonly path: string | undefined;
  /** As it may be shown: from the compose file's folder. */
  readonly shown: string;
  /** Where the compose file names it; of `.env` its beginning. */
  readonly at: Origin;
  /** What stands in a `secret` is one, whatever it looks like. */
  readonly kind: "secret" | "variables";
}

/** Regular files alone, links followed. */
export type OnDisk =
  | { readonly state: "absent" }
  | { readonly state: "unknown"; readonly why: string }
  | {
      readonly state: "present";
      /** Permission bits. */
      readonly mode: number;
      /** Of the last change of its content, in ms since 1970. */
      readonly changed: number;
      /** Names of what is secret in it. */
      readonly names: readonly string[];
    };

/** A file as git's index has it. */
export interface Tracked {
  readonly form: "encrypted" | "plain";
  /** Names of what is secret in it. */
  readonly names: readonly string[];
  /** When it was last committed with another content, in ms since 1970, or why nobody can tell. */
  readonly changed: number | string;
  /** It is the oldest commit that is here: it may be as old as anything. */
  readonly isOldest: boolean;
}

/** What a file is to the project: one of its secrets, one that it is made of, or any other of the repository. */
export type FileKind = "secret" | "own" | "rest";

/** A secret that a commit brought; never with its value. */
export interface Added {
  /** Ten digits. */
  readonly commit: string;
  readonly kind: FileKind;
  /** As the project has it; of the rest from the repository's top. */
  readonly path: string;
  readonly line: number;
  /** Of its key, or what it is by its form. */
  readonly name: string;
}

export type Git =
  /** There is no repository. */
  | { readonly state: "none" }
  | { readonly state: "unknown"; readonly why: string }
  | {
      readonly state: "read";
      /** By path. */
      readonly tracked: ReadonlyMap<string, Tracked>;
      readonly added: readonly Added[];
      /** Why not all of the history of the project's own files was read. */
      readonly unread?: string;
      /** Why not all of the rest was. */
      readonly restUnread?: string;
    };

export interface KeptFiles {
  /** By path. */
  readonly files: ReadonlyMap<string, OnDisk>;
  readonly git: Git;
  /** Of paths of the host that containers are given. */
  readonly leads: Leads;
  /** Undefined of a file alone, which knows no host. */
  readonly engine?: EngineSockets;
}

export const nothingKept: KeptFiles = {
  files: new Map(),
  git: { state: "none" },
  leads: new Map(),
};

/** Looks at disk and git, and changes nothing. `own`: files that are no secrets themselves, whose history counts. */
export type Keeper = (asked: {
  /** Of the compose file. */
  readonly file: string;
  readonly secrets: readonly string[];
  readonly own: readonly string[];
  /** Paths of the host that containers are given. */
  readonly mounts: readonly string[];
}) => Promise<KeptFiles>;

/** From a file's folder on. */
export const besideOf = (file: string, path: string) => posix.relative(posix.dirname(file), path);

const namedAt = (
  file: string,
  { at, text, kind }: Pick<NamedFile, "at" | "kind"> & { text: string },
): NamedFile => {
  const isKnown = !text.includes("$");
  const path = posix.isAbsolute(text) ? posix.normalize(text) : posix.join(posix.dirname(at.file), text);
  const shown = isKnown && !posix.isAbsolute(text) ? besideOf(file, path) : text;
  return { at, kind, path: isKnown ? path : undefined, shown };
};

/** Each once, where it is named first: below `secrets`, as env_file, and `.env`. */
export function namedFiles({ file, tree, services }: Pick<ComposeProject, "file" | "tree" | "services">) {
  const top = { file, line: 1, column: 1 };
  const secrets = entriesOf(get(tree, "secrets")).flatMap(([, { value }]) => told(get(value, "file")));
  const variables = services.flatMap(({ node }) => {
    const found = get(node, "env_file");
    const items = found?.kind === "list" ? found.items : found === undefined ? [] : [found];
    return items.flatMap((item) => told(item.kind === "map" ? get(item, "path") : item));
  });
  const all = [
    ...secrets.map((each) => namedAt(file, { ...each, kind: "secret" })),
    ...variables.map((each) => namedAt(file, { ...each, kind: "variables" })),
    namedAt(file, { at: top, text: ".env", kind: "variables" }),
  ];
  return [...new Map([...all].reverse().map((each) => [each.shown, each])).values()].reverse();
}

function told(node: Node | undefined) {
  const text = textOf(node);
  return node === undefined || text === undefined ? [] : [{ at: node.at, text }];
}
