import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const src = fileURLToPath(new URL("../src", import.meta.url));
const files = (readdirSync(src, { recursive: true }) as string[]).filter((name) => name.endsWith(".ts"));

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
  /** Loaded when it is called for. */
  readonly lazy: boolean;
}

const imports: readonly Import[] = files.flatMap((from) => {
  const text = readFileSync(join(src, from), "utf8");
  return [
    ...text.matchAll(/^(?:import|export) (type )?(?:[^;"]*?from )?"([^"]+)"|import\("([^"]+)"\)/gms),
  ].map((match) => {
    const name = match[2] ?? match[3] ?? "";
    const to = name.startsWith(".") ? relative(src, join(src, dirname(from), name)) : name;
    return { from, to, typeOnly: match[1] !== undefined, lazy: match[3] !== undefined };
  });
});

const room = (path: string) => (path.includes("/") ? path.split("/")[0]! : path);

/** What the values of a folder may be made of; types may come from anywhere, since nothing of them is left to run. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  facts: ["facts", "host", "once.ts"],
  kinds: ["kinds", "facts"],
  controls: ["controls", "kinds", "facts", "plan", "profile", "host", "once.ts"],
  plan: ["plan", "controls", "kinds", "facts", "profile", "errors.ts"],
  profile: ["profile", "errors.ts", "text.ts"],
  reports: ["reports", "plan", "profile", "text.ts"],
  transports: ["transports", "errors.ts", "once.ts", "text.ts"],
  host: ["host", "plan", "kinds", "text.ts"],
};

type Edges = ReadonlyMap<string, readonly string[]>;

const edgesOf = (some: readonly Import[]): Edges =>
  new Map(files.map((file) => [file, some.filter(({ from }) => from === file).map(({ to }) => to)]));

/** All that is imported from here on, by way of others too. */
function reached(from: string, edges: Edges, found: Set<string> = new Set()): ReadonlySet<string> {
  for (const to of edges.get(from) ?? [])
    if (!found.has(to)) {
      found.add(to);
      reached(to, edges, found);
    }
  return found;
}

const pure = ["controls", "kinds", "plan", "reports", "facts"];
const impure = /^node:(fs|child_process|net|http|https|os|dns|process|timers|worker_threads)/;

describe("the structure", () => {
  it.each(Object.keys(allowed))("%s imports one way", (folder) => {
    const wrong = imports.filter(
      ({ from, to, typeOnly }) =>
        room(from) === folder &&
        !typeOnly &&
        !to.startsWith("..") &&
        to.includes(".ts") &&
        !allowed[folder]!.includes(room(to)),
    );
    expect(wrong).toEqual([]);
  });

  it("has no circle of files, be it of types alone", () => {
    const edges = edgesOf(imports);
    expect(files.filter((file) => reached(file, edges).has(file))).toEqual([]);
  });

  it("loads for its help only commander, and nothing that looks at hosts", () => {
    const atStart = imports.filter(({ typeOnly, lazy }) => !typeOnly && !lazy);
    const loaded = [...reached("cli.ts", edgesOf(atStart))];
    expect(loaded.filter((name) => !name.endsWith(".ts") && !name.startsWith("node:"))).toEqual([
      "commander",
    ]);
    expect(loaded.filter((file) => Object.keys(allowed).includes(room(file))).sort()).toEqual([
      "reports/error.ts",
      "reports/paint.ts",
      "transports/target.ts",
      "transports/user.ts",
    ]);
  });

  it.each(pure)("%s is pure: no I/O, no clock, no randomness", (folder) => {
    const io = imports.filter(({ from, to }) => room(from) === folder && impure.test(to));
    expect(io).toEqual([]);
    const clocked = files
      .filter((file) => room(file) === folder)
      .filter((file) =>
        /\bDate\.now\(|new Date\(\)|Math\.random\(|\bprocess\./.test(readFileSync(join(src, file), "utf8")),
      );
    expect(clocked).toEqual([]);
  });

  it("only cli.ts touches the process's exit, environment and output", () => {
    const users = files.filter((file) => {
      const text = readFileSync(join(src, file), "utf8");
      return /process\.(exit|env|stdout|argv)\b|\bconsole\.(log|error|warn)/.test(text);
    });
    expect(users).toEqual(["cli.ts"]);
  });

  it("has no file that nobody could read in one sitting", () => {
    const long = files.filter((file) => readFileSync(join(src, file), "utf8").split("\n").length > 300);
    expect(long).toEqual([]);
  });
});
