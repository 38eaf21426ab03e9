import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { renewalFiles } from "../../src/controls/certificates/hooks.ts";
import { schema } from "../../src/controls/certificates/schema.ts";
import { runtimeText } from "../../src/host/runtime.ts";
import { daemonOf } from "../../src/kinds/daemons.ts";
import { units } from "../../src/platform.ts";
import { shells } from "./root.ts";

it("shellcheck has nothing to say about the runtime", () => {
  const checked = spawnSync("shellcheck", ["-s", "sh", "-"], { input: runtimeText, encoding: "utf8" });
  expect(checked).toMatchObject({ status: 0, stdout: "" });
});

it("no function of the runtime takes another one's name", () => {
  const names = [...runtimeText.matchAll(/^([a-z_]+)\(\)/gm)].map(([, name]) => name);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

it("no program of perl is in a variable that the runtime sets to something else", () => {
  const used = [...runtimeText.matchAll(/perl -e "((?:\$[A-Z_]+)+)"/g)].flatMap(([, names]) =>
    names!.split("$"),
  );
  const programs = [...new Set(used)].filter((name) => name !== "");
  expect(programs.length).toBeGreaterThan(2);
  const sets = programs.filter((name) => runtimeText.match(new RegExp(`^\\s*${name}=`, "gm"))?.length !== 1);
  expect(sets).toEqual([]);
});

it("each word of a daemon has the functions that are called by it", () => {
  const called = [...runtimeText.matchAll(/word_of (\w+) "\$@"\n[^\n]*"(\w+)_\$VALUE"/g)];
  expect(called.length).toBeGreaterThan(4);
  const daemons: readonly Readonly<Record<string, unknown>>[] = Object.values(units).map((unit) => ({
    ...daemonOf(unit),
  }));
  const missing = called.flatMap(([, word = "", prefix]) =>
    daemons
      .flatMap((daemon) => (daemon[word] === undefined ? [] : `${prefix}_${daemon[word]}() {`))
      .filter((start) => !runtimeText.includes(`\n${start}`)),
  );
  expect(missing).toEqual([]);
});

it("no `:` of the runtime writes a file: where that fails, dash and busybox end the whole shell", () => {
  expect(runtimeText.match(/^.*(?<![\w$"{:]): *[\d]*>.*$/gm)).toBeNull();
});

it.each(shells.map((shell) => [shell.join(" "), shell] as const))("%s reads the runtime", (_, shell) => {
  const [program = "", ...args] = shell;
  const read = spawnSync(program, [...args, "-n"], { input: runtimeText, encoding: "utf8" });
  expect(read.stderr).toBe("");
});

it.each([
  { renewal: "standalone", service: "nginx.service" },
  { renewal: "standalone", service: { project: "/opt/myapp", name: "frontend" }, domains: ["a.example"] },
  { renewal: "webroot", service: "nginx.service" },
  { renewal: "webroot", service: { project: "/opt/myapp", name: "frontend" } },
])("shellcheck has nothing to say about certbot's hooks: %j", (section) => {
  for (const { path, content } of renewalFiles(schema.parse(section), { nginx: false }).filter(
    (each) => each.mode === "0755",
  )) {
    // `A && B || C` is meant as it is written: C is for a failure of either.
    const checked = spawnSync("shellcheck", ["-e", "SC2015", "-"], {
      input: String(content),
      encoding: "utf8",
    });
    expect(checked, path).toMatchObject({ status: 0, stdout: "" });
  }
});
