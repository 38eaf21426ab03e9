import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { controls } from "../../src/controls/index.ts";
import { profileListText, profileShowText, profileValidateText } from "../../src/features/profile/text.ts";
import {
  profileList,
  profileSchemaReport,
  profileShow,
  profileValidate,
} from "../../src/features/profile/work.ts";
import { nodeFiles } from "../../src/profile/files.ts";
import { memoryFiles } from "./memory.ts";
import { checks, sections } from "./sections.ts";

const world = (files: Record<string, string>) => ({
  cwd: "/w",
  packagedDir: "/pkg",
  sections,
  checks,
  ...memoryFiles(files),
});

describe("show", () => {
  const options = world({
    "/pkg/base.yaml": "ssh:\n  maxAuthTries: 4\n",
    "/w/profiles/p.yaml":
      "extends: base\ndescription: ours\nupdates: { mail: 'root' }\nfirewall:\n  rules:\n    - port: 22\n      comment: 'yes'\nfail2ban: { enabled: false, ignoreIp: [10.0.0.0/8] }\n",
  });

  test("each value as data, with its origin", async () => {
    const { report, status } = await profileShow("p", options);
    expect(status).toBe(0);
    expect(report).toMatchObject({
      name: "p",
      description: "ours",
      files: ["/pkg/base.yaml", "profiles/p.yaml"],
    });
    expect(report.unmanaged).toEqual(["auditd", "sysctl"]);
    const values = new Map(report.values.map((row) => [row.path, row]));
    expect(values.get("ssh.maxAuthTries")).toEqual({
      path: "ssh.maxAuthTries",
      value: 4,
      origin: { file: "/pkg/base.yaml", line: 2, column: 17 },
    });
    expect(values.get("firewall.rules[0].port")).toMatchObject({
      value: 22,
      origin: { line: 6, column: 13 },
    });
    expect(values.get("firewall.rules[0].protocol")).toMatchObject({ value: "tcp", origin: "default" });
    expect(values.get("fail2ban.ignoreIp")).toMatchObject({
      value: ["10.0.0.0/8"],
      origin: { line: 8, column: 39 },
    });
  });

  test("as text", async () => {
    const text = profileShowText((await profileShow("p", options)).report);
    expect(text).toMatchSnapshot();
  });

  test("files with one name are told apart", async () => {
    const twice = world({
      "/pkg/p.yaml": "ssh: { port: 1 }\n",
      "/w/profiles/p.yaml": "extends: p\nssh: { usePam: true }\n",
    });
    const text = profileShowText((await profileShow("p", twice)).report);
    expect(text).toMatch(/ssh\.port: 1 +# \/pkg\/p\.yaml:1:14\n/);
    expect(text).toMatch(/ssh\.usePam: true +# profiles\/p\.yaml:2:16\n/);
  });

  test("a bad profile throws", async () => {
    await expect(profileShow("nope", options)).rejects.toMatchObject({ code: "profile" });
  });
});

test("list: the user's own first, and what they hide", async () => {
  const options = world({
    "/pkg/base.yaml": "description: common\n",
    "/pkg/p.yaml": "description: packaged\n",
    "/w/profiles/p.yaml": "description: ours\n",
    "/w/profiles/broken.yaml": "]",
    "/w/profiles/schema.json": "{}",
  });
  const { report } = await profileList(options);
  expect(report).toEqual([
    { name: "broken", description: "", file: "profiles/broken.yaml", packaged: false, hidden: false },
    { name: "p", description: "ours", file: "profiles/p.yaml", packaged: false, hidden: false },
    { name: "base", description: "common", file: "/pkg/base.yaml", packaged: true, hidden: false },
    { name: "p", description: "packaged", file: "/pkg/p.yaml", packaged: true, hidden: true },
  ]);
  expect(profileListText(report)).toContain("p       packaged  [/pkg/p.yaml] (hidden by your own)\n");
});

test("validate: all of the user's profiles, each problem said once; status 78", async () => {
  const files = {
    "/w/profiles/base.yaml": "shh: {}\n",
    "/w/profiles/p.yaml": "extends: base\n",
    "/w/profiles/q.yaml": "ssh: {}\n",
  };
  const { report, status } = await profileValidate([], world(files));
  expect(status).toBe(78);
  expect(profileValidateText(report)).toBe(
    "profiles/base.yaml:1:1: shh: unknown key (did you mean `ssh`?)\nq: valid (profiles/q.yaml)\n",
  );
  expect((await profileValidate(["q"], world(files))).status).toBe(0);
});

test("validate: what no name finds is looked at, and what manages nothing is refused", async () => {
  const files = {
    "/pkg/base.yaml": "ssh: {}\n",
    "/w/profiles/p.yml": "ssh: {}\n",
    "/w/profiles/none.yaml": "description: nothing\n",
    "/w/profiles/part.yaml": "access: {user: root}\n",
    "/w/profiles/whole.yaml": "extends: part\nssh: {}\n",
  };
  const { report, status } = await profileValidate([], world(files));
  expect(status).toBe(78);
  expect(profileValidateText(report)).toBe(
    [
      "profiles/none.yaml:1:1: it manages nothing: it has no section of a control",
      "part: valid (profiles/part.yaml)",
      "whole: valid (profiles/whole.yaml)",
      "/w/profiles/p.yml: valid (profiles/p.yml; no name finds it, for it doesn't end in .yaml)\n",
    ].join("\n"),
  );
});

test("validate without own profiles checks the packaged ones", async () => {
  const packagedDir = fileURLToPath(new URL("../../profiles", import.meta.url));
  const { report, status } = await profileValidate([], {
    cwd: "/nowhere",
    packagedDir,
    sections: controls,
    checks,
    ...nodeFiles,
  });
  expect(status).toBe(0);
  expect(report.map(({ name }) => name)).toEqual([
    "base",
    "bastion",
    "database",
    "development",
    "docker-host",
    "production",
    "staging",
    "web",
  ]);
});

describe("schema for editors", () => {
  const { report } = profileSchemaReport({ sections });
  const properties = report.properties as Record<
    string,
    { description: string; anyOf: Record<string, unknown>[] }
  >;

  test("has every section with its title, strict, with enabled", () => {
    expect(Object.keys(properties)).toEqual([
      "extends",
      "description",
      "access",
      "waivers",
      "images",
      ...sections.map(({ id }) => id),
    ]);
    expect(report.additionalProperties).toBe(false);
    for (const { id, title } of sections) {
      expect(properties[id]?.description).toBe(title);
      expect(properties[id]?.anyOf[0]).toMatchObject({
        additionalProperties: false,
        properties: { enabled: { default: true } },
      });
    }
  });

  test("describes one file: nothing required, null takes back, but not within lists", () => {
    const auditd = properties.auditd?.anyOf[0];
    expect(auditd).not.toHaveProperty("required");
    expect(properties.auditd?.anyOf[1]).toEqual({ type: "null" });
    expect(properties.firewall?.anyOf[0]).toMatchObject({
      properties: {
        rules: {
          anyOf: [
            {
              anyOf: [
                { items: { required: ["port"], properties: { port: { anyOf: expect.any(Array) } } } },
                { properties: { default: { type: "array" } }, required: ["default"] },
              ],
            },
            { type: "null" },
          ],
        },
      },
    });
  });
});
