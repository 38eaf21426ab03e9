/** Two controls that edit one daemon.json, switched on and off in every order, on a real host. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleRows } from "../setup/sample.ts";
import { buildCopy, type Copy } from "./copy.ts";
import { profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { difference, state } from "./state.ts";

const path = "/etc/docker/daemon.json";
const control = (id: string, set: string) => `
import { z } from "zod";
import { file } from "../facts/files.ts";
import { defineControl } from "./define.ts";
const path = ${JSON.stringify(path)};
export const ${id} = defineControl({
  id: "${id}", title: "${id}", rationale: "", schema: z.strictObject({}),
  probes: () => ({ daemon: file(path) }),
  desired: () => [{ control: "${id}", reason: "${id} wants it.", resource: {
    kind: "edit", path, format: "json", set: ${set}, unset: [],
    missing: "create", mode: "0644", owner: "root", group: "root" } }],
  guard: () => [], checks: [],
});
`;
const files = {
  "src/controls/logs.ts": control("logs", '[[["log-opts", "max-size"], "10m"], [["live-restore"], true]]'),
  "src/controls/safety.ts": control("safety", '[[["no-new-privileges"], true], [["live-restore"], true]]'),
};
const theirs = '{\n\t"dns": [ "10.0.0.1" ],\n\t"log-opts": {"max-file": "3"}\n}';

let copy: Copy;
let host: TestHost;

describe.skipIf(!hasDocker())("edits of one file by two controls", () => {
  beforeAll(async () => {
    copy = buildCopy(files, ["logs", "safety"]);
    host = await startHost("debian13", "full");
  });
  afterAll(async () => {
    copy?.remove();
    await host?.remove();
  });

  const set = async (logs: boolean, safety: boolean) => {
    const yaml = `logs: {enabled: ${logs}}\nsafety: {enabled: ${safety}}\n`;
    const applied = await copy.run(host, "apply", "--profile", profileFile(yaml), "--yes");
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    const text = (await host.exec(`cat ${path} 2>/dev/null`)).stdout;
    return text === "" ? undefined : JSON.parse(text);
  };
  const has = { "log-opts": { "max-size": "10m" }, "live-restore": true };
  const safe = { "no-new-privileges": true, "live-restore": true };

  const originals: readonly (readonly [string, string | undefined])[] = [
    ["a file of somebody's", theirs],
    ["no file, and no folder", undefined],
  ];
  it.each(sampleRows("originals of an edit", originals, 1, ([what]) => what))(
    "leave what the other owns, and all as it was in the end: %s",
    async (_what, original) => {
      await host.exec("rm -rf /etc/docker");
      if (original !== undefined)
        await host.exec(`mkdir -p /etc/docker && cat > ${path} && chmod 640 ${path}`, { stdin: original });
      const was = await state(host.exec);
      const own = original === undefined ? {} : JSON.parse(original);
      const both = { ...own, ...has, ...safe, "log-opts": { ...own["log-opts"], "max-size": "10m" } };
      expect(await set(true, false)).toEqual({ ...own, ...has, "log-opts": both["log-opts"] });
      expect(await set(true, true)).toEqual(both);
      expect(await set(false, true)).toEqual({ ...own, ...safe });
      expect(await set(true, true)).toEqual(both);
      expect(await set(true, false)).toEqual({ ...own, ...has, "log-opts": both["log-opts"] });
      await set(false, false);
      expect(difference(was, await state(host.exec))).toEqual([]);
      expect((await host.exec("test -e /var/lib/harden/manifest")).code).not.toBe(0);
    },
  );

  it("a run is undone byte by byte, unless a later one has changed the file", async () => {
    await host.exec(`mkdir -p /etc/docker && cat > ${path}`, { stdin: theirs });
    const was = await state(host.exec);
    await set(true, false);
    const later = await set(true, true);
    const listed = await copy.run(host, "runs", "--format", "json");
    const runs = (JSON.parse(listed.stdout)[0].value.runs ?? JSON.parse(listed.stdout)[0].value) as {
      id: string;
    }[];
    const [second, first] = runs
      .map(({ id }) => id)
      .sort()
      .reverse() as [string, string];
    const early = await copy.run(host, "rollback", first, "--yes");
    expect(early.code, early.stdout).not.toBe(0);
    expect(JSON.parse((await host.exec(`cat ${path}`)).stdout)).toEqual(later);
    for (const run of [second, first]) {
      const back = await copy.run(host, "rollback", run, "--yes");
      expect(back, back.stderr).toMatchObject({ code: 0 });
    }
    expect(difference(was, await state(host.exec))).toEqual([]);
  });
});
