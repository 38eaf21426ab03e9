/** What the files of src import, as docs/architecture.md and its test read it. */
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

/** What is imported of src itself, code and not types alone. */
const ofCode = imports.filter(
  ({ to, typeOnly }) => !typeOnly && !to.startsWith("..") && /\.(ts|sh)$/.test(to),
);

export const room = (path: string) => path.split("/")[0]!;
export const rooms = [...new Set(files.map(room))].filter((name) => !name.endsWith(".d.ts")).sort();

/** The page's table: what each folder and file of src is made of. */
const row = /^\| `([^`]+)` \| (.+?) \| (.*?) ?\| (yes )?\|$/gm;

export const named = (cell: string): readonly string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);

const isEveryones = (madeOf: string) => madeOf.startsWith("everyone");

export const rowsOf = (page: string) =>
  [...page.matchAll(row)].map(([, name = "", , madeOf = "", pure]) => ({
    name,
    isEveryones: isEveryones(madeOf),
    pure: pure !== undefined,
  }));

/** The page with what each is made of by its imports, those that stood there in their order. */
export function architecturePage(page: string): string {
  const everyones = rowsOf(page).flatMap(({ name, isEveryones }) => (isEveryones ? [name] : []));
  return page.replace(row, (line, name: string, what: string, madeOf: string, pure = "") => {
    if (isEveryones(madeOf)) return line;
    const used = ofCode.filter(({ from, to }) => room(from) === name && room(to) !== name);
    const others = [...new Set(used.map(({ to }) => room(to)))].filter((to) => !everyones.includes(to));
    const before = named(madeOf).filter((each) => others.includes(each));
    const all = [...before, ...others.filter((each) => !before.includes(each)).sort()];
    const cell = all.length === 0 ? "" : `${all.map((each) => `\`${each}\``).join(", ")} `;
    return `| \`${name}\` | ${what} | ${cell}| ${pure}|`;
  });
}
