/** Dockerfiles as `compose fix` writes them: USER, CMD and `--chown`, and every other byte as it was. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDockerfile } from "../../src/compose/dockerfile.ts";
import { fixedDockerfile } from "../../src/compose/fix/dockerfile.ts";
import { imagesOf } from "../../src/compose/images.ts";
import { composeFix } from "../../src/features/compose/fix.ts";
import { keep, today } from "./world.ts";

const fix = (text: string) => fixedDockerfile(text, "Dockerfile", []);
const keys = (text: string) => fix(text).byHand.map(({ key }) => key);

describe("USER", () => {
  it("comes behind the last line that may need root, in numbers", () => {
    const text =
      'FROM node:22-slim\n# ours\nWORKDIR /app\nCOPY . .\nRUN npm ci\n\nEXPOSE 80\nCMD ["node", "a.js"]\n';
    expect(fix(text)).toMatchObject({
      text: text.replace("RUN npm ci\n", "RUN npm ci\nUSER 1000:1000\n"),
      byHand: [],
      before: [expect.stringContaining("chown 1000:1000 /data")],
    });
  });

  it.each([
    ["several lines", 'FROM a:1\nRUN a && \\\n  # why\n  b\nCMD ["a"]\n', "  b\nUSER 1000:1000\n"],
    ["a here-document", 'FROM a:1\nRUN <<EOF\napt-get update\nEOF\nCMD ["a"]\n', "EOF\nUSER 1000:1000\n"],
    ["the end of the file", "FROM a:1\nRUN a", "RUN a\nUSER 1000:1000"],
    ["FROM alone", 'FROM a:1 AS b\nFROM b\nCMD ["a"]\n', "FROM b\nUSER 1000:1000\n"],
    ["Windows line ends", 'FROM a:1\r\nRUN a\r\nCMD ["a"]\r\n', "RUN a\r\nUSER 1000:1000\r\n"],
    ["USER root", "FROM a:1\nUSER root\nRUN a\n", "RUN a\nUSER 1000:1000\n"],
    ["a user of its own before that", "FROM a:1\nUSER app\nUSER root\nRUN a\n", "RUN a\nUSER app\n"],
  ])("comes behind %s", (_what, text, wanted) => {
    expect(fix(text).text).toContain(wanted);
  });

  it("is left where it isn't sure, and where there is one", () => {
    expect(keys("FROM nginx:1.28\nCOPY a /b\n")).toEqual(["USER"]);
    expect(keys("FROM a:1\nARG U\nUSER $U\n")).toEqual(["USER"]);
    expect(fix('FROM a:1\nUSER 10:10\nCMD ["a"]\n').text).toBe('FROM a:1\nUSER 10:10\nCMD ["a"]\n');
  });

  it("is the one that a profile says of the base", () => {
    const images = imagesOf({ "team/base": { why: "ours", user: "1234:1234", role: "app" } });
    expect(fixedDockerfile("FROM team/base:1\nRUN a\n", "Dockerfile", images).text).toContain(
      "USER 1234:1234\n",
    );
  });
});

describe("CMD", () => {
  const of = (command: string, more = "") => `FROM a:1\nUSER 1:1\n${more}${command}\n`;

  it("becomes a list where no shell has a part in it", () => {
    expect(fix(of("cmd node --port=80 ./a.js")).text).toBe(of('cmd ["node", "--port=80", "./a.js"]'));
  });

  it.each([
    "CMD node $FILE",
    "CMD a && b",
    "CMD exec a",
    "CMD A=1 b",
    'CMD a "b c"',
    "CMD a *.js",
    "CMD a \\\n  b",
    "ENTRYPOINT a",
  ])("is left, and told: %s", (command) => {
    expect(fix(of(command)).text).toBe(of(command));
    expect(keys(of(command))).toEqual([command.split(" ")[0]]);
  });

  it.each(['ENTRYPOINT ["a"]\n', 'SHELL ["/bin/bash", "-c"]\n'])("is left beside %s", (more) => {
    expect(fix(of("CMD a b", more)).text).toBe(of("CMD a b", more));
    expect(keys(of("CMD a b", more))).toEqual(["CMD"]);
  });
});

describe("--chown", () => {
  it("goes where it gives the whole tree away, and stays of a part of it", () => {
    const text =
      "FROM a:1\nWORKDIR /app\nCOPY --link --chown=app:app  . .\nCOPY --chown=app:app up up\nUSER app\n";
    expect(fix(text)).toMatchObject({
      text: text.replace("--chown=app:app  . .", ". ."),
      before: [expect.stringContaining("is root's now")],
    });
  });

  it("of a RUN is a person's", () => {
    expect(keys("FROM a:1\nWORKDIR /app\nCOPY . .\nRUN chown -R app:app /app\nUSER app\n")).toEqual([
      "RUN of line 4",
    ]);
  });
});

it("changes nothing a second time, and no other instruction, whatever is in the file", () => {
  const line = fc.constantFrom(
    ...[
      "RUN a",
      "RUN a \\\n  && b",
      "# RUN",
      "",
      "COPY --chown=1:1 . .",
      "COPY a b",
      "WORKDIR /app",
      "EXPOSE 80",
    ],
    ...[
      "USER root",
      "USER app",
      "CMD a b",
      "CMD a $B",
      'ENTRYPOINT ["x"]',
      "ENV A=b",
      "FROM b:2 AS c",
      "LABEL a=b",
    ],
  );
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 9 }),
      fc.constantFrom("\n", "\r\n"),
      fc.boolean(),
      (lines, eol, ends) => {
        const text = ["FROM a:1", ...lines].join("\n").replaceAll("\n", eol) + (ends ? eol : "");
        const { text: once } = fix(text);
        expect(fix(once).text).toBe(once);
        const others = (whole: string) =>
          parseDockerfile(whole, "f")
            .stages.flatMap(({ instructions }) => instructions)
            .filter(({ keyword }) => !["USER", "CMD"].includes(keyword))
            .map(({ keyword, text: said }) => `${keyword} ${said}`);
        expect(others(once)).toEqual(others(text));
        const count = (whole: string) => whole.split("\n").length;
        expect(count(once) - count(text)).toBeLessThanOrEqual(1);
      },
    ),
    { seed: 1, numRuns: 500 },
  );
});

it("is judged again, and shown without the secrets that it has", async () => {
  const text = "FROM a:1\nARG DB_PASSWORD=hunter2hunter2\nRUN a\nCMD a b\n";
  const read = async (path: string) => (path === "Dockerfile" ? text : undefined);
  const fixed = await composeFix("Dockerfile", { read, keep, today });
  expect(fixed.text).toBe(
    'FROM a:1\nARG DB_PASSWORD=hunter2hunter2\nRUN a\nUSER 1000:1000\nCMD ["a", "b"]\n',
  );
  expect(fixed.diff).toContain("+USER 1000:1000");
  expect(fixed.diff).not.toContain("hunter2");
  const failed = fixed.left.checks.filter(({ verdict }) => verdict === "fail").map(({ id }) => id);
  expect(failed).toContain("secrets.found");
  expect(failed).not.toContain("containers.user");
  expect(failed).not.toContain("images.command");
});
