/** docs/promises.md: the promises of README and CONTRIBUTING, each with the test that shows it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const words = (text: string) => text.replace(/\s+/g, " ");

const rows = read("docs/promises.md")
  .split("\n")
  .flatMap((line) => {
    const [, promise, suite, title] = /^\| (.+) \| `(test\/\S+)` \| (.+) \|$/.exec(line) ?? [];
    return promise && suite && title ? [{ promise: promise.replaceAll("\\|", "|"), suite, title }] : [];
  });

test("every promise stands in README or CONTRIBUTING, and its test is there", () => {
  const readme = words(read("README.md") + read("CONTRIBUTING.md"));
  expect(rows.length).toBeGreaterThan(30);
  const broken = rows.filter(
    ({ promise, suite, title }) =>
      !readme.includes(words(promise)) || !existsSync(join(root, suite)) || !read(suite).includes(title),
  );
  expect(broken).toEqual([]);
});

test("README and its promises point at each other", () => {
  expect(read("README.md")).toContain("docs/promises.md");
});
