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
}

const imports: readonly Import[] = files.flatMap((from) => {
  const text = readFileSync(join(src, from), "utf8");
  return [...text.matchAll(/^import (type )?[^;]*?from "([^"]+)"|import\("([^"]+)"\)/gms)].map((match) => {
    const name = match[2] ?? match[3] ?? "";
    const to = name.startsWith(".") ? relative(src, join(src, dirname(from), name)) : name;
    return { from, to, typeOnly: match[1] !== undefined };
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
