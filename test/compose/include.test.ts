/** Included files and files laid over others, judged as `docker compose config` shows them (measured with compose 2.26.1). */
import { describe, expect, it } from "vitest";
import { apiImage, changed } from "./hardened.ts";
import { failures, problems } from "./world.ts";

const image = `image: ${apiImage}`;
const service = changed(image, `${image}\n    privileged: "\${P:-false}"`);
const included = { "sub/c.yaml": service };
const open = ["containers.privileged api"];
const found = async (files: Readonly<Record<string, string>>) =>
  (await failures(files)).map((each) => each.replace(/ @\d+$/, ""));

describe("an included file", () => {
  it.each<readonly [string, Readonly<Record<string, string>>, readonly string[]]>([
    ["of its .env", { "compose.yaml": "include: [sub/c.yaml]", "sub/.env": "P=true" }, open],
    [
      "of the including file's .env first",
      { "compose.yaml": "include: [sub/c.yaml]", "sub/.env": "P=false", ".env": "P=true" },
      open,
    ],
    [
      "of its env_file",
      { "compose.yaml": "include: [{path: sub/c.yaml, env_file: sub/e.env}]", "sub/e.env": "P=true" },
      open,
    ],
    [
      "of the last of several env_files",
      {
        "compose.yaml": "include: [{path: sub/c.yaml, env_file: [a.env, b.env]}]",
        "a.env": "P=false",
        "b.env": "P=true",
      },
      open,
    ],
    [
      "of no .env beside its env_file",
      {
        "compose.yaml": "include: [{path: sub/c.yaml, env_file: a.env}]",
        "a.env": "",
        "sub/.env": "P=true",
      },
      [],
    ],
    [
      "of an env_file beside a file that is included itself",
      {
        "compose.yaml": "include: [more/n.yaml]",
        "more/n.yaml": "include: [{path: ../sub/c.yaml, env_file: x.env}]",
        "more/x.env": "P=true",
        "x.env": "P=false",
      },
      open,
    ],
    [
      "of a file that is laid over it",
      {
        "compose.yaml": "include: [{path: [sub/c.yaml, o.yaml]}]",
        "o.yaml": "services: {api: {privileged: true}}",
      },
      open,
    ],
    [
      "of two env_files where it is included twice",
      {
        "compose.yaml": "include: [{path: sub/c.yaml, env_file: a.env}, {path: sub/c.yaml, env_file: b.env}]",
        "a.env": "P=false",
        "b.env": "P=true",
      },
      open,
    ],
    [
      "of its own folder as the project's",
      { "compose.yaml": "include: [{path: sub/c.yaml, project_directory: ./sub/}]", "sub/.env": "P=true" },
      open,
    ],
  ])("has the values %s", async (_, files, expected) => {
    const all = await found({ ...files, ...included });
    expect(all.filter((each) => each.startsWith("containers."))).toEqual(expected);
  });

  it("can't be used when its env_file isn't there, or its project directory is another folder", async () => {
    const one = "include: [{path: sub/c.yaml, env_file: none.env}]";
    expect(await problems({ "compose.yaml": one, ...included })).toEqual([
      "compose.yaml:1:11: env_file none.env isn't there",
    ]);
    const other = "include: [{path: sub/c.yaml, project_directory: pd}]";
    expect(await problems({ "compose.yaml": other, ...included })).toEqual([
      "compose.yaml:1:11: project_directory is not the folder of sub/c.yaml, from which harden reads its relative paths",
    ]);
  });
});

const over = (text: string) => ({
  "compose.yaml": service,
  "compose.override.yaml": `services:\n  api:\n${text}`,
});

describe("a file that is laid over another", () => {
  it.each([
    ["    cap_drop: !reset []\n", ["containers.capabilities api"]],
    ["    cap_drop: !reset [ALL]\n", ["containers.capabilities api"]],
    ["    cap_drop: !override [NET_RAW]\n", ["containers.capabilities api"]],
    ["    security_opt: !override []\n", ["containers.no-new-privileges api"]],
    ["    user: !reset null\n", ["containers.user api"]],
    ["    read_only: !reset true\n", ["containers.read-only api"]],
    ["    deploy: {resources: {limits: {pids: !reset null}}}\n", ["containers.pids api"]],
    ["    deploy: !reset {}\n", ["containers.memory api", "containers.cpu api", "containers.pids api"]],
    ["    cap_drop: [!reset ALL]\n", []],
    ["    security_opt: !override ['no-new-privileges:true']\n", []],
    ["    privileged: !reset true\n", []],
    ["    cap_add: [!reset SYS_ADMIN]\n", []],
  ])("takes out and replaces what its tags say: %j", async (text, expected) => {
    expect(await found(over(text))).toEqual(expected);
  });

  it("takes a service out", async () => {
    const text = changed(image, `${image}\n    privileged: true`);
    const files = { "compose.yaml": text, "compose.override.yaml": "services: {api: !reset null}\n" };
    expect((await found(files)).filter((each) => each.includes(" api"))).toEqual([]);
  });

  it("takes out what comes from an extended service, too", async () => {
    const base = changed(image, `${image}\n    extends: base`, changed("    cap_drop:\n      - ALL\n", ""));
    const text = base.replace("services:\n", "services:\n  base: {cap_drop: [ALL], scale: 0}\n");
    const own = async (more: string) =>
      (await found({ "compose.yaml": text, "compose.override.yaml": more })).filter((each) =>
        each.endsWith("capabilities api"),
      );
    expect(await own("services: {api: {labels: {a: b}}}\n")).toEqual([]);
    expect(await own("services: {api: {cap_drop: !reset []}}\n")).toEqual(["containers.capabilities api"]);
    expect(await own("services: {api: {cap_drop: !override [NET_RAW]}}\n")).toEqual([
      "containers.capabilities api",
    ]);
  });

  it("replaces in one file, too, where a service extends another of it", async () => {
    const base = changed(
      image,
      `${image}\n    extends: base`,
      changed("    cap_drop:\n      - ALL\n", "    cap_drop: !reset []\n"),
    );
    const text = base.replace("services:\n", "services:\n  base: {cap_drop: [ALL], scale: 0}\n");
    expect(
      (await found({ "compose.yaml": text })).filter((each) => each.endsWith("capabilities api")),
    ).toEqual(["containers.capabilities api"]);
  });
});
