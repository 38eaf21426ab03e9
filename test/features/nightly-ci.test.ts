/** A workflow is YAML that says what it should, and its lines give each word to harden as it was. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { Night } from "../../src/features/schedule/nightly.ts";
import { systemdUnits } from "../../src/features/schedule/nightly.ts";
import { githubWorkflow, gitlabJob } from "../../src/features/schedule/nightly-ci.ts";

const night = (more: Partial<Night> = {}): Night => ({
  self: ["/usr/bin/harden"],
  words: ["audit", "web1"],
  folder: "/srv",
  lastGood: "last.json",
  at: { hour: 2, minute: 5 },
  ...more,
});

const scripts: Readonly<Record<string, (night: Night) => string>> = {
  github(night) {
    const { jobs } = parse(githubWorkflow(night)[0]!.text);
    return jobs.audit.steps.find(({ run }: { run?: string }) => run !== undefined).run;
  },
  gitlab: (night) => parse(gitlabJob(night)[0]!.text)["harden-audit"].script.join("\n"),
};

/** As a runner does, in a folder of its own; `code`: what harden ends with. */
function runs(script: string, code = 0) {
  const folder = mkdtempSync(join(tmpdir(), "harden-ci-"));
  const program = `#!/bin/sh\nprintf '%s\\0' "$@" >"$OUT"; echo new >last.json.tonight; exit ${code}\n`;
  writeFileSync(join(folder, "harden"), program);
  chmodSync(join(folder, "harden"), 0o755);
  writeFileSync(join(folder, "last.json"), "old\n");
  const out = join(folder, "words");
  const env = { PATH: `${folder}:/usr/bin:/bin`, OUT: out, HARDEN_WEBHOOK: "https://hooks.example/T0KEN" };
  let status = 0;
  try {
    execFileSync("bash", ["-e", "-c", script], { cwd: folder, env, stdio: "pipe" });
  } catch (error) {
    status = (error as { status: number }).status;
  }
  return {
    status,
    words: readFileSync(out, "utf8").split("\0").slice(0, -1),
    lastGood: readFileSync(join(folder, "last.json"), "utf8").trim(),
    isLeft: existsSync(join(folder, "last.json.tonight")),
    folder,
  };
}

describe.each(Object.entries(scripts))("a night on %s", (_, scriptOf) => {
  it("gives each word to harden as it was", () => {
    const part = fc.constantFrom(..."$%\"'`\\;&|<>(){}*?~#: ü-@!", "${HOME}", "$(id)", "a b", "\u202e");
    const word = fc.array(part, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(
        fc.array(
          word.filter((each) => !each.includes("${{")),
          { maxLength: 40 },
        ),
        (words) => {
          const all = [...words, "--baseline", "last.json", "--out", "last.json.tonight"];
          expect(runs(scriptOf(night({ words }))).words).toEqual(all);
        },
      ),
      { seed: 20261128, numRuns: 25 },
    );
  });

  it("renews the last good audit only where nothing is new", () => {
    expect(runs(scriptOf(night()))).toMatchObject({ status: 0, lastGood: "new", isLeft: false });
    for (const code of [1, 2, 6, 64])
      expect(runs(scriptOf(night()), code)).toMatchObject({ status: code, lastGood: "old", isLeft: true });
  });

  it("has the webhook's URL in a file that is nobody else's, and in no word", () => {
    const { words, folder } = runs(scriptOf(night({ webhook: "hook url" })));
    expect(words.slice(-2)).toEqual(["--webhook-file", "hook url"]);
    expect(words.join()).not.toContain("T0KEN");
    expect(readFileSync(join(folder, "hook url"), "utf8")).toBe("https://hooks.example/T0KEN\n");
  });
});

it("is at its time: cron's minute first", () => {
  const { on } = parse(githubWorkflow(night())[0]!.text);
  expect(on.schedule).toEqual([{ cron: "5 2 * * *" }]);
  expect(gitlabJob(night())[0]!.text).toContain('"5 2 * * *"');
  expect(systemdUnits(night())[1]!.text).toContain("OnCalendar=*-*-* 02:05:00\n");
});

it.each<[string, (night: Night) => unknown, Partial<Night>]>([
  ["GitHub would read an expression", githubWorkflow, { words: ["audit", "${{ secrets.KEY }}"] }],
  ["GitLab would read an input", gitlabJob, { words: ["audit", "$[[ inputs.key ]]"] }],
  ["the last good audit is no plain path", githubWorkflow, { lastGood: "a'b.json" }],
  ["the last good audit is no plain path in GitLab", gitlabJob, { lastGood: "a: b" }],
  ["a word has a line's end", systemdUnits, { words: ["audit", "a\nExecStart=/bin/sh"] }],
  ["a word has one in a workflow", githubWorkflow, { words: ["audit", "a\nb"] }],
  ["the folder has one", systemdUnits, { folder: "/srv\nUser=root" }],
  ["the folder goes on in the next line", systemdUnits, { folder: "/srv\\" }],
])("is refused where %s", (_, write, more) => {
  expect(() => write(night(more))).toThrow(expect.objectContaining({ code: "usage" }));
});
