/** The two commands on real files: what is read, asked and written, and with which status. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Outside } from "../../src/command/command.ts";
import { composeCheck, composeFix } from "../../src/features/compose/words.ts";
import { nodeFiles } from "../../src/profile/files.ts";
import { plainPage } from "../../src/reports/page.ts";
import { apiImage, hardened } from "../compose/hardened.ts";

let folder: string;
let asked: string[];
let said: string[];
let answer: boolean;
let whileAsked: () => void;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-compose-"));
  [asked, said, answer, whileAsked] = [[], [], true, () => undefined];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const outside = {
  version: "0",
  page: plainPage,
  sidePage: plainPage,
  say: (text: string) => void said.push(text),
  ask: async (question: string, unasked: string) => {
    asked.push(`${question} ${unasked}`);
    whileAsked();
    return answer;
  },
  piped: async () => Buffer.from(hardened),
  places: async () => ({ ...nodeFiles, sections: [], checks: [], cwd: folder, packagedDir: "/nowhere" }),
} as unknown as Outside;

const path = (name: string) => join(folder, name);
const written = (name: string, text: string) => {
  writeFileSync(path(name), text);
  return path(name);
};
const check = (...files: readonly string[]) =>
  composeCheck.run({ given: { files, format: "text" }, typed: new Set() }, outside);
const fix = (file: string, write?: boolean) =>
  composeFix.run({ given: { file, write, format: "text" }, typed: new Set() }, outside);

const weak =
  "# mine\nservices:\n  a:\n    image: a:1\n    healthcheck: {test: x}\n    networks: [n]\nnetworks: {n: {internal: true}}\n";

describe("compose check", () => {
  it("is 0, 2 or 78, the worst of all files", async () => {
    const [good, bad, broken] = [
      written("good.yaml", hardened),
      written("weak.yaml", weak),
      written("broken.yaml", "a: ["),
    ];
    expect(await check(good)).toMatchObject({ status: 0, errors: [] });
    expect(await check(good, bad)).toMatchObject({ status: 2, errors: [] });
    const all = await check(broken, good, bad);
    expect(all).toMatchObject({
      status: 78,
      errors: [expect.stringMatching(/^harden: The file can't be used:\n.*broken\.yaml:1:5: /)],
    });
    expect(all.out).toContain("containers.user");
  });

  it("reads what is piped in, what it extends, .env, and Dockerfiles", async () => {
    expect((await check("-")).status).toBe(0);
    written("Dockerfile", "FROM node:22-slim\nWORKDIR /app\nUSER node\nHEALTHCHECK CMD true\n");
    written(".env", "TAG=v1\n");
    const other = written("other.yaml", hardened.replace(`image: ${apiImage}`, "build: ."));
    expect(await check(other, path("Dockerfile"))).toMatchObject({ status: 0 });
  });

  it.each([
    ["nothing.yaml", undefined],
    ["empty.yaml", ""],
    ["bytes.yaml", Buffer.from([0xff, 0xfe, 0x00])],
  ])("a file that can't be read is the command line's: %s", async (name, content) => {
    if (content !== undefined) writeFileSync(path(name), content);
    await expect(check(path(name))).rejects.toMatchObject({ code: "usage" });
  });

  it("a file without an end is refused before it fills the memory", async () => {
    await expect(check("/dev/zero")).rejects.toMatchObject({
      code: "usage",
      message: "The compose file /dev/zero can't be read: it is larger than 64 MiB.",
    });
  });
});

describe("a file that compose lays over another", () => {
  it("is refused with its reason where it is a pipe, and nothing is written", async () => {
    execFileSync("mkfifo", [path("compose.override.yaml")]);
    const file = written("compose.yaml", weak);
    await expect(fix(file, true)).rejects.toMatchObject({
      code: "compose",
      message: expect.stringMatching(
        /compose\.override\.yaml over it, which can't be read: it is no regular file/,
      ),
    });
    expect(readFileSync(file, "utf8")).toBe(weak);
  });
});

describe("a file that a compose file names", () => {
  const named = [
    ["included", (file: string) => `include: [${file}]\n${hardened}`],
    ["extended", (file: string) => `services:\n  a: {extends: {file: ${file}, service: a}}\n`],
    ["of variables", (file: string) => `services:\n  a: {image: a:1, env_file: [${file}]}\n`],
    ["built from", (file: string) => `services:\n  a: {build: {context: ., dockerfile: ${file}}}\n`],
  ] as const;
  const odd = [
    ["a pipe", (file: string) => void execFileSync("mkfifo", [file])],
    ["a device without an end", (file: string) => symlinkSync("/dev/zero", file)],
    ["too large", (file: string) => writeFileSync(file, "#".repeat(5 << 20))],
  ] as const;
  const all = named.flatMap(([use, text]) => odd.map(([kind, make]) => [use, kind, { text, make }] as const));

  it.each(all)("is refused with its reason where it is %s and %s", async (_use, _kind, { text, make }) => {
    make(path("odd"));
    const { out, errors } = await check(written("compose.yaml", text("odd")));
    expect(out + errors.join("\n")).not.toContain("isn't there");
    expect(out + errors.join("\n")).toMatch(
      /odd can't be read: it is (no regular file|larger than 4194304 bytes)/,
    );
  });

  it("is refused where it stands beside one as a pipe: .env", async () => {
    execFileSync("mkfifo", [path(".env")]);
    const { errors } = await check(written("compose.yaml", hardened));
    expect(errors.join("\n")).toMatch(/\.env can't be read: it is no regular file/);
  });

  it.each([
    [
      "lines that are keys",
      "root:$y$j9T$hunter2:19000:0:99999:7:::\nhunter2hunter2hunter2hunter2hunter2hunter2:\n",
    ],
    ["what is no YAML", '"root": [1]]\nhunter2: ]hunter2]\n'],
    ["text behind a block's mark", "a: |hunter2\n"],
    ["a tag", "a: !hunter2! b\n"],
    ["what begins as a variable", "services:\n  a: {image: '${A=hunter2}'}\n"],
  ])("is not told where it is no compose file, and has %s", async (_what, text) => {
    written("other", text);
    const file = written("compose.yaml", `include: [other]\n${hardened}`);
    const { out, errors } = await check(file);
    const told = out + errors.join("\n");
    expect(told).toMatch(/other:\d+:\d+: /);
    expect(told).not.toContain("hunter2");
  });

  it("is included a limited number of times where each includes the next one twice", async () => {
    const last = 40;
    for (let each = 0; each < last; each++)
      written(`${each}.yaml`, `include: [${each + 1}.yaml, ${each + 1}.yaml]\n`);
    written(`${last}.yaml`, hardened);
    expect((await check(path("0.yaml"))).errors.join("\n")).toContain("more than 200 files are included");
  });
});

describe("compose fix", () => {
  it("shows the difference, asks, and writes with the mode that the file had", async () => {
    const file = written("compose.yaml", weak);
    chmodSync(file, 0o640);
    const shown = await fix(file);
    expect(said.join("\n")).toContain("+    read_only: true");
    expect(asked).toEqual([`Write this into ${file}? harden compose fix ${file} --write`]);
    expect(shown).toMatchObject({ status: 0, errors: [] });
    expect(shown.out).toContain("is written");
    expect(readFileSync(file, "utf8")).toMatch(/^# mine\n[\s\S]*read_only: true/);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(["compose.yaml"]);
    expect((await fix(file)).out).toContain("nothing is to be added");
    expect(asked).toHaveLength(1);
  });

  it("mends a Dockerfile, of which nothing can be asked that only a project has", async () => {
    const file = written("Dockerfile", "FROM a:1\nRUN a\n");
    await expect(
      composeFix.run({ given: { file, try: true }, typed: new Set() }, outside),
    ).rejects.toMatchObject({
      code: "usage",
      message: `${file} is a Dockerfile: --try is for compose files.`,
    });
    await fix(file, true);
    expect(readFileSync(file, "utf8")).toBe("FROM a:1\nRUN a\nUSER 1000:1000\n");
  });

  it("leaves what somebody saved while it asked", async () => {
    const file = written("compose.yaml", weak);
    whileAsked = () => writeFileSync(file, `${weak}# hers\n`);
    await expect(fix(file)).rejects.toMatchObject({
      code: "usage",
      message: `${file} was changed since it was read.`,
    });
    expect(readFileSync(file, "utf8")).toBe(`${weak}# hers\n`);
    expect(readdirSync(folder)).toEqual(["compose.yaml"]);
  });

  it("refuses a file with two names before it asks, and says both", async () => {
    const file = written("compose.yaml", weak);
    linkSync(file, path("other.yaml"));
    const refused = fix(file);
    await expect(refused).rejects.toMatchObject({ code: "usage" });
    await expect(refused).rejects.toThrow(path("other.yaml"));
    expect([asked, readFileSync(file, "utf8")]).toEqual([[], weak]);
  });

  it("leaves the file where the answer is no", async () => {
    answer = false;
    const file = written("compose.yaml", weak);
    expect(await fix(file)).toMatchObject({ status: 1, errors: [`harden: ${file} is as it was.`] });
    expect(readFileSync(file, "utf8")).toBe(weak);
  });

  it("asks nobody with --write, writes what a link leads to, and says what is left", async () => {
    const file = written("real.yaml", weak.replace("    healthcheck: {test: x}\n", ""));
    symlinkSync("real.yaml", path("compose.yaml"));
    const { out, status } = await fix(path("compose.yaml"), true);
    expect([status, asked]).toEqual([2, []]);
    expect(out).toMatch(/\+ {4}read_only: true[\s\S]*What is left to you:[\s\S]*containers\.health/);
    expect(lstatSync(path("compose.yaml")).isSymbolicLink()).toBe(true);
    expect(readFileSync(file, "utf8")).toContain("read_only: true");
  });
});

describe("--profile", () => {
  const images = "images:\n  team/edge: {why: of our own, role: proxy, pids: 77}\n";
  const edge =
    "services:\n  a:\n    image: team/edge:1\n    networks: [n]\n  b:\n    image: nginx:1\n    networks: [n]\nnetworks: {n: }\n";
  const by = (profile: string | undefined) => ({
    given: { profile, format: "text" },
    typed: new Set(["profile"]),
  });

  it("is found by its name or path, and its images count, in check and fix", async () => {
    mkdirSync(path("profiles"));
    written("profiles/mine.yaml", images);
    const file = written("compose.yaml", edge);
    const checked = (profile?: string) =>
      composeCheck.run({ ...by(profile), given: { ...by(profile).given, files: [file] } }, outside);
    expect((await checked()).out).toContain("networks.frontend");
    for (const profile of ["mine", path("profiles/mine.yaml")])
      expect((await checked(profile)).out).not.toMatch(/fail +networks\.frontend/);
    answer = false;
    await composeFix.run({ ...by("mine"), given: { ...by("mine").given, file } }, outside);
    expect(said.join("\n")).toContain("+          pids: 77\n");
    expect(asked).toEqual([`Write this into ${file}? harden compose fix ${file} --profile mine --write`]);
  });

  it("that is wrong or isn't there is told with its place, and nothing is judged by it", async () => {
    written("wrong.yaml", images.replace("pids", "pid"));
    const file = written("compose.yaml", edge);
    for (const [profile, message] of [
      [
        path("wrong.yaml"),
        /wrong\.yaml:2:\d+: images\."team\/edge"\.pid: unknown key \(did you mean `pids`\?\)/,
      ],
      ["none", /no profile `none`/],
    ] as const) {
      const line = { ...by(profile), given: { ...by(profile).given, files: [file], file } };
      await expect(composeCheck.run(line, outside)).rejects.toMatchObject({
        code: "profile",
        message: expect.stringMatching(message),
      });
      await expect(composeFix.run(line, outside)).rejects.toMatchObject({ code: "profile" });
    }
    expect(readFileSync(file, "utf8")).toBe(edge);
  });
});

describe("what can't be used", () => {
  it.each([
    ["broken YAML", "services:\n  a: {image: b:1\n", "3:1: bad YAML: "],
    ["a tab as indentation", "services:\n\ta: 1\n", "2:1: bad YAML: "],
    [
      "a key twice",
      "services:\n  a: {image: b:1}\n  a: {image: c:1}\n",
      "3:3: the same key stands here twice",
    ],
    [
      "two documents",
      "services: {a: {image: b:1}}\n---\nservices: {}\n",
      "2:1: a compose file is one document",
    ],
    [
      "extends in a circle",
      "services:\n  a: {extends: b}\n  b: {extends: a}\n",
      "2:7: a extends itself: b → a → b",
    ],
    [
      "an env_file that isn't there",
      "services:\n  a:\n    image: b:1\n    env_file: .env\n",
      "4:15: env_file .env isn't there",
    ],
    ["an include that isn't there", "include: [x.yaml]\nservices: {a: {image: b:1}}\n", "1:11: "],
    [
      "what compose refuses",
      "services:\n  a:\n    image: [b]\n",
      "3:12: services.a.image is a value, not a list",
    ],
    [
      "a waiver that nobody understands",
      "services:\n  a: {image: b:1}\n  # harden waive x: y\n",
      "3:3: a waiver is written as",
    ],
  ])("%s is told with its place by both, and the file is as it was", async (_what, text, wanted) => {
    const file = written("compose.yaml", text);
    const { ino, mtimeNs } = statSync(file, { bigint: true });
    const place = expect.stringContaining(`${file}:${wanted}`);
    expect(await check(file)).toMatchObject({ status: 78, errors: [place] });
    await expect(fix(file, true)).rejects.toMatchObject({ code: "compose", message: place });
    expect(readFileSync(file, "utf8")).toBe(text);
    expect(statSync(file, { bigint: true })).toMatchObject({ ino, mtimeNs });
    expect(readdirSync(folder)).toEqual(["compose.yaml"]);
  });

  it("is no key that nobody knows, nor a variable without .env: both are told with their place, and stay", async () => {
    const file = written("compose.yaml", weak.replace("image: a:1", "imagee: x\n    image: a:${TAG}"));
    const shown = await check(file);
    expect(shown).toMatchObject({ status: 2, errors: [] });
    expect(shown.out.replace(/\s+/g, " ")).toContain(
      `${file}:4:5: compose doesn't know the key \`services.a.imagee\` (did you mean \`image\`?)`,
    );
    expect(shown.out.replace(/\s+/g, " ")).toContain(
      `${file}:5:12: nothing is known of the variable TAG: no .env`,
    );
    await fix(file, true);
    expect(readFileSync(file, "utf8")).toContain("    imagee: x\n    image: a:${TAG}\n");
  });
});
