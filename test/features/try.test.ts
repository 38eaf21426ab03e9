/** What a try asks of this machine: copies of files, and an engine that can be used. */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeCopies, most } from "../../src/features/compose/try-copies.ts";
import { checkEngine, type EndedCommand } from "../../src/features/compose/try-engine.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-try-"));
  for (const name of ["from", "to"]) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const from = (name: string) => join(folder, "from", name);
const copied = async (name: string) =>
  (await makeCopies([{ path: from(name), writable: true }], join(folder, "to"))).get(from(name))!;

describe("a copy", () => {
  it("of a file that is not written yet has its text, for its reader alone", async () => {
    const path = from("secrets/a");
    const unwritten = { path: "secrets/a", text: "text", owner: "999:998" };
    const all = await makeCopies(
      [{ path, writable: false }],
      join(folder, "to"),
      new Map([[path, unwritten]]),
    );
    const { path: to, why } = all.get(path)!;
    expect([why, readFileSync(to!, "utf8")]).toEqual([undefined, "text"]);
    const { uid, gid, mode } = lstatSync(to!);
    if (process.getuid!() === 0) expect([uid, gid, mode & 0o777]).toEqual([999, 998, 0o400]);
    else expect(mode & 0o777).toBe(0o444);
  });

  it("has the bytes and modes of the original, and its links as they are", async () => {
    mkdirSync(from("conf/d"), { recursive: true });
    writeFileSync(from("conf/d/a"), "text", { mode: 0o640 });
    chmodSync(from("conf"), 0o750);
    symlinkSync("/etc/shadow", from("conf/out"));
    const { path, why } = await copied("conf");
    expect(why).toBeUndefined();
    expect(readFileSync(join(path!, "d/a"), "utf8")).toBe("text");
    expect(lstatSync(join(path!, "d/a")).mode & 0o777).toBe(0o640);
    expect(lstatSync(path!).mode & 0o777).toBe(0o750);
    expect(readlinkSync(join(path!, "out"))).toBe("/etc/shadow");
  });

  it("is of what a link leads to, where the source is one, and another file than that", async () => {
    writeFileSync(from("real"), "text");
    symlinkSync("real", from("link"));
    const { path } = await copied("link");
    expect(lstatSync(path!).isFile()).toBe(true);
    writeFileSync(path!, "changed");
    expect(readFileSync(from("real"), "utf8")).toBe("text");
  });

  it.each([
    [
      "files",
      () => {
        for (let at = 0; at <= most.files; at++) writeFileSync(from(`data/${at}`), "");
      },
    ],
    [
      "bytes",
      () => {
        writeFileSync(from("data/one"), "");
        truncateSync(from("data/one"), most.bytes + 1);
      },
    ],
  ])("is an empty folder where there are too many %s, and says so", async (_what, fill) => {
    mkdirSync(from("data"), { mode: 0o711 });
    chmodSync(from("data"), 0o711);
    fill();
    const { path, why } = await copied("data");
    expect(why).toMatch(/^more than /);
    expect(readdirSync(path!)).toEqual([]);
    expect(lstatSync(path!).mode & 0o777).toBe(0o711);
  });

  it("is an empty folder where nothing is, as the engine would make one", async () => {
    const { path, why } = await copied("nothing");
    expect([readdirSync(path!), why]).toEqual([[], "it isn't there"]);
  });

  it("is none of a socket, also within a folder, nor of the kernel's and the engine's own", async () => {
    mkdirSync(from("run"));
    const server = createServer().listen(from("run/x.sock"));
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      expect(await copied("run/x.sock")).toEqual({ why: "it is no file or folder" });
      rmSync(join(folder, "to"), { recursive: true });
      mkdirSync(join(folder, "to"));
      expect(readdirSync((await copied("run")).path!)).toEqual([]);
    } finally {
      server.close();
    }
    for (const path of ["/", "/proc", "/sys/kernel", "/dev/null", "/run"]) {
      const made = await makeCopies([{ path, writable: false }], join(folder, "to"));
      expect(made.get(path), path).toEqual({ why: "it is the host's" });
    }
  });
});

describe("without an engine that can be used", () => {
  const good = { code: 0, stdout: "", stderr: "" };
  const answers: Readonly<Record<string, EndedCommand>> = {
    "compose version": { ...good, stdout: "2.26.1-4\n" },
    "version --format": { ...good, stdout: "26.1.5\n" },
    "context inspect": { ...good, stdout: "unix:///var/run/docker.sock\n" },
  };
  const check = (changed: Readonly<Record<string, EndedCommand>>) =>
    checkEngine({
      docker: async ([one, other]) => ({ ...answers, ...changed })[`${one} ${other}`]!,
      signal: new AbortController().signal,
    });

  it("goes on where all is there", async () => {
    await expect(check({})).resolves.toBeUndefined();
  });

  it.each([
    [
      "no docker",
      { "compose version": { ...good, code: 127 } },
      "There is no docker command on this machine.",
    ],
    [
      "no compose",
      { "compose version": { ...good, code: 1, stderr: "docker: 'compose' is not a docker command." } },
      "`docker compose` is not on this machine, version 2 or later.",
    ],
    [
      "compose 1",
      { "compose version": { ...good, stdout: "1.29.2\n" } },
      "`docker compose` is not on this machine, version 2 or later.",
    ],
    [
      "no engine",
      { "version --format": { ...good, code: 1, stderr: "Cannot connect to the Docker daemon.\n" } },
      "No container engine answers: Cannot connect to the Docker daemon.",
    ],
    [
      "another machine's",
      { "context inspect": { ...good, stdout: "ssh://root@host\n" } },
      "The container engine is not on this machine, so that it can't be given copies of files.",
    ],
  ])("says that nothing was tried: %s", async (_what, changed, message) => {
    await expect(check(changed)).rejects.toMatchObject({
      code: "host",
      message,
      details: { hostState: "nothing was tried, and the file is as it was", hint: expect.any(String) },
    });
  });
});
