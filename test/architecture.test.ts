import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { files, type Import, imports, named, room, root, src } from "../generate/imports.ts";
import { rooms } from "../generate/rooms.ts";

const page = readFileSync(join(root, "docs/explanation/architecture.md"), "utf8");

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

const impure = /^node:(fs|child_process|net|http|https|os|dns|process|timers|worker_threads)/;

describe("docs/explanation/architecture.md", () => {
  it("has a row for each folder and file of src", () => {
    const there = [...new Set(files.map(room))].filter((name) => !name.endsWith(".d.ts"));
    expect(rooms.map(({ name }) => name).sort()).toEqual(there.sort());
  });

  it("names only files that are there", () => {
    const paths = named(page).filter((name) => /^(src|test)\//.test(name));
    expect(paths.length).toBeGreaterThan(20);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it("is where README sends whoever wants to know", () => {
    expect(readFileSync(join(root, "README.md"), "utf8")).toContain("docs/explanation/architecture.md");
  });
});

describe("the structure", () => {
  it("has no circle of files, be it of types alone", () => {
    const edges = edgesOf(imports);
    expect(files.filter((file) => reached(file, edges).has(file))).toEqual([]);
  });

  it("is kept by the linter: red where a file imports against it", () => {
    const folder = mkdtempSync(join(tmpdir(), "rooms-"));
    const against = {
      "plan/room.ts": 'import { a } from "../controls/index.ts";',
      "facts/type.ts": 'import type { a } from "../kinds/kind.ts";',
      "reports/html/lazy.ts": 'export const a = () => import("../../run/run.ts");',
      "reports/command.ts": 'import { a } from "../features/apply/work.ts";',
      "features/plan/other.ts": 'import { a } from "../apply/work.ts";',
      "once.ts": 'export { a } from "./plan/plan.ts";',
    };
    const along = { "features/plan/words.ts": 'import { a } from "../../command/words.ts";' };
    try {
      for (const name of ["biome.json", "biome.rooms.json"]) cpSync(join(root, name), join(folder, name));
      for (const [path, text] of Object.entries({ ...against, ...along })) {
        mkdirSync(dirname(join(folder, "src", path)), { recursive: true });
        writeFileSync(join(folder, "src", path), `${text}\n`);
      }
      const { stdout } = spawnSync(
        join(root, "node_modules/.bin/biome"),
        ["lint", "--vcs-enabled=false", "--only=style/noRestrictedImports", "--reporter=github"],
        { cwd: folder, encoding: "utf8" },
      );
      const red = [...stdout.matchAll(/\/src\/([^,]+),/g)].map(([, path]) => path);
      expect(red.sort(), stdout).toEqual(Object.keys(against).sort());
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("loads for its help only commander, and nothing that looks at hosts", () => {
    const atStart = imports.filter(({ typeOnly, lazy }) => !typeOnly && !lazy);
    const loaded = [...reached("cli.ts", edgesOf(atStart))];
    expect(loaded.filter((name) => !name.endsWith(".ts") && !name.startsWith("node:"))).toEqual([
      "commander",
    ]);
    const own = loaded.filter((file) => file.includes("/") && file.endsWith(".ts"));
    expect(own.filter((file) => !["program", "command", "features"].includes(room(file))).sort()).toEqual([
      "process/places.ts",
      "process/talk.ts",
      "profile/duration.ts",
      "profile/network.ts",
      "reports/error.ts",
      "reports/names.ts",
      "reports/page.ts",
      "reports/paint.ts",
      "run/each.ts",
      "secrets/clients.ts",
      "secrets/file.ts",
      "secrets/index.ts",
      "secrets/output.ts",
      "secrets/pairs.ts",
      "secrets/random.ts",
      "secrets/redact.ts",
      "secrets/remark.ts",
      "secrets/words.ts",
      "transports/target.ts",
      "transports/user.ts",
    ]);
  });

  it.each(rooms.filter(({ pure }) => pure))(
    "$name is pure: no I/O, no clock, no randomness",
    ({ name: folder }) => {
      const io = imports.filter(({ from, to }) => room(from) === folder && impure.test(to));
      expect(io).toEqual([]);
      const clocked = files
        .filter((file) => room(file) === folder)
        .filter((file) =>
          /\bDate\.now\(|new Date\(\)|Math\.random\(|\bprocess\./.test(readFileSync(join(src, file), "utf8")),
        );
      expect(clocked).toEqual([]);
    },
  );

  it("no control remembers anything from one host to the next but what a whole text says", () => {
    const kept = files
      .filter((file) => room(file) === "controls")
      .flatMap((file) => {
        const text = readFileSync(join(src, file), "utf8");
        return [...text.matchAll(/^(?:export )?(?:const .*\b(?:once|lazy)\(|const .*new WeakMap|let ).*$/gm)];
      });
    expect(kept.map(([line]) => line)).toEqual([]);
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
