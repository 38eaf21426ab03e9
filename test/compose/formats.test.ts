/** Each format has file, line and column, and none has a secret. */
import { describe, expect, it } from "vitest";
import { composeResults } from "../../generate/results-schema.ts";
import { errorText } from "../../src/reports/error.ts";
import { formats } from "../../src/reports/formats.ts";
import { formatNames } from "../../src/reports/names.ts";
import { plainPage } from "../../src/reports/page.ts";
import { changed } from "./hardened.ts";
import { check } from "./world.ts";

const files = {
  "deploy/compose.yaml": changed(
    "      NODE_ENV: production\n",
    "      NODE_ENV: production\n      # harden waive secrets.found until 2027-02-01: of a test\n      API_KEY: hunter2hunter2\n      DB_PASSWORD: hunter2hunter2\n      URL: ${NOBODY}\n",
  ),
  "bad.yaml": "services: [\n",
};
const shown = async (name: (typeof formatNames)[number]) =>
  formats[name].compose((await check(files, ...Object.keys(files))).report, plainPage);

describe("every format", () => {
  it.each(formatNames)(
    "%s says what, where and what is wrong with a file that can't be used",
    async (name) => {
      const text = (await shown(name)).replace(/&#(\d+);/g, (_all, code) =>
        String.fromCodePoint(Number(code)),
      );
      expect(text).toContain("secrets.found");
      expect(text).toContain("DB_PASSWORD");
      expect(text).not.toContain("hunter2");
      expect(text).toMatch(
        name === "sarif"
          ? /"startLine": 51,\s+"startColumn": 7/
          : name === "json"
            ? /"line": 51/
            : /deploy\/compose\.yaml:51:7/,
      );
      // For a person it is told beside the text.
      if (name !== "text") expect(text).toContain("bad.yaml:2:1: bad YAML");
    },
  );

  it.each(formatNames)("%s shows no password of an address that compose would fetch", async (name) => {
    const from = "https://bob:hunter2hunter2@git.example/x.git#main";
    const image = "    image: a:1.0\n";
    const places = {
      build: `services:\n  a:\n    build: "${from}"\n`,
      context: `services:\n  a:\n    build: {context: "${from}"}\n`,
      include: `include: ["${from}"]\nservices:\n  a:\n${image}`,
      extends: `services:\n  a:\n${image}    extends: {file: "${from}", service: a}\n`,
      env: `services:\n  a:\n${image}    env_file: "${from}"\n`,
    };
    for (const [place, text] of Object.entries(places)) {
      const { report } = await check({ "compose.yaml": text });
      const [first] = report;
      const told = first?.ok === false ? errorText(first.error) : "";
      const shown = formats[name].compose(report, plainPage) + told;
      expect(shown, place).not.toContain("hunter2");
      expect(shown, place).toContain("elsewhere");
    }
  });

  it.each(formatNames)("%s hands nothing of a file to a terminal as it is", async (name) => {
    const evil = '"x\\e]0;t\\ax\\u202e\\u200b\\nforged: passed"';
    const hostile = {
      "compose.yaml": `services:\n  ${evil}:\n    image: ${evil}\n    ports: [${evil}]\n    user: ${evil}\n    volumes: ["/etc/${evil.slice(1)}]\n`,
      "broken.yaml": `services: {a: {extends: ${evil}}, ${evil}: {image: [a]}}\n`,
    };
    const { report } = await check(hostile, ...Object.keys(hostile));
    const text = formats[name].compose(report, plainPage);
    expect(text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]|[\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(text).not.toMatch(/^forged/m);
  });

  it("json is as its schema says", async () => {
    expect(composeResults.safeParse(JSON.parse(await shown("json"))).error).toBeUndefined();
  });

  it("sarif suppresses what is waived, and points into the file", async () => {
    const { results } = JSON.parse(await shown("sarif")).runs[0];
    const found = results.filter(({ ruleId }: { ruleId: string }) => ruleId === "secrets.found");
    expect(found).toMatchObject([
      { suppressions: [{ status: "accepted", justification: "of a test (until 2027-02-01)" }] },
      { locations: [{ physicalLocation: { artifactLocation: { uri: "deploy/compose.yaml" } } }] },
    ]);
  });

  it("text groups what is alike, and leaves out what holds", async () => {
    expect(await shown("text")).toBe(`deploy/compose.yaml (4 services)

  warning deploy/compose.yaml:52:12: nothing is known of the variable NOBODY: no .env beside the file has it, and it has no default. [compose.not-known]

  waived   secrets.found  No secret stands in the file
      deploy/compose.yaml:50:7: api API_KEY: API_KEY has a secret in it
      waived: until 2027-02-01: of a test
  fail     secrets.found  No secret stands in the file
      deploy/compose.yaml:51:7: api DB_PASSWORD: DB_PASSWORD has a secret in it
      next: Put it into a file that is in no repository, name that below secrets:, and read it by the variable with _FILE where the image knows one; then change it, for it has been read.

${(await shown("text")).split("\n").at(-1)}`);
    expect((await shown("text")).split("\n").at(-1)).toMatch(
      /^\d+ checks: \d+ passed, 1 failed, \d+ not applicable, 1 waived until 2027-02-01\.$/,
    );
  });
});
