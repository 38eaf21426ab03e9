/** What values of a container's environment are by their form, told by a host's own shell; never a value. */
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { madeOf, valuesOf } from "../../src/facts/containers-secrets.ts";
import { library } from "../../src/host/library.ts";
import { valueForms } from "../../src/secrets/index.ts";
import { secrets } from "../secrets/cases.ts";
import { shells } from "./root.ts";

const id = "a".repeat(64);
const args = valueForms.map(([name, { source }]) => `'${name}\t${source.replaceAll("'", "'\\''")}'`);

/** As the engine prints them. */
function told([shell = "", ...words]: readonly string[], environment: readonly string[]) {
  const lines = environment.map((each) => `env ${id} ${JSON.stringify(each)}\n`).join("");
  const input = `${library}\ncontainers_values ${args.join(" ")} <<'EOF'\n{"id":"${id}"}\n${lines}EOF\n`;
  const { stdout, stderr } = spawnSync(shell, words, { input, encoding: "utf8" });
  expect(stderr).toBe("");
  return { stdout, values: valuesOf({ id }, stdout.split("\n"))! };
}

const issued = [
  "GitHub, personal",
  "Stripe, secret",
  "AWS, id",
  "Slack, webhook",
  "PostgreSQL's URL",
  "a key of PKCS #8",
];

/** As `docker history` tells how an image was made. */
function made([shell = "", ...words]: readonly string[], history: readonly string[]) {
  const image = "b".repeat(64);
  const text = history.map((line) => `printf '%s\\n' '${line.replaceAll("'", "'\\''")}'`).join("; ");
  const engine = `engine() { [ "$5" = ${image} ] && { ${text || ":"}; }; }`;
  const told = `told='image ${id} sha256:${image}'`;
  const input = `${library}\n${engine}\n${told}\ncontainers_history ${args.join(" ")}\n`;
  const { stdout, stderr } = spawnSync(shell, words, { input, encoding: "utf8" });
  expect(stderr).toBe("");
  return { stdout, made: madeOf({ id }, stdout.split("\n")) };
}

test.each(shells.map((shell) => ({ shell })))("$shell: of an image's history", ({ shell }) => {
  const token = `${"gh"}p_${"a1".repeat(18)}`;
  const { stdout, made: told } = made(shell, [
    "/bin/sh -c #(nop)  ENV API_TOKEN=hunter2",
    "RUN |1 NPM_TOKEN=hunter3 /bin/sh -c npm ci # buildkit",
    `RUN /bin/sh -c PASSWORD=$OTHER TOKEN="\${X}" SALT='' curl -H 'Authorization: Bearer ${token}' # buildkit`,
    "ENV PATH=/usr/bin",
  ]);
  expect(told).toEqual({ keys: ["API_TOKEN", "NPM_TOKEN", "PATH"], forms: ["a token of GitHub"] });
  expect(stdout).not.toMatch(/hunter|a1a1/);
  expect(made(shell, []).made).toBeUndefined();
});

test.each(shells.map((shell) => ({ shell })))("$shell", ({ shell }) => {
  const drawn = secrets.flatMap(([what, line], at) => {
    const [text = ""] = fc.sample(line, { seed: at, numRuns: 1 });
    return issued.includes(what) ? [text.replace(/^\w+=/, `K${at}=`).replaceAll("\\n", "\n")] : [];
  });
  const harmless = [
    "PATH=/usr/bin:/bin",
    "LANG=C.UTF-8",
    'A="b\\c"',
    "URL=https://example.net/x",
    "EMPTY=",
    "B=\u001b[2J\nenv x",
  ];
  const { stdout, values } = told(shell, [...drawn, ...harmless]);
  expect([...values.keys()]).toEqual(drawn.map((each) => each.split("=")[0]));
  for (const text of drawn) expect(stdout).not.toContain(text.slice(text.indexOf("=") + 1).slice(-12));
});
