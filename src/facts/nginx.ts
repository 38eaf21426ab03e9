/** What nginx is configured to serve, as `nginx -T` prints it: directives with their blocks, includes resolved. Pure. */
import { dirname, resolve } from "node:path/posix";
import type { Probe } from "./probe.ts";

/** `listen 80 default_server;`, or with a block: `location /x { … }`. */
export interface Directive {
  readonly words: readonly string[];
  readonly block?: readonly Directive[];
}

/** The main file with all that it includes. Absent where nginx isn't installed. */
export const nginx: Probe<readonly Directive[]> = {
  collector: "nginx",
  args: [],
  parse: parseNginx,
  deep: true,
};

const deepest = 20;

interface Files {
  readonly folder: string;
  readonly texts: ReadonlyMap<string, string>;
}

function parseNginx(data: Buffer): readonly Directive[] {
  const parts = data.toString("utf8").split(/^# configuration file (.+):$/m);
  const texts = new Map<string, string>();
  for (let at = 1; at + 1 < parts.length; at += 2) texts.set(parts[at]!, parts[at + 1]!);
  const [main] = texts.keys();
  if (main === undefined) throw new Error("nginx has no configuration file");
  return directivesOf(main, { folder: dirname(main), texts }, 0);
}

function directivesOf(path: string, files: Files, depth: number): readonly Directive[] {
  if (depth > deepest) throw new Error(`${path} is included too deeply`);
  const tokens =
    (files.texts.get(path) ?? "").match(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]|[^\s{};"']+/g) ?? [];
  return blockOf(tokens.values(), files, depth);
}

function blockOf(tokens: Iterator<string>, files: Files, depth: number): readonly Directive[] {
  const found: Directive[] = [];
  let words: string[] = [];
  for (let next = tokens.next(); !next.done; next = tokens.next()) {
    const token = next.value;
    if (token === "}") break;
    if (token === "{") found.push({ words, block: blockOf(tokens, files, depth) });
    else if (token !== ";") {
      words.push(token.replace(/^(["'])(.*)\1$/s, "$2"));
      continue;
    } else if (words[0] === "include") found.push(...included(words[1] ?? "", files, depth));
    else if (words.length > 0) found.push({ words });
    words = [];
  }
  return found;
}

/** As nginx resolves it: relative to the folder of the main file, by a shell's pattern. */
function included(name: string, files: Files, depth: number): readonly Directive[] {
  const path = resolve(files.folder, name);
  const pattern = new RegExp(
    `^${path
      .replace(/[.+^$()|{}\\]/g, "\\$&")
      .replaceAll("*", "[^/]*")
      .replaceAll("?", "[^/]")}$`,
  );
  return [...files.texts.keys()]
    .filter((each) => pattern.test(each))
    .flatMap((each) => directivesOf(each, files, depth + 1));
}
