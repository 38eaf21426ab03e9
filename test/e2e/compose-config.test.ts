/** Compose itself, as Debian 13 has it, takes every file that a fix has written, and sees the services that were there. */
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { composeFix } from "../../src/commands/compose-fix.ts";
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
});
