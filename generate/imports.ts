/** What the files of src import. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export const root = process.cwd();
export const src = join(root, "src");
export const files = (readdirSync(src, { recursive: true }) as string[]).filter((name) =>
  name.endsWith(".ts"),
);

export interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
  /** Loaded when it is called for. */
  readonly lazy: boolean;
}

export const imports: readonly Import[] = files.flatMap((from) => {
  const text = readFileSync(join(src, from), "utf8");
  return [
    ...text.matchAll(/^(?:import|export) (type )?(?:[^;"]*?from )?"([^"]+)"|import\("([^"]+)"\)/gms),
  ].map((match) => {
    const name = match[2] ?? match[3] ?? "";
    const to = name.startsWith(".") ? relative(src, join(src, dirname(from), name)) : name;
    return { from, to, typeOnly: match[1] !== undefined, lazy: match[3] !== undefined };
  });
});

export const room = (path: string) => path.split("/")[0]!;

export const named = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
