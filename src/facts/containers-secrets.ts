/** Files that containers have below /run/secrets, and values of their environment that are secrets by their form. Pure. */
import type { EngineMount, Mounting } from "./containers-mounts.ts";

/** A path of the host that is mounted below /run/secrets. */
export type SecretMount = { readonly source: string; readonly target: string } & (
  | { readonly state: "unknown"; readonly why: string }
  | {
      readonly state: "seen";
      /** Permission bits. */
      readonly mode: number;
      /** When its content was last changed, in seconds since 1970. */
      readonly changed: number;
    }
);

/** A mount that no line is about is no regular file, or has a name that no line could have. */
export const secretsOf = (
  { id, mounts }: Pick<Mounting<EngineMount & { readonly type: string }>, "id" | "mounts">,
  lines: readonly string[],
): readonly SecretMount[] =>
  mounts
    .filter(({ type, target }) => type === "bind" && /^(\/var)?\/run\/secrets(\/|$)/.test(target))
    .map(({ source, target }): SecretMount => {
      const own = lines.map((line) => /^(\S+) ([0-7]{1,4}) (\d+) (\/.*)$/.exec(line) ?? []);
      const [, , mode, changed] = own.find(([, of, , , path]) => of === id && path === target) ?? [];
      if (mode === undefined)
        return { source, target, state: "unknown", why: `${source} is no file that could be looked at` };
      return { source, target, state: "seen", mode: Number.parseInt(mode, 8), changed: Number(changed) };
    });

/** What an image keeps of how it was made: keys that were set to a value, and what has the form of a secret. */
export interface ImageHistory {
  readonly keys: readonly string[];
  readonly forms: readonly string[];
}

/** Undefined where the host could not tell. */
export function madeOf({ id }: { readonly id: string }, lines: readonly string[]): ImageHistory | undefined {
  const rows = lines.map((line) => line.split("\t"));
  const [, , image] = rows.find(([word, of]) => word === "of" && of === id) ?? [];
  if (image === undefined || !rows.some(([word, of]) => word === "read" && of === image)) return undefined;
  const own = rows.filter(([of]) => of === image);
  return {
    keys: own.flatMap(([, key = ""]) => (key === "" ? [] : [key])),
    forms: own.flatMap(([, , form = ""]) => (form === "" ? [] : [form])),
  };
}

/** What each value is, by its key; undefined where the host could not tell. */
export const valuesOf = (
  { id }: { readonly id: string },
  lines: readonly string[],
): ReadonlyMap<string, string> | undefined =>
  lines.includes("unread")
    ? undefined
    : new Map(
        lines.flatMap((line): readonly (readonly [string, string])[] => {
          const [of, key = "", name = ""] = line.split("\t");
          return of === id ? [[key, name]] : [];
        }),
      );
