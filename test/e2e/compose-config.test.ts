/** Compose itself, as Debian 13 has it, takes every file that a fix has written, and sees the services that were there. */
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { composeFix } from "../../src/features/compose/fix.ts";
import { anySecret, doubled, yamlStyles } from "../compose/any-secret.ts";
import { type Example, examples } from "../compose/corpus.ts";
import { keep, today } from "../compose/world.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { must } from "./trouble.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** A folder with the project's files, the main one with this text. */
const laidOut = ({ files, main }: Example, folder: string, text = files[main]!) =>
  Object.entries({ ...files, [main]: text })
    .map(([path, content]) => {
      const file = join(folder, path);
      return `mkdir -p '${dirname(file)}' && echo ${base64(content)} | base64 -d >'${file}'`;
    })
    .join("\n");

const compose = ({ main, over }: Example) =>
  `docker compose ${[main, ...over].map((file) => `-f '${file}'`).join(" ")} --profile '*' config`;

/** The names of its services, profiles counted; what compose has against it, where there is anything. */
const services = (example: Example, folder: string) =>
  `$(cd '${folder}' && ${compose(example)} --services 2>&1 | grep -v 'attribute .version. is obsolete' | sort | paste -sd ' ')`;

describe.skipIf(!hasDocker())("docker compose config", () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost("debian13", "docker");
  });
  afterAll(() => host?.remove());

  test("takes all twenty as they are written, and as they are fixed", async () => {
    const scripts = await Promise.all(
      examples.map(async (example) => {
        const read = async (path: string) => example.files[path];
        const fixed = await composeFix(example.main, { read, keep, today });
        const [before, after] = [`/srv/before/${example.name}`, `/srv/after/${example.name}`];
        expect(fixed.text, example.name).not.toBe(example.files[example.main]);
        return `${laidOut(example, before)}
${laidOut(example, after, fixed.text)}
(cd '${after}' && ${compose(example)} -q >/dev/null 2>&1); code=$?
echo "${example.name}|$code|${services(example, before)}|${services(example, after)}"`;
      }),
    );
    const rows = (await must(host, scripts.join("\n"))).trim().split("\n");
    expect(rows).toHaveLength(examples.length);
    for (const row of rows) {
      const [name, code, before = "", after] = row.split("|");
      expect([name, code, after]).toEqual([name, "0", before]);
      expect(before, name).toMatch(/^[\w. -]+$/);
    }
  });

  test("reads of a secret what a fix writes into its file, and of redis's other options what they were", async () => {
    const values = fc.sample(anySecret, 30);
    const services = values.map((value, index) => {
      const key = `s${index}`;
      const command = ["redis-server", "--save", "60 1", "--requirepass", doubled(value)];
      const password = doubled(value);
      const environment =
        index % 2 === 0 ? { POSTGRES_PASSWORD: password } : [`POSTGRES_PASSWORD=${password}`];
      const service =
        index % 3 === 0 ? { image: "redis:8.0", command } : { image: "postgres:17", environment };
      return stringify({ [key]: service }, { defaultStringType: yamlStyles[index % yamlStyles.length]! });
    });
    const text = `services:\n${services.join("").replace(/^(?=.)/gm, "  ")}`;
    const read = async (path: string) => (path === "compose.yaml" ? text : undefined);
    const fixed = await composeFix("compose.yaml", { read, keep, today });
    const config = async (name: string, content: string) => {
      const json = await must(
        host,
        `mkdir -p /srv/${name} && cd /srv/${name} && echo ${base64(content)} | base64 -d >compose.yaml && docker compose config --format json`,
      );
      return JSON.parse(json).services as Record<
        string,
        { command: string[]; environment: Record<string, string> }
      >;
    };
    const [before, after] = [await config("secrets-before", text), await config("secrets-after", fixed.text)];
    const inFile = (path: string) => {
      const file = fixed.secrets.find(({ name }) => path === `/run/secrets/${name}`)!;
      return file.content.kind === "kept" ? file.content.values : [];
    };
    // Compose writes what it has read so that it can read it again.
    const plain = (written: string) => written.replaceAll("$$", "$");
    for (const [index, value] of values.entries()) {
      const [was, is] = [before[`s${index}`]!, after[`s${index}`]!];
      if (index % 3 === 0) {
        expect(plain(was.command[4]!)).toBe(value);
        expect(inFile(is.command[1]!)).toEqual([value]);
        expect(is.command).toEqual(["redis-server", is.command[1], "--save", "60 1"]);
      } else {
        expect(plain(was.environment.POSTGRES_PASSWORD!)).toBe(value);
        expect(inFile(is.environment.POSTGRES_PASSWORD_FILE!)).toEqual([value]);
      }
    }
  });
});
