/** Files that hold what stood in a compose file, or what is generated: what they are called, and whose they are. Pure. */
import { userOf } from "../service.ts";
import { get } from "../tree.ts";
import type { ServiceView } from "../view.ts";
import type { ComposeEdit } from "./wish.ts";

/** What is in such a file. A value is in no text that is shown. */
export type Content =
  | {
      readonly kind: "kept";
      readonly text: string;
      /** The secrets in it, as compose takes them. */
      readonly values: readonly string[];
    }
  /** `requirepass` and a password that nobody has seen. */
  | { readonly kind: "generated" };

export interface SecretFile {
  /** The one that it was made for first. */
  readonly service: string;
  /** Below `secrets:` of the compose file, and below /run/secrets. */
  readonly name: string;
  /** From the compose file's folder; all of them are in one folder. */
  readonly path: string;
  /** The numeric user, with its group where it is known: compose mounts the file as it is, so that this one must read it. */
  readonly owner: string;
  readonly content: Content;
}

/** Files that are asked for one after the other: one for equal contents of one reader. */
export interface SecretFiles {
  readonly all: () => readonly SecretFile[];
  readonly of: (
    view: Pick<ServiceView, "name">,
    wanted: Pick<SecretFile, "name" | "owner" | "content">,
  ) => SecretFile;
}

/** `taken`: names below `secrets:` that are the file's own. */
export function filesBeside(taken: readonly string[]): SecretFiles {
  const made: SecretFile[] = [];
  const isTaken = (name: string) => taken.includes(name) || made.some((file) => file.name === name);
  const of: SecretFiles["of"] = ({ name: service }, { name: wanted, owner, content }) => {
    const same = made.find(
      (file) =>
        file.owner === owner &&
        file.content.kind === "kept" &&
        content.kind === "kept" &&
        file.content.text === content.text,
    );
    if (same !== undefined) return same;
    const plain = `${service}-${wanted}`.toLowerCase().replace(/[^a-z0-9_.-]+/g, "-");
    const safe = plain.replace(/^[.-]+/, "") || "secret";
    let name = safe;
    for (let more = 2; isTaken(name); more++) name = `${safe}-${more}`;
    const file = { service, name, path: `secrets/${name}`, owner, content };
    made.push(file);
    return file;
  };
  return { all: () => made, of };
}

/** Who reads its files: a number, and not root, who may step down to anybody. */
export function readerOf({ node, known }: ServiceView): string | undefined {
  const user = userOf(node) ?? (known?.ownUser ? known.user : undefined);
  return user !== undefined && /^[1-9]\d*(:\d+)?$/.test(user) ? user : undefined;
}

/** The service gets the file. */
export const mountEdits = ({ name, node }: ServiceView, file: SecretFile): readonly ComposeEdit[] => [
  {
    key: ["services", name, "secrets"],
    value: [file.name],
    ...(get(node, "secrets") === undefined ? {} : { within: "secrets" }),
  },
  { key: ["secrets", file.name, "file"], value: `./${file.path}` },
];

/** In the container. */
export const mounted = ({ name }: SecretFile) => `/run/secrets/${name}`;
