/** The engine's file with another live-restore, as a restart that keeps containers has it for a moment. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";

const runtime = fileURLToPath(new URL("../../src/kinds/service/docker.sh", import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-engine-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const texts: Readonly<Record<string, string>> = {
  empty: "{}\n",
  "empty over several lines": "{\n\n}",
  "with keys": `{ "dns": ["192.0.2.53"],\t"debug":false }\n\n`,
  "with the key itself": `{\r\n  "live-restore" : true,\r\n  "a}": "{ }"\r\n}\r\n`,
  "with one of that name further in": `{"x": {"live-restore": true}}`,
};

it.each(Object.entries(texts))("%s: is what it was, but for live-restore", (_, text) => {
  writeFileSync(join(folder, "daemon.json"), text);
  const made = (value: string) =>
    JSON.parse(
      execFileSync(
        "sh",
        ["-c", `R=; . '${runtime}'; HELD_FILE=$1; live_docker ${value}`, "sh", join(folder, "daemon.json")],
        {
          encoding: "utf8",
        },
      ),
    );
  expect(made("true")).toEqual({ ...JSON.parse(text), "live-restore": true });
  expect(made("false")).toEqual({ ...JSON.parse(text), "live-restore": false });
});

it("of a file that is not there, that one key", () => {
  const text = execFileSync("sh", ["-c", `R=; . '${runtime}'; HELD_FILE=/nonexistent; live_docker true`], {
    encoding: "utf8",
  });
  expect(JSON.parse(text)).toEqual({ "live-restore": true });
});
