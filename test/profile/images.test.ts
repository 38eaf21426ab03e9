/** `images` of a profile: each mistake at its place, and what extends what. */
import { describe, expect, test } from "vitest";
import { jsonSchema } from "../../src/profile/jsonschema.ts";
import { formatPath } from "../../src/profile/problem.ts";
import { showProfile } from "../../src/profile/show.ts";
import { problemLines, profileOf } from "./memory.ts";
import { sections } from "./sections.ts";

const lines = (text: string) => problemLines({ "p.yaml": text });
const api = (more: string) => `images:\n  team/api: {why: w, ${more}}\n`;
const at = (column: number, key: string) => `p.yaml:2:${column}: images."team/api"${key}: `;

describe("an image that is wrong is told where it stands", () => {
  test.each([
    [api("usr: '1:1'"), `${at(22, ".usr")}unknown key (did you mean \`user\`?)`],
    [
      api("role: proxi"),
      `${at(28, ".role")}expected one of app, proxy, database, cache, queue, monitoring, found the text "proxi" (did you mean \`proxy\`?)`,
    ],
    [
      api("user: '0:0'"),
      `${at(28, ".user")}must be the numbers of a user other than root and of a group, such as "1001:1001", found the text "0:0"`,
    ],
    [
      api("user: team"),
      `${at(28, ".user")}must be the numbers of a user other than root and of a group, such as "1001:1001", found the text "team"`,
    ],
    [api("pids: 0"), `${at(28, ".pids")}must be at least 1, found the number 0`],
    [api("writable: [/]"), `${at(33, ".writable[0]")}must be a folder below /, found the text "/"`],
    [
      api("data: ['/a:/b']"),
      `${at(29, ".data[0]")}must be a path of letters, digits and . _ / @ + - only, found the text "/a:/b"`,
    ],
    [
      api("egress: maybe"),
      `${at(30, ".egress")}expected true, false or a list of services' names, found the text "maybe"`,
    ],
    ["images:\n  team/api: {pids: 64}\n", `${at(3, ".why")}missing: expected text`],
    [
      "images:\n  team/api:1.2: {why: w}\n",
      'p.yaml:2:3: images."team/api:1.2": an image is meant with every tag and digest: write its name alone (did you mean `team/api`?)',
    ],
    [
      "images:\n  team/api@sha256:00: {why: w}\n",
      'p.yaml:2:3: images."team/api@sha256:00": an image is meant with every tag and digest: write its name alone (did you mean `team/api`?)',
    ],
    [
      "images:\n  Team API: {why: w}\n",
      'p.yaml:2:3: images."Team API": is no image\'s name, such as registry.example/team/api',
    ],
    ["images: []\n", "p.yaml:1:9: images: expected a map, found a list"],
  ])("%j", async (text, line) => {
    expect(await lines(text)).toEqual([line]);
  });

  test("a capability that the kernel doesn't know, with what was meant", async () => {
    expect((await lines(api("capAdd: [NET_BIND_SERVCE]")))[0]).toMatch(
      /^p\.yaml:2:31: images\."team\/api"\.capAdd\[0\]: .* \(did you mean `NET_BIND_SERVICE`\?\)$/,
    );
    expect(await lines(api("capAdd: [ALL]"))).toHaveLength(1);
  });

  test.each([
    ["nginx", "docker.io/library/nginx"],
    ["team/api", "registry.example:5000/team/api"],
  ])("two spellings of one image, in whichever files: %s and %s", async (one, other) => {
    const two = await problemLines({
      "b.yaml": `images:\n  ${one}: {why: w}\n`,
      "p.yaml": `extends: b\nimages:\n  ${other}: {why: w}\n`,
    });
    expect(two).toEqual([
      `b.yaml:2:3: ${formatPath(["images", one])}: is the image of ${JSON.stringify(other)}, too: registries and library/ don't count`,
      `p.yaml:3:3: ${formatPath(["images", other])}: is the image of ${JSON.stringify(one)}, too: registries and library/ don't count`,
    ]);
    const backAgain = {
      "b.yaml": `images:\n  ${one}: {why: w}\n`,
      "p.yaml": `extends: b\nimages:\n  ${one}: null\n  ${other}: {why: w}\n`,
    };
    expect(Object.keys((await profileOf(backAgain)).images)).toEqual([other]);
  });
});

describe("images that count", () => {
  test("are merged field by field with those of extended profiles", async () => {
    const { images, digest } = await profileOf({
      "b.yaml": "images:\n  team/api: {why: b, pids: 64, user: '1001:1001'}\n",
      "p.yaml":
        "extends: b\nimages:\n  team/api: {pids: 128, user: null}\n  team/x: {why: x, egress: [worker]}\n",
    });
    expect(images).toEqual({
      "team/api": { why: "b", pids: 128 },
      "team/x": { why: "x", egress: ["worker"] },
    });
    expect(digest).toBe((await profileOf({ "p.yaml": "" })).digest);
  });

  test("are shown with where each value stands", async () => {
    const profile = await profileOf({ "p.yaml": api("pids: 64") });
    const rows = showProfile(profile, sections).values.filter(({ path }) => path.startsWith("images"));
    expect(rows).toEqual([
      { path: 'images."team/api".why', value: "w", origin: { file: "profiles/p.yaml", line: 2, column: 19 } },
      { path: 'images."team/api".pids', value: 64, origin: { file: "profiles/p.yaml", line: 2, column: 28 } },
    ]);
  });

  test("are described for editors: every field, none of them needed in one file, null as well", () => {
    const { properties } = jsonSchema(sections) as { properties: Record<string, { anyOf: [Each, unknown] }> };
    const [each] = properties.images!.anyOf[0].additionalProperties.anyOf;
    expect(each).toMatchObject({ additionalProperties: false });
    expect(each.required).toBeUndefined();
    for (const field of Object.values(each.properties)) {
      expect(field.description).toMatch(/\w/);
      expect(field.anyOf.at(-1)).toEqual({ type: "null" });
    }
    expect(Object.keys(each.properties)).toHaveLength(9);
  });
});

interface Each {
  readonly additionalProperties: {
    readonly anyOf: readonly [
      {
        readonly required?: unknown;
        readonly properties: Record<string, { description: string; anyOf: unknown[] }>;
      },
      unknown,
    ];
  };
}
